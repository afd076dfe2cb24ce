"""A vendor whose account page returns the account's state, and a webhook that stores its messages; both count requests."""

import http.server
import json
import threading
import time

from processes import free_port, start, stop, wait_until
from plugwatch import environment

CATALOGUE = '''
id = "acme"
name = "Acme"
parent = "hetzner"
category = "hosting"
status_page = { url = "https://status.acme.example/", format = "page" }
notice_senders = ["acme.example"]

[check.account]
title = "Account standing"
ask = "http"
every = "10m"
role = "standing"
proves = "standing"
confirm = { basis = "own_statement" }

[check.account.params]
account_id = { pattern = "a[0-9]+", about = "your account's id", example = "a1" }

[check.account.request]
url = "https://api.acme.example/accounts/{account_id}"

[[check.account.rule]]
when = 'http.status == 200 and json.id == param.account_id and json.state == "active"'
verdict = "live"
reason = "active"
say = "Acme lists the account as active"

[[check.account.rule]]
when = 'http.status == 200 and json.id == param.account_id and json.state == "suspended"'
verdict = "dropped"
reason = "account_suspended"
say = "Acme lists account {{ param.account_id }} as suspended{{ json.why or '' }}"

[check.account.example_params]
account_id = "a1"

[[check.account.example]]
name = "active"
status = 200
body = '{"id": "a1", "state": "active", "why": ""}'
verdict = "live"

[[check.account.example]]
name = "suspended"
status = 200
body = '{"id": "a1", "state": "suspended", "why": ""}'
verdict = "dropped"
'''


class Acme:
    """The vendor, the webhooks that receive alerts, and three reference hosts."""

    def __init__(self):
        self.lock = threading.Lock()
        self.states = {}
        self.why = ""
        self.asked = {}
        self.told = []
        self.refusing = None
        acme = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                account = self.path.rsplit("/", 1)[-1]
                with acme.lock:
                    acme.asked[account] = acme.asked.get(account, 0) + 1
                    body = {"id": account, "state": acme.states.get(account, "active"), "why": acme.why}
                self.answer(200, json.dumps(body))

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                with acme.lock:
                    acme.told.append((time.time(), self.path.strip("/"), json.loads(body)))
                    refused = acme.refusing
                self.answer(refused or 200, "")

            def answer(self, status, text):
                body = text.encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 1024

            def handle_error(self, *_):
                """A client that is killed during a request leaves a broken connection."""

        self.servers = [Server(("127.0.0.1", 0), Handler) for _ in range(4)]
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        self.base = f"http://127.0.0.1:{self.servers[0].server_port}"
        self.anchors = [f"127.0.0.1:{server.server_port}" for server in self.servers[1:]]

    def set(self, account, state):
        """Sets the state of an account from now on."""
        with self.lock:
            self.states[account] = state

    def alerts(self, place="takes"):
        """The messages that a webhook received, in order."""
        with self.lock:
            return [alert for _, to, alert in self.told if to == place]

    def about(self, account, reason=None, place="takes"):
        """The alerts about an account's dependency."""
        def concerns(alert):
            about = alert["alert"]["body"].get("dependency") or {}
            ids = (about.get("group") or {}).get("ids") or [about.get("id")]
            return f"d{account}" in ids and (reason is None or alert["reason"] == reason)
        return [alert for alert in self.alerts(place) if concerns(alert)]

    def titles(self, place="takes"):
        """The titles of the messages that a webhook received."""
        return [alert["title"] for alert in self.alerts(place)]


def configure(folder, acme, accounts, every="1s", database=None, confirm="1s", channels=("takes",), extra=""):
    """Writes a configuration that monitors these accounts, and returns its path and the page's port."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "catalog").mkdir(exist_ok=True)
    (folder / "catalog" / "acme.toml").write_text(CATALOGUE)
    port = free_port()
    lines = [
        'platform = "Shop"', f'database = "{database or folder / "plugwatch.db"}"', f'catalog = "{folder / "catalog"}"',
        "[web]", f'listen = "127.0.0.1:{port}"', "details = true",
        "[network]", f"anchors = {json.dumps(acme.anchors)}", "loopback_only = true", 'timeout = "5s"',
        "[override]", f'"https://api.acme.example" = "{acme.base}/acme"',
    ]
    for name in channels:
        lines += ["[[channel]]", 'kind = "webhook"', f'name = "{name}"', f'url = "{acme.base}/{name}"']
    for account in accounts:
        lines += [
            "[[dependency]]", f'id = "d{account}"', f'label = "Account {account}"', 'check = "acme/account"',
            f'account_id = "{account}"', f'every = "{every}"', f'confirm = {{ reads = 2, over = "{confirm}" }}',
            'criticality = "critical"',
        ]
    config = folder / "plugwatch.toml"
    config.write_text("\n".join(lines) + "\n" + extra)
    return config, port


def begin(binary, config, before=(), **options):
    """Starts plugwatch with a configuration, optionally under another program."""
    log = config.parent / "log"
    command = [*before, binary, "run", "-c", str(config)]
    return start(command, log, cwd=config.parent, env=environment(), **options)


__all__ = ["Acme", "begin", "configure", "stop", "wait_until"]
