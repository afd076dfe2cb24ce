"""The pages of the stores and websites, as files: removing a file removes a listing."""

import gzip
import json

from texts import fill

PLAY_CONTROL = "com.google.android.apps.translate"
APPLE_CONTROL = 361309726

_WALL = "<html><form id='captcha-form'>Our systems have detected unusual traffic</form></html>"
_SUSPENDED = "<html><h1>This Account has been suspended.</h1>Contact your hosting provider.</html>"


class Pages:
    """The folder that nginx serves."""

    def __init__(self, folder):
        self.folder = folder
        for path in ("play/details", "play/datasafety", "apple", "apple_page/us/app", "site"):
            (folder / path).mkdir(parents=True)
        (folder / "play-gone.html").write_text(fill("play_gone.html"))
        (folder / "changed.html").write_text("<html><body><div data-app='x'>A new layout</div></body></html>")
        (folder / "wall.html").write_text(_WALL)
        (folder / "slow.html").write_text("<p>slow</p>" * 20_000)
        # Practically endless: a gigabyte that takes no space on the disk.
        with open(folder / "endless.html", "wb") as file:
            file.truncate(1 << 30)
        _bomb(folder / "bomb.html")
        self.list_on_play(PLAY_CONTROL, "Translate")
        self.list_on_apple(APPLE_CONTROL, "Pages")

    def list_on_play(self, package, title):
        """Lists an app in Google Play, with its data safety page."""
        app = [0] * 120
        app[18], app[77] = [2], [package]
        data = json.dumps([0, [0, 0, app]])
        listing = fill("play_listing.html", package=package, title=title, data=data)
        (self.folder / f"play/details/{package}.html").write_text(listing)
        (self.folder / f"play/datasafety/{package}.html").write_text(fill("play_safety.html", package=package, title=title))

    def change_play_layout(self, package):
        """The store still shows the app, but the page's embedded data has moved."""
        path = self.folder / f"play/details/{package}.html"
        path.write_text(path.read_text().replace("AF_initDataCallback", "AF_moved"))

    def remove_from_play(self, package):
        """Google takes the app down: both of its pages are gone."""
        # In this order, no check can find the listing gone while the other page still shows the app.
        (self.folder / f"play/datasafety/{package}.html").unlink()
        (self.folder / f"play/details/{package}.html").unlink()

    def list_on_apple(self, track_id, title, listed=True):
        """Apple's lookup answer for this app and its control, and the app's page."""
        apps = [{"trackId": APPLE_CONTROL, "bundleId": "com.apple.Pages", "trackName": "Pages"}]
        if listed and track_id != APPLE_CONTROL:
            apps.insert(0, {"trackId": track_id, "bundleId": f"org.example.a{track_id}", "trackName": title})
        answer = json.dumps({"resultCount": len(apps), "results": apps})
        (self.folder / f"apple/{track_id},{APPLE_CONTROL}.json").write_text(answer)
        page = self.folder / f"apple_page/us/app/id{track_id}.html"
        if listed:
            page.write_text(fill("apple_page.html", track_id=track_id, title=title))
        else:
            page.unlink(missing_ok=True)

    def show_site(self, name, words="Order now"):
        """A website's page with these words."""
        self._replace(name, f"<html><h1>Our shop</h1>{words}</html>")

    def show_letters(self, name, text, encoding):
        """A website's page in this character set."""
        (self.folder / f"site/{name}.html").write_bytes(text.encode(encoding))

    def suspend_site(self, name):
        """The host shows its page for suspended accounts instead."""
        self._replace(name, _SUSPENDED)

    def _replace(self, name, text):
        # Renamed into place, so that no client reads half a page.
        fresh = self.folder / f"site/{name}.new"
        fresh.write_text(text)
        fresh.rename(self.folder / f"site/{name}.html")


def _bomb(path):
    """A quarter of a gigabyte of blanks in about 250 KB.

    Written piece by piece: the peak memory of a started program includes that of the script that
    started it, so a high peak here would hide plugwatch's own.
    """
    with gzip.open(path, "wb") as file:
        for _ in range(256):
            file.write(b" " * (1 << 20))
