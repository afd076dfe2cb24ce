"""One run of plugwatch: everything is live, then come a drop, another, an outage, and a recovery."""

import time

from looks_http import TRACK
from nginx import Nginx, secure_server
from plugwatch import Plugwatch, dependency
from processes import free_port, happens
from telegram import channel

CHAT = 2001
PACKAGE = "org.example.watched"
SURE = (2, "2s")
# The time that confirmation, the stores' rate limits and the controls take together, with a margin.
SOON = 40


def prove(world, claims):
    """The demo's weekend on a small scale, with real servers."""
    website = own_website(world)
    watcher = Plugwatch(
        world, "watching", dependencies(), overrides(world, website.url), channels=channel(world.emulator.url, CHAT)
    )
    watcher.start()
    all_live(world, claims, watcher)
    listing_removed(world, claims, watcher)
    zone_removed(world, claims, watcher)
    website_stopped_and_back(world, claims, watcher, website)
    nothing_else(world, claims, watcher)
    second_instance(claims, watcher)
    stops(claims, watcher)


def own_website(world):
    """A website on a separate nginx, over HTTPS, so that it can be stopped alone."""
    port = free_port()
    server = secure_server("127.0.0.1", port, world.certificate, world.pages.folder)
    website = Nginx(world.folder / "nginx-website", server, [("127.0.0.1", port)])
    website.url = f"https://127.0.0.1:{port}"
    website.start()
    return website


def dependencies():
    """Two stores, the domain and the website, checked as often as the rate limits allow."""
    return [
        dependency("android-app", "google_play/listing", SURE, "1s", package=PACKAGE, breaks="new installs"),
        dependency("ios-app", "apple/listing", SURE, "5s", track_id=TRACK),
        dependency("domain", "dns/zone", SURE, "1s", domain="shop.example"),
        dependency("website", "website/page", SURE, "1s", url="https://secure.example/", words=["Order now"]),
    ]


def overrides(world, website):
    """The vendors' test addresses."""
    return {
        "https://play.google.com": f"{world.stores}/play",
        "https://itunes.apple.com": f"{world.stores}/apple",
        "https://apps.apple.com": f"{world.stores}/apple_page",
        "https://secure.example": website,
    }


def all_live(world, claims, watcher):
    """The beginning: all four are live, and one message says so."""
    for name in ("android-app", "ios-app", "domain", "website"):
        shown = watcher.stands(name, "live", SOON)
        claims.hold("watching", f"{name} is shown as live", shown.get("verdict") == "live", shown)
    happens(lambda: world.emulator.messages(CHAT), 10)
    texts = world.emulator.messages(CHAT)
    fits = len(texts) == 1 and "monitoring 4: 4 working" in texts[0]
    claims.hold("watching", "the start message arrives at Telegram, once", fits, texts)


def told(world, claims, claim, headline, *words):
    """An alert with this headline and these words has arrived, once."""
    happens(lambda: world.emulator.about(CHAT, headline), 15)
    texts = world.emulator.about(CHAT, headline)
    fits = len(texts) == 1 and all(word in texts[0] for word in words)
    claims.hold("watching", claim, fits, texts or world.emulator.messages(CHAT))


def changed(claims, watcher, name, state, reason, fault):
    """A dependency changes to this state, with this reason and fault."""
    began = time.monotonic()
    shown = watcher.stands(name, state, SOON)
    took = time.monotonic() - began
    seen = (shown.get("verdict"), shown.get("reason"), shown.get("fault"))
    claim = f"{name} becomes {state} ({reason}, {fault})"
    claims.hold("watching", claim, seen == (state, reason, fault), f"after {took:.0f} s: {shown}")


def listing_removed(world, claims, watcher):
    """Google takes the app down."""
    world.pages.remove_from_play(PACKAGE)
    changed(claims, watcher, "android-app", "dropped", "not_listed", "vendor_decision")
    told(world, claims, "the alert about the removed listing arrives", "DROPPED: android-app",
         "(Google Play)", "Likely Google's decision.", "A second check agrees", "new installs")
    history = watcher.history("android-app")
    claims.hold("watching", "its history shows the flip", "working -> dropped (not_listed)" in history, history)


def zone_removed(world, claims, watcher):
    """The DNS hosts remove the zone."""
    world.names.remove_zone("shop")
    changed(claims, watcher, "domain", "dropped", "zone_refused", "vendor_decision")
    told(world, claims, "the alert about the removed zone arrives", "2nd vendor lost in 3 days: domain", "refuse shop.example")


def website_stopped_and_back(world, claims, watcher, website):
    """The website's nginx is stopped, and started again."""
    website.stop()
    changed(claims, watcher, "website", "outage", "unreachable", "unclear")
    told(world, claims, "the alert about the stopped website arrives", "OUTAGE: website", "plugwatch's own network is fine")
    website.start()
    shown = watcher.stands("website", "live", SOON)
    claims.hold("watching", "the website is live again after its return", shown.get("verdict") == "live", shown)
    told(world, claims, "its recovery is announced", "BACK: website")


def nothing_else(world, claims, watcher):
    """The other dependencies did not change, and no message was repeated."""
    shown = watcher.dependency("ios-app")
    claims.hold("watching", "the unchanged app is live all the time", shown.get("state") == "live", shown)
    # Reminders come while nobody acknowledges a critical alert.
    told = world.emulator.messages(CHAT)
    heads = [text.splitlines()[0] for text in told]
    # Two vendors are lost: one message gives the overall state.
    claims.hold("watching", "after the second loss, one message gives the overall state",
                any("SITUATION" in head for head in heads), heads)
    reminders = ("STILL ", "SITUATION")
    texts = [text for text, head in zip(told, heads) if not any(word in head for word in reminders)]
    claims.hold("watching", "six messages arrived, and no more", len(texts) == 6, texts)
    health = watcher.health() or {}
    empty = health.get("outbox_pending") == 0 and health.get("outbox_dead") == 0
    claims.hold("watching", "the outbox is empty", empty, health)


def second_instance(claims, watcher):
    """Two programs on one database would send every message twice."""
    second = watcher.second()
    fits = second.returncode == 1 and "is in use by another plugwatch" in second.stderr
    seen = f"{second.returncode}: {second.stderr}"
    claims.hold("watching", "a second plugwatch on the same database refuses to start and says why", fits, seen)


def stops(claims, watcher):
    """SIGTERM ends it cleanly."""
    began = time.monotonic()
    code = watcher.stop()
    took = time.monotonic() - began
    fits = code == 0 and took < 10
    claims.hold("watching", "SIGTERM ends it within 10 s with exit code 0", fits, f"{code} after {took:.1f} s")
