"""The recipes of docs/PUBLISHING.md, each word for word against a real target: rsync's daemon, a bare git repository, and an S3
server (moto) with the `aws` command.

    publish.py PATH_TO_BINARY FOLDER FOLDER_OF_MOTO
"""

import json
import pathlib
import re
import signal
import sys

from claims import count
from processes import free_port, happens, listens, run, run_or_fail, start, wait_until
from shop import Shop

LONGEST = 300
_RECIPES = pathlib.Path(__file__).resolve().parents[2] / "docs/PUBLISHING.md"


def recipe(name, **values):
    """The `[publish]` table below a heading, with this test's names in place of the example's."""
    section = _RECIPES.read_text().split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]
    table = re.search(r"```toml\n(.*?)```", section, re.S)[1]
    found = re.search(r"```sh\n(.*?)```", section, re.S)
    script = found[1] if found else ""
    for example, value in values.items():
        example = _EXAMPLES[example]
        if example not in section:
            raise ValueError(f"{name} does not have {example}")
        table = table.replace(example, str(value))
        script = script.replace(example, str(value))
    return table, script


# The names in the recipes that each reader replaces.
_EXAMPLES = {
    "folder": "/var/lib/plugwatch/page", "rsync": "deploy@pages.example.net:/srv/status/", "script": "/etc/plugwatch/publish",
    "remote": "git@git.example.net:status.git", "bucket": "s3://status.example.com", "endpoint": "https://s3.example.net",
}


def prove(shop, moto, claims):
    """One recipe after another, loaded while plugwatch runs."""
    hold = lambda claim, true, seen="": claims.hold("publish", claim, true, seen)  # noqa: E731
    shop.start()
    plain = shop.config.read_text()
    page = shop.folder / "page"
    hold("without `[publish]`, no folder is written", not page.exists())

    target, module = shop.folder / "rsync", free_port()
    target.mkdir()
    daemon = shop.folder / "rsyncd.conf"
    daemon.write_text(f"port = {module}\naddress = 127.0.0.1\nuse chroot = no\n[status]\npath = {target}\nread only = no\nuid = root\ngid = root\n")
    start(["rsync", "--daemon", "--no-detach", f"--config={daemon}"], shop.folder / "rsyncd.log")
    wait_until("rsync's daemon", lambda: listens("127.0.0.1", module), 10)
    table, _ = recipe("rsync", folder=page, rsync=f"rsync://127.0.0.1:{module}/status/")
    taken_up(shop, plain, table)
    arrives(shop, hold, "rsync", lambda name: (target / name).read_text())

    bare, work = shop.folder / "status.git", shop.folder / "page-git"
    run_or_fail(["git", "init", "--bare", "--quiet", "--initial-branch=main", str(bare)])
    script = shop.folder / "publish"
    table, text = recipe("git", folder=work, script=script, remote=bare)
    script.write_text(text)
    script.chmod(0o755)
    taken_up(shop, plain, table)
    show = lambda name: run_or_fail(["git", "-C", str(bare), "show", f"main:{name}"])  # noqa: E731
    arrives(shop, hold, "git", show)
    commits = run_or_fail(["git", "-C", str(bare), "rev-list", "--count", "main"]).strip()
    hold("git keeps the published pages", int(commits) >= 1, commits)

    port = free_port()
    environment = {**shop.environment(), "PYTHONPATH": moto, "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "us-east-1"}
    start([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], shop.folder / "moto.log", env=environment)
    wait_until("the S3 server", lambda: listens("127.0.0.1", port), 30)
    endpoint = f"http://127.0.0.1:{port}"
    aws = shop.folder / "aws"
    words = " ".join(f"{name}='{environment[name]}'" for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"))
    aws.write_text(f"#!/bin/sh\n{words} exec {pathlib.Path(sys.executable).with_name('aws')} \"$@\"\n")
    aws.chmod(0o755)
    run_or_fail([str(aws), "s3", "mb", "s3://status", "--endpoint-url", endpoint], within=60)
    table, _ = recipe("An S3 bucket", folder=shop.folder / "page-s3", bucket="s3://status", endpoint=endpoint)
    taken_up(shop, plain, table.replace('"aws"', json.dumps(str(aws))))
    shown = lambda name: run_or_fail([str(aws), "s3", "cp", f"s3://status/{name}", "-", "--endpoint-url", endpoint], within=60)  # noqa: E731
    arrives(shop, hold, "S3", shown)
    kind = json.loads(run_or_fail([str(aws), "s3api", "head-object", "--bucket", "status", "--key", "index.html", "--endpoint-url", endpoint], within=60))
    hold("S3 serves the page as HTML", kind["ContentType"].startswith("text/html"), kind)
    hold("each target was applied without a restart", "[publish]: this change needs a restart" not in shop.log.read_text())
    hold("it ends cleanly", shop.stop() == 0)


def taken_up(shop, plain, table):
    """Writes the table into the configuration, and reloads it."""
    shop.config.write_text(plain.replace("[override]", f"{table}\n[override]"))
    shop.reload()


def arrives(shop, hold, name, read):
    """The page arrives there, and so does an incident that is published afterwards."""
    def has(file, words):
        """Whether a file there contains these words."""
        try:
            return words in read(file)
        except (OSError, RuntimeError, ValueError):
            return False
    hold(f"{name}: the page arrives", happens(lambda: has("index.html", "Part 59"), 60), shop.log.read_text()[-1_500:])
    hold(f"{name}: the JSON files arrive, too", has("status.json", "plugwatch.status/2") and has("api/v2/summary.json", "Part 59"))
    title = f"Published through {name}"
    shop.does("incident", "open", title, "Words.", "--affects", "part-5", "--by", "Ada")
    hold(f"{name}: a new incident arrives without further action", happens(lambda: has("index.html", title), 90), shop.log.read_text()[-1_500:])


def main(binary, folder, moto):
    """Runs the script."""
    shop = Shop(str(pathlib.Path(binary).resolve()), pathlib.Path(folder))
    return count(lambda claims: claims.run("publish", prove, shop, moto, claims), LONGEST)


if __name__ == "__main__":
    # To reload, SIGHUP is sent only to plugwatch.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    sys.exit(main(*sys.argv[1:]))
