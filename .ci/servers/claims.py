"""Counts what was proven: one line for each claim, as soon as it is known."""

import threading
import traceback


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
