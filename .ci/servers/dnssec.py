"""Signs zones with DNSSEC, correctly and incorrectly; any name server can serve the result.

Packages: bind9-utils (dnssec-keygen, dnssec-signzone).
"""

import datetime
import pathlib
import re
from dataclasses import dataclass

from processes import run_or_fail

_ALGORITHM = "ECDSAP256SHA256"


@dataclass
class Signed:
    """A signed zone: the text to serve, the DS lines for its parent, and its key as an anchor."""

    zone: str
    text: str
    ds: str
    anchor: str


def sign(folder, zone, text, begins=-1, ends=30):
    """Signs the zone with one new key for everything; the days count from now.

    `text` is a zone file whose names are relative to the zone. A chain of trust is built
    from below: the `ds` of a child must be in the parent's text before that is signed.
    """
    zone = zone.rstrip(".") + "."
    folder = pathlib.Path(folder) / (zone.strip(".") or "root")
    folder.mkdir(parents=True)
    plain, signed = folder / "plain.zone", folder / "signed.zone"
    plain.write_text(text)
    name = run_or_fail(["dnssec-keygen", "-q", "-K", str(folder), "-a", _ALGORITHM, "-f", "KSK", "-n", "ZONE", zone]).strip()
    # -S takes the key from the folder, -z lets the one key sign everything, and -P leaves
    # out the final check, which would refuse expired signatures.
    unchecked = ["-P"] if ends <= 0 else []
    run_or_fail([
        "dnssec-signzone", "-q", *unchecked, "-S", "-z", "-K", str(folder), "-d", str(folder), "-o", zone,
        "-s", _moment(begins), "-e", _moment(ends), "-f", str(signed), str(plain),
    ])
    key = (folder / f"{name}.key").read_text()
    anchor = "".join(line + "\n" for line in key.splitlines() if not line.startswith(";"))
    return Signed(zone, signed.read_text(), (folder / f"dsset-{zone}").read_text(), anchor)


def expired(folder, zone, text):
    """Bogus: correctly signed, but every signature expired ten days ago."""
    return sign(folder, zone, text, begins=-40, ends=-10)


def mismatched(folder, zone, text):
    """Bogus: the parent's DS belongs to a different key than the zone's."""
    signed = sign(folder, zone, text)
    other = sign(pathlib.Path(folder) / "other-key", zone, text)
    return Signed(signed.zone, signed.text, other.ds, other.anchor)


def tampered(folder, zone, text, old, new):
    """Bogus: after signing, one value in the zone was changed."""
    signed = sign(folder, zone, text)
    changed = re.sub(rf"(?m)(\s){re.escape(old)}$", rf"\g<1>{new}", signed.text)
    if changed == signed.text:
        raise ValueError(f"{old} is not in {zone}")
    return Signed(signed.zone, changed, signed.ds, signed.anchor)


def _moment(days):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return at.strftime("%Y%m%d%H%M%S")
