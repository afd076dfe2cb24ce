"""kill -9 again and again, under load: no message is lost, and only real repeats are marked.

    kills.py PATH_TO_BINARY FOLDER [KILLS]

The receiver counts the messages. After a kill, a message may come twice if the first one may
have arrived; then it is marked as a repeat, and no other message is.
"""

import contextlib
import pathlib
import random
import signal
import sqlite3
import sys
import time

from account import Acme, begin, configure
from claims import count
from processes import happens, stop

LONGEST = 2400
ACCOUNTS = [f"a{n}" for n in range(1, 9)]
PLACES = ("takes", "second")


def database_rows(path, query):
    """Reads a database that no program has open."""
    with contextlib.closing(sqlite3.connect(path, timeout=5)) as connection:
        return connection.execute(query).fetchall()


def prove(binary, folder, kills, claims):
    """Accounts change all the time, and the program is killed and restarted."""
    random.seed(7)
    acme = Acme()
    config, _ = configure(folder, acme, ACCOUNTS, confirm="500ms", channels=PLACES)
    for _ in range(kills):
        process = begin(binary, config)
        for account in random.sample(ACCOUNTS, 3):
            acme.set(account, random.choice(["active", "suspended"]))
        time.sleep(random.uniform(0.3, 3.0))
        stop(process, signal.SIGKILL)
    process = begin(binary, config)
    database = folder / "plugwatch.db"

    def left():
        return database_rows(database, "SELECT COUNT(*) FROM outbox WHERE state = 'pending'")[0][0]

    empty = happens(lambda: left() == 0, 180)
    claims.hold("kills", "the outbox is empty at the end", empty, left())
    stop(process)
    judge(acme, database, kills, claims)


def judge(acme, database, kills, claims):
    """Compares the received messages with the decisions."""
    arrived = {}
    with acme.lock:
        told = list(acme.told)
    for _, place, alert in told:
        arrived.setdefault((alert["id"], place), []).append("may be a repeat" in alert["text"])
    decided = database_rows(
        database, "SELECT public_id, channel FROM outbox JOIN alert ON alert.id = outbox.alert WHERE outbox.state = 'sent'")
    lost = [key for key in decided if tuple(key) not in arrived]
    claims.hold("kills", f"none of {len(decided)} messages is lost in {kills} kills", not lost, lost)
    again = sum(len(marks) - 1 for marks in arrived.values())
    claims.hold("kills", f"{again} arrived twice: at most one for each kill and place", again <= kills * len(PLACES), again)
    unsaid = [key for key, marks in arrived.items() if not all(marks[1:])]
    claims.hold("kills", "each message that arrived twice says so", not unsaid, unsaid)
    marks = sum(sum(marks) for marks in arrived.values())
    # Marked as a repeat, although no copy had arrived before.
    wrong = [key for key, marks in arrived.items() if marks[0]]
    claims.hold("kills", f"{len(wrong)} of {marks} marks are wrong: at most one in fifty",
                len(wrong) <= max(1, marks // 50) , wrong)
    damaged = database_rows(database, "PRAGMA integrity_check")
    claims.hold("kills", "the database is intact", damaged == [("ok",)], damaged)


def main(binary, folder, kills="30"):
    """Runs all parts."""
    return count(lambda claims: prove(binary, pathlib.Path(folder), int(kills), claims), LONGEST)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
