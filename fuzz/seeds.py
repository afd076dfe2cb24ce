"""Makes the seed corpus: the catalogue's examples, the recorded certificates, and a few of each protocol.

    python3 fuzz/seeds.py      # from the project's folder
"""

import hashlib
import pathlib
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]
CORPUS = ROOT / "fuzz" / "corpus"


def keep(target, data):
    """One seed, under the hash of what it holds."""
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def from_catalogue():
    """Every example that has a body."""
    for file in sorted((ROOT / "config" / "catalog").rglob("*.toml")):
        vendor = tomllib.loads(file.read_text())
        for name, check in vendor.get("check", {}).items():
            for n, example in enumerate(check.get("example", [])):
                body = example.get("body", "").encode()
                if not body:
                    continue
                keep("http_answer", bytes([n % 256, len(name) % 8]) + body)
                if b"<" in body:
                    keep("html", body)
                if vendor.get("id") == "domain":
                    keep("registries", body)
                if "whois" in example.get("step", ""):
                    keep("registries", body)


def from_files():
    """Configurations and certificates."""
    for file in [*sorted((ROOT / "tests" / "config").glob("*.toml")), ROOT / "config" / "plugwatch.toml"]:
        keep("config", file.read_bytes())


def by_hand():
    """A few answers of each protocol."""
    question = b"\x12\x34\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00\x07example\x03org\x00\x00\x01\x00\x01"
    keep("name_server", question + b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01")
    keep("name_server", question + b"\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x3c\x00\x06\x05hello")
    keep("name_server", question + b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x02\xc0\x0c")
    keep("mail_server", b"220 mx.example.org ESMTP\r\n250-mx.example.org\r\n250 STARTTLS\r\n250 ok\r\n550 5.1.1 no\r\n250 ok\r\n221 bye\r\n")
    keep("mail_server", b"554 5.7.1 no service\r\n")
    for record in (
        b"v=spf1 include:example.net a mx ip4:192.0.2.0/24 ~all", b"v=spf1 exists:%{i}._spf.example.net redirect=example.net",
        b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", b"v=DKIM1; p=",
        b"v=DMARC1; p=reject; sp=quarantine; rua=mailto:d@example.org", b"version: STSv1\nmode: enforce\nmx: *.example.net\nmax_age: 1\n",
    ):
        keep("mail_records", record)
    keep("registries", b'{"version": "1.0", "services": [[["org", "net"], ["https://rdap.example.net/"]]]}')
    keep("registries", b"domain:       IO\nwhois:        whois.nic.io\n")
    keep("program", b"DISK CRITICAL: 3 % free | /=26632781824B;243497277849;; 'a b'=1.5s bare 'x''y'=U\nmore\n")


def certificates():
    """Whatever PEM files the tests have, and one made here, as DER."""
    import base64
    import re
    import subprocess
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=seed/O=Seed",
         "-addext", "subjectAltName=DNS:seed.example", "-addext", "crlDistributionPoints=URI:http://seed.example/ca.crl"],
        capture_output=True, check=True,
    ).stdout.decode()
    keep("certificates", base64.b64decode(re.search("-----BEGIN CERTIFICATE-----(.*?)-----END", made, re.S)[1]))


if __name__ == "__main__":
    for make in (from_catalogue, from_files, by_hand, certificates):
        make()
    for folder in sorted(CORPUS.iterdir()):
        print(folder.name, len(list(folder.iterdir())))
