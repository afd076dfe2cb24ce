"""unbound: a validating resolver that starts from the test root, one process per address.

Packages: unbound, knot-dnsutils (kdig). Not needed: unbound-anchor, dns-root-data.
"""

import re

from dnsready import answers
from processes import run, start, stop, wait_until
from texts import fill


class Unbound:
    """One resolver in the foreground, with all of its state in its own folder."""

    def __init__(self, folder, address, port, zones, anchors, blocked=None, data=()):
        """`zones` maps a zone to the addresses of its servers, which all use `port`.

        On port 53 the root alone is enough: `{".": [ROOT]}`. unbound follows delegations to
        port 53 only, so on another port every zone must be named. `anchors` is the text of
        the trust anchors (`Signed.anchor` of the root); "" validates nothing. `blocked`
        maps names to what this resolver does with them: always_refuse, always_null (0.0.0.0),
        always_nxdomain. `data` are records that it gives itself.
        """
        folder.mkdir(parents=True)
        self.log = folder / "unbound.log"
        self._folder = folder
        self._address = address
        self._port = port
        self._process = None
        (folder / "anchors").write_text(anchors)
        (folder / "unbound.conf").write_text(fill(
            "unbound.conf", folder=folder, address=address, port=port,
            anchors=f'    trust-anchor-file: "{folder}/anchors"' if anchors else "",
            blocked="\n".join(f'    local-zone: "{name}" {how}' for name, how in (blocked or {}).items())
            + "".join(f"\n    local-data: '{record}'" for record in data),
            stubs="\n".join(_stub(zone, addresses, port) for zone, addresses in zones.items()),
        ))

    def start(self):
        """Starts it, and waits until it resolves the root."""
        # -d: in the foreground. -p: no file with its process id.
        self._process = start(["unbound", "-d", "-p", "-c", str(self._folder / "unbound.conf")], self.log)
        # It refuses queries that do not request recursion.
        wait_until(f"unbound at {self._address}", lambda: answers(self._address, self._port, ".", True, 2) == "NOERROR", 10, 0.05)

    def stop(self):
        """Stops it."""
        return stop(self._process)


def resolve(address, port, name, kind="A", checking=True):
    """The response of this resolver to an ordinary client: the response code, flags and answers.

    `checking=False` sets CD=1: the resolver does not validate, and also returns bogus records.
    """
    question = ["kdig", f"@{address}", "-p", str(port), "+timeout=5", "+retry=0", "+dnssec", kind, name]
    text = run(question + ([] if checking else ["+cdflag"])).stdout
    code, flags = re.search(r"status: (\w+)", text), re.search(r"Flags: ([\w ]*)", text)
    answers = re.findall(rf"(?m)^\S+\s+\d+\s+IN\s+{kind}\s+(.+)$", text)
    return (code[1] if code else "none"), (flags[1].split() if flags else []), answers


def _stub(zone, addresses, port):
    lines = "\n".join(f"    stub-addr: {address}@{port}" for address in addresses)
    return f'stub-zone:\n    name: "{zone}"\n{lines}'
