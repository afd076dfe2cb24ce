"""Knot DNS: a root, a registry with two servers, and two hosts that serve the zones."""

import re
import socket
import threading

from dnsready import answers
from processes import free_port, run, run_or_fail, start, stop, wait_until
from texts import fill

ROOT = "127.0.0.61"
REGISTRY = ("127.0.0.62", "127.0.0.63")
HOSTS = ("127.0.0.64", "127.0.0.65")
SILENT = "127.0.0.66"
CLOSED = "127.0.0.67"

_SOA = "@ 60 IN SOA a.invalid. op.invalid. 1 60 60 60 60\n"


class NameServer:
    """One knotd process. A zone whose text is None is configured, but its file is missing."""

    def __init__(self, folder, addresses, port, zones):
        folder.mkdir(parents=True)
        self._folder = folder
        self._addresses = addresses
        self._port = port
        self._zones = dict(zones)
        self._process = None
        self._lock = threading.Lock()
        for zone, text in zones.items():
            if text is not None:
                self._file(zone).write_text(text)
        self._configure()

    def start(self):
        """Starts it, and waits until it answers at each of its addresses."""
        self._process = start(["knotd", "-c", str(self._folder / "knot.conf")], self._folder / "knotd.log")
        for address in self._addresses:
            wait_until(f"knotd at {address}", lambda at=address: answers(at, self._port, "example"), 10, 0.05)

    def remove_zone(self, zone):
        """Removes this zone: from now on, the host refuses queries for it."""
        with self._lock:
            del self._zones[zone]
            self._configure()
            run_or_fail(["knotc", "-s", str(self._folder / "knot.sock"), "reload"])

    def stop(self):
        """Stops it."""
        stop(self._process)

    def _file(self, zone):
        return self._folder / f"{zone.strip('.') or 'root'}.zone"

    def _configure(self):
        listen = "\n".join(f"    listen: {address}@{self._port}" for address in self._addresses)
        zones = "\n".join(f"  - domain: {zone}\n    file: {self._file(zone)}" for zone in self._zones)
        text = fill("knot.conf", folder=self._folder, listen=listen, zones=zones)
        (self._folder / "knot.conf").write_text(text)


class Names:
    """The whole tree: root, registry of `example`, hosts, and a server that never answers."""

    def __init__(self, folder, served, broken, elsewhere):
        self.port = free_port()
        delegated = {**{zone: ("a.host", "b.host") for zone in [*served, *broken]}, **elsewhere}
        zones = {f"{zone}.example": _zone_text(addresses) for zone, addresses in served.items()}
        zones |= {f"{zone}.example": None for zone in broken}
        hosts = {at: NameServer(folder / f"host{n}", [at], self.port, zones) for n, at in enumerate(HOSTS)}
        self.hosts = list(hosts.values())
        registry = NameServer(folder / "registry", list(REGISTRY), self.port, {"example.": _registry_text(delegated)})
        root = NameServer(folder / "root", [ROOT], self.port, {".": _root_text()})
        self._all = [root, registry, *self.hosts]
        # A bound socket that is never read: queries arrive, and nothing answers.
        self._silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._silent.bind((SILENT, self.port))

    def start(self):
        """Starts all of them."""
        for server in self._all:
            server.start()

    def remove_zone(self, zone):
        """Both hosts drop the zone."""
        for host in self.hosts:
            host.remove_zone(f"{zone}.example")


def rcode(address, port, name, kind="SOA"):
    """The response code that an ordinary client gets there, or `none` if there is no answer."""
    question = ["kdig", f"@{address}", "-p", str(port), "+norec", "+timeout=1", "+retry=0", kind, name]
    found = re.search(r"status: (\w+)", run(question).stdout)
    return found[1] if found else "none"


def _root_text():
    glue = "".join(f"{n}.reg.example. 60 A {at}\n" for n, at in zip("ab", REGISTRY))
    own = f"$ORIGIN .\n{_SOA}@ 60 NS root-server.\nroot-server. 60 A {ROOT}\n"
    return f"{own}example. 60 NS a.reg.example.\nexample. 60 NS b.reg.example.\n{glue}"


def _registry_text(delegated):
    servers = {"a.reg": REGISTRY[0], "b.reg": REGISTRY[1], "a.host": HOSTS[0], "b.host": HOSTS[1]}
    servers |= {"silent.host": SILENT, "closed.host": CLOSED}
    lines = [f"{name} 60 A {at}\n" for name, at in servers.items()]
    lines += [f"{zone} 60 NS {name}\n" for zone, names in delegated.items() for name in names]
    return f"$ORIGIN example.\n{_SOA}@ 60 NS a.reg\n@ 60 NS b.reg\n{''.join(lines)}"


def _zone_text(addresses):
    lines = [f"@ 60 A {address}\n" for address in addresses]
    return f"{_SOA}@ 60 NS a.host.example.\n@ 60 NS b.host.example.\n@ 60 MX 10 mail\n{''.join(lines)}"
