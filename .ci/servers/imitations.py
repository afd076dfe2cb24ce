"""Third-party mocks of vendors' APIs: Prism, which serves a vendor's own OpenAPI definition, and stripe-stateful-mock.

Packages of npm: @stoplight/prism-cli and stripe-stateful-mock, and the packages that contain the definitions:
`npm install --prefix FOLDER @stoplight/prism-cli@5.14.2 stripe-stateful-mock@0.0.16 @twilio/cli-core@8.3.2
@octokit/openapi@23.0.2`.
"""

import copy
import json
import os
import urllib.parse
import urllib.request

from processes import free_port, listens, start, wait_until

# Prism needs some seconds to read a large definition, and a minute on a busy machine.
_SLOW = 120
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Definition:
    """A vendor's own definition, reduced to the requests in use, with a folder of paths for each seed."""

    def __init__(self, file):
        self._whole = json.loads(file.read_text())
        self._paths = {}

    def seed(self, name, path, changes):
        """Serves `path` below `/name` with the answer of the vendor's own example, and these values in it."""
        asked = copy.deepcopy(self._whole["paths"][path])
        asked.pop("servers", None)
        content = asked["get"]["responses"]["200"]["content"]
        media = content["application/json"]
        (example,) = [one["value"] for one in media.pop("examples").values()][:1]
        for key, value in changes.items():
            _set(example, key.split("."), value)
        media["example"] = example
        # Prism would refuse to send examples that break their own schema, as some of GitHub's do.
        media.pop("schema", None)
        # GitHub's documentation asks clients to request this type; its definition has only the plain one.
        content["application/vnd.github+json"] = media
        self._paths[f"/{name}{path}"] = asked

    def write(self, file):
        """Writes the reduced definition to a file."""
        cut = self._whole | {"paths": self._paths, "servers": [{"url": "/"}]}
        if "$ref" not in json.dumps(self._paths):
            # Tens of megabytes that are not used.
            cut.pop("components", None)
        file.write_text(json.dumps(cut))


def _set(value, path, new):
    *first, last = [int(one) if one.isdigit() else one for one in path]
    for one in first:
        value = value[one]
    # A misspelt field would have no effect, and a check would seem to prove something.
    if not isinstance(last, int) and last not in value:
        raise KeyError(f"the vendor's example has no {'.'.join(path)}")
    value[last] = new


class Prism:
    """One Prism process; it refuses requests that the definition does not allow."""

    def __init__(self, folder, packages, definition):
        folder.mkdir(parents=True)
        self._folder = folder
        self._program = packages / "node_modules/@stoplight/prism-cli/dist/index.js"
        self.port = free_port()
        definition.write(folder / "definition.json")

    def start(self):
        """Starts it, and waits until it accepts connections."""
        command = ["node", str(self._program), "mock", "--host", "127.0.0.1", "--port", str(self.port), "--errors", "definition.json"]
        start(command, self._folder / "prism.log", cwd=self._folder, env=_environment(self._folder))
        wait_until("Prism", lambda: listens("127.0.0.1", self.port), _SLOW)


class Stripe:
    """One stripe-stateful-mock process; its accounts are in memory."""

    KEY = "sk_test_plugwatch"

    def __init__(self, folder, packages):
        folder.mkdir(parents=True)
        self._folder = folder
        self._program = packages / "node_modules/stripe-stateful-mock/dist/cli.js"
        self.port = free_port()

    def start(self):
        """Starts it, and waits until it accepts connections."""
        settings = _environment(self._folder) | {"PORT": str(self.port), "LOG_LEVEL": "error"}
        start(["node", str(self._program)], self._folder / "stripe.log", cwd=self._folder, env=settings)
        wait_until("the mock of Stripe", lambda: listens("127.0.0.1", self.port), _SLOW)

    def account(self, number):
        """A new account; it cannot accept charges yet, because its documents are past due."""
        form = urllib.parse.urlencode({"id": number, "type": "custom"}).encode()
        headers = {"Authorization": f"Bearer {self.KEY}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/v1/accounts", form, headers)
        with _DIRECT.open(request, timeout=10) as answer:
            return json.load(answer)


def seeded_stripe(address, port, stripe_port, account, seeds):
    """An nginx server with a folder for each seed: the mock's account, with other values in its answer.

    The mock returns an account only by its id, while plugwatch requests the key's own account without one; and it gives
    every account the same standing.
    """
    places = "\n".join(_place(name, stripe_port, account, changes) for name, changes in seeds.items())
    return f"    server {{\n        listen {address}:{port};\n        sub_filter_types application/json;\n{places}\n    }}"


def _place(name, stripe_port, account, changes):
    filters = "".join(f" sub_filter '{before}' '{after}';" for before, after in changes.items())
    plain = 'proxy_set_header Accept-Encoding "";'
    return f"        location = /{name}/v1/account {{ {plain}{filters} proxy_pass http://127.0.0.1:{stripe_port}/v1/accounts/{account}; }}"


def _environment(folder):
    # Without this machine's npm settings and proxies.
    return {"PATH": os.environ["PATH"], "HOME": str(folder)}
