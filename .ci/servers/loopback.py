"""Adds the addresses to loopback that a server expects there. Package: iproute2."""

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
    """Removes an address that `add_address` added."""
    run_or_fail(["ip", "address", "del", f"{address}/32", "dev", "lo"])
