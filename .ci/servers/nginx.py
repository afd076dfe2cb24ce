"""nginx: the stores, websites and anchors that are monitored."""

from processes import listens, run_or_fail, start, stop, wait_until
from texts import fill


class Nginx:
    """One nginx with its own folder; stopping it stops everything that it serves."""

    def __init__(self, folder, servers, listening):
        folder.mkdir(parents=True)
        self._folder = folder
        self._listening = listening
        self._process = None
        (folder / "nginx.conf").write_text(fill("nginx.conf", folder=folder, servers=servers))

    def start(self):
        """Starts it, and waits until every one of its addresses answers."""
        # The path of the error log is also given here: before reading its settings, nginx
        # would write to the system's own.
        command = ["nginx", "-p", str(self._folder), "-c", "nginx.conf", "-e", "error.log"]
        self._process = start(command, self._folder / "out.log")
        for address, port in self._listening:
            wait_until(f"nginx at {address}:{port}", lambda at=address, on=port: listens(at, on), 10)

    def stop(self):
        """Stops it at once, open connections included."""
        stop(self._process)

    def most_sent(self, prefix):
        """The largest number of bytes sent in one body for a path with this prefix."""
        lines = (self._folder / "access.log").read_text().splitlines()
        sent = [line.split(" ", 2) for line in lines]
        return max((int(size) for _, size, path in sent if path.startswith(prefix)), default=0)


def secure_server(address, port, certificate, pages, page="fine"):
    """The nginx settings of an HTTPS server that serves one page with this certificate."""
    return fill("secure.conf", address=address, port=port, certificate=certificate, pages=pages, page=page)


def status_of(url, *options):
    """The status that an ordinary client gets there."""
    shown = ["--silent", "--noproxy", "*", "--head", "--max-time", "5", "--output", "/dev/null", "--write-out", "%{http_code}"]
    return int(run_or_fail(["curl", *shown, *options, url]))
