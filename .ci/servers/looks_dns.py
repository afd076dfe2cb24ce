"""Single checks of zones that Knot serves, refuses, breaks or does not have."""

from dataclasses import dataclass

from knot import CLOSED, HOSTS, REGISTRY, SILENT, rcode
from plugwatch import Plugwatch, dependency


@dataclass
class Zone:
    """One state of a zone: which server to query, its answer, and the expected result of a check."""

    name: str
    server: str
    rcode: str
    claim: str
    says: str
    why: str


ZONES = [
    Zone("good", HOSTS[0], "NOERROR", "a good zone is live", "working", "both name servers serve the zone and agree"),
    Zone("nodata", HOSTS[0], "NOERROR", "a zone without an address (NODATA) is live", "working", "both name servers"),
    Zone("never", REGISTRY[0], "NXDOMAIN", "NXDOMAIN at both servers of the parent says dropped",
         "says dropped (unconfirmed)", "the registry lists no name servers for never.example any more (both of its servers say so)"),
    Zone("leaving", HOSTS[0], "NOERROR", "before it is removed, the zone is live", "working", "serve the zone and agree"),
    Zone("broken", HOSTS[1], "SERVFAIL", "SERVFAIL from every server is an outage", "says outage (unconfirmed)",
         "both name servers have the zone, but cannot serve it (SERVFAIL)"),
    Zone("silent", SILENT, "none", "a server that does not answer is an outage", "says outage (unconfirmed)",
         "the only name server does not answer for silent.example"),
    Zone("closed", CLOSED, "none", "a closed port is an outage", "says outage (unconfirmed)",
         "the only name server does not answer for closed.example"),
    Zone("half", HOSTS[0], "NOERROR", "one silent server of two says degraded", "says degraded (unconfirmed)",
         "only 1 of 2 name servers answer"),
    Zone("parked", REGISTRY[0], "NOERROR", "parking servers at the parent say dropped", "says dropped (unconfirmed)",
         "the parent zone lists parking servers"),
]
REMOVED = Zone("leaving", HOSTS[0], "REFUSED", "REFUSED from every server, after the zone was removed, says dropped",
               "says dropped (unconfirmed)", "both name servers refuse leaving.example")


def prove(world, claims):
    """All zones in one run; then one of them is removed, and checked again."""
    zones = [dependency(zone.name, "dns/zone", domain=f"{zone.name}.example") for zone in ZONES]
    watcher = Plugwatch(world, "zones", zones, {})
    judge(world, claims, watcher.look(), ZONES)
    world.names.remove_zone("leaving")
    judge(world, claims, watcher.look(), [REMOVED])


def judge(world, claims, looked, zones):
    """kdig gets the intended answer, and plugwatch's result is correct."""
    for zone in zones:
        heard = rcode(zone.server, world.dns_port, f"{zone.name}.example", "NS")
        line = looked.line(zone.name)
        fits = heard == zone.rcode and line.says == zone.says and zone.why in line.why
        claims.hold("knot", zone.claim, fits, f"kdig {heard}; {line.says}: {line.why}")
