"""Postfix: a mail exchanger that accepts and discards mail for one mailbox, and stores that of
another one as a maildir.

Packages: postfix (with the answer "No configuration"); its user `postfix` must be there.
"""

import contextlib
import os
import pwd
import shutil
import signal
import time

from processes import free_port, listens, start, stop, wait_until
from texts import fill

_MASTER = "/usr/lib/postfix/sbin/master"
_QUEUES = (
    "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop", "pid", "private",
    "public", "saved", "trace",
)


class Postfix:
    """One Postfix with settings, queue and log in its own folder."""

    def __init__(self, folder, address, port, domain, certificate, name="mx.test"):
        """`certificate` is the common path of a .crt and a .key for `name`."""
        self.log = folder / "mail.log"
        # TLS from the first byte.
        self.tls_port = free_port()
        self._folder = folder
        self._address = address
        self._port = port
        self._process = None
        self._make_queue()
        # A name that ends with a slash is a maildir.
        (folder / "mailboxes").write_text(f"postmaster@{domain} there\ndisabled@{domain} there\nops@{domain} ops/\n")
        (folder / "transport").write_text(f"ops@{domain} virtual:\n")
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        shutil.chown(self.inbox, "nobody")
        keeper = pwd.getpwnam("nobody")
        (folder / "refused").write_text(f"disabled@{domain} 550 5.2.1 The mailbox is disabled, not accepting messages\n")
        for file in ("main.cf", "master.cf"):
            (folder / file).write_text(fill(
                f"postfix_{file}", folder=folder, address=address, port=port, tls_port=self.tls_port, domain=domain, certificate=certificate, name=name,
                uid=keeper.pw_uid, gid=keeper.pw_gid,
            ))
        # Every Postfix program rereads a file again and again while its modification time is
        # recent; so all files get an older one.
        for file in folder.iterdir():
            if file.is_file():
                os.utime(file, (time.time() - 60, time.time() - 60))

    def start(self):
        """Starts it, and waits until it accepts connections."""
        # `postfix start` would check the whole system first and run on in the background;
        # -d keeps the master in the foreground. It ends its children by their process
        # group, so it must lead one.
        command = [_MASTER, "-d", "-c", str(self._folder)]
        self._process = start(command, self._folder / "master.log", start_new_session=True)
        wait_until("postfix", lambda: listens(self._address, self._port), 10, 0.05)

    def stop(self):
        """Stops it, its children included."""
        code = stop(self._process)
        # The master passes the signal on to its group, but a child that was just being made
        # can miss it, and keeps the port.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        wait_until("postfix's end", lambda: not listens(self._address, self._port), 5, 0.05)
        return code

    def _make_queue(self):
        """What `postfix check` would make; the programs run as the user `postfix`."""
        data, queue = self._folder / "data", self._folder / "queue"
        for folder in (data, *(queue / name for name in _QUEUES)):
            folder.mkdir(parents=True)
            if folder.name != "pid":
                shutil.chown(folder, "postfix")
        # They open files by their full paths: every folder on the way must be traversable,
        # even one from mktemp. They cannot list it.
        for on_the_way in (self._folder, *self._folder.parents):
            mode = on_the_way.stat().st_mode
            if not mode & 0o001:
                on_the_way.chmod(mode | 0o001)
