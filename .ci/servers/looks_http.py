"""Single checks of stores and websites that nginx serves, correctly and incorrectly."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from nginx import status_of
from plugwatch import Plugwatch, dependency
from processes import free_port

PACKAGE = "org.example.shop"
GONE = "org.example.gone"
MOVED = "org.example.moved"
TRACK = 1402042596
TRACK_GONE = 1402042597


@dataclass
class Store:
    """One behaviour of a store, and the expected result of a check."""

    serves: str
    status: int
    claim: str
    says: str
    why: str
    package: str = PACKAGE


STORES = [
    Store("play", 200, "a listed app is live", "working", "is listed in the US store"),
    Store("play", 200, "a listing with a changed inner layout is live, because its identity is there", "working", "layout changed", MOVED),
    Store("play", 404, "a 404 while the control is listed says dropped", "says dropped (unconfirmed)",
          "other listings there are still up; a second check agrees", GONE),
    Store("lying", 404, "a 404 for everything, including the control, proves nothing", "unknown (control_gone)", "this check can't be trusted"),
    Store("bare", 404, "a 404 without the store's own words proves nothing", "unknown (unrecognised)", ""),
    Store("half", 404, "a 404 while the control answers 503 is an outage", "says outage (unconfirmed)",
          "other listings there fail as well"),
    Store("throttled", 429, "429 is unknown, not an outage", "unknown (rate_limited)", "asks plugwatch to slow down"),
    Store("down", 503, "503 is an outage", "says outage (unconfirmed)", "answers 503; plugwatch's own network is fine"),
    Store("slow", 200, "a body that takes too long is an outage", "says outage (unconfirmed)", "within the time limit"),
    Store("endless", 200, "an endless body is unknown", "unknown (unreadable)", "larger than the limit"),
    Store("bomb", 200, "a gzip bomb is unknown", "unknown (unreadable)", "far more than its size"),
    Store("circle", 302, "a store that redirects in a circle is unknown", "unknown (unreadable)", "in a loop"),
    Store("changed", 200, "a changed layout is unknown, not live and not gone", "unknown (unrecognised)", ""),
    Store("walled", 503, "a bot check is unknown, not an outage", "unknown (bot_wall)", "a CAPTCHA or bot check"),
]


def prove(world, claims):
    """Every way a store or a website can answer, once."""
    with ThreadPoolExecutor(4) as several:
        # Each check has its own process and so its own rate limit; none waits for another.
        looks = [several.submit(look_at_store, world, claims, store) for store in STORES]
        looks.append(several.submit(look_at_apple, world, claims))
        looks.append(several.submit(look_at_sites, world, claims))
        looks.append(several.submit(look_when_nobody_listens, world, claims))
        looks.append(several.submit(look_without_own_network, world, claims))
        for look in looks:
            look.result()


def look_at_store(world, claims, store):
    """One check of Google Play with this behaviour."""
    base = f"{world.stores}/{store.serves}"
    real = status_of(f"{base}/store/apps/details?id={store.package}&hl=en&gl=us")
    listing = dependency("app", "google_play/listing", package=store.package)
    name = f"store-{store.serves}-{store.package.split('.')[-1]}"
    looked = Plugwatch(world, name, [listing], {"https://play.google.com": base}).look()
    line = looked.line("app")
    fits = line.says == store.says and store.why in line.why and real == store.status
    code = 0 if store.says == "working" else 1
    seen = f"nginx {real}; plugwatch {looked.code}: {line.says}: {line.why}"
    claims.hold("nginx", store.claim, fits and looked.code == code, seen)
    # Low memory use counts only if the check really ran.
    did_look = bool(looked.lines)
    if store.serves in ("endless", "bomb"):
        frugal = did_look and looked.memory_mb < 150
        claims.hold("nginx", f"{store.serves}: plugwatch stays below 150 MB", frugal, f"{looked.memory_mb} MB")
    if store.serves == "endless":
        sent = world.nginx.most_sent("/endless/") >> 20
        claims.hold("nginx", "endless: plugwatch disconnects after a few of 1024 MB", did_look and sent < 64, f"{sent} MB were sent")


def look_at_apple(world, claims):
    """Apple's lookup API returns its control in the same answer."""
    overrides = {"https://itunes.apple.com": f"{world.stores}/apple", "https://apps.apple.com": f"{world.stores}/apple_page"}
    apps = [dependency("listed", "apple/listing", track_id=TRACK), dependency("removed", "apple/listing", track_id=TRACK_GONE)]
    looked = Plugwatch(world, "store-apple", apps, overrides).look()
    line = looked.line("listed")
    claims.hold("nginx", "an app in Apple's lookup is live", line.says == "working", line)
    line = looked.line("removed")
    fits = line.says == "says dropped (unconfirmed)" and "a second check agrees" in line.why
    claims.hold("nginx", "an app missing from Apple's lookup and page says dropped", fits, line)


@dataclass
class Site:
    """One website, and the expected result of a check."""

    name: str
    claim: str
    says: str
    why: str
    path: str = "/"
    words: str = "Order now"


SITES = [
    Site("fine", "a website with its words is live", "working", "the expected text"),
    Site("suspended", "a host's page for suspended accounts says dropped", "says dropped (unconfirmed)", "suspended accounts"),
    Site("bare-words", "a website without its words is unknown", "unknown (wrong_page)", "Order now"),
    Site("nowhere", "a website that answers 404 is out, not dropped", "says outage (unconfirmed)", "404"),
    Site("circle", "a website that redirects in a circle is an outage", "says outage (unconfirmed)", "redirects in a loop"),
    Site("down", "a website that answers 503 is an outage", "says outage (unconfirmed)", "the site answers 503"),
    Site("secure", "HTTPS with a certificate for the name is live", "working", "the expected text"),
    Site("moved", "a redirect on the way is followed", "working", "the expected text", "/moved"),
    Site("ending", "a certificate that expires in a few days says degraded", "says degraded (unconfirmed)", "its certificate expires in"),
    Site("between", "a valid certificate whose authority expires in a few days says degraded", "says degraded (unconfirmed)",
         'its certificate\'s issuer "between-ours" expires in'),
    Site("cookies", "a site that requires its cookie to be returned is live", "working", "the expected text"),
    Site("charset-header", "a page in GBK, as its header says, is live", "working", "the expected text", words="立即订购"),
    Site("charset-meta", "a page in windows-1251, as its meta element says, is live", "working", "the expected text", words="Заказать"),
    Site("charset-bom", "a page in UTF-16, as its first bytes say, is live", "working", "the expected text", words="dès maintenant"),
    Site("expired", "an expired certificate is an outage", "says outage (unconfirmed)", "the certificate has expired"),
    Site("another", "a certificate for another name is an outage", "says outage (unconfirmed)", "is for other names"),
    Site("untrusted", "a certificate of an unknown authority is an outage", "says outage (unconfirmed)", "no trusted authority"),
]


def place_of(world, name):
    """The address at which nginx serves this website."""
    if name in ("circle", "down", "cookies", "charset-header", "charset-bom"):
        return f"{world.stores}/{name}"
    return world.secure.get(name) or f"{world.stores}/site/{name}"


def look_at_sites(world, claims):
    """One run checks all websites, over HTTP and HTTPS."""
    origins = {site.name: f"https://{site.name}.example" for site in SITES}
    overrides = {origin: place_of(world, name) for name, origin in origins.items()}
    sites = [
        dependency(site.name, "website/page", url=origins[site.name] + site.path, words=[site.words]) for site in SITES
    ]
    looked = Plugwatch(world, "sites", sites, overrides).look()
    for site in SITES:
        line = looked.line(site.name)
        claims.hold("nginx", site.claim, line.says == site.says and site.why in line.why, line)


def look_when_nobody_listens(world, claims):
    """A port on which nothing listens."""
    site = dependency("site", "website/page", url="https://site.example/", words=["Order now"])
    looked = Plugwatch(world, "nobody", [site], {"https://site.example": f"http://127.0.0.1:{free_port()}"}).look()
    line = looked.line("site")
    fits = line.says == "says outage (unconfirmed)" and "the connection is refused" in line.why
    claims.hold("nginx", "a host on which nothing listens is an outage", fits, line)


def look_without_own_network(world, claims):
    """The same dead host, while plugwatch's own network is down as well, or intercepts connections."""
    site = dependency("site", "website/page", url="https://site.example/", words=["Order now"])
    overrides = {"https://site.example": f"http://127.0.0.1:{free_port()}"}
    dead = [f"127.0.0.{n}:{free_port()}" for n in (31, 32, 33)]
    lying = [anchor.replace("anchor", "other") for anchor in world.anchors]
    for name, anchors, claim in [
        ("nobody-anchors", dead, "while no reference host answers, nothing is claimed about any vendor"),
        ("others-anchor", lying, "reference hosts with somebody else's certificate do not count"),
    ]:
        looked = Plugwatch(world, name, [site], overrides, anchors=anchors).look()
        claims.hold("nginx", claim, looked.code == 1 and looked.text.startswith("blind:"), looked.text)
