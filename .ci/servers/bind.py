"""BIND: one authoritative name server with a separate address.

Packages: bind9 (named), iproute2 (ip).
"""

from dnsready import answers
from loopback import add_address, remove_address
from processes import start, stop, wait_until
from texts import fill


class Bind:
    """One `named` process in the foreground, with all of its state in its own folder."""

    def __init__(self, folder, address, port, zones):
        """`zones` maps the name of each zone to its text, signed or not."""
        folder.mkdir(parents=True)
        self.log = folder / "named.log"
        self._folder = folder
        self._address = address
        self._port = port
        self._zones = list(zones)
        self._process = None
        self._address_is_ours = False
        for zone, text in zones.items():
            (folder / _file(zone)).write_text(text)
        listed = "\n".join(f'zone "{zone}" {{ type primary; file "{_file(zone)}"; }};' for zone in zones)
        (folder / "named.conf").write_text(fill("named.conf", folder=folder, address=address, port=port, zones=listed))

    def start(self):
        """Starts it, and waits until it serves each of its zones."""
        # named listens only at addresses that an interface lists. Most of 127/8 is not listed,
        # so named would start and listen nowhere.
        self._address_is_ours = add_address(self._address)
        # -g: in the foreground, and the log to stderr. -n: one thread, not one per core.
        command = ["named", "-g", "-4", "-n", "1", "-c", str(self._folder / "named.conf")]
        self._process = start(command, self.log)
        for zone in self._zones:
            wait_until(f"named with {zone}", lambda of=zone: answers(self._address, self._port, of) == "NOERROR", 10, 0.05)

    def stop(self):
        """Stops it, and removes its address."""
        code = stop(self._process)
        if self._address_is_ours:
            remove_address(self._address)
        return code


def _file(zone):
    return f"{zone.strip('.') or 'root'}.zone"
