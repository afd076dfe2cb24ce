"""Starts the servers, runs all parts in parallel against the built plugwatch, and counts the claims.

    servers.py PATH_TO_BINARY FOLDER
"""

import pathlib
import sys
import threading
from dataclasses import dataclass

import blind
import crash
import http2
import looks_dns
import looks_http
import watching
from certificates import Authority
from claims import count
from knot import Names
from nginx import Nginx, secure_server
from pages import Pages
from processes import free_port
from telegram import Emulator
from texts import fill

# The timeout of the whole run in seconds.
LONGEST = 400
ANCHORS = ("127.0.0.41", "127.0.0.42", "127.0.0.43")


@dataclass
class World:
    """The monitored hosts, and their addresses."""

    binary: str
    folder: pathlib.Path
    checkout: pathlib.Path
    authority: pathlib.Path
    certificate: pathlib.Path
    pages: Pages
    nginx: Nginx
    stores: str
    secure: dict
    anchors: list
    names: Names
    dns_port: int
    emulator: Emulator


def build(binary, folder):
    """Starts every server."""
    pages = all_pages(folder / "pages")
    names = all_names(folder / "names")
    http, anchor = free_port(), free_port()
    certificates, authority = all_certificates(folder / "certificates")
    secure = {name: free_port() for name in certificates if name != "anchor"}
    servers = [fill("stores.conf", http=http, pages=pages.folder, package=looks_http.PACKAGE)]
    servers += [secure_server("127.0.0.1", port, certificates[name], pages.folder) for name, port in secure.items()]
    servers += [secure_server(at, anchor, certificates["anchor"], pages.folder) for at in ANCHORS]
    listening = [("127.0.0.1", port) for port in (http, *secure.values())] + [(at, anchor) for at in ANCHORS]
    nginx = Nginx(folder / "nginx", "\n".join(servers), listening)
    nginx.start()
    names.start()
    secure = {name: f"https://127.0.0.1:{port}" for name, port in secure.items()}
    return World(
        binary=binary, folder=folder, checkout=pathlib.Path(__file__).resolve().parents[2],
        authority=authority, certificate=certificates["secure"], pages=pages, nginx=nginx,
        stores=f"http://127.0.0.1:{http}", secure=secure | {"moved": secure["secure"]},
        anchors=[f"{n}.anchor.example@{at}:{anchor}" for n, at in zip(("one", "two", "three"), ANCHORS)],
        names=names, dns_port=names.port, emulator=Emulator(folder),
    )


def all_pages(folder):
    """Every page that exists at the beginning."""
    pages = Pages(folder)
    pages.list_on_play(looks_http.PACKAGE, "Shop")
    pages.list_on_play(looks_http.MOVED, "Shop, moved")
    pages.change_play_layout(looks_http.MOVED)
    pages.list_on_play(watching.PACKAGE, "Shop, watched")
    pages.list_on_apple(looks_http.TRACK, "Shop")
    pages.list_on_apple(looks_http.TRACK_GONE, "Shop, removed", listed=False)
    pages.show_site("fine")
    pages.show_site("bare-words", "Nothing to see")
    pages.suspend_site("suspended")
    pages.show_letters("charset-header", "<html><h1>欢迎</h1>立即订购</html>", "gbk")
    pages.show_letters("charset-meta", '<html><head><meta charset="windows-1251"></head>Заказать</html>', "cp1251")
    pages.show_letters("charset-bom", "\ufeff<html>Commandez dès maintenant</html>", "utf-16-le")
    return pages


def all_names(folder):
    """Every zone of the tree; one part removes `leaving`, another `shop`."""
    served = {"good": ["127.0.0.1"], "nodata": [], "leaving": ["127.0.0.1"], "shop": ["127.0.0.1"], "half": ["127.0.0.1"]}
    elsewhere = {
        "silent": ("silent.host",), "closed": ("closed.host",), "half": ("a.host", "silent.host"),
        "parked": ("ns1.parkingcrew.net.", "ns2.parkingcrew.net."),
    }
    return Names(folder, served, ["broken"], elsewhere)


def all_certificates(folder):
    """The certificates by the name of their website, and the authority that signed most of them."""
    ours, strangers = Authority(folder, "ours"), Authority(folder, "strangers")
    # With an override, the client connects to an address and so requests that; the check
    # of the certificate itself requests the name. A good certificate is for both.
    both = "DNS:{}.example,IP:127.0.0.1".format
    return {
        "secure": ours.issue("secure", both("secure") + ",DNS:moved.example"),
        "ending": ours.issue("ending", both("ending"), ends=5),
        "between": ours.under("between-ours", ends=3).issue("between", both("between")),
        "expired": ours.issue("expired", both("expired"), begins=-40, ends=-10),
        "another": ours.issue("another", "DNS:somebody-else.example"),
        "untrusted": strangers.issue("untrusted", both("untrusted")),
        "anchor": ours.issue("anchor", ",".join(f"DNS:{n}.anchor.example" for n in ("one", "two", "three"))),
    }, ours.file


def prove_all(world, claims):
    """Runs the parts; they share the servers, but no data that another part changes."""
    parts = [
        ("crash", crash.prove), ("watching", watching.prove), ("no network", blind.prove),
        ("knot", looks_dns.prove), ("nginx", looks_http.prove), ("http2", http2.prove),
    ]
    threads = [threading.Thread(target=claims.run, args=(name, prove, world, claims)) for name, prove in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(binary, folder):
    """Runs all parts."""
    return count(lambda claims: prove_all(build(binary, pathlib.Path(folder)), claims), LONGEST)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
