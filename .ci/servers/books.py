"""Queries third-party mocks of vendors' APIs, with a seed for each documented value, and counts the claims.

    books.py PATH_TO_BINARY FOLDER NPM GOOGLE MOTO MINISTACK

The last four are the folders that npm and pip installed into, one for each.
"""

import json
import pathlib
import re
import sys
from dataclasses import dataclass, field

import books_amazon
import books_google
import books_others
import books_types
from certificates import Authority
from claims import count
from imitations import Definition, Prism, Stripe, seeded_stripe
from looks import Look, look_at_all
from nginx import Nginx, secure_server
from pages import Pages
from plugwatch import secret
from processes import free_port, run_or_fail

LONGEST = 1800
ANCHORS = ("127.0.0.41", "127.0.0.42", "127.0.0.43")
ACCOUNT = "acct_1032D82eZvKYlo2C"
GONE = "acct_1032D82eZvKYlo9Z"
_BRAND_SID = f"BN{'0' * 32}"
_TWILIO = "node_modules/@twilio/cli-core/src/services/twilio-api"
_DROPPED, _DEGRADED, _WORKING = "says dropped (unconfirmed)", "says degraded (unconfirmed)", "working"

# The meaning of each value is in the definition's own description, in twilio.com/docs, and in docs.stripe.com.
_TWILIO_ACCOUNT = {"active": _WORKING, "suspended": _DROPPED, "closed": _DROPPED}
_BRAND = {
    "APPROVED": _WORKING, "PENDING": _DEGRADED, "IN_REVIEW": _DEGRADED, "FAILED": _DROPPED, "SUSPENDED": _DROPPED,
    "DELETION_PENDING": _DEGRADED, "DELETION_FAILED": _DEGRADED,
}
_TOLL_FREE = {
    "TWILIO_APPROVED": _WORKING, "TWILIO_REJECTED": _DROPPED, "PENDING_REVIEW": _DEGRADED, "IN_REVIEW": _DEGRADED,
}
_BUNDLE = {
    "twilio-approved": _WORKING, "provisionally-approved": _DEGRADED, "draft": _DEGRADED, "pending-review": _DEGRADED, "in-review": _DEGRADED,
    "twilio-rejected": _DROPPED,
}
_PROFILE = {word: says for word, says in _BUNDLE.items() if word != "provisionally-approved"}
# A text in the definition; Twilio's guides name these.
_CAMPAIGN = {"VERIFIED": _WORKING, "FAILED": _DROPPED, "SUSPENDED": _DROPPED, "IN_PROGRESS": _DEGRADED, "PENDING": _DEGRADED, "PAUSED": "unknown (unknown_status)"}
# While charges are disabled, every reason means that no payments arrive.
_STOPPED = (
    "action_required.requested_capabilities", "listed", "other", "platform_paused", "rejected.fraud",
    "rejected.incomplete_verification", "rejected.listed", "rejected.other", "rejected.platform_fraud",
    "rejected.platform_other", "rejected.platform_terms_of_service", "rejected.terms_of_service",
    "requirements.past_due", "requirements.pending_verification", "under_review",
)


@dataclass
class World:
    """The monitored hosts, and their addresses."""

    binary: str
    folder: pathlib.Path
    authority: pathlib.Path
    packages: pathlib.Path
    anchors: list = field(default_factory=list)
    stripe: int = 0
    dns_port: int = 53
    network: str = ""


def build(binary, folder, packages):
    """The anchors, and the mock of Stripe behind its seeds."""
    authority = Authority(folder / "certificates", "ours")
    names = [f"{n}.anchor.example" for n in ("one", "two", "three")]
    shown, port, front = authority.issue("anchor", ",".join(f"DNS:{name}" for name in names)), free_port(), free_port()
    pages = Pages(folder / "pages")
    pages.show_site("fine")
    stripe = Stripe(folder / "stripe", packages)
    stripe.start()
    stripe.account(ACCOUNT)
    servers = [secure_server(at, port, shown, pages.folder) for at in ANCHORS]
    servers.append(seeded_stripe("127.0.0.1", front, stripe.port, ACCOUNT, _stripe_seeds()))
    servers.append(seeded_stripe("127.0.0.2", front, stripe.port, GONE, {"gone": {}}))
    Nginx(folder / "nginx", "\n".join(servers), [*((at, port) for at in ANCHORS), ("127.0.0.1", front)]).start()
    anchors = [f"{name}@{at}:{port}" for name, at in zip(names, ANCHORS)]
    (folder / "key").write_text(Stripe.KEY)
    (folder / "wrong").write_text("rk_wrong")
    return World(binary, folder, authority.file, packages, anchors, front)


def _stripe_seeds():
    word = '"disabled_reason":"requirements.past_due"'
    stopped = {name.replace(".", "-"): {word: f'"disabled_reason":"{name}"'} for name in _STOPPED}
    open_again = {word: '"disabled_reason":null', '"charges_enabled":false': '"charges_enabled":true',
                  '"payouts_enabled":false': '"payouts_enabled":true'}
    return stopped | {
        "open": open_again, "unheard": open_again | {word: '"disabled_reason":"rejected.mood"'}, "as-it-is": {},
    }


def stripe(world, claims):
    """Each reason to restrict an account, a wrong key, an account that the key may not read, and one in good standing."""
    seeds = [(name.replace(".", "-"), _DROPPED, name) for name in _STOPPED]
    seeds += [("as-it-is", _DROPPED, "the mock's own answer"), ("unheard", "unknown (unknown_status)", "an undocumented word")]
    for seed, says, claim in seeds:
        _ask_stripe(world, claims, seed, says, claim, world.folder / "key", "127.0.0.1")
    # A new account's requirements stay due, whatever its capabilities.
    _ask_stripe(world, claims, "open", _DEGRADED, "charges and payouts are enabled, with documents due", world.folder / "key", "127.0.0.1")
    refused = "unknown (credential_refused)"
    _ask_stripe(world, claims, "open", refused, "a wrong key is not a drop", world.folder / "wrong", "127.0.0.1")
    _ask_stripe(world, claims, "gone", refused, "an account that the key may not read is not a drop", world.folder / "key", "127.0.0.2")


def _ask_stripe(world, claims, seed, says, claim, key, at):
    number = GONE if seed == "gone" else ACCOUNT
    look = Look(_id(f"stripe {seed} {key.name}"), "stripe/account", says, "", f"Stripe: {claim}", {"account_id": number, "key": secret(key)})
    look_at_all(world, claims, "books", [look], {"https://api.stripe.com": f"http://{at}:{world.stripe}/{seed}"})


def twilio(world, claims):
    """The states of an account, a brand, a toll-free number, a bundle, a profile and a campaign, each in the answer of Twilio's own example."""
    own = {"account_sid": f"AC{'a' * 32}", "auth_token": secret(world.folder / "key"), "key_risk_accepted": True}
    _words(world, claims, "twilio_api_v2010.json", "/2010-04-01/Accounts/{Sid}.json", "https://api.twilio.com", "twilio/account", own,
           "status", _TWILIO_ACCOUNT)
    brand = own | {"brand_sid": _BRAND_SID}
    _words(world, claims, "twilio_messaging_v1.json", "/v1/a2p/BrandRegistrations/{Sid}", "https://messaging.twilio.com", "twilio/brand",
           brand, "status", _BRAND, {"sid": _BRAND_SID, "account_sid": own["account_sid"]})
    number = own | {"number_sid": f"PN{'a' * 32}"}
    _words(world, claims, "twilio_messaging_v1.json", "/v1/Tollfree/Verifications", "https://messaging.twilio.com", "twilio/toll_free",
           number, "verifications.0.status", _TOLL_FREE)
    of = {"account_sid": own["account_sid"]}
    _words(world, claims, "twilio_numbers_v2.json", "/v2/RegulatoryCompliance/Bundles/{Sid}", "https://numbers.twilio.com", "twilio/bundle",
           own | {"bundle_sid": f"BU{'a' * 32}"}, "status", _BUNDLE, of)
    _words(world, claims, "twilio_trusthub_v1.json", "/v1/CustomerProfiles/{Sid}", "https://trusthub.twilio.com", "twilio/profile",
           own | {"profile_sid": f"BU{'a' * 32}"}, "status", _PROFILE, of)
    service = own | {"messaging_service_sid": f"MG{'a' * 32}"}
    _play(world, claims, world.packages / _TWILIO / "twilio_messaging_v1.json", "/v1/Services/{MessagingServiceSid}/Compliance/Usa2p",
          "https://messaging.twilio.com", "twilio/campaign", service,
          {word: (says, {"compliance.0.campaign_status": word}, word) for word, says in _CAMPAIGN.items()})


def _words(world, claims, file, path, host, check, params, at, words, ours=None):
    # That the definition has exactly these values is a claim, too: a person must review a new one.
    source = world.packages / _TWILIO / file
    seeds = {word: (says, {at: word} | (ours or {}), word) for word, says in words.items()}
    _play(world, claims, source, path, host, check, params, seeds)
    known = _enum(json.loads(source.read_text()), check)
    claims.hold("books", f"{check}: the definition has these words and no others", known == set(words), sorted(known))


def github(world, claims):
    """An app's installation, a repository, an organisation and an account: in good standing, and in each other state."""
    key = world.folder / "app.pem"
    run_or_fail(["openssl", "genrsa", "-traditional", "-out", str(key), "2048"])
    source = world.packages / "node_modules/@octokit/openapi/generated/api.github.com.deref.json"
    params = {"app_id": "1", "installation_id": 1, "private_key": secret(key), "key_risk_accepted": True}
    _play(world, claims, source, "/app/installations/{installation_id}", "https://api.github.com", "github/installation", params, {
        "active": (_WORKING, {"suspended_at": None}, "in good order"),
        "suspended": (_DROPPED, {"suspended_at": "2026-11-29T10:00:00Z"}, "suspended"),
        "another": ("unknown (unrecognised)", {"id": 2}, "somebody else's installation answers", "answered 200"),
    })
    _play(world, claims, source, "/repos/{owner}/{repo}", "https://api.github.com", "github/repository",
          {"owner": "octocat", "repository": "Hello-World"}, {
              "there": (_WORKING, {}, "in good order"), "disabled": (_DROPPED, {"disabled": True}, "disabled"),
              "archived": (_DEGRADED, {"archived": True}, "archived"),
              "other": ("unknown (unrecognised)", {"full_name": "other/web"}, "another repository answers"),
          })
    key = {"token": secret(world.folder / "key")}
    _play(world, claims, source, "/orgs/{org}", "https://api.github.com", "github/organisation", {"organisation": "github"} | key, {
        "there": (_WORKING, {}, "in good order"), "other": ("unknown (unrecognised)", {"login": "other"}, "another organisation answers"),
    })
    _play(world, claims, source, "/user", "https://api.github.com", "github/account", {"login": "octocat"} | key, {
        "answers": (_WORKING, {}, "in good order"),
        "another": ("unknown (another_account_answers)", {"login": "hubot"}, "the token belongs to another account"),
    })


def _play(world, claims, source, path, host, check, params, seeds):
    definition = Definition(source)
    for seed, (_, changes, *_) in seeds.items():
        definition.seed(seed, path, changes)
    prism = Prism(world.folder / check.replace("/", "-"), world.packages, definition)
    prism.start()
    for seed, (says, _, claim, *why) in seeds.items():
        look = Look(_id(f"{check} {seed}"), check, says, "".join(why), f"{check}: {claim}", params)
        look_at_all(world, claims, "books", [look], {host: f"http://127.0.0.1:{prism.port}/{seed}"})


def _id(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower())


def _enum(whole, check):
    name = {
        "twilio/account": "account", "twilio/brand": "brand_registrations", "twilio/toll_free": "tollfree_verification",
        "twilio/bundle": "bundle", "twilio/profile": "customer_profile",
    }[check]
    return set(whole["components"]["schemas"][f"{name}_enum_status"]["enum"])


def main(binary, *folders):
    """Runs the script."""
    folder, packages, google_packages, moto, ministack = (pathlib.Path(one).resolve() for one in folders)

    def prove_it(claims):
        world = build(str(pathlib.Path(binary).resolve()), folder, packages)
        claims.run("Stripe", stripe, world, claims)
        claims.run("Twilio", twilio, world, claims)
        claims.run("GitHub", github, world, claims)
        claims.run("Okta and Netlify", books_others.prove, world, claims)
        claims.run("Types of clients", books_types.prove, world, claims, google_packages)
        claims.run("Google", books_google.prove, world, claims, google_packages)
        claims.run("Amazon", books_amazon.prove, world, claims, moto, ministack)

    return count(prove_it, LONGEST)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
