"""Writes a fixture of one version of plugwatch: its database with several open incidents.

    make.py PATH_TO_BINARY FOLDER

FOLDER has `plugwatch.toml`, a configuration that contains {stage}, {folder} and {anchor0} to {anchor2}, and the overlay
`catalog/`. A small server acts as the vendors and as three webhooks: one accepts everything, one refuses,
one never answers. The program runs three times, and is killed at the end while a message is in
transit. The script takes about four minutes, because the clock is the real one.
"""

import contextlib
import http.server
import json
import os
import pathlib

import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

MODES = {}
TAKEN = []

class Stage(http.server.BaseHTTPRequestHandler):
    """Every vendor, and every webhook."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = self.path.strip("/").split("/")
        mode = MODES.get(parts[-1], "active")
        if mode == "down":
            return self.answer(503, "{}")
        if parts[0] == "site":
            return self.answer(200, "<html><title>Shop</title><p>Order now</p></html>", "text/html")
        if parts[0] == "twilio":
            sid = parts[-1].removesuffix(".json")
            return self.answer(200, json.dumps({"sid": sid, "status": "active", "type": "Full"}))
        return self.answer(200, json.dumps({"id": parts[-1], "state": mode, "plan": "team"}))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        TAKEN.append((self.path, json.loads(body or b"{}")))
        if self.path == "/refuses":
            return self.answer(503, "")
        if self.path == "/hangs":
            time.sleep(600)
        return self.answer(200, "")

    def answer(self, status, text, media="application/json"):
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", media)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

def main(binary, folder):
    folder = pathlib.Path(folder).resolve()
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stage) for _ in range(4)]
    for server in servers:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
    stage, *anchors = (f"127.0.0.1:{server.server_port}" for server in servers)
    places = {"{stage}": f"http://{stage}"} | {f"{{anchor{n}}}": at for n, at in enumerate(anchors)}
    work = folder / "work"
    work.mkdir()
    (work / "key").write_text("not-a-real-key")
    os.symlink(folder / "catalog", work / "catalog")
    text = (folder / "plugwatch.toml").read_text()
    config = work / "plugwatch.toml"
    database = work / "plugwatch.db"

    def configure(change=lambda text: text):
        changed = change(text)
        for name, value in (places | {"{folder}": str(work)}).items():
            changed = changed.replace(name, value)
        config.write_text(changed)

    def start():
        log = open(work / "log", "a")
        return subprocess.Popen([binary, "run", "-c", str(config)], stderr=log, stdout=log, cwd=work)

    def does(*arguments):
        done = subprocess.run([binary, *arguments, "-c", str(config)], cwd=work, capture_output=True, text=True)
        print(" ".join(arguments), "->", done.stdout.strip(), done.stderr.strip())
        assert done.returncode == 0

    def rows(query):
        try:
            with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)) as connection:
                return connection.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []

    def until(what, holds, seconds=120):
        end = time.time() + seconds
        while not holds():
            assert time.time() < end, f"{what}: it never came to that; see {work / 'log'}"
            time.sleep(0.1)
        print("reached:", what)

    def state(dependency):
        found = rows(f"SELECT json_extract(state, '$.held.verdict') FROM dependency WHERE id = '{dependency}'")
        return found[0][0] if found else None

    # First run: everything lives, and one thing that is taken out afterwards; both reports.
    both = lambda text: text.replace('report = "0 9 * * Mon"', 'report = "* * * * *"\nreport_monthly = "* * * * *"')
    old = '\n[[dependency]]\nid = "old"\nlabel = "Old vendor"\ncheck = "acme/account"\naccount_id = "a5"\nevery = "2s"\n'
    configure(lambda text: both(text) + old)
    run = start()
    until("all live", lambda: state("old") == state("hosting") == state("website") == state("sms") == "live")
    until("both reports", lambda: len(rows("SELECT 1 FROM report")) >= 2)
    run.send_signal(signal.SIGTERM)
    run.wait()
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("DELETE FROM report WHERE id > 2")
    configure()
    # Second run: trouble.
    run = start()
    until("the old probe is retired", lambda: rows("SELECT 1 FROM probe WHERE retired_at IS NOT NULL"))
    MODES["a1"] = "suspended"
    until("hosting dropped", lambda: state("hosting") == "dropped")
    until("a webhook refuses", lambda: rows("SELECT 1 FROM outbox WHERE channel = 'refuses' AND attempts > 2"))
    does("ack", "hosting", "--by", "Ada")
    MODES["a2"] = "down"
    until("texts out", lambda: state("texts") == "outage")
    does("mute", "texts", "7d", "we know", "--by", "Ada")
    does("notice", "add", "bank", "--text", "We will close the account.", "--effective", "Sat 20 Nov 2027 12:00 UTC", "--by", "Ada")
    until("the letter shows", lambda: state("bank") == "degraded")
    MODES["shop"] = "down"
    held = "SELECT 1 FROM dependency WHERE id = 'website' AND json_extract(told, '$.held_since') IS NOT NULL"
    until("the outage of the website is held back by announced work", lambda: rows(held))
    MODES["a3"] = "suspended"
    doubt = "SELECT 1 FROM dependency WHERE id = 'mail' AND json_extract(state, '$.suspicion') IS NOT NULL"
    until("a suspicion", lambda: rows(doubt))
    leased = "SELECT 1 FROM outbox WHERE channel = 'hangs' AND leased_until > 0"
    until("a message is under way", lambda: rows(leased))
    run.kill()
    run.wait()
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        for table in ("probe", "standing", "dependency", "incident", "outbox", "act", "letter", "report", "evidence"):
            print(table, connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])
    (folder / "plugwatch.db").write_bytes(database.read_bytes())
    (folder / "taken.json").write_text(json.dumps(
        [{"to": path, "reason": body["reason"], "id": body["id"], "text": body["text"]} for path, body in TAKEN], indent=1) + "\n")
    shutil.rmtree(work)

if __name__ == "__main__":
    main(*sys.argv[1:])
