"""Values that vendors list in the types of their own clients, served by Prism, with a seed for each.

Packages of npm: @getbrevo/brevo and resend; of PyPI: msads (Microsoft Advertising).
"""

import re
from dataclasses import dataclass

from definitions import Operation, Seeds
from imitations import Prism
from looks import Look, look_at_all
from plugwatch import secret

_DROPPED, _DEGRADED, _WORKING = "says dropped (unconfirmed)", "says degraded (unconfirmed)", "working"
_UNKNOWN = "unknown (unknown_status)"
_DOMAIN = "d91cd9bd-1176-453e-8fc1-35364d380206"
_ACCOUNT, _MAIL = "123456789", "ops@example.com"
_MODELS = "openapi_client/models/customer"
_BREVO = "node_modules/@getbrevo/brevo/dist/cjs/api"
_RESEND = "node_modules/resend/dist/index.d.mts"


@dataclass
class Book:
    """A check, its request, the type that lists the values of one field, and the expected result for each."""

    check: str
    host: str
    operation: Operation
    params: dict
    key: str
    # The text of the types: each field of the answer must occur in it.
    fields: str
    listed: set
    name: str
    answer: object
    says: dict


def _union(text, name):
    """The values of a TypeScript union of texts."""
    return set(re.findall(r"'([^']+)'", re.search(rf"type {name} = ([^;]+);", text)[1]))


def _constants(text, name):
    """The values of a TypeScript object of constants."""
    return set(re.findall(r'readonly \w+: "([^"]+)"', re.search(rf"const {name}: \{{(.*?)\}};", text, re.S)[1]))


def _members(text):
    """The values of a Python enumeration."""
    return set(re.findall(r"^ +[A-Z]+ = '([^']+)'", text, re.M))


def _microsoft(python, key):
    fields = (python / _MODELS / "advertiser_account.py").read_text() + (python / _MODELS / "get_account_response.py").read_text()
    says = {
        "account_life_cycle_status": {
            "Active": _WORKING, "Suspended": _DROPPED, "Inactive": _DROPPED, "Draft": _DEGRADED, "Pause": _DEGRADED, "Pending": _DEGRADED,
        },
        "account_financial_status": {
            "ClearFinancialStatus": _WORKING, "Hold": _DROPPED, "WriteOff": _DROPPED, "Proposed": _DROPPED, "TaxOnHold": _DEGRADED,
            "UserHold": _DEGRADED, "PendingCreditCheck": _DEGRADED, "SoldToOnly": _DEGRADED, "CreditWarning": _DEGRADED,
        },
    }
    account = {"Id": _ACCOUNT, "AccountLifeCycleStatus": "Active"}
    params = {"account_id": _ACCOUNT, "developer_token": secret(key), "client_id": "1", "client_secret": secret(key), "refresh_token": secret(key),
              "key_risk_accepted": True}
    operation = Operation("/CustomerManagement/v13/Account/Query", "post", {}, {}, [], "application/json")
    for file, words in says.items():
        field = file.title().replace("_", "")
        yield Book("microsoft_ads/account", "https://clientcenter.api.bingads.microsoft.com", operation, params, None, fields,
                   _members((python / _MODELS / f"{file}.py").read_text()), field,
                   lambda word, field=field: {"Account": account | {field: word}}, words)


def _resend(npm, key):
    text = (npm / _RESEND).read_text()
    domain = {"id": _DOMAIN, "name": "example.com", "status": "verified", "capabilities": {"sending": "enabled"}}
    record = lambda word: {"record": "SPF", "name": "send", "type": "TXT", "ttl": "Auto", "value": "v=spf1", "status": word}  # noqa: E731
    statuses = {
        "verified": _WORKING, "pending": _DEGRADED, "not_started": _DEGRADED, "partially_verified": _DEGRADED, "partially_failed": _DEGRADED,
        "failed": _DROPPED,
    }
    records = {"verified": _DEGRADED, "pending": _DEGRADED, "not_started": _DEGRADED, "temporary_failure": _DEGRADED, "failed": _DROPPED}
    operation = Operation("/domains/{domain_id}", "get", {}, {})
    params = {"domain_id": _DOMAIN, "api_key": secret(key), "key_risk_accepted": True}
    of = ("resend/domain", "https://api.resend.com", operation, params, None, text)
    yield Book(*of, _union(text, "DomainStatus"), "status", lambda word: domain | {"status": word}, statuses)
    # Of a domain that has partially failed, the records show what has stopped.
    yield Book(*of, _union(text, "DomainRecordStatus"), "record-status",
               lambda word: domain | {"status": "partially_failed", "records": [record(word)]}, records)


def _brevo(npm, key):
    text = (npm / _BREVO / "resources/account/types/GetAccountResponse.d.ts").read_text()
    account = {"organization_id": "x", "email": _MAIL, "relay": {"enabled": True}}
    plans = {"payAsYouGo": _DEGRADED, "free": _WORKING, "subscription": _WORKING, "sms": _WORKING}
    yield Book("brevo/account", "https://api.brevo.com", Operation("/v3/account", "get", {}, {}),
               {"email": _MAIL, "api_key": secret(key)}, "api-key", text, _constants(text, "Type"), "plan",
               lambda word: account | {"plan": [{"type": word, "creditsType": "sendLimit", "credits": 12}]}, plans)


def _check_fields(book, value):
    for name, one in value.items() if isinstance(value, dict) else ():
        # A misspelt field would have no effect, and a check would seem to prove something.
        if not re.search(rf'\b{name}\b', book.fields):
            raise KeyError(f"{book.check}: the client's types have no field {name}")
        for part in one if isinstance(one, list) else [one]:
            _check_fields(book, part)


def prove(world, claims, python):
    """Every value of every type, that the types list these values and no others, and which refusals Brevo's client knows."""
    key, seeds = world.folder / "key", Seeds()
    books = [*_microsoft(python, key), *_resend(world.packages, key), *_brevo(world.packages, key)]
    seeds.token("/common/oauth2/v2.0/token")
    for book in books:
        for word in book.says:
            _check_fields(book, book.answer(word))
            seeds.add(_seed(book, word), book.operation, book.answer(word), book.key)
    prism = Prism(world.folder / "types", world.packages, seeds)
    prism.start()
    base = f"http://127.0.0.1:{prism.port}"
    for book in books:
        for word, says in book.says.items():
            look = Look(_seed(book, word), book.check, says, "", f"{book.check}: {book.name} {word}", book.params)
            look_at_all(world, claims, "types", [look], {book.host: f"{base}/{_seed(book, word)}", "https://login.microsoftonline.com": base})
        claims.hold("types", f"{book.check}: the client lists these values of {book.name} and no others", book.listed == set(book.says),
                    sorted(book.listed ^ set(book.says)))
    codes = _constants((world.packages / _BREVO / "types/BadRequestErrorBody.d.ts").read_text(), "Code")
    about = {code for code in codes if re.search("account|credit|suspend|block|ban", code, re.I) and "Domain" not in code}
    claims.hold("types", "brevo/account: of the client's error codes, three are about the account",
                about == {"account_under_validation", "not_enough_credits", "Insufficient credits"}, sorted(about))


def _seed(book, word):
    return re.sub(r"[^a-z0-9]+", "-", f"{book.check}-{book.name}-{word}".lower())
