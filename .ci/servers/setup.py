"""Sets up the built plugwatch for an invented platform on real servers: two
different authoritative name servers below a root and a registry, RDAP answers, nginx with
the site, its well-known files and the stores, Postfix, and unbound as the users' resolver.

    in_namespace 127.0.0.71 setup.py PATH_TO_BINARY FOLDER
"""

import json
import pathlib
import re
import sys
import time
from dataclasses import dataclass

from bind import Bind
from botapi import BotApi
from certificates import Authority
from claims import count
from knot import ROOT, NameServer
from nginx import Nginx, secure_server
from pages import APPLE_CONTROL, Pages
from postfix import Postfix
from processes import free_port, run
from terminal import talk
from texts import fill
from unbound import Unbound

LONGEST = 400
DOMAIN = "acme-shop.test"
REGISTRY, FIRST, SECOND, MAIL, SITE = "127.0.0.62", "127.0.0.63", "127.0.0.64", "127.0.0.91", "127.0.0.21"
RESOLVERS = ("127.0.0.71", "127.0.0.72", "127.0.0.73")
ANCHORS = ("127.0.0.41", "127.0.0.42", "127.0.0.43")
_SOA = "@ 60 IN SOA a.invalid. op.invalid. 1 60 60 60 60\n"
# A key of RFC 8463, appendix A.
_KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
_MX = "in1-smtp.messagingengine.com"

# The root itself serves names below com: well-known vendors' names and networks.
_ROOT = f"""$ORIGIN .
{_SOA}@ 60 NS root-server.
root-server. 60 A {ROOT}
test. 60 NS ns.test.
ns.test. 60 A {REGISTRY}
ada.ns.cloudflare.com. 60 A {FIRST}
bob.ns.cloudflare.com. 60 A {SECOND}
{_MX}. 60 A {MAIL}
spf.messagingengine.com. 60 TXT "v=spf1 ip4:192.0.2.0/24 ~all"
sendgrid.net. 60 TXT "v=spf1 ip4:198.51.100.0/24 ~all"
s1.domainkey.u1.wl.sendgrid.net. 60 TXT "{_KEY}"
s2.domainkey.u1.wl.sendgrid.net. 60 TXT "{_KEY}"
21.0.0.127.origin.asn.cymru.com. 60 TXT "13335 | 127.0.0.0/24 | US | test | 2026-01-01"
AS13335.asn.cymru.com. 60 TXT "13335 | US | test | 2026-01-01 | CLOUDFLARENET, US"
"""
_TEST = f"""$ORIGIN test.
{_SOA}@ 60 NS ns
ns 60 A {REGISTRY}
acme-shop 60 NS ada.ns.cloudflare.com.
acme-shop 60 NS bob.ns.cloudflare.com.
verbose 60 NS bob.ns.cloudflare.com.
wild 60 NS ada.ns.cloudflare.com.
"""
# Ten thousand texts are too large for an answer; in the other zone, every name resolves.
_VERBOSE = f"$ORIGIN verbose.test.\n{_SOA}@ 60 NS bob.ns.cloudflare.com.\n" + "".join(
    f'@ 60 TXT "token-{n}=x"\n' for n in range(10_000)
)
_WILD = f'$ORIGIN wild.test.\n{_SOA}@ 60 NS ada.ns.cloudflare.com.\n@ 60 A {SITE}\n* 60 A {SITE}\n* 60 TXT "{_KEY}"\n'
_ZONE = f"""$ORIGIN {DOMAIN}.
{_SOA}@ 60 NS ada.ns.cloudflare.com.
@ 60 NS bob.ns.cloudflare.com.
@ 60 A {SITE}
www 60 A {SITE}
@ 60 MX 10 {_MX}.
@ 60 TXT "v=spf1 include:spf.messagingengine.com include:sendgrid.net -all"
@ 60 TXT "stripe-verification=0123abcd"
@ 60 TXT "atlassian-domain-verification=xyz"
s1._domainkey 60 CNAME s1.domainkey.u1.wl.sendgrid.net.
s2._domainkey 60 CNAME s2.domainkey.u1.wl.sendgrid.net.
_dmarc 60 TXT "v=DMARC1; p=reject"
"""
_PAGE = """<html><head><title>Acme Shop | Better shoes</title><script src="https://js.stripe.com/v3/"></script></head>
<body>Order now. <a href="https://apps.apple.com/us/app/acme-shop/id1234567890">iOS</a></body></html>"""
_SERVED = ("domain", "dns", "website", "mail-in", "mail-out", "ios-acme-shop", "android-acme-shop")


@dataclass
class World:
    """The platform, and its parts that tests can break."""

    binary: str
    folder: pathlib.Path
    network: pathlib.Path
    pages: Pages
    mail: Postfix


def build(binary, folder):
    """Starts every server."""
    NameServer(folder / "root", [ROOT], 53, {".": _ROOT}).start()
    NameServer(folder / "registry", [REGISTRY], 53, {"test.": _TEST}).start()
    Bind(folder / "bind", FIRST, 53, {f"{DOMAIN}.": _ZONE, "wild.test.": _WILD}).start()
    NameServer(folder / "knot", [SECOND], 53, {f"{DOMAIN}.": _ZONE, "verbose.test.": _VERBOSE}).start()
    for at in RESOLVERS:
        Unbound(folder / f"resolver-{at}", at, 53, {".": [ROOT]}, "").start()
    authority = Authority(folder / "certificates", "ours")
    mail = Postfix(folder / "postfix", MAIL, 25, DOMAIN, authority.issue("mx", f"DNS:{_MX}"), _MX)
    mail.start()
    pages = Pages(folder / "pages")
    write_pages(pages)
    anchor_at, others = free_port(), free_port()
    names = [f"{n}.anchor.example" for n in ("one", "two", "three")]
    shown = authority.issue("anchor", ",".join(f"DNS:{name}" for name in names))
    site = authority.issue("site", f"DNS:{DOMAIN},DNS:www.{DOMAIN}")
    servers = [fill("platform.conf", site=SITE, certificate=site, pages=pages.folder, others=others)]
    servers += [secure_server(at, anchor_at, shown, pages.folder) for at in ANCHORS]
    listening = [(SITE, 443), ("127.0.0.1", others)] + [(at, anchor_at) for at in ANCHORS]
    Nginx(folder / "nginx", "\n".join(servers), listening).start()
    anchors = [f"{name}@{at}:{anchor_at}" for name, at in zip(names, ANCHORS)]
    network = folder / "network.toml"
    network.write_text(_network(anchors, authority.file, f"http://127.0.0.1:{others}"))
    return World(binary=binary, folder=folder, network=network, pages=pages, mail=mail)


def _network(anchors, authority, others):
    places = {
        "data.iana.org": "iana", "rdap.registry.test": "rdap", "itunes.apple.com": "apple",
        "apps.apple.com": "apple_page", "play.google.com": "play",
    }
    overrides = "\n".join(f'"https://{host}" = "{others}/{path}"' for host, path in places.items())
    return (
        f"[network]\nloopback_only = true\ntimeout = \"5s\"\nanchors = {json.dumps(anchors)}\ndns_roots = [\"{ROOT}\"]\n"
        f"resolvers = {json.dumps(RESOLVERS)}\nca_file = \"{authority}\"\n\n[override]\n{overrides}\n"
    )


def write_pages(pages):
    """The site with its well-known files, the registry's answer, and the apps in the stores."""
    own = pages.folder / "platform"
    for path in (".well-known", "rdap"):
        (own / path).mkdir(parents=True)
    (own / "index.html").write_text(_PAGE)
    apps = {"applinks": {"details": [{"appIDs": ["ABCDE12345.com.acme.shop", "ABCDE12345.com.acme.beta"]}]}}
    (own / ".well-known/apple-app-site-association").write_text(json.dumps(apps))
    link = {"relation": [], "target": {"namespace": "android_app", "package_name": "com.acme.shop"}}
    (own / ".well-known/assetlinks.json").write_text(json.dumps([link]))
    (own / "bootstrap.json").write_text(json.dumps({"services": [[["test"], ["https://rdap.registry.test/"]]]}))
    (own / f"rdap/{DOMAIN}.json").write_text(json.dumps(_registration()))
    app = {
        "trackId": 1234567890, "bundleId": "com.acme.shop", "trackName": "Acme Shop", "sellerName": "Acme Inc.",
        "sellerUrl": f"https://{DOMAIN}/apps", "artistId": 77, "trackViewUrl": "https://apps.apple.com/us/app/id1234567890",
    }
    control = {"trackId": APPLE_CONTROL, "bundleId": "com.apple.Pages", "trackName": "Pages", "trackViewUrl": "https://apps.apple.com/us/app/id1"}
    other = {**app, "trackId": 1234567891, "bundleId": "com.acme.seller", "trackName": "Acme Seller"}
    lists = {"Acme+Seller": [other], "1234567891": [other], f"1234567891,{APPLE_CONTROL}": [other, control], "1234567890": [app], "com.acme.shop": [app], f"1234567890,{APPLE_CONTROL}": [app, control], "com.acme.beta": [], "77": [app, other]}
    for name, results in lists.items():
        (pages.folder / f"apple/{name}.json").write_text(json.dumps({"resultCount": len(results), "results": results}))
    for number, title in ((1234567890, "Acme Shop"), (1234567891, "Acme Seller")):
        (pages.folder / f"apple_page/us/app/id{number}.html").write_text(fill("apple_page.html", track_id=number, title=title))
    pages.list_on_play("com.acme.shop", "Acme Shop")


def _registration():
    return {
        "objectClassName": "domain", "ldhName": DOMAIN, "status": ["client transfer prohibited"],
        "events": [{"eventAction": "expiration", "eventDate": "2037-01-01T00:00:00Z"}],
        "nameservers": [{"ldhName": f"{name}.ns.cloudflare.com"} for name in ("ada", "bob")],
        "entities": [{
            "roles": ["registrar"], "publicIds": [{"type": "IANA Registrar ID", "identifier": "146"}],
            "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "GoDaddy.com, LLC"]]],
        }],
    }


def prove(world, claims):
    """The intact platform; the same file checked again; a third of the platform broken; and invalid names."""
    hold = lambda claim, true, seen="": claims.hold("setup", claim, true, seen)  # noqa: E731
    does = lambda *arguments: run([world.binary, *arguments], within=120, cwd=world.folder)  # noqa: E731
    init = lambda config, *more: does("init", DOMAIN, "--network", str(world.network), "-c", str(config), *more)  # noqa: E731
    whole = world.folder / "whole.toml"
    began = time.monotonic()
    done = init(whole, "--platform", "Acme Shop")
    took = time.monotonic() - began
    hold("init writes a file", done.returncode == 0 and whole.exists(), done.stdout + done.stderr)
    hold(f"within two minutes ({took:.1f} s here)", took < 120)
    text = whole.read_text() if whole.exists() else ""
    hold("everything that is served is monitored", _watched(text) == sorted(_SERVED), f"{_watched(text)}\n{done.stdout}")
    ending = "Monitoring 7 of 11. Not monitored: Cloudflare, SendGrid, Stripe (need a key)"
    hold("the last line lists what was found and is not monitored", ending in done.stdout, done.stdout)
    for line in ("GoDaddy", "Cloudflare DNS", "Fastmail", "SendGrid", "Stripe"):
        sure = [found for found in done.stdout.splitlines() if line in found and "seen once" not in found]
        hold(f"{line} is found by two sources", bool(sure), done.stdout)
    hold("a vendor with only one sign is marked as seen once", re.search(r"Atlassian.*seen once", done.stdout) is not None, done.stdout)
    hold("the beta that no store lists is not monitored", "com.acme.beta" in text and 'id = "ios-com-acme-beta"' not in _active(text), text)
    hold("the developer's other app is not monitored", "Acme Seller" in text and "ios-acme-seller" not in _watched(text), text)
    checked = does("check", "-c", str(whole))
    hold("check finds everything live", checked.returncode == 0, checked.stdout + checked.stderr)
    drawn = does("map", "-c", str(whole))
    hold("the map names the companies", drawn.returncode == 0 and "Cloudflare" in drawn.stdout, drawn.stdout + drawn.stderr)
    again = init(whole)
    hold("a second init finds nothing new", again.returncode == 0 and "nothing is new" in again.stdout, again.stdout + again.stderr)
    hold("and changes nothing", whole.read_text() == text)
    _with_a_person(world, hold)
    _broken(world, init, does, hold, whole)
    _bad_names(world, does, hold)


def _with_a_person(world, hold):
    """A person at a terminal, who has a bot and writes to it."""
    bot = BotApi()
    network = world.folder / "with-bot.toml"
    network.write_text(world.network.read_text() + f'"https://api.telegram.org" = "{bot.url}"\n')
    config = world.folder / "asked.toml"
    answers = [
        ("What is your platform called", "The Shop"), ("Your apps", ""), ("Is Acme Seller (App Store) yours?", "y"), ("The bot's token", "123:abc"),
        ("Send alerts in Telegram", "y"), ("Send alerts to Ops", "y"),
    ]
    said = talk(
        [world.binary, "init", DOMAIN, "--network", str(network), "-c", str(config)], world.folder,
        {}, answers, 90,
    )
    kept = world.folder / "credentials/PLUGWATCH_TELEGRAM_TOKEN"
    hold("the bot's token is kept where only they can read it", kept.exists() and kept.read_text() == "123:abc" and kept.stat().st_mode & 0o777 == 0o600, said)
    hold("and is not shown", "123:abc" not in said, said)
    text = config.read_text() if config.exists() else ""
    hold("a person is asked, and the answer is used", 'platform = "The Shop"' in text, said)
    hold("an app that the person confirms is monitored", "ios-acme-seller" in _watched(text), f"{_watched(text)}\n{said}")
    hold("the bot greets with the chat's id", bot.sent == [(-100123, "Hello. plugwatch will send its alerts here (chat -100123).")], str(bot.sent))
    hold("and the file has that chat, and the user who wrote there", "chats = [-100123]\nusers = [7]" in text, text)
    hold("the person sees the progress", f"https://{DOMAIN}/: 200" in said, said)


def _broken(world, init, does, hold, whole):
    world.mail.stop()
    (world.pages.folder / "platform/index.html").unlink()
    (world.pages.folder / f"platform/rdap/{DOMAIN}.json").unlink()
    world.pages.remove_from_play("com.acme.shop")
    half = world.folder / "half.toml"
    done = init(half)
    text = half.read_text() if half.exists() else ""
    hold("with a third of the platform broken, init still writes a file", done.returncode == 0 and bool(text), done.stdout + done.stderr)
    hold("a shorter one", _watched(text) == ["dns", "ios-acme-shop", "mail-out"], f"{_watched(text)}\n{text}")
    for what in ("the registration", "its mail servers answer", f"the page at https://{DOMAIN}/", "no listing in US"):
        hold(f"that says why {what} is not monitored", what in text, text)
    checked = does("check", "-c", str(half))
    hold("and all of it is live", checked.returncode == 0, checked.stdout + checked.stderr)
    known = does("init", DOMAIN, "--network", str(world.network), "-c", str(world.folder / "known.toml"), "--app", "ios:com.acme.shop", "--chat", "-100777")
    hold("an app that a person names is found by its bundle id", known.returncode == 0, known.stdout + known.stderr)
    hold("a chat that a person names is in the file", "chats = [-100777]" in (world.folder / "known.toml").read_text())
    # A file that monitors less: new findings are added at its end, once.
    less = world.folder / "less.toml"
    less.write_text(whole.read_text().split("# SendGrid (outbound mail)")[0].rsplit("# com.acme.shop is named", 1)[0])
    begun = less.read_text()
    more = init(less, "--write")
    hold("new findings are added at the end", more.returncode == 0 and less.read_text().startswith(begun) and less.read_text() != begun, more.stdout)
    grown = less.read_text()
    once = init(less, "--write")
    hold("and only once", once.returncode == 0 and less.read_text() == grown, once.stdout)
    before = whole.read_text()
    again = init(whole, "--write")
    hold("with the first file, it names the failing entries", "- mail-in: " in again.stdout and "- domain: " in again.stdout, again.stdout)
    hold("and leaves the file unchanged", whole.read_text() == before)


def _bad_names(world, does, hold):
    for given, code, words in (
        ("co.uk", 2, "is a suffix under which others register names"), ("localhost", 2, "it has no dot"),
        ("192.0.2.1", 2, "it is an IP address"), (f"api.{DOMAIN}", 1, f"does not exist, although {DOMAIN} does"), ("nobody-has-this.test", 1, "does not exist"),
    ):
        done = does("init", given, "--network", str(world.network), "-c", str(world.folder / "none.toml"))
        said = done.stderr.strip()
        hold(f"{given} is refused with an explanation", done.returncode == code and words in said, f"{done.returncode}: {said}")
    for given, words in (("verbose.test", "its texts (TXT): no name server gave a usable answer"), ("wild.test", "(wildcard DNS)")):
        done = does("init", given, "--network", str(world.network), "-c", str(world.folder / f"{given}.toml"))
        hold(f"{given} is discovered, and its problem is named", done.returncode == 0 and words in done.stdout, done.stdout + done.stderr)
    hold("and nothing is written for them", not (world.folder / "none.toml").exists())


def _active(text):
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def _watched(text):
    entries = _active(text).split("[[dependency]]")[1:]
    watched = [entry for entry in entries if not re.search(r"(?m)^not_monitored", entry)]
    return sorted(named for entry in watched for named in re.findall(r'(?m)^id = "([^"]+)"', entry))


def main(binary, folder):
    """Runs the script."""
    def prove_it(claims):
        claims.run("setup", prove, build(str(pathlib.Path(binary).resolve()), pathlib.Path(folder)), claims)

    return count(prove_it, LONGEST)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
