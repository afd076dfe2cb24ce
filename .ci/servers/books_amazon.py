"""Amazon's APIs by moto, MiniStack and Prism, with a seed for each value of each field that decides.

moto and MiniStack check signatures and permissions, and know one state each; nginx writes the other states into their answers.
Prism serves operations that neither has, from the models that botocore ships.
"""

import hashlib
from dataclasses import dataclass

from amazon import ACCOUNT, REGION, Key, Moto
from definitions import Seeds, amazon
from imitations import Prism
from looks import Look, look_at_all
from ministack import MiniStack
from nginx import Nginx
from plugwatch import secret
from processes import free_port

_DROPPED, _DEGRADED, _WORKING = "says dropped (unconfirmed)", "says degraded (unconfirmed)", "working"
_UNKNOWN, _REFUSED = "unknown (unknown_status)", "unknown (credential_refused)"
# MiniStack's only account.
_MINISTACK_ACCOUNT = "000000000000"
_STATES = {
    "ACTIVE": _WORKING, "SUSPENDED": _DROPPED, "CLOSED": _DROPPED, "PENDING_ACTIVATION": _DEGRADED, "HELD": _UNKNOWN,
}
_MEMBERS = _STATES | {"PENDING_CLOSURE": _DROPPED}
# What nginx writes into MiniStack's answer about a healthy account.
_SES = {
    "as-it-is": ({}, _WORKING, "the mock's own answer"),
    "probation": ({'"HEALTHY"': '"PROBATION"'}, _DEGRADED, "PROBATION"),
    "shutdown": ({'"HEALTHY"': '"SHUTDOWN"', '"SendingEnabled": true': '"SendingEnabled": false'}, _DROPPED, "SHUTDOWN"),
    "unheard": ({'"HEALTHY"': '"WATCHED"'}, _UNKNOWN, "an undocumented word"),
    "paused": ({'"SendingEnabled": true': '"SendingEnabled": false'}, _DROPPED, "sending is disabled"),
    "denied": ({'"ProductionAccessEnabled": true':
                '"ProductionAccessEnabled": false, "Details": {"ReviewDetails": {"Status": "DENIED"}}'}, _DEGRADED, "production access was denied"),
}
# What nginx writes into moto's statistics of nobody's mails.
_SENT = "<DeliveryAttempts>1000</DeliveryAttempts>"
_RATES = {
    "as-it-is": {},
    "bounces": {"<DeliveryAttempts>0</DeliveryAttempts>": _SENT, "<Bounces>0</Bounces>": "<Bounces>62</Bounces>"},
    "complaints": {"<DeliveryAttempts>0</DeliveryAttempts>": _SENT, "<Complaints>0</Complaints>": "<Complaints>3</Complaints>"},
}


@dataclass
class Place:
    """A mock behind nginx: `/SEED/` is the real host of the seed, with other values in the answer."""

    mock: Moto
    host: str
    port: int
    seeds: dict

    def server(self):
        """The nginx settings."""
        return "\n".join(self._location(seed, changes) for seed, changes in self.seeds.items())

    def _location(self, seed, changes):
        filters = "".join(f" sub_filter '{before}' '{after}';" for before, after in changes.items())
        return (f"        location /{seed}/ {{ proxy_set_header Host {self.host}; proxy_set_header Accept-Encoding \"\";"
                f" sub_filter_types *;{filters} proxy_pass http://127.0.0.1:{self.mock.port}/; }}")


def prove(world, claims, moto_packages, ministack_packages):
    """The account, the organization, and mail and texts."""
    moto = Moto(world.folder / "moto", free_port(), moto_packages)
    ministack = MiniStack(world.folder / "ministack", free_port(), ministack_packages)
    for mock in (moto, ministack):
        mock.start()
    places = {
        "account": Place(ministack, "account.us-east-1.amazonaws.com", free_port(),
                         {word.lower(): {'"AccountState": "ACTIVE"': f'"AccountState": "{word}"'} for word in _STATES}),
        "organization": Place(moto, f"organizations.{REGION}.amazonaws.com", free_port(),
                              {word.lower(): {'"State": "ACTIVE"': f'"State": "{word}"'} for word in _MEMBERS}),
        "ses": Place(ministack, f"email.{REGION}.amazonaws.com", free_port(), {seed: changes for seed, (changes, *_) in _SES.items()}),
        "budget": Place(moto, "budgets.amazonaws.com", free_port(), {"as-it-is": {}}),
        "rates": Place(moto, f"email.{REGION}.amazonaws.com", free_port(), _RATES),
    }
    servers = [f"    server {{\n        listen 127.0.0.1:{place.port};\n{place.server()}\n    }}" for place in places.values()]
    Nginx(world.folder / "amazon-nginx", "\n".join(servers), [("127.0.0.1", place.port) for place in places.values()]).start()
    _account(world, claims, places["account"])
    _organization(world, claims, places["organization"])
    _ses(world, claims, places["ses"])
    _budget(world, claims, places["budget"])
    _rates(world, claims, places["rates"])
    _models(world, claims, moto_packages)


def _account(world, claims, place):
    key = place.mock.user("account", "account:GetAccountInformation")
    for word, says in _STATES.items():
        _ask(world, claims, place, word.lower(), "aws/account", says, word, {"account_id": _MINISTACK_ACCOUNT}, key)
    other = {"account_id": ACCOUNT}
    _ask(world, claims, place, "active", "aws/account", "unknown (another_account_answers)", "a different account answers", other, key)
    # MiniStack checks no permission of this API.
    _wrong_keys(world, claims, place, "active", "aws/account", {"account_id": _MINISTACK_ACCOUNT}, key)


def _organization(world, claims, place):
    place.mock.organization()
    member = {"member_account_id": place.mock.member("member")}
    key = place.mock.user("organization", "organizations:DescribeAccount")
    place.mock.check_signatures()
    for word, says in _MEMBERS.items():
        _ask(world, claims, place, word.lower(), "aws/organization", says, word, member, key)
    place.mock.check_signatures(False)


def _ses(world, claims, place):
    key = place.mock.user("mail", "ses:GetAccount")
    for seed, (_, says, claim) in _SES.items():
        _ask(world, claims, place, seed, "ses/account", says, claim, {"region": REGION}, key)
    narrow = place.mock.user("narrow", "sts:GetCallerIdentity")
    _ask(world, claims, place, "as-it-is", "ses/account", _REFUSED, "a key without the permission is not a drop", {"region": REGION}, narrow)
    _wrong_keys(world, claims, place, "as-it-is", "ses/account", {"region": REGION}, key)
    place.mock.leave_production()
    _ask(world, claims, place, "as-it-is", "ses/account", _DEGRADED, "back in the sandbox", {"region": REGION}, key)


def _budget(world, claims, place):
    key = place.mock.user("budget", "budgets:ViewBudget")
    for name, spent, expected, says, claim in (
        ("habit", "310.25", "760.10", _WORKING, "within the budget"), ("leap", "700.0", "2400.0", _DEGRADED, "expected to be far beyond it"),
        ("over", "812.5", "900.0", _DEGRADED, "already beyond it"),
    ):
        place.mock.budget(name, "800.0", spent, expected)
        _ask(world, claims, place, "as-it-is", "aws/budget", says, claim, {"account_id": ACCOUNT, "budget": name}, key)
    missing = {"account_id": ACCOUNT, "budget": "nothing"}
    _ask(world, claims, place, "as-it-is", "aws/budget", "unknown (budget_not_found)", "no such budget", missing, key)


def _rates(world, claims, place):
    key = place.mock.user("rates", "ses:GetSendStatistics")
    for seed, says, claim in (
        ("as-it-is", _WORKING, "the mock's own answer"), ("bounces", _DEGRADED, "many bounces"), ("complaints", _DEGRADED, "many complaints"),
    ):
        _ask(world, claims, place, seed, "ses/rates", says, claim, {"region": REGION}, key)


def _wrong_keys(world, claims, place, seed, check, params, key):
    wrong = Key(key.id, "wrong-secret-of-the-same-key")
    _ask(world, claims, place, seed, check, _REFUSED, "a wrong secret is not a drop", params, wrong)
    unknown = Key("AKIA1111111111111111", "any")
    _ask(world, claims, place, seed, check, _REFUSED, "an unknown key is not a drop", params, unknown)


def _ask(world, claims, place, seed, check, says, claim, params, key):
    ids = ("management_key_id", "management_secret_key") if check == "aws/organization" else ("access_key_id", "secret_access_key")
    name = f"{check}-{claim}".lower().replace("/", "-").replace("_", "-").replace(" ", "-").replace("'", "")
    look = Look(name, check, says, "", f"{check}: {claim}", params | {ids[0]: key.id, ids[1]: secret(_file(world, key))})
    look_at_all(world, claims, "amazon", [look], {f"https://{place.host}": f"http://127.0.0.1:{place.port}/{seed}"})


def _file(world, key):
    # One file for each secret, named by a hash, because secrets contain slashes.
    file = world.folder / f"key-{key.id}-{hashlib.sha256(key.secret.encode()).hexdigest()[:8]}"
    file.write_text(key.secret)
    return file


def _models(world, claims, packages):
    """Operations that no mock has: reputation entities, texts, and the values of every field that decides."""
    identity = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/example.com"
    number = f"phone-{'0' * 32}"
    entity = lambda word: {"ReputationEntity": {"ReputationEntityReference": identity, "SendingStatusAggregate": word}}  # noqa: E731
    phone = lambda word: {"PhoneNumbers": [{"PhoneNumberId": number, "Status": word}]}  # noqa: E731
    tier = lambda word: {"AccountAttributes": [{"Name": "ACCOUNT_TIER", "Value": word}]}  # noqa: E731
    region = {"region": REGION}
    known = {"ENABLED": _WORKING, "REINSTATED": _WORKING, "DISABLED": _DROPPED}
    numbers = {"ACTIVE": _WORKING, "DELETED": _DROPPED, "PENDING": _DEGRADED, "ASSOCIATING": _DEGRADED, "DISASSOCIATING": _DEGRADED}
    table = [
        ("ses/entity", "sesv2", "GetReputationEntity", f"email.{REGION}", region | {"entity": identity.replace(":", "%3A").replace("/", "%2F")},
         entity, "ReputationEntity.SendingStatusAggregate", known),
        ("aws_messaging/number", "pinpoint-sms-voice-v2", "DescribePhoneNumbers", f"sms-voice.{REGION}", region | {"phone_number_id": number},
         phone, "PhoneNumbers.0.Status", numbers),
        # A text in the model, so it lists no values.
        ("aws_messaging/account", "pinpoint-sms-voice-v2", "DescribeAccountAttributes", f"sms-voice.{REGION}", region,
         tier, "AccountAttributes.0.Value", {"PRODUCTION": _WORKING, "SANDBOX": _DEGRADED, "TRIAL": _UNKNOWN}),
    ]
    finding = lambda word: {"Recommendations": [{"Type": word, "Status": "OPEN", "Impact": "HIGH"}]}  # noqa: E731
    kinds = ("DKIM", "DMARC", "SPF", "BIMI", "COMPLAINT", "BOUNCE", "FEEDBACK_3P", "IP_LISTING")
    table.append(("ses/findings", "sesv2", "ListRecommendations", f"email.{REGION}", region, finding, "Recommendations.0.Type",
                  dict.fromkeys(kinds, _DEGRADED)))
    seeds, books = Seeds(), [(one, amazon(packages, *one[1:3])) for one in table]
    for (check, _, _, _, _, answer, _, words), operation in books:
        for word in words:
            seeds.add(_seed(check, word), operation, answer(word))
    prism = Prism(world.folder / "models", world.packages, seeds)
    prism.start()
    key = {"access_key_id": "AKIA0000000000000000", "secret_access_key": secret(world.folder / "key")}
    for (check, _, _, host, params, _, at, words), operation in books:
        for word, says in words.items():
            look = Look(_seed(check, word), check, says, "", f"{check}: {word}", params | key)
            base = f"http://127.0.0.1:{prism.port}/{_seed(check, word)}"
            look_at_all(world, claims, "amazon", [look], {f"https://{host}.amazonaws.com": base})
        listed = operation.values(at)
        if listed:
            claims.hold("amazon", f"{check}: the model lists these values and no others", listed == set(words), sorted(listed ^ set(words)))
    _values_of_mocks(claims, packages)


def _values_of_mocks(claims, packages):
    for check, service, name, at, words in (
        ("aws/account", "account", "GetAccountInformation", "AccountState", _STATES),
        ("aws/organization", "organizations", "DescribeAccount", "Account.State", _MEMBERS),
    ):
        listed = amazon(packages, service, name).values(at)
        claims.hold("amazon", f"{check}: the model lists these values and no others", listed == set(words) - {"HELD"}, sorted(listed))


def _seed(check, word):
    return f"{check}-{word}".lower().replace("/", "-").replace("_", "-")
