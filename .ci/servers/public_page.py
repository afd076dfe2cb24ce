"""The public page, read by third-party programs: the npm client `statuspage.io`, the PyPI exporter
`statuspage-prometheus-exporter`, schemathesis against the OpenAPI document, axe in Chromium, and promtool.

    public_page.py PATH_TO_BINARY FOLDER FOLDER_OF_NODE_MODULES
"""

import json
import os
import pathlib
import re
import subprocess
import sys

from claims import count
from processes import run
from shop import GONE, GROUPS, PARTS, TOKEN, Shop
from texts import fill

LONGEST = 400
_ROOT = pathlib.Path(__file__).resolve().parents[2]
# Statuspage's word for each of plugwatch's component states.
_STATUS = {
    "operational": "operational", "limited": "degraded_performance", "unchecked": "degraded_performance",
    "partial": "partial_outage", "unavailable": "major_outage", "maintenance": "under_maintenance",
}


def prove(shop, node, claims):
    """All parts, on one page."""
    shop.start()
    ids = shop.tell_incidents()
    status = shop.json("status.json")
    hold = lambda claim, true, seen="": claims.hold("public page", claim, true, seen)  # noqa: E731
    hold(f"{PARTS} components in {GROUPS} groups", (len(status["components"]), len(status["groups"])) == (PARTS, GROUPS))
    page = shop.get("")[2]
    hold(f"are a page below 100 KB ({len(page)} B)", len(page.encode()) < 100_000)
    claims.run("statuspage.io", client, shop, status, ids, node, claims)
    claims.run("exporter", exporter, shop, status, ids, claims)
    claims.run("axe", axe, shop, ids, node, claims)
    claims.run("promtool", promtool, shop, claims)
    claims.run("schemathesis", schemathesis, shop, claims)
    log = shop.log.read_text()
    hold("the log contains no error", "ERROR" not in log and "panicked" not in log, log[-2_000:])
    hold("it ends cleanly", shop.stop() == 0)


def client(shop, status, ids, node, claims):
    """The npm client's calls, compared with /status.json field by field."""
    hold = lambda claim, true, seen="": claims.hold("statuspage.io", claim, true, seen)  # noqa: E731
    script = shop.folder / "client.js"
    script.write_text(fill("statuspage_client.js"))
    done = run(["node", str(script), shop.url], within=60, env={**shop.environment(), "NODE_PATH": node})
    hold("all eight calls are answered", done.returncode == 0, done.stderr)
    said = json.loads(done.stdout)
    singles = [one for one in said["components"]["components"] if not one["group"]]
    groups = [one for one in said["components"]["components"] if one["group"]]
    known = {one["id"]: one for one in status["components"]}
    hold("its components are those of the page, in the same order", [one["id"] for one in singles] == list(known))
    for field, own in (("name", "label"), ("group_id", "group")):
        wrong = [one for one in singles if one[field] != known[one["id"]][own]]
        hold(f"each has its {field}", not wrong, wrong[:2])
    wrong = [one for one in singles if one["status"] != _STATUS[known[one["id"]]["state"]]]
    hold("each has its status", not wrong, wrong[:2])
    out = {one["name"] for one in singles if one["status"] == "major_outage"}
    hold("an unavailable component is a major outage", out == {f"Part {n}" for n in GONE}, out)
    working = {one["name"] for one in singles if one["status"] == "under_maintenance"}
    hold("a component under maintenance is shown as that", working == {"Part 7", "Part 8"}, working)
    hold("groups list their components", sorted(len(one["components"]) for one in groups) == sorted(
        len([n for n in range(PARTS) if n % GROUPS == group]) for group in range(GROUPS)), groups)
    # The client does not check types; these are the types of its declarations.
    page = said["status"]["page"]
    hold("the page has its fields", set(page) == {"id", "name", "url", "time_zone", "updated_at"} and page["name"] == "Shop status", page)
    hold("its indicator is major", said["status"]["status"]["indicator"] == "major", said["status"])
    hold("summary and status agree", said["summary"]["status"] == said["status"]["status"])
    incidents = {one["id"]: one for one in said["incidents"]["incidents"]}
    open_, over = incidents[ids["Slow checkout"]], incidents[ids["Search was empty"]]
    hold("both incidents are there", len(incidents) == 2, list(incidents))
    hold("the open one is unresolved", (open_["status"], open_["impact"], open_["resolved_at"]) == ("identified", "major", None), open_)
    hold("it lists its components", [one["name"] for one in open_["components"]] == ["Part 3", "Part 4"], open_["components"])
    hold("and has its updates, newest first", [one["status"] for one in open_["incident_updates"]] == ["identified", "investigating"])
    hold("the other is over, and has its post-mortem", over["status"] == "postmortem" and over["resolved_at"], over)
    hold("only the open one is unresolved", [one["id"] for one in said["unresolved"]["incidents"]] == [open_["id"]])
    hold("the summary has it, too", said["summary"]["incidents"] == said["unresolved"]["incidents"])
    # In every version of this client, all three maintenance calls request upcoming maintenance; the summary has all of it.
    works = said["summary"]["scheduled_maintenances"]
    hold("two maintenances", [(one["name"], one["status"]) for one in works] == [("Database upgrade", "in_progress"), ("Scheduled maintenance", "scheduled")], works)
    hold("of which one is scheduled", all([one["status"] for one in said[name]["scheduled_maintenances"]] == ["scheduled"] for name in ("upcoming", "active", "maintenances")))
    own = {one["id"]: one for one in status["maintenances"]}
    wrong = [one for one in works if at(one["scheduled_for"]) != at(own[one["id"]]["from"]) or at(one["scheduled_until"]) != at(own[one["id"]]["to"])]
    hold("with the times of the page", not wrong, wrong)
    direct = {name: shop.json(f"api/v2/{path}.json") for name, path in (("components", "components"), ("summary", "summary"), ("incidents", "incidents"))}
    hold("and the client changes nothing", all(still(said[name]) == still(direct[name]) for name in direct), direct)


def beside(program):
    """A program from the same Python environment as this one."""
    return str(pathlib.Path(sys.executable).with_name(program))


def at(time):
    """An instant, rounded to the second, from any notation."""
    return re.sub(r"\.\d+", "", time)


def still(value):
    """The same without the values that change at each check."""
    if isinstance(value, dict):
        return {key: still(one) for key, one in value.items() if key != "updated_at"}
    return [still(one) for one in value] if isinstance(value, list) else value


def exporter(shop, status, ids, claims):
    """The exporter's metrics, compared with /status.json."""
    hold = lambda claim, true, seen="": claims.hold("exporter", claim, true, seen)  # noqa: E731
    folder = shop.folder / "exporter"
    folder.mkdir()
    (folder / "services.json").write_text(json.dumps({"shop": {"url": f"{shop.url}/api/v2/summary.json", "name": "Shop"}}))
    environment = {**shop.environment(), "RUN_MODE": "once", "METRICS_TEXTFILE_PATH": str(folder / "shop.prom"), "SERVICES_JSON_PATH": str(folder / "services.json")}
    done = run([beside("statuspage-prometheus-exporter")], within=60, cwd=folder, env=environment)
    hold("it succeeds", done.returncode == 0, done.stderr[-1_500:])
    metrics = [_metric(line) for line in (folder / "shop.prom").read_text().splitlines() if not line.startswith("#")]
    of = lambda name: [(labels, value) for found, labels, value in metrics if found == name]  # noqa: E731
    hold("the page was read live", [value for _, value in of("statuspage_probe_check")] == [1.0])
    hold("not everything works", [value for _, value in of("statuspage_service_status")] == [0.0])
    components = {labels["component_name"]: value for labels, value in of("statuspage_component_status")}
    wrong = [one["label"] for one in status["components"] if components.get(one["label"]) != float(one["state"] == "operational")]
    hold(f"each of {PARTS} components has the page's state", not wrong, (wrong, len(components)))
    incidents = [labels for labels, value in of("statuspage_incident_info") if value == 1.0]
    wanted = {"incident_id": ids["Slow checkout"], "incident_name": "Slow checkout", "impact": "major", "shortlink": f"{shop.url}/incidents/{ids['Slow checkout']}"}
    hold("the open incident, and no other", len(incidents) == 1 and wanted.items() <= incidents[0].items(), incidents)
    hold("with its components", all(name in incidents[0]["affected_components"] for name in ("Part 3", "Part 4")), incidents)
    works = {labels["maintenance_id"] for labels, value in of("statuspage_maintenance_info") if value == 1.0}
    hold("and both maintenances", works == {one["id"] for one in status["maintenances"]}, works)


def _metric(line):
    found = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
    labels = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', found[2] or ""))
    return found[1], labels, float(found[3])


def axe(shop, ids, node, claims):
    """axe's findings on every kind of page, in phone and desktop sizes, dark and light."""
    hold = lambda claim, true, seen="": claims.hold("axe", claim, true, seen)  # noqa: E731
    script = shop.folder / "axe.js"
    script.write_text(fill("axe.js"))
    pages = {
        "page": "/", "page-de": "/?lang=de", "incident": f"/incidents/{ids['Slow checkout']}",
        "learned": f"/incidents/{ids['Search was empty']}", "history": "/incidents", "details": "/details",
    }
    pages = {name: f"{shop.url}{path}" for name, path in pages.items()}
    pictures = [os.environ["PICTURES"]] if os.environ.get("PICTURES") else []
    environment = {**shop.environment(), "NODE_PATH": node}
    done = run(["node", str(script), json.dumps(pages), TOKEN, *pictures], within=180, env=environment)
    hold("Chromium opens every page", done.returncode == 0, done.stderr[-1_500:])
    for one in json.loads(done.stdout):
        if "hosts" in one:
            hold("and requests nothing from other hosts", one["hosts"] == [f"127.0.0.1:{shop.web}"], one["hosts"])
            continue
        what = f"{one['page']}, {one['scheme']}, {one['width']} px"
        hold(f"{what}: {one['rules']} rules hold, none fails", one["rules"] > 10 and not one["findings"], one["findings"])
        hold(f"{what}: nothing is wider than the screen", one["wide"] <= one["width"], one["wide"])


def promtool(shop, claims):
    """The metrics and the example rules, by Prometheus' own linter."""
    hold = lambda claim, true, seen="": claims.hold("promtool", claim, true, seen)  # noqa: E731
    status, _, metrics = shop.get("metrics")
    hold("metrics are served", status == 200, metrics[:200])
    file = shop.folder / "metrics.txt"
    file.write_text(metrics)
    with open(file, "rb") as given:
        done = subprocess.run(["promtool", "check", "metrics"], stdin=given, capture_output=True, text=True, timeout=30, check=False)
    hold("promtool finds nothing in the metrics", done.returncode == 0 and not (done.stdout + done.stderr).strip(), done.stdout + done.stderr)
    done = run(["promtool", "check", "rules", str(_ROOT / "docs/alerts.rules.yml")])
    hold("and nothing in the example rules", done.returncode == 0, done.stdout + done.stderr)


def schemathesis(shop, claims):
    """No answer is a 5xx, and none is undocumented."""
    hold = lambda claim, true, seen="": claims.hold("schemathesis", claim, true, seen)  # noqa: E731
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    command = [
        beside("schemathesis"), "run", f"{shop.url}/openapi.json", "--url", shop.url, "--checks", checks,
        "--phases", "coverage,fuzzing", "--max-examples", os.environ.get("EXAMPLES", "10"), "--seed", "1", "--no-color", "--suppress-health-check", "all",
    ]
    environment = {**shop.environment()}
    done = run(command, within=240, cwd=shop.folder, env=environment)
    text = done.stdout + done.stderr
    hold("finds no 5xx and no undocumented answer", done.returncode == 0, text[-4_000:])
    tested = re.search(r"(\d+) generated", text)
    hold(f"in {tested[1] if tested else 'no'} calls", tested and int(tested[1]) > 100, text[-1_500:])


def main(binary, folder, node):
    """Runs the script."""
    shop = Shop(str(pathlib.Path(binary).resolve()), pathlib.Path(folder))
    return count(lambda claims: claims.run("public page", prove, shop, node, claims), LONGEST)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
