"""The public page under load: two thousand requests a second for the page and its JSON, with sixty dependencies that
are checked every two seconds meanwhile. The load generator (wrk) runs on the same processors; its share is printed.

    load.py PATH_TO_BINARY FOLDER
"""

import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import threading
import time

from claims import count
from shop import PARTS, Shop

LONGEST, EVERY, QUIET, LOADED = 300, 2.0, 20, 30
# The load in requests per second; the allowed lateness of checks in ms.
WANTED, LATE = 2_000, 10
# The pause of each of wrk's 30 connections before a request, in ms: 2,000 to 3,000 requests a second.
PACED = 9


class Arrivals:
    """When each part was requested, by this machine's monotonic clock."""

    def __init__(self):
        self._lock = threading.Lock()
        self._all = []

    def note(self, part):
        """Records a request now."""
        with self._lock:
            self._all.append((part, time.monotonic()))

    def between(self, begin, end):
        """The requests within a time span, by part."""
        with self._lock:
            found = [(part, at) for part, at in self._all if begin <= at < end]
        return {part: [at for other, at in found if other == part] for part in {part for part, _ in found}}


def lateness(arrivals):
    """How late each check is against its part's own schedule, in ms; the earliest one counts as on time."""
    late = []
    for times in arrivals.values():
        offsets = [at % EVERY for at in times]
        # Times near the end of the interval can fall on both sides of it.
        if max(offsets) - min(offsets) > EVERY / 2:
            offsets = [offset + EVERY if offset < EVERY / 2 else offset for offset in offsets]
        first = min(offsets)
        late += [(offset - first) * 1_000 for offset in offsets]
    return sorted(late)


def prove(shop, arrivals, claims):
    """First without visitors, then with many."""
    hold = lambda claim, true, seen="": claims.hold("load", claim, true, seen)  # noqa: E731
    shop.start()
    time.sleep(5)
    begin = time.monotonic()
    time.sleep(QUIET)
    quiet = lateness(arrivals.between(begin, time.monotonic()))
    print(f"without load: {len(quiet)} checks, p99 {at(quiet, 0.99):.1f} ms late, the median {statistics.median(quiet):.1f} ms")
    for path in ("", "status.json"):
        burden(shop, arrivals, hold, path, PACED)
        burden(shop, arrivals, hold, path, None)
    hold("it ends cleanly", shop.stop() == 0)


def burden(shop, arrivals, hold, path, pace):
    """Requests a page for a while: at a pace, or as fast as it is answered. The lateness of checks is a claim only at
    the pace: without one, the generator takes a whole processor from plugwatch."""
    script = []
    if pace is not None:
        file = pathlib.Path(shop.folder) / "pace.lua"
        file.write_text(f"function delay() return {pace} end\n")
        script = ["-s", str(file)]
    begin, own, load = time.monotonic(), _cpu(shop), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        ["wrk", "-t1", "-c30", f"-d{LOADED}s", "--latency", "-H", "accept-encoding: gzip", *script, f"{shop.url}/{path}"],
        capture_output=True, text=True, timeout=LOADED + 30, check=False)
    took, used = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    late = lateness(arrivals.between(begin, begin + took))
    spent = (used.ru_utime + used.ru_stime - load.ru_utime - load.ru_stime) / took
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])
    how = f"/{path}, {'at a pace' if script else 'without a pace'}"
    print(f"{how}: {rate:.0f} requests a second; plugwatch used {(_cpu(shop) - own) / took:.2f} processors, wrk {spent:.2f} of {os.cpu_count()}")
    print(f"{how}: {len(late)} checks meanwhile, p99 {at(late, 0.99):.1f} ms late, the median {statistics.median(late):.1f} ms")
    hold(f"{how}: served {WANTED} times a second", rate >= WANTED, done.stdout)
    hold(f"{how}: every answer is successful", "Non-2xx" not in done.stdout and "Socket errors" not in done.stdout, done.stdout)
    hold(f"{how}: no check is left out", len(late) >= PARTS * (took / EVERY - 2), len(late))
    if script:
        hold(f"{how}: 99 % of the checks begin within {LATE} ms of their time", at(late, 0.99) <= LATE, late[-20:])


def at(values, share):
    """The quantile of the values at this share."""
    return values[min(len(values) - 1, int(len(values) * share))]


def _cpu(shop):
    """Seconds of CPU time that plugwatch has used."""
    fields = pathlib.Path(f"/proc/{shop.pid()}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(binary, folder):
    """Runs the script."""
    arrivals = Arrivals()
    shop = Shop(str(pathlib.Path(binary).resolve()), pathlib.Path(folder), every="2s", asked=arrivals.note, gone=())
    return count(lambda claims: claims.run("load", prove, shop, arrivals, claims), LONGEST)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
