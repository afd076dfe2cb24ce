"""A test certificate authority, and every kind of certificate that a host may present."""

import datetime

from processes import run_or_fail

_SETTINGS = """
[ca]
default_ca = own
[own]
database = {folder}/{name}.index
serial = {folder}/{name}.serial
crlnumber = {folder}/{name}.crlnumber
crl_extensions = list
new_certs_dir = {folder}
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[list]
authorityKeyIdentifier = keyid:always
[req]
distinguished_name = nothing
[nothing]
"""
_CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class Authority:
    """Signs certificates; clients trust it if they are given `file`."""

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
        (folder / f"{name}.crlnumber").write_text("01\n")
        made = ["-keyout", str(self._key), "-out", str(self.file), "-days", "400", "-subj", f"/CN={name}"]
        run_or_fail(["openssl", "req", "-x509", *_CURVE, *made])
        # The chain that hosts send after their own certificate; empty for an authority that clients know.
        self._shown_behind = ""

    def under(self, name, ends):
        """An authority below this one, valid for `ends` days; its hosts also send its certificate."""
        below = Authority(self._folder, name)
        request, extras = self._folder / f"{name}.csr", self._folder / f"{name}.ext"
        run_or_fail(["openssl", "req", "-new", "-key", str(below._key), "-subj", f"/CN={name}", "-out", str(request)])
        extras.write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n")
        self._sign(request, below.file, extras, -1, ends)
        below._shown_behind = below.file.read_text()
        return below

    def issue(self, name, for_names, begins=-1, ends=60, crl_url=None):
        """Writes `name`.crt and .key for these names and addresses; returns their common path.

        The days count from now. `openssl ca` is used because it accepts both a beginning and an end:
        a certificate that ended before it began would be read as broken, not as expired.
        """
        path = self._folder / name
        request, extras = path.with_suffix(".csr"), path.with_suffix(".ext")
        run_or_fail(["openssl", "req", *_CURVE, "-keyout", f"{path}.key", "-out", str(request), "-subj", f"/CN={name}"])
        extras.write_text(f"subjectAltName={for_names}\nextendedKeyUsage=serverAuth\n{_points_at(crl_url)}")
        shown = path.with_suffix(".crt")
        self._sign(request, shown, extras, begins, ends)
        shown.write_text(shown.read_text() + self._shown_behind)
        return path

    def _sign(self, request, certificate, extras, begins, ends):
        run_or_fail([
            "openssl", "ca", "-batch", "-notext", "-config", str(self._settings),
            "-cert", str(self.file), "-keyfile", str(self._key), "-in", str(request), "-out", str(certificate),
            "-startdate", _day(begins), "-enddate", _day(ends), "-extfile", str(extras),
        ])

    def revoke(self, name):
        """Revokes this certificate, from the next list on."""
        self._ca("-revoke", str(self._folder / f"{name}.crt"), "-crl_reason", "keyCompromise")

    def crl(self, days=7):
        """The revocation list as it is served: version 2, in DER."""
        as_text = self._folder / f"{self._name}.crl.pem"
        in_der = self._folder / f"{self._name}.crl"
        self._ca("-gencrl", "-crldays", str(days), "-out", str(as_text))
        run_or_fail(["openssl", "crl", "-in", str(as_text), "-outform", "DER", "-out", str(in_der)])
        return in_der.read_bytes()

    def self_signed(self, name, for_names, ends=60):
        """Makes a self-signed certificate; returns the common path as `issue` does."""
        path = self._folder / name
        # With the system's settings it would become an authority, which is a different mistake.
        settings, names = ["-config", str(self._settings)], ["-addext", f"subjectAltName={for_names}"]
        made = ["-keyout", f"{path}.key", "-out", f"{path}.crt", "-days", str(ends), "-subj", f"/CN={name}"]
        no_authority = ["-addext", "basicConstraints=critical,CA:FALSE"]
        run_or_fail(["openssl", "req", "-x509", *settings, *_CURVE, *made, *names, *no_authority])
        return path

    def _ca(self, *what):
        run_or_fail(["openssl", "ca", "-config", str(self._settings), "-cert", str(self.file), "-keyfile", str(self._key), *what])


def _points_at(crl_url):
    return f"crlDistributionPoints=URI:{crl_url}\n" if crl_url else ""


def _day(from_now):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=from_now)
    return at.strftime("%Y%m%d%H%M%SZ")
