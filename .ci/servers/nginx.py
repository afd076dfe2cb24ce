"""nginx: the stores, the websites and the anchors of the world that is watched."""

from processes import listens, run_or_fail, start, stop, wait_until
from texts import fill


class Nginx:
    """One nginx with its own folder; stopping it takes away all that it serves."""

    def __init__(self, folder, servers, listening):
        folder.mkdir(parents=True)
        self._folder = folder
        self._listening = listening
        self._process = None
        (folder / "nginx.conf").write_text(fill("nginx.conf", folder=folder, servers=servers))

    def start(self):
        """Starts it, and waits until every one of its addresses answers."""
        # The path of the error log is told here too: before reading its settings nginx
        # would write to the system's own.
        command = ["nginx", "-p", str(self._folder), "-c", "nginx.conf", "-e", "error.log"]
        self._process = start(command, self._folder / "out.log")
        for address, port in self._listening:
            wait_until(f"nginx at {address}:{port}", lambda at=address, on=port: listens(at, on), 10)

    def stop(self):
        """Stops it at once, open connections included."""
        stop(self._process)

    def most_sent(self, prefix):
        """The most bytes of one body that were sent for a path with this beginning."""
        lines = (self._folder / "access.log").read_text().splitlines()
        sent = [line.split(" ", 2) for line in lines]
        return max((int(size) for _, size, path in sent if path.startswith(prefix)), default=0)


def secure_server(address, port, certificate, pages, page="fine"):
    """An HTTPS server of nginx that shows one page with this certificate."""
    return fill("secure.conf", address=address, port=port, certificate=certificate, pages=pages, page=page)


def status_of(url, *options):
    """What an ordinary client gets there: its status, without the body."""
    shown = ["--silent", "--noproxy", "*", "--head", "--max-time", "5", "--output", "/dev/null", "--write-out", "%{http_code}"]
    return int(run_or_fail(["curl", *shown, *options, url]))
