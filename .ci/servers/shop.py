"""A shop with sixty parts on one HTTP server, and a plugwatch that publishes their status."""

import datetime
import http.server
import json
import os
import signal
import threading
import urllib.request

from processes import free_port, happens, run, start, stop, wait_until
from texts import fill

PARTS, GROUPS = 60, 8
TOKEN = "an-operators-token-of-this-run"
# Nothing listens on these addresses, so parts there are out.
GONE = (3, 17)
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class _Shop(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # noqa: N802 (the library's name)
        """Every path is a page of the shop."""
        self.server.asked(self.path)
        body = b"<html><title>Shop</title>Order now</html>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Logs nothing."""


class _Server(http.server.ThreadingHTTPServer):
    # All parts are checked within seconds.
    request_queue_size = 256
    daemon_threads = True

    def asked(self, path):
        """Records a request for this path."""


class Shop:
    """The shop, its configuration, and its plugwatch."""

    def __init__(self, binary, folder, every="5m", asked=None, gone=GONE):
        self.binary, self.folder, self.web = binary, folder, free_port()
        self.url = f"http://127.0.0.1:{self.web}"
        self.config, self.log = folder / "plugwatch.toml", folder / "plugwatch.log"
        self.database = folder / "plugwatch.db"
        self.gone, self._every = gone, every
        self._server = _Server(("127.0.0.1", 0), _Shop)
        if asked:
            self._server.asked = asked
        # Reference hosts: an accepted connection shows that this machine's network works.
        self._anchors = [_Server((at, 0), _Shop) for at in ("127.0.0.41", "127.0.0.42", "127.0.0.43")]
        for server in [self._server, *self._anchors]:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        self._process = None
        self._write()

    def _write(self):
        at, nowhere = self._server.server_address[1], free_port()
        overrides = [f'"https://part-{n}.shop.example" = "http://127.0.0.1:{nowhere if n in self.gone else at}"' for n in range(PARTS)]
        now = datetime.datetime.now(datetime.timezone.utc)
        hour = lambda n: (now + datetime.timedelta(hours=n)).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: E731
        self.config.write_text(fill(
            "public_page.toml", folder=self.folder, web=self.web, anchors=", ".join(json.dumps("%s:%d" % one.server_address) for one in self._anchors),
            groups=", ".join(json.dumps(f"Group {n}") for n in range(GROUPS)), overrides="\n".join(overrides),
            began=hour(-1), ends=hour(2), ahead=hour(26), over=hour(28), day=hour(24 * 20)[:10],
            dependencies="\n".join(_part(n, self._every) for n in range(PARTS)),
        ))

    def environment(self):
        """Only the path and the token."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "PLUGWATCH_DETAILS_TOKEN": TOKEN}

    def start(self):
        """Starts it, and waits until everything has been checked."""
        self._process = start([self.binary, "run", "-c", str(self.config)], self.log, cwd=self.folder, env=self.environment())
        wait_until("the status page", lambda: self.json("status.json"), 30)
        wait_until("a check of everything", self._is_known, 90, every=0.5)

    def _is_known(self):
        states = [one["state"] for one in self.json("status.json")["components"]]
        return states.count("unavailable") == len(self.gone) and "unchecked" not in states

    def pid(self):
        """The process id."""
        return self._process.pid

    def reload(self):
        """Makes it reload its configuration."""
        self._process.send_signal(signal.SIGHUP)

    def stop(self):
        """Ends it."""
        return stop(self._process)

    def does(self, *arguments):
        """Runs a command, which must succeed, with the same configuration."""
        done = run([self.binary, *arguments, "-c", str(self.config)], cwd=self.folder, env=self.environment())
        if done.returncode != 0:
            raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def get(self, path, **headers):
        """The status, headers and body of one address."""
        request = urllib.request.Request(f"{self.url}/{path}", headers=headers)
        try:
            with _DIRECT.open(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def json(self, path):
        """The JSON of one address, or None while nothing answers."""
        try:
            status, _, body = self.get(path)
        except OSError:
            return None
        return json.loads(body) if status == 200 else None

    def tell_incidents(self):
        """Creates an open incident and a closed one with a post-mortem; returns their ids."""
        by = ("--by", "Ada Secretive")
        self.does("incident", "open", "Slow checkout", "Orders take **long**.", "--affects", "part-3", "--affects", "part-4", "--impact", "major", *by)
        self.does("incident", "open", "Search was empty", "Nothing is found.", "--affects", "part-5", *by)
        happens(lambda: len(self.json("api/v2/incidents.json")["incidents"]) == 2, 15)
        ids = {one["name"]: one["id"] for one in self.json("api/v2/incidents.json")["incidents"]}
        self.does("incident", "update", ids["Slow checkout"], "identified", "A [queue](https://shop.example/queue) is full.", *by)
        self.does("incident", "resolve", ids["Search was empty"], "Everything is found again.", *by)
        learned = self.folder / "learned.md"
        learned.write_text("# What happened\n\n| when | what |\n|---|---|\n| 10:00 | the index was empty |\n")
        self.does("incident", "postmortem", ids["Search was empty"], str(learned))
        told = lambda: sum(len(one["incident_updates"]) for one in self.json("api/v2/incidents.json")["incidents"]) == 4  # noqa: E731
        wait_until("both incidents", told, 15)
        return ids


def _part(n, every):
    words = [
        "[[dependency]]", f'id = "part-{n}"', f'label = "Internal part {n}"',
        f'public = {{ label = "Part {n}", group = "Group {n % GROUPS}", description = "What part {n} is good for" }}',
        'check = "website/page"', f'url = "https://part-{n}.shop.example/{n}"', 'words = ["Order"]', f'every = "{every}"',
        'confirm = { reads = 2, over = "1s" }',
    ]
    return "\n".join(words) + "\n"
