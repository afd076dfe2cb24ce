"""A certificate authority of our own, and certificates of every kind a host may show."""

import datetime

from processes import run_or_fail

_SETTINGS = """
[ca]
default_ca = own
[own]
database = {folder}/{name}.index
serial = {folder}/{name}.serial
new_certs_dir = {folder}
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
"""
_CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class Authority:
    """Signs certificates; clients that are given `file` believe it."""

    def __init__(self, folder, name):
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._name = name
        self.file = folder / f"{name}.pem"
        self._key = folder / f"{name}.key"
        self._settings = folder / f"{name}.cnf"
        self._settings.write_text(_SETTINGS.format(folder=folder, name=name))
        (folder / f"{name}.index").touch()
        (folder / f"{name}.serial").write_text("1000\n")
        made = ["-keyout", str(self._key), "-out", str(self.file), "-days", "3", "-subj", f"/CN={name}"]
        run_or_fail(["openssl", "req", "-x509", *_CURVE, *made])

    def issue(self, name, for_names, begins=-1, ends=60):
        """Writes `name`.crt and .key for these names and addresses; returns their common path.

        The days count from now. `openssl ca` is used because it takes both ends of the time:
        a certificate that ended before it began would be read as broken, not as expired.
        """
        path = self._folder / name
        request, extras = path.with_suffix(".csr"), path.with_suffix(".ext")
        run_or_fail(["openssl", "req", *_CURVE, "-keyout", f"{path}.key", "-out", str(request), "-subj", f"/CN={name}"])
        extras.write_text(f"subjectAltName={for_names}\nextendedKeyUsage=serverAuth\n")
        run_or_fail([
            "openssl", "ca", "-batch", "-notext", "-config", str(self._settings),
            "-cert", str(self.file), "-keyfile", str(self._key), "-in", str(request), "-out", f"{path}.crt",
            "-startdate", _day(begins), "-enddate", _day(ends), "-extfile", str(extras),
        ])
        return path


def _day(from_now):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=from_now)
    return at.strftime("%Y%m%d%H%M%SZ")
