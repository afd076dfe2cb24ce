"""The built plugwatch: its settings, single checks, and runs."""

import json
import os
import re
import signal
import sqlite3
import urllib.request
from dataclasses import dataclass

from knot import ROOT
from processes import free_port, happens, peak_memory_of, run, start, stop, wait_until
from telegram import TOKEN
from texts import fill

# This machine's proxy settings must not affect requests to the test servers.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Line:
    """One line of the table that `plugwatch check` prints."""

    label: str
    check: str
    says: str
    why: str


@dataclass
class Looked:
    """One run of `plugwatch check`."""

    code: int
    text: str
    lines: dict
    memory_mb: int

    def line(self, label):
        """The line of this dependency; an empty one if it is not there."""
        return self.lines.get(label, Line(label, "", f"no such line; printed was: {self.text}", ""))


def secret(file):
    """A secret in a file."""
    return {"file": str(file)}


def dependency(name, check, confirm=None, every=None, **params):
    """The setting of one dependency; its label is its name."""
    settings = {"id": name, "label": name, "public": True, "check": check, "criticality": "critical", **params}
    if every:
        settings["every"] = every
    # JSON's texts, numbers and lists are written the same way in TOML.
    lines = [f"{key} = {_toml(value)}" for key, value in settings.items()]
    if confirm:
        lines.append(f'confirm = {{ reads = {confirm[0]}, over = "{confirm[1]}" }}')
    return "[[dependency]]\n" + "\n".join(lines) + "\n"


def _toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value)


class Plugwatch:
    """One configuration of plugwatch in a separate folder."""

    def __init__(self, world, name, dependencies, overrides, **others):
        self.folder = world.folder / name
        self.folder.mkdir()
        self.web = free_port()
        self.database = self.folder / "plugwatch.db"
        self.log = self.folder / "plugwatch.log"
        self.config = self.folder / "plugwatch.toml"
        self._binary = world.binary
        self._process = None
        anchors = others.get("anchors") or world.anchors
        self.config.write_text(fill(
            "plugwatch.toml", platform=others.get("platform", "Shop"), folder=self.folder, web=self.web,
            anchors=", ".join(json.dumps(anchor) for anchor in anchors), root=ROOT, dns_port=world.dns_port,
            authority=world.authority, network=others.get("network", ""), overrides="\n".join(f'"{of}" = "{at}"' for of, at in overrides.items()),
            channels=others.get("channels", ""), dependencies="\n".join(dependencies),
        ))

    def look(self):
        """Checks everything once."""
        out = self.folder / "check.out"
        command = [self._binary, "check", "-c", str(self.config)]
        code, memory = peak_memory_of(command, out, cwd=self.folder, env=environment(TOKEN))
        text = out.read_text()
        found = (re.split(r"\s{2,}", line.strip(), maxsplit=3) for line in text.splitlines())
        lines = {parts[0]: Line(*parts) for parts in found if len(parts) == 4}
        return Looked(code, text, lines, memory)

    def start(self):
        """Starts monitoring, and waits for the status page."""
        self._process = start([self._binary, "run", "-c", str(self.config)], self.log, cwd=self.folder, env=environment(TOKEN))
        wait_until("the status page", self.status, 20)

    def second(self):
        """Starts another plugwatch with the same settings, which should refuse to run."""
        return run([self._binary, "run", "-c", str(self.config)], cwd=self.folder, env=environment(TOKEN))

    def does(self, *arguments):
        """Runs a command with the same settings; returns its output and exit code."""
        done = run([self._binary, *arguments, "-c", str(self.config)], cwd=self.folder, env=environment(TOKEN))
        return done.stdout + done.stderr, done.returncode

    def begins(self, *arguments):
        """Starts a command with the same settings in the background; returns its log."""
        log = self.folder / f"{arguments[0]}.log"
        start([self._binary, *arguments, "-c", str(self.config)], log, cwd=self.folder, env=environment(TOKEN))
        return log

    def history(self, name):
        """What `plugwatch history` prints about a dependency."""
        done = run([self._binary, "history", name, "-c", str(self.config)], cwd=self.folder, env=environment(TOKEN))
        return done.stdout + done.stderr

    def stop(self):
        """Stops it, and returns its exit code."""
        return stop(self._process, signal.SIGTERM, 10)

    def kill(self):
        """Kills it, whatever it is doing."""
        return stop(self._process, signal.SIGKILL, 10)

    def status(self):
        """The operator's `/status.json?v=1`, or None while nothing answers."""
        return self._get("status.json?v=1")

    def health(self):
        """`/healthz`, or None while nothing answers."""
        return self._get("healthz")

    def dependency(self, name):
        """What `/status.json?v=1` says about one dependency."""
        status = self.status() or {"dependencies": []}
        return next((found for found in status["dependencies"] if found["id"] == name), {})

    def stands(self, name, state, within):
        """Waits until a dependency is shown in this state, and returns the last state shown."""
        happens(lambda: self.dependency(name).get("state") == state, within)
        return self.dependency(name)

    def rows(self, query):
        """Reads the database, also while plugwatch uses it."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def _get(self, page):
        try:
            with _DIRECT.open(f"http://127.0.0.1:{self.web}/{page}", timeout=2) as answer:
                return json.load(answer)
        except OSError:
            return None


def environment(token=""):
    """Only the path and the bot's token, so that this machine's settings have no effect."""
    return {"PATH": os.environ["PATH"], "PLUGWATCH_TELEGRAM_TOKEN": token}
