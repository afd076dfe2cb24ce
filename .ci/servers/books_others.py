"""Okta's and Netlify's own definitions, served by Prism, with a seed for each value of each field that decides."""

from definitions import Seeds, openapi
from imitations import Prism
from looks import Look, look_at_all
from plugwatch import secret

_DROPPED, _DEGRADED, _WORKING = "says dropped (unconfirmed)", "says degraded (unconfirmed)", "working"
_UNKNOWN = "unknown (unknown_status)"
_SITE = "3970e0fe-8564-4903-9a55-c5f8de49fb8b"


def prove(world, claims):
    """Each seed: a change of the answer, the expected result, and the claim."""
    packages = world.packages / "node_modules"
    okta = {"subdomain": "acme", "companyName": "Acme", "expiresAt": None}
    orgs = {
        "active": (okta | {"status": "ACTIVE"}, _WORKING, "ACTIVE"), "inactive": (okta | {"status": "INACTIVE"}, _DROPPED, "INACTIVE"),
        "frozen": (okta | {"status": "FROZEN"}, _UNKNOWN, "an undocumented word"),
        "past": (okta | {"status": "ACTIVE", "expiresAt": "2025-12-24T00:00:00.000Z"}, _DEGRADED, "ACTIVE, with an expiry date that has passed"),
        "another": (okta | {"status": "ACTIVE", "subdomain": "other"}, "unknown (another_account_answers)", "a different organization answers"),
    }
    _play(world, claims, "okta/org", openapi(packages / "@okta/openapi/dist/spec.json", "/api/v1/org"), "https://acme.okta.com",
          {"domain": "acme.okta.com", "token": secret(world.folder / "key")}, orgs)
    site = {"id": _SITE, "name": "acme"}
    sites = {
        "current": (site | {"state": "current"}, _WORKING, "current"), "odd": (site | {"state": "resting"}, _UNKNOWN, "an undocumented word"),
        "another": (site | {"id": _SITE.replace("3", "4"), "state": "current"}, "unknown (unrecognised)", "a different site answers"),
    }
    _play(world, claims, "netlify/site", openapi(packages / "@netlify/open-api/dist/swagger.json", "/sites/{site_id}"),
          "https://api.netlify.com", {"site_id": _SITE, "token": secret(world.folder / "key")}, sites)


def _play(world, claims, check, operation, host, params, seeds):
    definition, part = Seeds(), check.replace("/", "-")
    for seed, (answer, *_) in seeds.items():
        definition.add(seed, operation, answer)
    prism = Prism(world.folder / part, world.packages, definition)
    prism.start()
    for seed, (_, says, claim) in seeds.items():
        look = Look(f"{part}-{seed}", check, says, "", f"{check}: {claim}", params)
        look_at_all(world, claims, "others", [look], {host: f"http://127.0.0.1:{prism.port}/{seed}"})
