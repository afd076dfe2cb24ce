"""Counts claims: prints one line for each, as soon as its result is known."""

import signal
import threading
import time
import traceback

from processes import stop_all


class Claims:
    """The counts of one run; parts that run in parallel share it."""

    def __init__(self):
        self._lock = threading.Lock()
        self.passed = 0
        self.failed = 0

    def hold(self, part, claim, true, seen=""):
        """Prints the claim as proven, or as failed with the observed value."""
        with self._lock:
            if true:
                self.passed += 1
                print(f"ok    {part}: {claim}", flush=True)
                return
            self.failed += 1
            print(f"FAIL  {part}: {claim}\n      seen: {seen}", flush=True)

    def run(self, part, prove, *world):
        """Runs one part; if it raises, that counts as a failed claim."""
        try:
            prove(*world)
        # Any error in a part must appear as a failed claim.
        except Exception as error:  # noqa: BLE001
            where = traceback.format_exc(limit=-3)
            self.hold(part, "could be run to its end", False, f"{error}\n{where}")


def count(prove, longest):
    """Runs `prove` for at most `longest` seconds, and returns the exit code: 0 if all claims hold."""
    def give_up(*_):
        """A run that hangs or is stopped ends with a failure."""
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
    # A run without any claim is a failure.
    return 1 if claims.failed or not claims.passed else 0
