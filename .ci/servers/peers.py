"""Runs the built plugwatch against name servers, a mail server, blocklists, TLS servers, Amazon's
APIs and third-party plugins, in a separate network namespace, and counts the claims.

    in_namespace 127.0.0.71 peers.py PATH_TO_BINARY FOLDER MOTO
"""

import pathlib
import sys
from dataclasses import dataclass, field

import looks_aws
import looks_mail
import looks_names
import looks_plugins
import looks_telling
import looks_tls
from amazon import Moto, front
from bind import Bind
from certificates import Authority
from claims import count
from dnssec import expired, mismatched, sign, tampered
from knot import ROOT, NameServer
from nginx import Nginx, secure_server
from openssl_server import CrlHost, all_hosts
from pages import Pages
from postfix import Postfix
from processes import free_port
from rbldnsd import Rbldnsd
from unbound import Unbound

LONGEST = 300
REGISTRY, BIND, LISTS, MAIL = "127.0.0.62", "127.0.0.63", "127.0.0.81", "127.0.0.91"
# It refuses a zone's SOA, but returns its addresses.
PARTIAL = "127.0.0.74"
# The whole namespace uses the first one, too.
RESOLVERS = ("127.0.0.71", "127.0.0.72", "127.0.0.73")
ANCHORS = ("127.0.0.41", "127.0.0.42", "127.0.0.43")
# The namespace is empty, so the real ports are free; unbound follows delegations to no other.
DNS_PORT, SMTP_PORT = 53, 2525

_SOA = "@ 60 IN SOA a.invalid. op.invalid. 1 60 60 60 60\n"
_CHILD = f"{_SOA}@ 60 NS bind.test.\n@ 60 A 127.0.0.1\n@ 60 MX 10 mail\n"
# A key of RFC 8463, appendix A.
_KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
# The second selector has an old text in addition to its key.
_KEYS = f's1 60 TXT "{_KEY}"\ns4 60 TXT "{_KEY}"\ns4 60 TXT "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3"\n'
_HOSTS = ("expired", "another", "self", "revoked", "good", "dual", "crl")


@dataclass
class World:
    """The monitored hosts, and their addresses."""

    binary: str
    folder: pathlib.Path
    authority: pathlib.Path
    anchors: list
    tls: dict
    crl: CrlHost
    moto: Moto
    front: int
    dns_port: int = DNS_PORT
    mail: Postfix = None
    packages: str = ""
    network: str = field(default="")


def build(binary, folder, packages):
    """Starts every server."""
    start_names(folder)
    authority = Authority(folder / "certificates", "ours")
    anchor_at, front_at = free_port(), free_port()
    names = [f"{n}.anchor.example" for n in ("one", "two", "three")]
    shown = authority.issue("anchor", ",".join(f"DNS:{name}" for name in names))
    pages = Pages(folder / "pages")
    pages.show_site("fine")
    moto = Moto(folder / "moto", free_port(), packages)
    moto.start()
    servers = [secure_server(at, anchor_at, shown, pages.folder) for at in ANCHORS]
    servers.append(front("127.0.0.1", front_at, moto.port, looks_aws.HOSTS))
    Nginx(folder / "nginx", "\n".join(servers), [(at, anchor_at) for at in ANCHORS] + [("127.0.0.1", front_at)]).start()
    mail = Postfix(folder / "postfix", MAIL, SMTP_PORT, "mail.test", authority.issue("mx", "DNS:mx.test"))
    mail.start()
    crl_at = free_port()
    hosts, revoked = all_hosts(folder / "tls", "127.0.0.1", authority, "crl.test", crl_at, "Order now")
    crl = CrlHost("127.0.0.1", crl_at)
    crl.body = revoked
    for host in hosts.values():
        host.start()
    resolvers = ", ".join(f'"{at}"' for at in RESOLVERS)
    return World(
        binary=binary, folder=folder, authority=authority.file,
        anchors=[f"{name}@{at}:{anchor_at}" for name, at in zip(names, ANCHORS)],
        tls={name: f"https://{name}.test:{host.port}/index.html" for name, host in hosts.items()},
        crl=crl, moto=moto, front=front_at, mail=mail, packages=packages, network=f"resolvers = [{resolvers}]\nsmtp_port = {SMTP_PORT}",
    )


def start_names(folder):
    """A signed root and `test` in Knot, zones in BIND, lists in rbldnsd, and unbound in front of them."""
    keys = folder / "keys"
    children = [
        sign(keys, "signed.test", _CHILD), expired(keys, "expired-zone.test", _CHILD),
        mismatched(keys, "mismatch.test", _CHILD), tampered(keys, "tampered.test", _CHILD, "127.0.0.1", "127.0.0.2"),
    ]
    test = sign(keys, "test", _registry(children))
    # Lookups of an address's network are below com, which this root serves itself.
    networks = (
        '1.0.0.127.origin.asn.cymru.com. 60 TXT "64496 | 127.0.0.0/24 | ZZ | test | 2026-01-01"\n'
        'AS64496.asn.cymru.com. 60 TXT "64496 | ZZ | test | 2026-01-01 | EXAMPLE-NET, ZZ"\n'
    )
    delegation = f"root-server. 60 A {ROOT}\ntest. 60 NS ns.test.\nns.test. 60 A {REGISTRY}\n{test.ds}"
    root = sign(keys, ".", f"{_SOA}@ 60 NS root-server.\n{delegation}{networks}")
    NameServer(folder / "root", [ROOT], DNS_PORT, {".": root.text}).start()
    NameServer(folder / "registry", [REGISTRY], DNS_PORT, {"test.": test.text}).start()
    zones = {child.zone: child.text for child in children} | {"unsigned.test.": f'{_CHILD}{_KEYS}'}
    Bind(folder / "bind", BIND, DNS_PORT, zones).start()
    Rbldnsd(folder / "lists", LISTS, DNS_PORT, "rbl.lists.test.", domains=("bad.test",)).start()
    blocked = ({}, {"blocked.test.": "always_refuse"}, {"blocked.test.": "always_null"})
    for at, refuses in zip(RESOLVERS, blocked):
        Unbound(folder / f"resolver-{at}", at, DNS_PORT, {".": [ROOT]}, root.anchor, refuses).start()
    partly = {"nosoa.test.": "refuse"}, ["nosoa.test. 60 A 127.0.0.1"]
    Unbound(folder / "partial", PARTIAL, DNS_PORT, {".": [ROOT]}, root.anchor, *partly).start()


def _registry(children):
    zones = [child.zone for child in children] + ["unsigned.test.", "refused.test."]
    lists = "".join(f"{name}.lists 60 NS rbl.lists\n" for name in ("ip", "domain", "refused"))
    hosts = "".join(f"{name} 60 A 127.0.0.1\n" for name in _HOSTS)
    # Nothing listens on its other address.
    hosts += "dual 60 AAAA ::1\n"
    mail = (
        f"mail 60 MX 10 mx\nmx 60 A {MAIL}\nsilent 60 MX 10 nobody\nnobody 60 A 127.0.0.99\nnull 60 MX 0 .\n"
        'mail 60 TXT "v=spf1 include:vendor.test -all"\nvendor 60 TXT "v=spf1 ip4:192.0.2.0/24 ~all"\n'
        '_dmarc.mail 60 TXT "v=DMARC1; p=reject"\n'
        + "".join(f"{key}._domainkey.mail 60 CNAME {key}.unsigned\n" for key in ("s1", "s2", "s4"))
        + "s3._domainkey.mail 60 CNAME s3.vendor-that-lapsed\n"
    )
    return (
        f"{_SOA}@ 60 NS ns\nns 60 A {REGISTRY}\nbind 60 A {BIND}\npartial 60 A {PARTIAL}\nnosoa 60 NS partial\nblocked 60 A 127.0.0.1\nrbl.lists 60 A {LISTS}\n"
        + "".join(f"{zone} 60 NS bind.test.\n" for zone in zones)
        + "".join(child.ds for child in children) + lists + hosts + mail
    )


def main(binary, folder, packages):
    """Runs all parts, one after the other."""
    def prove(claims):
        world = build(str(pathlib.Path(binary).resolve()), pathlib.Path(folder), packages)
        for name, part in (
            ("names", looks_names), ("mail", looks_mail), ("tls", looks_tls), ("aws", looks_aws), ("plugins", looks_plugins),
            ("telling", looks_telling),
        ):
            claims.run(name, part.prove, world, claims)

    return count(prove, LONGEST)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
