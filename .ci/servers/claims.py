"""Counts what was proven: one line for each claim, as soon as it is known."""

import signal
import threading
import time
import traceback

from processes import stop_all


class Claims:
    """The tally of one run; parts that run side by side share it."""

    def __init__(self):
        self._lock = threading.Lock()
        self.passed = 0
        self.failed = 0

    def hold(self, part, claim, true, seen=""):
        """Prints the claim as proven, or as failed with what was seen instead."""
        with self._lock:
            if true:
                self.passed += 1
                print(f"ok    {part}: {claim}", flush=True)
                return
            self.failed += 1
            print(f"FAIL  {part}: {claim}\n      seen: {seen}", flush=True)

    def run(self, part, prove, *world):
        """Runs one part; what it could not run to its end counts as failed."""
        try:
            prove(*world)
        # Whatever goes wrong in a part must show as a failed claim, never as silence.
        except Exception as error:  # noqa: BLE001
            where = traceback.format_exc(limit=-3)
            self.hold(part, "could be run to its end", False, f"{error}\n{where}")


def count(prove, longest):
    """Lets `prove` fill a tally, within so many seconds, and says how much of it holds: 0 for all."""
    def give_up(*_):
        """A run that hangs, or is told to stop, ends with a failure."""
        raise SystemExit(f"stopped by a signal, or not done within {longest} s")

    for kind in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(kind, give_up)
    signal.alarm(longest)
    claims, began = Claims(), time.monotonic()
    try:
        prove(claims)
    finally:
        stop_all()
    print(f"took {time.monotonic() - began:.0f} s\n{claims.passed} passed, {claims.failed} failed")
    # Nothing proven is no success.
    return 1 if claims.failed or not claims.passed else 0
