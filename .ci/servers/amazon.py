"""moto: Amazon's STS, IAM and Organizations, with signature checks.

Packages of PyPI: moto, flask, flask-cors (not `moto[server]`, which is three times as large):
`pip install --target FOLDER moto==5.2.5 flask flask-cors`.
"""

import json
import os
import re
import urllib.parse
import urllib.request
from dataclasses import dataclass

from processes import listens, start, stop, wait_until
from sigv4 import signed

# The account of every key that moto issued, and of the organization's management.
ACCOUNT = "123456789012"
REGION = "us-east-1"
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_ORGANIZATIONS = "AWSOrganizationsV20161128"


@dataclass
class Key:
    """An access key."""

    id: str
    secret: str


# While signatures are not checked, any key has all permissions.
_ANY = Key("AKIA0000000000000000", "any")


class Moto:
    """One moto server in the foreground; its data is only in memory."""

    def __init__(self, folder, port, packages):
        """`packages` is the folder that pip installed into."""
        folder.mkdir(parents=True)
        self.log = folder / "moto.log"
        self.port = port
        self._folder = folder
        self._packages = packages
        self._process = None

    def start(self):
        """Starts it, and waits until it accepts connections."""
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(self._packages), "PYTHONDONTWRITEBYTECODE": "1"}
        command = ["python3", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        # Not from this file's folder, in case a module here has the same name as one of moto's.
        self._process = start(command, self.log, cwd=self._folder, env=environment)
        wait_until("moto", lambda: listens("127.0.0.1", self.port), 30, 0.05)

    def stop(self):
        """Stops it."""
        return stop(self._process)

    def check_signatures(self, on=True):
        """From now on, a request must be signed with a key that moto issued, and its user must have the permission."""
        # As a form, urllib's default, the request would fail with an error 500.
        self._send("POST", "/moto-api/reset-auth", {"Content-Type": "text/plain"}, b"0" if on else b"inf")

    def user(self, name, *actions):
        """A key of a new user with permission for these actions (`sts:GetCallerIdentity` needs none)."""
        self._iam(Action="CreateUser", UserName=name)
        if actions:
            statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            self._iam(Action="PutUserPolicy", UserName=name, PolicyName="p", PolicyDocument=policy)
        made = self._iam(Action="CreateAccessKey", UserName=name)
        return Key(*(re.search(rf"<{tag}>(.+?)</{tag}>", made)[1] for tag in ("AccessKeyId", "SecretAccessKey")))

    def organization(self):
        """Creates the organization, once."""
        self.organizations("CreateOrganization", FeatureSet="ALL")

    def member(self, name):
        """A new account of the organization; returns its twelve digits."""
        made = self.organizations("CreateAccount", AccountName=name, Email=f"{name}@mail.test")
        return made["CreateAccountStatus"]["AccountId"]

    def organizations(self, action, **values):
        """Any call to Organizations, such as CloseAccount or RemoveAccountFromOrganization."""
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"{_ORGANIZATIONS}.{action}"}
        answer = self._signed("organizations", headers, json.dumps(values).encode())
        return json.loads(answer or "{}")

    def budget(self, name, limit, spent, expected):
        """A monthly budget with this much spent, and this much expected, in USD."""
        amount = lambda value: {"Amount": value, "Unit": "USD"}  # noqa: E731
        spend = {"ActualSpend": amount(spent), "ForecastedSpend": amount(expected)}
        made = {"BudgetName": name, "BudgetLimit": amount(limit), "TimeUnit": "MONTHLY", "BudgetType": "COST", "CalculatedSpend": spend}
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSBudgetServiceGateway.CreateBudget"}
        self._signed("budgets", headers, json.dumps({"AccountId": ACCOUNT, "Budget": made}).encode())

    def _iam(self, **values):
        body = urllib.parse.urlencode({"Version": "2010-05-08", **values}).encode()
        return self._signed("iam", {"Content-Type": "application/x-www-form-urlencoded"}, body)

    def _signed(self, service, headers, body, path="/"):
        # moto derives the service from the signature.
        more = signed(_ANY, service, REGION, f"127.0.0.1:{self.port}", "POST", path, headers, body)
        return self._send("POST", path, headers | more, body)

    def _send(self, method, path, headers, body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers, method=method)
        with _DIRECT.open(request, timeout=10) as answer:
            return answer.read().decode()


def front(address, port, moto_port, hosts):
    """An nginx server that gives moto the host names that clients signed: `/HOST/` is that host.

    A client behind an override signs for the real host, and sends the override's; the
    signature holds only if moto sees the name that was signed.
    """
    place = "        location /{host}/ {{ proxy_set_header Host {host}; proxy_pass http://127.0.0.1:{to}/; }}"
    places = "\n".join(place.format(host=host, to=moto_port) for host in hosts)
    return f"    server {{\n        listen {address}:{port};\n{places}\n    }}"
