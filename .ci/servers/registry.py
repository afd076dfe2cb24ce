"""Checks domains in ICANN's RDAP server: in good standing, on hold, and unknown.

    registry.py PATH_TO_BINARY FOLDER
"""

import json
import os
import pathlib
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field

from claims import count
from looks import Look, look_at_all
from nginx import Nginx, secure_server
from certificates import Authority
from pages import Pages
from processes import free_port, start, wait_until

# The timeout of the whole run in seconds.
LONGEST = 120
ANCHORS = ("127.0.0.41", "127.0.0.42", "127.0.0.43")
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class World:
    """The monitored hosts, and their addresses."""

    binary: str
    folder: pathlib.Path
    authority: pathlib.Path
    anchors: list
    dns_port: int = 53
    network: str = field(default="")


class Registry:
    """One rdap-srv process; it serves the objects in its folder."""

    def __init__(self, folder):
        self._folder = folder
        self._data = folder / "data"
        self._data.mkdir(parents=True)
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}/rdap"

    def start(self):
        """Starts it, and waits until it answers."""
        settings = {"RDAP_SRV_DATA_DIR": str(self._data), "RDAP_SRV_LISTEN_ADDR": "127.0.0.1", "RDAP_SRV_LISTEN_PORT": str(self.port)}
        settings["RDAP_SRV_AUTO_RELOAD"] = "true"
        start(["rdap-srv"], self._folder / "rdap-srv.log", env={"PATH": os.environ["PATH"], **settings})
        wait_until("the registry", lambda: self._answers("help"), 20)

    def write(self, name, *status):
        """Puts a domain into the registry's folder."""
        domain = {
            "objectClassName": "domain", "rdapConformance": ["rdap_level_0"], "ldhName": name, "status": list(status),
            "events": [{"eventAction": "expiration", "eventDate": "2037-01-01T00:00:00Z"}],
            "nameservers": [{"objectClassName": "nameserver", "ldhName": "ns1.example.net"}],
            "entities": [{
                "objectClassName": "entity", "handle": "146", "roles": ["registrar"],
                "publicIds": [{"type": "IANA Registrar ID", "identifier": "146"}],
                "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Example Registrar"]]],
            }],
        }
        (self._data / f"{name}.json").write_text(json.dumps(domain))

    def reload(self, name, status):
        """Makes it reread its folder, and waits until the domain has this status."""
        (self._data / "reload").touch()
        wait_until(f"{status} of {name}", lambda: status in self._answers(f"domain/{name}"), 20)

    def _answers(self, path):
        try:
            # Without this field the server's thread ends in a panic.
            request = urllib.request.Request(f"{self.base}/{path}", headers={"Accept": "application/rdap+json"})
            with _DIRECT.open(request, timeout=5) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()
        except OSError:
            return ""


def build(binary, folder):
    """Only the anchors; the checks name their registry."""
    authority = Authority(folder / "certificates", "ours")
    names = [f"{n}.anchor.example" for n in ("one", "two", "three")]
    shown, port = authority.issue("anchor", ",".join(f"DNS:{name}" for name in names)), free_port()
    pages = Pages(folder / "pages")
    pages.show_site("fine")
    servers = "\n".join(secure_server(at, port, shown, pages.folder) for at in ANCHORS)
    Nginx(folder / "nginx", servers, [(at, port) for at in ANCHORS]).start()
    anchors = [f"{name}@{at}:{port}" for name, at in zip(names, ANCHORS)]
    return World(binary=binary, folder=folder, authority=authority.file, anchors=anchors)


def prove(world, claims):
    """Good standing, a hold that appears while it runs, and an unknown domain."""
    registry = Registry(world.folder / "registry")
    registry.write("good.example", "active", "client transfer prohibited")
    registry.write("held.example", "active")
    registry.start()
    at = lambda name: {"domain": f"{name}.example", "rdap_base": registry.base}  # noqa: E731
    look = lambda name, *rest: Look(name, "domain/registration", *rest, at(name))  # noqa: E731
    look_at_all(world, claims, "registry", [
        look("good", "working", "good.example is registered until 2037", "a domain in good standing"),
        look("held", "working", "held.example is registered", "before its hold, the domain is live"),
        look("never", "unknown (registry_not_found)", "finds no never.example", "a \"not found\" proves nothing"),
    ])
    registry.write("held.example", "client hold")
    registry.reload("held.example", "client hold")
    look_at_all(world, claims, "registry", [
        look("held", "says dropped (unconfirmed)", "has put held.example on “client hold”", "a hold is found at the next check"),
        look("good", "working", "", "and the other domain is unchanged"),
    ])


def main(binary, folder):
    """Runs the script."""
    def prove_it(claims):
        claims.run("registry", prove, build(str(pathlib.Path(binary).resolve()), pathlib.Path(folder)), claims)

    return count(prove_it, LONGEST)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
