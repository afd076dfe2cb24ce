"""Starts and stops programs, and waits with timeouts that name their condition."""

import os
import random
import signal
import socket
import subprocess
import threading
import time

_started = []
_lock = threading.Lock()
_ports_given = set()


class Late(Exception):
    """An expected condition did not occur in time."""


def start(command, log, **options):
    """Starts a program that runs until it is stopped; its output goes to the file `log`."""
    with open(log, "ab") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **options)
    with _lock:
        _started.append(process)
    return process


def stop(process, how=signal.SIGTERM, within=10):
    """Stops one program, and returns its exit code."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        return process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
        raise Late(f"{process.args[0]} did not stop within {within} s") from None


def stop_all():
    """Ends every process that this run has started and that still runs."""
    with _lock:
        left = [process for process in _started if process.poll() is None]
    # SIGTERM comes first: if nginx were killed, its workers would stay.
    for process in left:
        process.terminate()
    for process in left:
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def run(command, within=20, **options):
    """Runs a program that ends by itself; returns the finished process with its output as text."""
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=within, check=False, **options
    )


def run_or_fail(command, **options):
    """Runs a program that must succeed, and returns its output."""
    done = run(command, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def wait_until(what, holds, within, every=0.2):
    """Waits until `holds()` returns a true value, and returns that value."""
    end = time.monotonic() + within
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > end:
            raise Late(f"{what}: not within {within} s")
        time.sleep(every)


def happens(holds, within):
    """Whether the condition occurs in time; the caller's claim reports a failure."""
    try:
        return bool(wait_until("it", holds, within))
    except Late:
        return False


def free_port():
    """A port that is free for TCP and UDP on every loopback address.

    It is below the range from which the system takes the ports of clients, so that no
    connection of this run can occupy it before its server does.
    """
    with _lock:
        for _ in range(200):
            port = random.randint(20_000, 30_000)
            if port not in _ports_given and _is_free(port):
                _ports_given.add(port)
                return port
    raise RuntimeError("no free port was found")


def _is_free(port):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("", port))
            except OSError:
                return False
    return True


def listens(address, port):
    """Whether a server accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


def peak_memory_of(command, out, within=60, **options):
    """Runs a program; returns its exit code and its peak memory in MB."""
    with open(out, "wb") as file:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, **options)
    end = time.monotonic() + within
    while time.monotonic() < end:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_maxrss // 1024
        time.sleep(0.05)
    process.kill()
    process.wait(5)
    raise Late(f"{command[0]}: not ended within {within} s")

