"""Simulates a person at a terminal: the program gets its own terminal, and answers when it asks."""

import os
import pty
import select
import signal
import time


def talk(command, folder, variables, answers, within):
    """Runs a command; each answer is typed once its question appears. Returns the output.

    The command inherits nothing but `variables` and PATH.
    """
    pid, screen = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(command[0], command, {"PATH": os.environ["PATH"], "TERM": "xterm", **variables})
    seen, answers, end = "", list(answers), time.monotonic() + within
    asked_from = 0
    while time.monotonic() < end:
        ready, _, _ = select.select([screen], [], [], 0.2)
        if ready:
            try:
                more = os.read(screen, 4096)
            except OSError:
                # The other end is closed: the program has ended.
                break
            if not more:
                break
            seen += more.decode(errors="replace")
        if answers and answers[0][0] in seen[asked_from:]:
            asked_from = len(seen)
            os.write(screen, f"{answers.pop(0)[1]}\n".encode())
    else:
        os.kill(pid, signal.SIGKILL)
        seen += f"\n[ended after {within} s]"
    os.waitpid(pid, 0)
    os.close(screen)
    return seen + "".join(f"\n[never asked: {question}]" for question, _ in answers)
