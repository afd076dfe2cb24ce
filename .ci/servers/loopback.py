"""Gives loopback the addresses that a server wants to see on it. Package: iproute2."""

from processes import run_or_fail


def has_address(address):
    """Whether loopback has this very address, not only its /8 network."""
    lines = run_or_fail(["ip", "-o", "-4", "address", "show", "dev", "lo"]).splitlines()
    return any(f" {address}/" in line for line in lines)


def add_address(address):
    """Adds the address to loopback; returns whether it was not there before."""
    if has_address(address):
        return False
    run_or_fail(["ip", "address", "add", f"{address}/32", "dev", "lo"])
    return True


def remove_address(address):
    """Takes away what `add_address` gave."""
    run_or_fail(["ip", "address", "del", f"{address}/32", "dev", "lo"])
