"""Plugins of Debian's monitoring-plugins, run by `exec/plugin`."""

from looks import Look, look_at_all

FOLDER = "/usr/lib/nagios/plugins"


def prove(world, claims):
    """Every exit code, and plugins that query the other servers."""
    plugin = lambda name, *options: {"command": [f"{FOLDER}/{name}", *options]}  # noqa: E731
    smtp = ("-H", "127.0.0.91", "-p", "2525")
    look_at_all(world, claims, "plugins", [
        Look("fine", "exec/plugin", "working", "OK: all is well", "0 is live", plugin("check_dummy", "0", "all is well")),
        Look("warning", "exec/plugin", "says degraded (unconfirmed)", "WARNING: with",
             "1 is degraded", plugin("check_dummy", "1", "with | a bare pipe")),
        Look("critical", "exec/plugin", "says outage (unconfirmed)", "CRITICAL: down", "2 is an outage", plugin("check_dummy", "2", "down")),
        Look("unknown", "exec/plugin", "unknown (plugin_unknown)", "UNKNOWN: no idea", "3 is unknown", plugin("check_dummy", "3", "no idea")),
        Look("strange", "exec/plugin", "unknown (plugin_unknown)", "", "an undefined exit code is unknown", plugin("check_dummy", "4", "x")),
        Look("dns", "exec/plugin", "working", "DNS OK", "check_dns finds a name", plugin("check_dns", "-H", "signed.test", "-s", "127.0.0.71")),
        Look("dns-bogus", "exec/plugin", "says outage (unconfirmed)", "was not found by the server",
             "check_dns does not find a name with bogus signatures", plugin("check_dns", "-H", "tampered.test", "-s", "127.0.0.71")),
        Look("smtp", "exec/plugin", "working", "SMTP OK", "check_smtp gets postfix's greeting", plugin("check_smtp", *smtp)),
        Look("tcp", "exec/plugin", "working", "TCP OK", "check_tcp connects", plugin("check_tcp", *smtp)),
        Look("disk", "exec/plugin", "says outage (unconfirmed)", "DISK CRITICAL", "check_disk finds too little space",
             plugin("check_disk", "-w", "100%", "-c", "100%", "-p", "/")),
        Look("missing", "exec/plugin", "unknown (not_run)", "", "a missing plugin", plugin("check_nothing")),
        Look("hangs", "exec/plugin", "unknown (not_finished)", "", "a program that does not end is stopped", {"command": ["/bin/sh", "-c", "sleep 60"]}),
    ])
