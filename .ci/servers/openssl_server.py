"""openssl s_server: HTTPS hosts with every kind of certificate, and a host for the CRL.

Packages: openssl.
"""

import http.server
import threading

from processes import free_port, listens, start, stop, wait_until

PAGE = "index.html"


class SecureHost:
    """One `openssl s_server` that presents one certificate and serves one page with `words`.

    The page is at /index.html; `/` is not served. It answers one client after the other,
    in HTTP/1.0, and to GET only.
    """

    def __init__(self, folder, address, port, certificate, words, *options):
        """`certificate` is the common path of a .crt and a .key."""
        folder.mkdir(parents=True)
        self.log = folder / "s_server.log"
        self.port = port
        self._folder = folder
        self._address = address
        self._process = None
        (folder / PAGE).write_text(f"<html><body>{words}</body></html>\n")
        self._command = [
            "openssl", "s_server", "-quiet", "-WWW", "-accept", f"{address}:{port}",
            "-cert", f"{certificate}.crt", "-key", f"{certificate}.key", *options,
        ]

    def start(self):
        """Starts it, and waits until it accepts connections."""
        # It serves the files of its working directory.
        self._process = start(self._command, self.log, cwd=self._folder)
        wait_until(f"s_server at {self._address}:{self.port}", lambda: listens(self._address, self.port), 10, 0.05)

    def stop(self):
        """Stops it."""
        return stop(self._process)


class CrlHost:
    """Serves one file over plain HTTP at any path, from a thread, and counts the requests."""

    def __init__(self, address, port):
        host = self
        self.body = b""
        self.status = 200
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            """Answers with the host's current file."""

            def do_GET(self):  # noqa: N802: the name is http.server's
                """One request."""
                host.asked.append(self.path)
                self.send_response(host.status)
                self.send_header("Content-Type", "application/pkix-crl")
                self.send_header("Content-Length", str(len(host.body)))
                self.end_headers()
                self.wfile.write(host.body)

            def log_message(self, *_):
                """Logs nothing."""

        self._server = http.server.ThreadingHTTPServer((address, port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        """Stops it."""
        self._server.shutdown()
        self._server.server_close()


def all_hosts(folder, address, authority, crl_name, crl_port, words):
    """The six hosts by name, not started, and the CRL that revokes one of them."""
    url = f"http://{crl_name}:{crl_port}/ca.crl"
    shown = {
        "expired": authority.issue("tls-expired", "DNS:expired.test", begins=-40, ends=-10),
        "another": authority.issue("tls-another", "DNS:somebody-else.test"),
        "self": authority.self_signed("tls-self", "DNS:self.test"),
        "revoked": authority.issue("tls-revoked", "DNS:revoked.test", crl_url=url),
        "good": authority.issue("tls-good", "DNS:good.test", crl_url=url),
        "dual": authority.issue("tls-dual", "DNS:dual.test", ends=5),
    }
    authority.revoke("tls-revoked")
    hosts = {name: SecureHost(folder / name, address, free_port(), path, words) for name, path in shown.items()}
    return hosts, authority.crl()
