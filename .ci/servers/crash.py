"""kill -9 between commit and delivery: no message is lost, and repeats are marked."""

import sqlite3

from plugwatch import Plugwatch, dependency
from processes import happens
from telegram import Line, channel

# In the first chat, the message arrives but its answer is lost; in the second, the message itself is lost.
ANSWER_LOST = 3001
SWALLOWED = 3002
SURE = (2, "1s")
REPEAT = "This may be a repeat"
# An interrupted attempt keeps its lease of 120 s before it is retried.
LEASE = 150


def prove(world, claims):
    """Two drops are committed, one attempt per chat hangs, and the program is killed."""
    line = Line(world.emulator)
    for name in ("first", "second"):
        world.pages.show_site(name)
    watcher = Plugwatch(
        world, "crash", [site("first"), site("second")],
        {f"https://{name}.example": f"{world.stores}/site/{name}" for name in ("first", "second")},
        channels=channel(line.url, ANSWER_LOST, SWALLOWED), platform="Crash",
    )
    watcher.start()
    begin(world, claims, watcher)
    drop_both(world, claims, watcher, line)
    claims.hold("crash", "kill -9 ends it", watcher.kill() == -9)
    claims.hold("crash", "the database is intact afterwards", whole(watcher), "quick_check found damage")
    line.restore()
    watcher.start()
    everything_arrives(world, claims, watcher)
    stops_while_a_try_hangs(world, claims, watcher, line)
    line.close()


def site(name):
    """A website that its host can suspend."""
    return dependency(name, "website/page", SURE, "1s", url=f"https://{name}.example/", words=["Order now"])


def begin(world, claims, watcher):
    """Both sites are live, and both chats are notified."""
    both = all(watcher.stands(name, "live", 20).get("state") == "live" for name in ("first", "second"))
    told = happens(lambda: all(world.emulator.messages(chat) for chat in (ANSWER_LOST, SWALLOWED)), 15)
    claims.hold("crash", "both sites are live, and both chats were notified", both and told, watcher.status())


def drop_both(world, claims, watcher, line):
    """The connection is cut; the first drop's attempts hang, and the second drop waits behind them."""
    line.cut_again({str(ANSWER_LOST): "no_answer", str(SWALLOWED): "swallow"})
    world.pages.suspend_site("first")
    hangs = happens(lambda: len(line.held) == 2, 15)
    claims.hold("crash", "the first drop's attempts are in progress in both chats", hangs, line.held)
    world.pages.suspend_site("second")
    shown = watcher.stands("second", "dropped", 12)
    rows = pending(watcher)
    wanted = [("first", 1), ("first", 1), ("second", 0), ("second", 0)]
    claims.hold("crash", "both drops are committed, none is delivered", rows == wanted, f"{rows}; {shown}")


def pending(watcher):
    """Telegram messages in the outbox: the dependency, and the number of attempts."""
    return sorted(watcher.rows(
        "SELECT alert.dependency, outbox.attempts FROM outbox JOIN alert ON alert.id = outbox.alert "
        "WHERE outbox.state = 'pending' AND outbox.channel = 'telegram' AND alert.reason IN ('opened', 'cascade')"
    ))


def stops_while_a_try_hangs(world, claims, watcher, line):
    """SIGTERM does not wait for a channel that never answers."""
    line.cut_again({str(SWALLOWED): "swallow"})
    world.pages.show_site("second")
    hangs = happens(lambda: line.held, 20)
    code = watcher.stop()
    claims.hold("crash", "SIGTERM ends it within 10 s while an attempt hangs", hangs and code == 0, f"{code}; {line.held}")


def whole(watcher):
    """Whether the file passes SQLite's integrity check, after it has read the killed program's log."""
    connection = sqlite3.connect(watcher.database, timeout=5)
    try:
        return connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    finally:
        connection.close()


def everything_arrives(world, claims, watcher):
    """After the restart, each chat has every drop, and repeats are marked."""
    arrived = happens(lambda: (watcher.health() or {}).get("outbox_pending") == 0, LEASE)
    claims.hold("crash", "after a restart the outbox empties", arrived, pending(watcher))
    first = {chat: world.emulator.about(chat, "DROPPED: first") for chat in (ANSWER_LOST, SWALLOWED)}
    second = {chat: world.emulator.about(chat, "2nd vendor lost in 3 days: second") for chat in (ANSWER_LOST, SWALLOWED)}
    marks = [REPEAT in text for text in first[ANSWER_LOST]]
    claim = "the alert whose answer was lost is sent again, marked as a repeat"
    claims.hold("crash", claim, marks == [False, True], first)
    marks = [REPEAT in text for text in first[SWALLOWED]]
    claims.hold("crash", "the alert that was swallowed arrives, marked as a possible repeat", marks == [True], first)
    marks = [[REPEAT in text for text in texts] for texts in second.values()]
    claims.hold("crash", "the alert that was not attempted before arrives once, unmarked", marks == [[False], [False]], second)
    rows = watcher.rows("SELECT dependency, count(*) FROM alert WHERE reason IN ('opened', 'cascade') GROUP BY 1 ORDER BY 1")
    claims.hold("crash", "no drop was decided twice", rows == [("first", 1), ("second", 1)], rows)
