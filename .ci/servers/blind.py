"""The configuration as it ships, on a machine without any network."""

import json
import re
import signal
import time

from plugwatch import environment
from processes import free_port, happens, run, start, stop


def prove(world, claims):
    """Within seconds it reports that it is blind, and nothing as dropped or down."""
    folder = world.folder / "blind"
    folder.mkdir()
    port = free_port()
    log = folder / "plugwatch.log"
    config = folder / "plugwatch.toml"
    shipped = (world.checkout / "config" / "plugwatch.toml").read_text()
    config.write_text(re.sub(r'(?m)^listen = ".*"$', f'listen = "127.0.0.1:{port}"', shipped))
    # A separate network namespace with loopback only: no packet leaves this machine.
    script = 'ip link set lo up && exec "$0" run -c plugwatch.toml'
    process = start(["unshare", "--net", "sh", "-c", script, world.binary], log, cwd=folder, env=environment())
    try:
        says_it(claims, log)
        shows_it(claims, process, port)
    finally:
        ran = process.poll() is None
        code = stop(process, signal.SIGTERM, 10)
    claims.hold("no network", "it keeps running, and stops cleanly on SIGTERM", ran and code == 0, code)


def says_it(claims, log):
    """The log has exactly one such line."""
    sentence = "blind: plugwatch's own network is down"
    in_time = happens(lambda: sentence in log.read_text(), 20)
    # A second line would appear with the next checks.
    time.sleep(5)
    text = log.read_text()
    claims.hold("no network", "within 20 s the shipped configuration says that it is blind, in one line",
                in_time and text.count(sentence) == 1, text)


def shows_it(claims, process, port):
    """The page, requested from inside the namespace, shows no verdict about any vendor."""
    status = json.loads(inside(process, f"http://127.0.0.1:{port}/status.json?v=1") or "{}")
    states = {shown["label"]: shown["state"] for shown in status.get("dependencies", [])}
    wrong = {"live", "degraded", "outage", "dropped"} & set(states.values())
    fits = status.get("blind") is True and states and not wrong
    claims.hold("no network", "/status.json shows nothing as live, dropped or down", fits, status)


def inside(process, url):
    """The response that a client gets in the network namespace of that process."""
    client = ["curl", "--silent", "--noproxy", "*", "--max-time", "5", url]
    return run(["nsenter", "--net", "--target", str(process.pid), *client]).stdout
