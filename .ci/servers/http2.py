"""Node's HTTP/2 server, which accepts no HTTP/1, as Apple's push service does."""

import pathlib

from plugwatch import Plugwatch, dependency, secret
from processes import free_port, listens, run, run_or_fail, start, stop, wait_until

_SCRIPT = pathlib.Path(__file__).parent / "templates" / "http2_only.js"


def prove(world, claims):
    """A check of a push key with this server."""
    folder = world.folder / "http2"
    folder.mkdir()
    port = free_port()
    server = start(["node", str(_SCRIPT), str(port), str(world.certificate)], folder / "server.log")
    wait_until("the HTTP/2 server", lambda: listens("127.0.0.1", port), 20)
    only = run(["curl", "-sk", "--http1.1", f"https://127.0.0.1:{port}/"])
    claims.hold("http2", "the server refuses HTTP/1.1", only.returncode != 0, only.stdout)
    key = folder / "push.p8"
    key.write_text(run_or_fail(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]))
    push = dependency(
        "push", "apns/topic", team_id="ABCDE12345", key_id="ABC123DEFG", bundle_id="org.example.shop", private_key=secret(key),
    )
    looked = Plugwatch(world, "push", [push], {"https://api.push.apple.com": f"https://127.0.0.1:{port}"}).look()
    line = looked.line("push")
    fits = line.says == "working" and "accepts the push key" in line.why
    claims.hold("http2", "plugwatch reports that the server accepts the push key", fits, line)
    stop(server)
