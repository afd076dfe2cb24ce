"""Failing disks: the kernel fails plugwatch's writes and syncs, and a file system is really full.

    disk.py PATH_TO_BINARY FOLDER [POINTS]

Faults are injected below SQLite, by strace into the system calls of the real program. The vendor
and the webhook count requests and messages outside of the program.
"""

import concurrent.futures
import contextlib
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time

from account import Acme, begin, configure
from claims import count
from processes import Late, happens, run_or_fail, start, stop, wait_until

# Limit in seconds: even one after the other, the whole run takes less.
LONGEST = 3000
# The number of programs that run in parallel: each mostly waits.
AT_ONCE = 10


def rows(database, query):
    """Reads a database that no program has open."""
    with contextlib.closing(sqlite3.connect(database, timeout=5)) as connection:
        return connection.execute(query).fetchall()


def one(binary, folder, call, error, first, last):
    """One run in which the calls `first` to `last` fail. Returns the faults found, and how many calls failed."""
    acme = Acme()
    config, _ = configure(folder, acme, ["a1", "a2"])
    hits = folder / "hits"
    inject = f"inject={call}:error={error}:when={first}..{last}"
    process = begin(binary, config, ["strace", "-f", "-qq", "-o", str(hits), "-e", f"trace={call}", "-e", inject])
    wrong = []
    try:
        if not happens(lambda: acme.alerts() or process.poll() is not None, 25):
            wrong.append("no greeting within 25 s")
        refused = process.poll() is not None
        if not refused:
            time.sleep(1)
            acme.set("a1", "suspended")
            if not happens(lambda: acme.about("a1", "opened"), 50):
                wrong.append(f"the drop was not announced within 50 s:  {acme.titles()}")
            time.sleep(1.5)
            acme.set("a1", "active")
            if not happens(lambda: acme.about("a1", "recovered"), 75):
                wrong.append(f"its end was not announced within 75 s:  {acme.titles()}")
            # A failed write is retried within half a minute.
            time.sleep(1)
    finally:
        with contextlib.suppress(Late):
            if process.poll() is None:
                interrupt(process)
    text = (folder / "log").read_text()
    injected = hits.read_text().count("INJECTED") if hits.exists() else 0
    wrong += checked(acme, folder, text, refused, binary, config)
    return wrong, injected


def lasting(binary, folder, call, error, lasts):
    """One run in which every such call fails for a while, beginning during a suspicion."""
    acme = Acme()
    config, _ = configure(folder, acme, ["a1", "a2"])
    process = begin(binary, config)
    wrong = []
    try:
        wait_until("the greeting", acme.alerts, 25)
        acme.set("a1", "suspended")
        hits = folder / "hits"
        inject = ["-e", f"trace={call}", "-e", f"inject={call}:error={error}:when=1+"]
        strace = start(["strace", "-f", "-qq", "-o", str(hits), *inject, "-p", str(process.pid)], folder / "strace")
        if not happens(lambda: acme.about("a1", "opened"), lasts + 60):
            wrong.append(f"the drop was not announced:  {acme.titles()}")
        within = bool(acme.about("a1", "opened"))
        time.sleep(max(0.0, lasts - 1))
        stop(strace, signal.SIGINT)
        if lasts > 40 and not within:
            wrong.append("the drop was not announced from memory")
        acme.set("a1", "active")
        if not happens(lambda: acme.about("a1", "recovered"), 75):
            wrong.append(f"its end was not announced within 75 s:  {acme.titles()}")
        time.sleep(1)
        stop(process, signal.SIGTERM, 45)
    except Late as late:
        wrong.append(str(late))
    if lasts > 40:
        for words in ("HISTORY NOT WRITTEN", "HISTORY WRITTEN AGAIN"):
            said = [title for title in acme.titles() if words in title]
            if len(said) != 1:
                wrong.append(f"{words} was sent {len(said)} times")
    injected = hits.read_text().count("INJECTED")
    wrong += checked(acme, folder, (folder / "log").read_text(), False, binary, config)
    return wrong, injected


def interrupt(strace):
    """Stops the traced program as a user would, and waits for it and for strace."""
    children = subprocess.run(["pgrep", "-P", str(strace.pid)], capture_output=True, text=True).stdout.split()
    for child in children:
        subprocess.run(["kill", "-TERM", child], check=False)
    with contextlib.suppress(subprocess.TimeoutExpired):
        strace.wait(45)
        return
    stop(strace, signal.SIGKILL)


def checked(acme, folder, log, refused, binary, config):
    """Everything that must hold afterwards."""
    wrong = []
    if "begin_with at non-zero" in log:
        wrong.append("the connection was poisoned")
    lines = len(log.splitlines())
    if lines > 60:
        wrong.append(f"{lines} lines in the log")
    if refused:
        # It could not create or open its file: it reports that, and the next start succeeds.
        said = ("cannot be opened", "does not answer", "locked", "is full; nothing was changed",
                "Check the disk and its free space")
        if not any(words in log for words in said):
            wrong.append(f"it ended without an explanation:  {log[-300:]}")
        process = begin(binary, config)
        if not happens(lambda: acme.alerts(), 20):
            wrong.append(f"it does not start after the fault is gone: {(folder / 'log').read_text()[-300:]}")
        stop(process)
        return wrong
    for reason in ("opened", "recovered"):
        told = acme.about("a1", reason)
        if len(told) != 1:
            wrong.append(f"{reason} was announced {len(told)} times:  {acme.titles()}")
    database = folder / "plugwatch.db"
    if rows(database, "PRAGMA integrity_check") != [("ok",)]:
        wrong.append("the database is damaged")
    incidents = rows(database, "SELECT dependency, worst, closed_at IS NOT NULL FROM incident")
    if incidents != [("da1", "dropped", 1)]:
        wrong.append(f"incidents: {incidents}")
    left = rows(database, "SELECT COUNT(*) FROM outbox WHERE state = 'pending'")
    if left != [(0,)]:
        wrong.append(f"{left} messages left")
    for account in ("a1", "a2"):
        # Every answered check is in the sums, except one that was in progress at the end.
        kept = rows(database, "SELECT COALESCE(SUM(live + dropped + unknown + outage + degraded), 0) FROM rollup JOIN probe "
                    f"ON probe.id = rollup.probe WHERE width = 86400000 AND dependency = 'd{account}'")[0][0]
        # The latest checks are counted in addition.
        kept += rows(database, "SELECT COUNT(*) FROM observation JOIN probe ON probe.id = observation.probe WHERE "
                     "observation.id > (SELECT CAST(value AS BIGINT) FROM note WHERE name = 'summed_to') "
                     f"AND dependency = 'd{account}'")[0][0]
        if not acme.asked[account] - 2 <= kept <= acme.asked[account]:
            wrong.append(f"{account} was checked {acme.asked[account]} times, and {kept} checks are stored")
    return wrong


def full(binary, folder, claims):
    """A file system that is really full, and then has space again."""
    disk = folder / "disk"
    disk.mkdir(parents=True)
    run_or_fail(["mount", "-t", "tmpfs", "-o", "size=3m", "plugwatch-test", str(disk)])
    try:
        acme = Acme()
        config, port = configure(folder / "full", acme, ["a1", "a2", "a3"], database=disk / "plugwatch.db")
        process = begin(binary, config)
        wait_until("the greeting", acme.alerts, 20)
        fill = os.open(disk / "fill", os.O_WRONLY | os.O_CREAT)
        with contextlib.suppress(OSError):
            while os.write(fill, b"x" * 4096):
                pass
        os.close(fill)
        # The rest of the log's last page is used up first.
        time.sleep(4)
        acme.set("a1", "suspended")
        told = happens(lambda: acme.about("a1", "opened"), 60)
        claims.hold("full disk", "a drop is announced from memory while the disk is full", told, acme.titles())
        marked = told and "plugwatch cannot write since" in acme.about("a1", "opened")[0]["text"]
        claims.hold("full disk", "and says that plugwatch cannot write", marked, acme.about("a1", "opened"))
        said = happens(lambda: any("HISTORY NOT WRITTEN" in title for title in acme.titles()), 60)
        claims.hold("full disk", "people are alerted once that history is not written", said, acme.titles())
        acme.set("a2", "suspended")
        second = happens(lambda: acme.about("a2"), 60)
        claims.hold("full disk", "and the next drop is announced, too", second, acme.titles())
        (disk / "fill").unlink()
        again = happens(lambda: any("HISTORY WRITTEN AGAIN" in title for title in acme.titles()), 60)
        claims.hold("full disk", "people are alerted once that history is written again", again, acme.titles())
        time.sleep(3)
        claims.hold("full disk", "nothing is announced twice", len(acme.titles()) == len(set(acme.titles())), acme.titles())
        log = (folder / "full" / "log").read_text().splitlines()
        claims.hold("full disk", "the log has a few lines about it, not thousands", len(log) < 40, len(log))
        stop(process)
        flips = rows(disk / "plugwatch.db", "SELECT dependency FROM flip WHERE to_verdict = 'dropped' ORDER BY id")
        claims.hold("full disk", "both flips are in the history", flips == [("da1",), ("da2",)], flips)
        late = rows(disk / "plugwatch.db", "SELECT COUNT(*) FROM flip WHERE confirmed_at - at > 8000")
        claims.hold("full disk", "with their true times", late == [(0,)], late)
    finally:
        with contextlib.suppress(NameError, Late):
            stop(process, signal.SIGKILL)
        run_or_fail(["umount", str(disk)])


KINDS = [("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fsync", "EIO"), ("fsync", "ENOSPC")]


def plans(points):
    """Which calls fail once or a few times: from the writes at start-up to those during the
    trouble, some four hundred writes and forty syncs. strace counts the calls of each thread by itself."""
    for n in range(points):
        call, error = KINDS[n % len(KINDS)]
        first = 1 + n * 48 // points if call == "fsync" else 30 + n * 400 // points
        yield call, error, first, first + (0, 2)[n % 2]


def prove(binary, folder, points, claims):
    """All points, several in parallel, and the full file system at the same time."""
    hit, total = 0, 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        filled = pool.submit(claims.run, "full disk", full, binary, folder / "tmpfs", claims)
        running = {}
        for number, plan in enumerate(plans(points)):
            name = "_".join(map(str, [*plan, number]))
            running[pool.submit(one, binary, folder / name, *plan)] = name
        for call, error in KINDS[:3]:
            for lasts in (4, 15, 45):
                name = f"every_{call}_{error}_for_{lasts}_s"
                running[pool.submit(lasting, binary, folder / name, call, error, lasts)] = name
        for done in concurrent.futures.as_completed(running):
            wrong, injected = done.result()
            hit += injected > 0
            total += injected
            claims.hold("failing writes", running[done], not wrong, "; ".join(wrong))
        filled.result()
    named = f"{hit} of {len(running)} runs were hit, {total} calls failed"
    claims.hold("failing writes", named, hit >= len(running) * 0.6, hit)


def main(binary, folder, points="12"):
    """Runs all parts."""
    folder = pathlib.Path(folder)
    return count(lambda claims: prove(binary, folder, int(points), claims), LONGEST)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
