"""Zones in BIND and unbound's answers about them: signed, bogus in three ways, refused, blocked."""

from looks import Look, look_at_all

BOGUS = "because its DNSSEC signatures are invalid"


def prove(world, claims):
    """Every state of a zone, at its own servers and through resolvers."""
    zone = lambda name: {"domain": f"{name}.test"}  # noqa: E731
    look_at_all(world, claims, "names", [
        Look("signed", "dns/zone", "working", "the only name server serves the zone", "BIND's signed zone is served", zone("signed")),
        Look("refused", "dns/zone", "says dropped (unconfirmed)", "the only name server refuses refused.test",
             "BIND refuses a zone that it does not have", zone("refused")),
        Look("partial", "dns/zone", "says degraded (unconfirmed)", "but does not return an authoritative SOA record",
             "a server that refuses the SOA but returns the address is degraded", zone("nosoa")),
        Look("signed-seen", "dns/resolvers", "working", "3 resolvers answered, and all find signed.test",
             "a correctly signed zone is found by validating resolvers", zone("signed")),
        Look("unsigned-seen", "dns/resolvers", "working", "3 resolvers answered, and all find", "an unsigned zone is found", zone("unsigned")),
        Look("expired-seen", "dns/resolvers", "says outage (unconfirmed)", BOGUS,
             "expired signatures are reported as such", zone("expired-zone")),
        Look("mismatch-seen", "dns/resolvers", "says outage (unconfirmed)", BOGUS,
             "a DS of another key is reported as broken signatures", zone("mismatch")),
        Look("tampered-seen", "dns/resolvers", "says outage (unconfirmed)", BOGUS,
             "a record that was changed after signing is reported as broken signatures", zone("tampered")),
        Look("bogus-served", "dns/zone", "working", "serves the zone", "the zone's own server serves a bogus zone nevertheless", zone("tampered")),
        Look("refused-seen", "dns/resolvers", "says outage (unconfirmed)", "working resolvers get no answer about refused.test",
             "a zone that its server refuses is not found by users", zone("refused")),
        Look("never-seen", "dns/resolvers", "says outage (unconfirmed)", "answer that never.test does not exist",
             "all resolvers say that a missing name does not exist", zone("never")),
        Look("blocked-seen", "dns/resolvers", "says degraded (unconfirmed)", "127.0.0.73 blocks blocked.test",
             "one resolver's block is named", zone("blocked")),
        Look("network", "website/network", "working", "EXAMPLE-NET, ZZ", "the owner of an address's network is named", zone("good")),
    ])
