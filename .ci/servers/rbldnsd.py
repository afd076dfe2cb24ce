"""rbldnsd: block lists of addresses and of domains, and one that answers everything.

Packages: rbldnsd. It speaks UDP only.
"""

from dnsready import answers
from processes import start, stop, wait_until

# Each list's zone needs these two lines: without a SOA, no resolver may cache "not listed".
_HEAD = "$SOA 60 a.invalid. op.invalid. 1 60 60 60 5\n$NS 60 {server}\n"
# RFC 5782: every list of addresses lists 127.0.0.2 and not 127.0.0.1, so that a client can
# see that it works; every list of domains lists `test` and not `invalid`.
_ADDRESSES = ":127.0.0.2:Listed, see https://list.test/$\n127.0.0.2\n{listed}"
_DOMAINS = ":127.0.1.2:Listed, see https://list.test/$\ntest\n{listed}"
# Spamhaus's answer to every query through a public resolver.
_REFUSAL = ":127.255.255.254:Error: open resolver; https://check.test/returnc/pub/\n"


class Rbldnsd:
    """One rbldnsd in the foreground, with its lists in its own folder."""

    def __init__(self, folder, address, port, server, listed=("192.0.2.66",), domains=()):
        """`server` is this server's name; it serves `ip.`, `domain.` and `refused.` + `server`'s parent.

        A domain that begins with a dot is listed with all names below it.
        """
        folder.mkdir(parents=True)
        self.log = folder / "rbldnsd.log"
        self._folder = folder
        self._address = address
        self._port = port
        self._process = None
        parent = server.rstrip(".").partition(".")[2]
        self.zones = [f"{kind}.{parent}" for kind in ("ip", "domain", "refused")]
        head = _HEAD.format(server=server)
        (folder / "ip").write_text(head + _ADDRESSES.format(listed="".join(f"{one}\n" for one in listed)))
        (folder / "domain").write_text(head + _DOMAINS.format(listed="".join(f"{one}\n" for one in domains)))
        # rbldnsd does not accept one entry for all addresses, or for all domains.
        (folder / "all").write_text(f"{head}{_REFUSAL}0.0.0.0/1\n128.0.0.0/1\n")
        names = "".join(f".{last}\n" for last in ("com", "net", "org", "test", "example", "invalid"))
        (folder / "all-names").write_text(f"{head}{_REFUSAL}{names}")

    def start(self):
        """Starts it, and waits until it serves its lists."""
        ip, domain, refused = self.zones
        # -n: in the foreground. -u: it refuses to run as root. -w: it enters this folder before it
        # changes the user, so the folders above may be readable by root only.
        at = f"{self._address}/{self._port}"
        command = ["rbldnsd", "-n", "-4", "-u", "nobody", "-w", str(self._folder), "-b", at, "-t", "5"]
        zones = [f"{ip}:ip4set:ip", f"{domain}:dnset:domain", f"{refused}:ip4set:all", f"{refused}:dnset:all-names"]
        self._process = start(command + zones, self.log)
        for zone in self.zones:
            wait_until(f"rbldnsd with {zone}", lambda of=zone: answers(self._address, self._port, of) == "NOERROR", 10, 0.05)

    def stop(self):
        """Stops it."""
        return stop(self._process)
