"""How people are notified: mail through Postfix with STARTTLS into a maildir, read by Python's parser;
a signed webhook, verified by the library of the Standard Webhooks project and against plugwatch's schema."""

import email
import email.policy
import http.server
import json
import pathlib
import re
import sys
import threading

from plugwatch import Plugwatch, dependency
from processes import happens

_SCHEMA = pathlib.Path(__file__).parents[2] / "docs" / "webhook.schema.json"
_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # from the specification's own examples


class Receiver:
    """Stores every request that is posted to it."""

    def __init__(self):
        self.requests = []
        self.beats = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Accepts every request."""

            def do_POST(self):
                """Stores headers and body."""
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(204)
                self.end_headers()

            def do_GET(self):
                """A heartbeat."""
                receiver.beats.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                """Logs nothing: the claims report what happened."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def texts(self):
        """The received messages, oldest first."""
        return [json.loads(body)["text"] for _, body in self.requests]


def _channels(world, folder, receiver):
    (folder / "webhook.secret").write_text(_SECRET)
    (folder / "heartbeat.url").write_text(receiver.url.replace("/hook", "/ping/uuid"))
    return f"""
[[channel]]
kind = "email"
server = "mx.test"
port = 2525
ca_file = "{world.authority}"
from = "plugwatch <alerts@mail.test>"
to = ["Ops <ops@mail.test>"]

[[channel]]
kind = "email"
name = "mail over TLS"
server = "mx.test"
port = {world.mail.tls_port}
security = "tls"
ca_file = "{world.authority}"
from = "plugwatch <alerts@mail.test>"
to = ["Second <ops@mail.test>"]

[[channel]]
kind = "webhook"
url = "{receiver.url}"
secret = {{ file = "{folder}/webhook.secret" }}

[heartbeat]
url = {{ file = "{folder}/heartbeat.url" }}
every = "10s"
"""


def _mails(world):
    """The mails in the mailbox, oldest first, as read by another program."""
    files = sorted((world.mail.inbox / "ops" / "new").glob("*"), key=lambda file: file.stat().st_mtime)
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


def prove(world, claims):
    """A test of the channels, and a drill that somebody acknowledges."""
    sys.path.insert(0, world.packages)
    receiver = Receiver()
    plugin = {"command": ["/usr/lib/nagios/plugins/check_dummy", "0", "all is well"]}
    watched = dependency("standby", "exec/plugin", every="1m", fallback="the other one", **plugin)
    own = Plugwatch(world, "telling", [watched], {}, network=world.network, channels=_channels(world, world.folder, receiver))
    said, code = own.does("notify", "test")
    hold = lambda claim, true, seen="": claims.hold("telling", claim, true, seen)  # noqa: E731
    hold("notify test says that both e-mail channels and the webhook accepted it", code == 0 and said.count("accepted,") >= 3, said)
    happens(lambda: len(_mails(world)) == 2, 20)
    mails = _mails(world)
    seen = f"{len(mails)} mails; {world.mail.log.read_text()[-800:]}"
    hold("both mails are in the mailbox, one sent with STARTTLS and one with TLS from the start", len(mails) == 2, seen)
    for mail in mails:
        _read_mail(mail, hold)
    _read_webhook(receiver, hold)
    _drill(world, own, receiver, hold)


def _read_mail(mail, hold):
    received = " ".join(mail.get_all("Received", []))
    hold(f"Postfix accepted the mail to {mail['To']} over TLS", "with ESMTPS" in received, received)
    hold("its subject is the title", mail["Subject"] == "Test: Shop can reach you here", str(mail["Subject"]))
    hold("it says that a program wrote it", mail["Auto-Submitted"] == "auto-generated", str(mail["Auto-Submitted"]))
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    hold("it has a text part", text is not None and "Nothing happened" in text.get_content(), str(text))
    hold("it has an HTML part", page is not None and "<b>Test: Shop" in page.get_content(), str(page))
    hold("nothing in it is broken", not mail.defects, str(mail.defects))


def _read_webhook(receiver, hold):
    import jsonschema  # noqa: PLC0415
    from standardwebhooks import Webhook, WebhookVerificationError  # noqa: PLC0415

    happens(lambda: receiver.requests, 10)
    headers, body = receiver.requests[0]
    try:
        Webhook(_SECRET).verify(body, headers)
        hold("the specification's own library verifies the signature", True)
    except WebhookVerificationError as error:
        hold("the specification's own library verifies the signature", False, str(error))
    try:
        Webhook(_SECRET).verify(body + b" ", headers)
        hold("a changed body is refused", False, "it was accepted")
    except WebhookVerificationError:
        hold("a changed body is refused", True)
    errors = list(jsonschema.Draft202012Validator(json.loads(_SCHEMA.read_text())).iter_errors(json.loads(body)))
    hold("the body follows the schema", not errors, str(errors[:2]))


def _drill(world, own, receiver, hold):
    own.start()
    own.stands("standby", "live", 30)
    happens(lambda: receiver.beats, 20)
    hold("the dead man's switch gets a heartbeat", receiver.beats[:1] == ["/ping/uuid"], str(receiver.beats))
    log = own.begins("drill", "standby", "--wait", "30s", "--by", "Ada")
    happens(lambda: any("DRILL" in text for text in receiver.texts()), 20)
    drilled = [text for text in receiver.texts() if "DRILL" in text]
    hold("a drill is sent once to the webhook", len(drilled) == 1, str(receiver.texts()))
    drills = lambda: [str(mail["To"]) for mail in _mails(world) if "DRILL" in str(mail["Subject"])]  # noqa: E731
    happens(lambda: len(drills()) == 2, 20)
    hold("and once through each e-mail channel", sorted(drills()) == ["Ops <ops@mail.test>", "Second <ops@mail.test>"], str(drills()))
    named = re.search(r"Drill (pw-\w+):", log.read_text())
    hold("the command names the drill", named is not None, log.read_text())
    if named:
        said, code = own.does("ack", named.group(1), "--by", "Bob")
        hold("somebody else acknowledges it", code == 0 and "Drill acknowledged by Bob" in said, said)
        happens(lambda: "acknowledged by Bob" in log.read_text(), 15)
        hold("the command that started it shows that", "acknowledged by Bob" in log.read_text(), log.read_text())
    own.does("notify", "test")
    said, code = own.does("report")
    hold("the report lists the test and the drill", "Channels tested" in said and "acknowledged by Bob" in said, said)
    hold("it stops cleanly", own.stop() == 0)
