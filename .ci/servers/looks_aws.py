"""STS and Organizations of moto, with checks of signatures and policies."""

import hashlib

from amazon import ACCOUNT, REGION, Key
from looks import Look, look_at_all
from plugwatch import secret

HOSTS = (f"sts.{REGION}.amazonaws.com", f"organizations.{REGION}.amazonaws.com")


def prove(world, claims):
    """Valid and invalid keys; a closed member account, and a removed one."""
    moto = world.moto
    moto.organization()
    member, closed, removed = moto.member("member"), moto.member("closed"), moto.member("removed")
    moto.organizations("CloseAccount", AccountId=closed)
    moto.organizations("RemoveAccountFromOrganization", AccountId=removed)
    key = moto.user("watch", "organizations:DescribeAccount")
    moto.check_signatures()
    with_key = lambda key: {"access_key_id": key.id, "secret_access_key": secret(_file(world, key))}  # noqa: E731
    wrong = Key(key.id, "wrong-secret-of-the-same-key")
    unknown = Key("AKIA0000000000000000", "any")
    identity = {"account_id": ACCOUNT}
    managed = {"management_key_id": key.id, "management_secret_key": secret(_file(world, key))}
    account = lambda number: {"member_account_id": number} | managed  # noqa: E731
    overrides = {f"https://{host}": f"http://127.0.0.1:{world.front}/{host}" for host in HOSTS}
    look_at_all(world, claims, "aws", [
        Look("identity", "aws/identity", "working", "", "moto accepts the signature", identity | with_key(key)),
        Look("wrong", "aws/identity", "unknown (credential_refused)", "", "a wrong secret is not a drop", identity | with_key(wrong)),
        Look("unknown", "aws/identity", "unknown (credential_refused)", "", "an unknown key is not a drop", identity | with_key(unknown)),
        Look("other", "aws/identity", "unknown (another_account_answers)", "",
             "a different account answers", {"account_id": "210987654321"} | with_key(key)),
        Look("member", "aws/organization", "working", "", "a member account", account(member)),
        Look("closed", "aws/organization", "says dropped (unconfirmed)", "SUSPENDED", "a member account that was closed",
             account(closed)),
        Look("removed", "aws/organization", "says degraded (unconfirmed)", "", "a member account that was removed",
             account(removed)),
    ], overrides)


def _file(world, key):
    # One file for each secret, named by a hash, because secrets contain slashes.
    file = world.folder / f"key-{key.id}-{hashlib.sha256(key.secret.encode()).hexdigest()[:8]}"
    file.write_text(key.secret)
    return file
