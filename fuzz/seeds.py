"""Makes the seed corpus: the catalogue's examples, the recorded certificates, and a few for each protocol.

    python3 fuzz/seeds.py      # from the project's folder
"""

import hashlib
import pathlib
import re
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]
CORPUS = ROOT / "fuzz" / "corpus"


def keep(target, data):
    """Writes one seed, named after the hash of its contents."""
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
                if vendor.get("id") == "status":
                    keep("status_pages", body)
                if vendor.get("id") == "domain":
                    keep("registries", body)
                if "whois" in example.get("step", ""):
                    keep("registries", body)


def from_registries():
    """The examples of every registry's format."""
    for file in sorted((ROOT / "config" / "registries").glob("*.toml")):
        for example in tomllib.loads(file.read_text()).get("example", []):
            keep("registries", example["body"].encode())


def of_texts():
    """Letters, pages, redirects, cron expressions and reports."""
    for zone in ("PST", "Coordinated Universal Time", "(UTC+08:00)", "MEZ", "Europe/Berlin"):
        keep("letters", f"We will close your account on Friday, December 4th at 5:00 PM {zone}.".encode())
    for text in (
        "Ihr Vertrag endet zum 31. Dezember 2026 um 12 Uhr.", "La cuenta se cierra el 3 de enero de 2027 a las 18:00.",
        "Votre compte sera ferm\u00e9 le 1er f\u00e9vrier 2027 \u00e0 minuit.", "You must respond within 3 business days.",
        "closed in 90 days, on 02/26/2027", "2027/01/10 12:00 UTC", "ends 2027-01-10T23:59Z", "immediately, by noon tomorrow",
    ):
        keep("letters", text.encode())
    keep("letters", b"From: a@b.example\r\nSubject: =?utf-8?B?U2h1dGRvd24=?=\r\nDate: Tue, 24 Nov 2026 10:15:00 -0800\r\n"
         b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>We end this&nbsp;Friday,\r\n<b>4 December</b> at 5:00&nbsp;PM.</p>\r\n")
    page = "<html><head><meta charset={0}><title>\u00e9</title></head><body>Terms &amp; Conditions &#233; a&shy;b&nbsp;c</body></html>"
    for named, codec in (("utf-8", "utf-8"), ("gbk", "gbk"), ("windows-1251", "utf-8"), ("shift_jis", "shift_jis"), ("utf-16", "utf-16")):
        keep("charsets", named.encode() + b"\n" + page.format(named).encode(codec, "replace"))
        keep("charsets", b"\n" + page.format(named).encode(codec, "replace"))
    keep("redirects", b"/a\nid=1; Path=/; Secure; Max-Age=9\nhttps://b.example/caf\xe9?x#y\nid=; expires=Thu, 01-Jan-70 00:00:00 GMT")
    keep("redirects", "//user:word@c.example/\u0634\n../../x\n?\n".encode())
    for line in ("0 9 * * 5-7", "*/5 * * * *", "30 2 * * *", "0 0 1,15 * *", "0 9 * * Sat-Sun", "15 30 2 29 2 ?", "0 9 L * *"):
        keep("schedules", line.encode())
    keep("reports", b'[{"check": "sms", "ok": 3, "failed": 40, "code": "30002"}, {"check": "mail", "ok": 1}]')
    keep("reports", b"255")


def from_tests_of_deadlines():
    """Every sentence in the tests of the readers of letters, and sentences of the words that those know."""
    sources = [*(ROOT / "src" / "core" / "time" / "deadline").glob("*.rs"), *(ROOT / "src" / "acts").glob("*.rs"),
               ROOT / "src" / "core" / "people" / "wording.rs"]
    for file in sorted(sources):
        text = re.sub(r"\\\n\s*", "", file.read_text())
        for sentence in re.findall(r'"((?:[^"\\\n]|\\.)*)"', text):
            sentence = sentence.replace("\\n", "\n").replace('\\"', '"').replace("{", "").replace("}", "")
            if sentence.count(" ") >= 2:
                keep("cut_offs", sentence.encode())
                keep("letters", sentence.encode())
    words = (ROOT / "fuzz" / "words" / "letters.txt").read_text().split("\n")[:-1]
    for sentence in (
        "we will close your account|within|30|days|of|the date of this letter", "the closure|is moved|from|10|January|to|29|January",
        "termination|takes place|two weeks after|10|January", "the second|Friday|of|January|at|17 Uhr|UTC", "notice|is withdrawn|.",
        "your account|will be|closed|on|12/10|at|noon", "on|13/10|.|your account|will be|suspended|on|3/4/2027", "Friday week|at|5 PM|PST",
        "our clients'|data|will be|deleted|in|90|days", "3|business days|after|receipt", "Friday|12:00|-|17 Uhr|CET|not later than|Monday",
        "original|old date|10|January|new date|29|January", "the last|of|January|or|Friday|the first", "all times are in UTC|.|your account|is|suspended|5:00 p.m.",
        "30 days' notice|from|10|January|,|unless|you|appeal|by|3/4/2027", "every|Monday|until|31|January|then|closed",
    ):
        numbers = [words.index(word) if word in words else words.index(word.split()[0]) if word.split()[0] in words else 0
                   for word in sentence.split("|")]
        keep("cut_offs", bytes([0, *numbers]))


def of_what_is_typed():
    """Domains, apps, hours, buttons and a bundle."""
    for text in (
        "example.org", "https://www.b\u00fccher.example/shop?x", "example.co.uk.", "com.example.app", "id1402042596", "@example/package",
        "https://apps.apple.com/us/app/example/id1402042596", "Mon-Fri 08:00-18:00", "Sat,Sun 22:00-06:00", "00:00-24:00", "Sun 02:30-03:30",
        "v1:ack:pw-1", "v1:it_was_us:pw-99",
    ):
        keep("typed", text.encode())
    bundle = b'{"schema": "plugwatch.catalog/1", "keys": [], "files": {"_version.toml": "version = 1"}}'
    keep("bundles", bundle)
    # One frame of zstd (RFC 8878) with a raw block.
    keep("bundles", b"\x28\xb5\x2f\xfd\x20" + bytes([len(bundle)]) + (len(bundle) << 3 | 1).to_bytes(3, "little") + bundle)
    keep("bundles", b"untrusted comment: signature\nRUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=\n"
         b"trusted comment: version 1\ny/rUw2y8/hOUYjZU71eHp/Wo1KZ40fGy2VJEDl34XMJM+TX48Ss/17u3IvIfbVR1FkZZSNCisQbuQY+bHwhEBg==\n")


def of_mails_with_attachments():
    """A text, a calendar entry and a scan, attached."""
    head = (b"From: a@b.example\r\nSubject: Shutdown\r\nDate: Tue, 24 Nov 2026 10:15:00 -0800\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee the notice.\r\n--b\r\n")
    parts = (
        b"Content-Type: text/plain; name=n.txt\r\nContent-Disposition: attachment; filename=n.txt\r\n\r\nIt ends on 4 December 2026.\r\n",
        b"Content-Type: text/calendar; method=REQUEST\r\nContent-Disposition: attachment; filename=e.ics\r\n\r\nBEGIN:VEVENT\r\n"
        b"DTSTART;TZID=Europe/Berlin:20261204T170000\r\nSUMMARY:Your shop\r\n  is closed\r\nDESCRIPTION:a\\nb\\, c\r\nEND:VEVENT\r\n",
        b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=n.pdf\r\n\r\n%PDF\r\n",
    )
    for part in parts:
        keep("letters", head + part + b"--b--\r\n")
    keep("letters", head + b"--b\r\n".join(parts) + b"--b--\r\n")


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
        b"v=DKIM1; p=AAAA\nv=DKIM1; k=rsa; p=AAAA", b"v  =   DMARC1;p=ReJEct; pct=0", b"v=spf1 ip6:192.0.2.1 ip4:192.0.2.300 ptr -all",
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
    for make in (
        from_catalogue, from_registries, of_texts, from_tests_of_deadlines, of_what_is_typed, of_mails_with_attachments, from_files, by_hand,
        certificates,
    ):
        make()
    for folder in sorted(CORPUS.iterdir()):
        print(folder.name, len(list(folder.iterdir())))
