"""Tests whether a name server answers yet, with one small query and without a client program."""

import socket
import struct

_NAMES = {0: "NOERROR", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}


def answers(address, port, zone, recursive=False, patience=0.3):
    """The response code for the zone's SOA, or "" while there is no answer.

    A closed port is reported immediately, while kdig would wait for its whole timeout.
    """
    flags = 0x0100 if recursive else 0
    labels = b"".join(bytes([len(label)]) + label.encode() for label in zone.split(".") if label)
    question = struct.pack(">6H", 4711, flags, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", 6, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(patience)
        try:
            asking.connect((address, port))
            asking.send(question)
            answer = asking.recv(4096)
        except OSError:
            return ""
    return _NAMES.get(answer[3] & 15, str(answer[3] & 15))
