"""External disturbances of the running program: a crowd of half-open connections, a
flood of text, a channel that refuses for a while, a clock that ran ahead.

    strangers.py PATH_TO_BINARY FOLDER
"""

import contextlib
import os
import pathlib
import resource
import socket
import sys
import threading
import time

from account import Acme, begin, configure
from claims import count
from processes import happens, start, stop, wait_until
from plugwatch import environment

LONGEST = 300
# Half-open connections, and the most that are opened while the program closes them.
CROWD = 1_100
MOST_OPENED = 6_000


def few_descriptors():
    """Sets the soft and hard limit, as on a small machine: it cannot be raised."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))


def crowd(binary, folder, claims):
    """1,100 connections to the page with half a request each, from many addresses."""
    acme = Acme()
    config, port = configure(folder / "crowd", acme, ["a1", "a2", "a3"])
    process = begin(binary, config, preexec_fn=few_descriptors)
    wait_until("the greeting", acme.alerts, 20)
    end, opened, held = time.monotonic() + 20, [0], []
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    def push():
        while time.monotonic() < end and opened[0] < MOST_OPENED:
            while len(held) < CROWD and opened[0] < MOST_OPENED:
                opened[0] += 1
                half = socket.socket()
                half.settimeout(1)
                with contextlib.suppress(OSError):
                    half.bind((f"127.0.1.{opened[0] % 200 + 1}", 0))
                    half.connect(("127.0.0.1", port))
                    half.send(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ")
                held.append(half)
            time.sleep(0.5)
            # Closed connections are opened again.
            for half in held[:]:
                half.setblocking(False)
                with contextlib.suppress(BlockingIOError, OSError):
                    if half.recv(1) == b"":
                        held.remove(half)
                        half.close()

    pushing = threading.Thread(target=push)
    pushing.start()
    wait_until("the crowd", lambda: opened[0] >= CROWD, 15)
    began = time.monotonic()
    acme.set("a1", "suspended")
    told = happens(lambda: acme.about("a1", "opened"), 15)
    claims.hold("crowd", f"a drop is announced within 15 s despite {CROWD} half-open connections", told, acme.titles())
    claims.hold("crowd", f"it took {time.monotonic() - began:.1f} s, with {opened[0]} opened connections", told)
    blind = [title for title in acme.titles() if "blind" in title.lower()]
    claims.hold("crowd", "and plugwatch is not blind", not blind, blind)
    pushing.join()
    for half in held:
        half.close()
    stop(process)


def words(binary, folder, claims):
    """A vendor whose text is 216 KB of escape sequences, line breaks and reversed writing."""
    acme = Acme()
    config, _ = configure(folder / "words", acme, ["a1"])
    process = begin(binary, config)
    wait_until("the greeting", acme.alerts, 20)
    acme.why = ": \x1b[2J\x1b]0;owned\x07 \u202edetcepxe\u202c\r\nall regions are affected. " * 4_000
    acme.set("a1", "suspended")
    told = happens(lambda: acme.about("a1", "opened"), 20)
    claims.hold("words", "the drop is announced", told, acme.titles())
    text = acme.about("a1", "opened")[0]["text"] if told else ""
    claims.hold("words", "in a message of ordinary length", 0 < len(text) < 2_000, len(text))
    hidden = [hex(ord(c)) for c in text if (ord(c) < 32 and c != "\n") or c in "\u202e\u202c\u2066\u2069\x7f"]
    claims.hold("words", "without control characters and reversed text", not hidden, hidden[:9])
    stop(process)


def refusals(binary, folder, claims):
    """The only channel refuses for half a minute."""
    acme = Acme()
    config, _ = configure(folder / "refusals", acme, ["a1"])
    process = begin(binary, config)
    wait_until("the greeting", acme.alerts, 20)
    for status in (403, 401, 404):
        acme.refusing = status
        acme.set("a1", "suspended")
        tried = happens(lambda: acme.about("a1", "opened"), 20)
        before = len(acme.about("a1", "opened"))
        acme.refusing = None
        arrived = tried and happens(lambda: len(acme.about("a1", "opened")) > before, 40)
        claims.hold("refusals", f"after a {status}, the message arrives once the channel accepts again", arrived, acme.titles())
        acme.set("a1", "active")
        happens(lambda: acme.about("a1", "recovered"), 20)
        with acme.lock:
            acme.told.clear()
    stop(process)


def clock(binary, folder, claims):
    """A clock two days ahead is corrected: while the program runs, and during a restart."""
    acme = Acme()
    config, _ = configure(folder / "clock", acme, ["a1", "a2"])
    shift = folder / "clock" / "shift"
    shift.write_text("+0d\n")
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    ahead = environment() | {
        "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(shift), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
    }

    def run():
        return start([binary, "run", "-c", str(config)], config.parent / "log", cwd=config.parent, env=ahead)

    process = run()
    wait_until("the greeting", acme.alerts, 20)
    shift.write_text("+2d\n")
    time.sleep(3)
    # The channel refuses while the clock is ahead, so the next attempt is scheduled two days ahead.
    acme.refusing = 503
    acme.set("a1", "suspended")
    claims.hold("clock", "plugwatch attempts the alert while the clock is ahead", happens(lambda: acme.about("a1"), 20), acme.titles())
    time.sleep(2)
    shift.write_text("+0d\n")
    acme.refusing = None
    before = len(acme.about("a1"))
    back = happens(lambda: len(acme.about("a1")) > before, 90)
    claims.hold("clock", "it arrives within 90 s after the clock is set back under the running program", back, acme.titles())
    # The same with a restart.
    shift.write_text("+2d\n")
    time.sleep(3)
    acme.refusing = 503
    acme.set("a2", "suspended")
    happens(lambda: acme.about("a2"), 20)
    time.sleep(1)
    stop(process, 9)
    shift.write_text("+0d\n")
    acme.refusing = None
    before = len(acme.about("a2"))
    process = run()
    back = happens(lambda: len(acme.about("a2")) > before, 90)
    claims.hold("clock", "and it arrives within 90 s after a restart with the correct clock", back, acme.titles())
    done = os.popen(f"cd {config.parent} && {binary} status -c {config}").read()
    claims.hold("clock", "no outage begins in the future", " in " not in done and "Account a2" in done, done)
    stop(process)


def prove(binary, folder, claims):
    """All parts in parallel, except the crowd, which loads the whole machine."""
    parts = [("words", words), ("refusals", refusals), ("clock", clock)]
    threads = [threading.Thread(target=claims.run, args=(name, part, binary, folder, claims)) for name, part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    claims.run("crowd", crowd, binary, folder, claims)


def main(binary, folder):
    """Runs all parts."""
    return count(lambda claims: prove(binary, pathlib.Path(folder), claims), LONGEST)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
