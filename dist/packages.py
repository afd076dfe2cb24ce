"""Lists the packages that are compiled into the program, from `cargo metadata`."""
import json
import os
import subprocess


def compiled_in(target):
    """plugwatch, and the packages compiled into it for this target: cargo's metadata, checksum and dependencies of each."""
    cargo = os.environ.get("CARGO", "cargo")
    command = [cargo, "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    packages = {package["id"]: package for package in found["packages"]}
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    root = found["resolve"]["root"]
    reached, left = set(), [root]
    while left:
        one = left.pop()
        if one in reached:
            continue
        reached.add(one)
        for dependency in nodes[one]["deps"]:
            # Packages that are only used to build or test are not compiled in.
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                left.append(dependency["pkg"])
    sums = checksums()
    rows = [packages[one] for one in reached if one != root]
    for row in rows:
        row["checksum"] = sums.get((row["name"], row["version"]))
        row["needs"] = sorted(
            dependency["pkg"] for dependency in nodes[row["id"]]["deps"]
            if dependency["pkg"] in reached and any(kind["kind"] is None for kind in dependency["dep_kinds"])
        )
    own = dict(packages[root], checksum=None)
    own["needs"] = sorted(dependency["pkg"] for dependency in nodes[root]["deps"] if dependency["pkg"] in reached)
    return own, sorted(rows, key=lambda row: (row["name"], row["version"]))


def checksums():
    """The SHA-256 of each package's archive, by name and version."""
    import tomllib
    with open("Cargo.lock", "rb") as lock:
        rows = tomllib.load(lock)["package"]
    return {(row["name"], row["version"]): row["checksum"] for row in rows if "checksum" in row}
