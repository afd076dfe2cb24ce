"""openssl s_server with every kind of certificate, and a revocation list."""

from looks import Look, look_at_all


def prove(world, claims):
    """Each certificate, and then the same while the revocation list cannot be reached."""
    page = lambda name: {"url": world.tls[name], "words": ["Order now"]}  # noqa: E731
    look_at_all(world, claims, "tls", [
        Look("good", "website/page", "working", "", "a good certificate whose revocation list was read", page("good")),
        Look("dual", "website/page", "says degraded (unconfirmed)", "its certificate expires in",
             "if one address is dead, the facts of the other one count", page("dual")),
        Look("expired", "website/page", "says outage (unconfirmed)", "the certificate has expired", "an expired one", page("expired")),
        Look("another", "website/page", "says outage (unconfirmed)", "the certificate is for other names", "a wrong name", page("another")),
        Look("self", "website/page", "says outage (unconfirmed)", "no trusted authority issued the certificate", "a self-signed one", page("self")),
        Look("revoked", "website/page", "says outage (unconfirmed)", "has revoked the site's certificate", "a revoked one", page("revoked")),
    ])
    claims.hold("tls", "the revocation list was requested at the address in the certificate", "/ca.crl" in world.crl.asked, world.crl.asked)
    world.crl.status = 503
    look_at_all(world, claims, "tls", [
        Look("revoked-unseen", "website/page", "working", "", "without the list, nothing is claimed about revocation", page("revoked")),
    ])
