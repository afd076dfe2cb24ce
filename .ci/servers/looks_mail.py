"""Postfix with STARTTLS, records in a signed zone, and the lists of rbldnsd."""

from looks import Look, look_at_all

DOMAIN = {"domain": "mail.test"}


def prove(world, claims):
    """Mail servers, DNS records about mail, and blocklists."""
    to = lambda who: DOMAIN | {"mailbox": f"{who}@mail.test"}  # noqa: E731
    look_at_all(world, claims, "mail", [
        Look("mailbox", "mail/mx", "working", "the mail server accepts mail for postmaster@mail.test",
             "postfix accepts mail over STARTTLS with a valid certificate", to("postmaster")),
        Look("nobody", "mail/mx", "says dropped (unconfirmed)", "550 5.1.1", "a mailbox that does not exist (5.1.1)", to("nobody")),
        Look("disabled", "mail/mx", "says dropped (unconfirmed)", "550 5.2.1", "a mailbox that was disabled (5.2.1)", to("disabled")),
        Look("relay", "mail/mx", "says degraded (unconfirmed)", "554 5.7.1",
             "a refusal to relay is not a drop", DOMAIN | {"mailbox": "x@elsewhere.test"}),
        Look("silent", "mail/mx", "says outage (unconfirmed)", "the only mail server of silent.test cannot be reached",
             "a silent mail server, while another one answers", {"domain": "silent.test", "controls": ["mx.test"]}),
        Look("port", "mail/mx", "unknown (port_25_closed)", "blocks port 25",
             "if no mail server can be reached, the result is unknown", {"domain": "silent.test", "controls": ["nobody.test"]}),
        Look("null", "mail/mx", "says degraded (unconfirmed)", "accepts no mail", "a null MX", {"domain": "null.test"}),
        Look("spf", "mail/spf", "working", "1 of ten allowed lookups", "an SPF record with its include", DOMAIN),
        Look("dkim", "mail/dkim", "working", "the DKIM key is published", "a key behind an alias", DOMAIN | {"selectors": ["s1"]}),
        Look("dkim-two", "mail/dkim", "says degraded (unconfirmed)", "several TXT records", "a selector with two texts", DOMAIN | {"selectors": ["s4"]}),
        Look("dkim-gone", "mail/dkim", "says dropped (unconfirmed)", "this name does not exist: s2.unsigned.test",
             "a key that the vendor removed", DOMAIN | {"selectors": ["s2"]}),
        Look("dkim-lapsed", "mail/dkim", "says outage (unconfirmed)", "the domain that your DKIM records point to",
             "a key that leads into an expired domain", DOMAIN | {"selectors": ["s3"]}),
        Look("dmarc", "mail/dmarc", "working", "reject", "a DMARC policy", DOMAIN),
    ])
    lists = lambda *zones: DOMAIN | {"lists": list(zones), "domain_lists": []}  # noqa: E731
    look_at_all(world, claims, "mail", [
        Look("listed", "mail/blocklists", "says degraded (unconfirmed)", "192.0.2.66 at ip.lists.test",
             "an address on rbldnsd's list", lists("ip.lists.test") | {"addresses": ["192.0.2.66"]}),
        Look("clear", "mail/blocklists", "working", "none of the blocklists that answered contains your domain or addresses",
             "an address that is on no list", lists("ip.lists.test") | {"addresses": ["192.0.2.9"]}),
        Look("refusing", "mail/blocklists", "unknown (no_list_answers)", "127.255.255.254",
             "an error code is not a listing", lists("refused.lists.test") | {"addresses": ["192.0.2.9"]}),
        Look("domain", "mail/blocklists", "says degraded (unconfirmed)", "bad.test at domain.lists.test",
             "a domain on a list of domains", {"domain": "bad.test", "addresses": ["192.0.2.9"], "lists": [], "domain_lists": ["domain.lists.test"]}),
    ])
