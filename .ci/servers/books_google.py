"""Google's discovery documents, served by Prism, with a seed for each value of each field that decides."""

import json
from dataclasses import dataclass

from definitions import Seeds, google
from imitations import Prism
from looks import Look, look_at_all
from plugwatch import secret
from processes import run_or_fail

_DROPPED, _DEGRADED, _WORKING = "says dropped (unconfirmed)", "says degraded (unconfirmed)", "working"
_UNKNOWN = "unknown (unknown_status)"
_DOCUMENTS = "googleapiclient/discovery_cache/documents"
_TOKENS = "https://oauth2.googleapis.com"


@dataclass
class Book:
    """A check, its method in a discovery document, and the expected result for each value of one field."""

    check: str
    file: str
    method: str
    host: str
    params: dict
    answer: object
    at: str
    says: dict
    key: str = None


def _books():
    publisher, package, item = "pub-1234567890123456", "com.example.app", "a" * 32
    channel, control = f"UC{'a' * 22}", "UC_x5XG1OV2P6uZZ5FSM9Ttw"
    app = "ca-app-pub-1234567890123456~1234567890"
    ads = {"account_id": publisher}
    site = {"account_id": publisher, "site": "www.example.com"}
    warning = "type.googleapis.com/google.apps.alertcenter.type.AccountSuspensionWarning"
    adsense = lambda check, method, params, answer, at, says: Book(  # noqa: E731
        f"google_adsense/{check}", "adsense.v2", f"adsense.accounts.{method}", "adsense", params, answer, at, says)
    return [
        Book("google_admob/app", "admob.v1", "admob.accounts.apps.list", "admob", {"account_id": publisher, "app_id": app},
             lambda word: {"apps": [{"appId": app, "appApprovalState": word}]}, "apps.0.appApprovalState",
             {"APPROVED": _WORKING, "IN_REVIEW": _DEGRADED, "ACTION_REQUIRED": _DEGRADED, "APP_APPROVAL_STATE_UNSPECIFIED": _UNKNOWN}),
        adsense("account", "get", ads, lambda word: {"name": f"accounts/{publisher}", "state": word}, "state",
                {"READY": _WORKING, "NEEDS_ATTENTION": _DEGRADED, "CLOSED": _DROPPED, "STATE_UNSPECIFIED": _UNKNOWN}),
        adsense("policy", "policyIssues.list", ads,
                lambda word: {"policyIssues": [{"site": "example.com", "entityType": "SITE", "action": word}]}, "policyIssues.0.action",
                {"WARNED": _DEGRADED, "AD_SERVING_RESTRICTED": _DEGRADED, "AD_SERVING_DISABLED": _DROPPED,
                 "AD_SERVED_WITH_CLICK_CONFIRMATION": _DEGRADED, "AD_PERSONALIZATION_RESTRICTED": _DEGRADED,
                 "ENFORCEMENT_ACTION_UNSPECIFIED": _UNKNOWN}),
        adsense("site", "sites.get", site, lambda word: {"domain": "www.example.com", "state": word}, "state",
                {"READY": _WORKING, "GETTING_READY": _DEGRADED, "REQUIRES_REVIEW": _DEGRADED, "NEEDS_ATTENTION": _DEGRADED,
                 "STATE_UNSPECIFIED": _UNKNOWN}),
        adsense("alerts", "alerts.list", ads, lambda word: {"alerts": [{"severity": word, "type": "payment-hold", "message": "x"}]},
                "alerts.0.severity",
                {"INFO": _WORKING, "WARNING": _DEGRADED, "SEVERE": _DEGRADED, "SEVERITY_UNSPECIFIED": _UNKNOWN}),
        Book("google_merchant/account", "merchantapi.accounts_v1", "merchantapi.accounts.issues.list", "merchantapi",
             {"account_id": "123456789"}, lambda word: {"accountIssues": [{"title": "Misrepresentation", "severity": word}]},
             "accountIssues.0.severity",
             {"CRITICAL": _DROPPED, "ERROR": _DEGRADED, "SUGGESTION": _WORKING, "SEVERITY_UNSPECIFIED": _UNKNOWN}),
        Book("google_business/location", "mybusinessverifications.v1", "mybusinessverifications.locations.getVoiceOfMerchantState",
             "mybusinessverifications", {"location_id": "1234567890"},
             lambda word: {"hasVoiceOfMerchant": False, "complyWithGuidelines": {"recommendationReason": word}},
             "complyWithGuidelines.recommendationReason",
             {"BUSINESS_LOCATION_SUSPENDED": _DROPPED, "BUSINESS_LOCATION_DISABLED": _DROPPED, "RECOMMENDATION_REASON_UNSPECIFIED": _UNKNOWN}),
        Book("youtube/channel", "youtube.v3", "youtube.channels.list", "youtube", {"channel_id": channel},
             lambda word: {"items": [{"id": control}, {"id": channel, "status": {"privacyStatus": word}}]}, "items.0.status.privacyStatus",
             {"public": _WORKING, "unlisted": _DEGRADED, "private": _DEGRADED}, key="x-goog-api-key"),
        Book("google_web_risk/address", "webrisk.v1", "webrisk.uris.search", "webrisk", {"address": "https://example.com/"},
             lambda word: {"threat": {"threatTypes": [word]}}, "threat.threatTypes.0",
             {"MALWARE": _DROPPED, "SOCIAL_ENGINEERING": _DROPPED, "UNWANTED_SOFTWARE": _DROPPED,
              "SOCIAL_ENGINEERING_EXTENDED_COVERAGE": _DEGRADED, "THREAT_TYPE_UNSPECIFIED": _DEGRADED}, key="x-goog-api-key"),
        Book("google_cloud_domains/registration", "domains.v1", "domains.projects.locations.registrations.get", "domains",
             {"project": "acme-prod", "domain": "example.com"}, lambda word: {"domainName": "example.com", "state": word}, "state",
             {"ACTIVE": _WORKING, "SUSPENDED": _DROPPED, "EXPIRED": _DROPPED, "REGISTRATION_FAILED": _DROPPED,
              "TRANSFER_FAILED": _DROPPED, "EXPORTED": _DEGRADED, "REGISTRATION_PENDING": _DEGRADED, "TRANSFER_PENDING": _DEGRADED,
              "IMPORT_PENDING": _DEGRADED, "STATE_UNSPECIFIED": _UNKNOWN}),
        Book("google_cloud_domains/registration", "domains.v1", "domains.projects.locations.registrations.get", "domains",
             {"project": "acme-prod", "domain": "example.com"},
             lambda word: {"domainName": "example.com", "state": "ACTIVE", "issues": [word]}, "issues.0",
             {"CONTACT_SUPPORT": _DEGRADED, "UNVERIFIED_EMAIL": _DEGRADED, "PROBLEM_WITH_BILLING": _DEGRADED,
              "DNS_NOT_ACTIVATED": _DEGRADED, "AUTO_RENEWAL_UPDATE_NOT_EFFECTIVE": _DEGRADED, "ISSUE_UNSPECIFIED": _DEGRADED}),
        # Its answer's data is free-form; the schema of this kind of alert stands apart.
        Book("google_workspace/alerts", "alertcenter.v1beta1", "alertcenter.alerts.list", "alertcenter",
             {"administrator": "admin@example.com"},
             lambda word: {"alerts": [{"type": "Account suspension warning", "data": {"@type": warning, "state": word}}]},
             "#AccountSuspensionWarning.state",
             {"WARNING": _DEGRADED, "SUSPENDED": _DROPPED, "APPEAL_APPROVED": _WORKING, "APPEAL_SUBMITTED": _DEGRADED,
              "ACCOUNT_SUSPENSION_WARNING_STATE_UNSPECIFIED": _UNKNOWN}),
        Book("gcp/project", "cloudresourcemanager.v3", "cloudresourcemanager.projects.get", "cloudresourcemanager",
             {"project": "acme-prod"}, lambda word: {"projectId": "acme-prod", "state": word}, "state",
             {"ACTIVE": _WORKING, "DELETE_REQUESTED": _DROPPED, "STATE_UNSPECIFIED": _UNKNOWN}),
        Book("google_play/registration", "androiddeveloperidstatus.v1",
             "androiddeveloperidstatus.packages.packageRegistrationStatus.check", "androiddeveloperidstatus",
             {"package": package, "fingerprint": "0" * 64}, lambda word: {"state": word}, "state",
             {"REGISTERED": _WORKING, "NOT_REGISTERED": _DROPPED, "REGISTERED_WITH_ANOTHER_CERTIFICATE_FINGERPRINT": _DROPPED,
              "REGISTRATION_STATE_UNSPECIFIED": _UNKNOWN}, key="x-goog-api-key"),
        Book("chrome_web_store/item", "chromewebstore.v2", "chromewebstore.publishers.items.fetchStatus", "chromewebstore",
             {"publisher": "12345678-1234-1234-1234-123456789012", "item": item},
             lambda word: {"itemId": item, "publishedItemRevisionStatus": {"state": word}}, "publishedItemRevisionStatus.state",
             {"PUBLISHED": _WORKING, "PUBLISHED_TO_TESTERS": _DEGRADED, "PENDING_REVIEW": _DEGRADED, "STAGED": _DEGRADED,
              "REJECTED": _DEGRADED, "CANCELLED": _DEGRADED, "ITEM_STATE_UNSPECIFIED": _UNKNOWN}),
    ]


def prove(world, claims, packages):
    """Every value of every document, and that the documents list these values and no others."""
    books, seeds = [(book, _operation(packages, book)) for book in _books()], Seeds()
    seeds.token()
    for book, operation in books:
        for word in book.says:
            seeds.add(_seed(book, word), operation, book.answer(word), book.key)
    prism = Prism(world.folder / "google", world.packages, seeds)
    prism.start()
    account, base = _service_account(world), f"http://127.0.0.1:{prism.port}"
    for book, operation in books:
        for word, says in book.says.items():
            look = Look(_seed(book, word), book.check, says, "", f"{book.check}: {word}", book.params | _key(world, book, account))
            look_at_all(world, claims, "google", [look], {f"https://{book.host}.googleapis.com": f"{base}/{_seed(book, word)}", _TOKENS: base})
        known = _values(operation, book.at)
        claims.hold("google", f"{book.check}: the document lists these values of {book.at.split('.')[-1]} and no others",
                    known == set(book.says), sorted(known ^ set(book.says)))


def _operation(packages, book):
    return google(packages / _DOCUMENTS / f"{book.file}.json", book.method)


def _values(operation, at):
    if not at.startswith("#"):
        return operation.values(at)
    schema, name = at[1:].split(".")
    return set(operation.schemas[schema]["properties"][name]["enum"])


def _seed(book, word):
    return f"{book.check}-{word}".lower().replace("/", "-").replace("_", "-")


def _service_account(world):
    key, file = world.folder / "service.pem", world.folder / "service.json"
    run_or_fail(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(key)])
    file.write_text(json.dumps({
        "client_email": "plugwatch@acme-prod.iam.gserviceaccount.com", "private_key_id": "1", "private_key": key.read_text(),
    }))
    return file


def _key(world, book, account):
    if book.key:
        return {"api_key": secret(world.folder / "key")}
    owner = {"client_id": "1.apps.googleusercontent.com", "client_secret": secret(world.folder / "key"), "refresh_token": secret(world.folder / "key")}
    vendor = book.check.split("/")[0]
    key = owner if vendor in ("google_admob", "google_adsense", "google_business") else {"service_account": secret(account)}
    return key | ({"key_risk_accepted": True} if vendor in ("google_merchant", "google_business", "google_workspace") else {})
