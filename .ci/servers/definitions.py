"""Operations in definitions that vendors publish inside packages: Google's discovery documents, botocore's models, and OpenAPI.

Packages of PyPI: google-api-python-client (its folder googleapiclient/discovery_cache) and botocore; of npm: @okta/openapi
and @netlify/open-api.
"""

import gzip
import json
from dataclasses import dataclass, field

# OpenAPI's types; the other kinds of definition use names of their own.
_TYPES = {"integer": "integer", "long": "integer", "boolean": "boolean", "array": "array", "list": "array"}


@dataclass
class Operation:
    """One request of a definition, and the schema of its answer."""

    path: str
    method: str
    answer: dict
    schemas: dict
    parameters: list = field(default_factory=list)
    # The media type of the request's body.
    body: str = ""

    def values(self, at):
        """The values that the definition lists for the field `at` (`apps.0.state`) of the answer."""
        schema = self.answer
        for part in at.split("."):
            schema = self._part(self._whole(schema), part, at)
        return set(self._whole(schema).get("enum", ()))

    def check(self, answer):
        """Fails if the answer has a field that the definition lacks: a misspelt seed would prove nothing."""
        self._check(self.answer, answer, "")

    def _check(self, schema, value, at):
        schema = self._whole(schema)
        if isinstance(value, dict):
            for name, one in value.items():
                self._check(self._part(schema, name, f"{at}.{name}"), one, f"{at}.{name}")
        if isinstance(value, list):
            for number, one in enumerate(value):
                self._check(self._part(schema, str(number), at), one, f"{at}.{number}")

    def _part(self, schema, part, at):
        if part.isdigit() and "items" in schema:
            return schema["items"]
        known = schema.get("properties", {})
        if part in known:
            return known[part]
        # Free-form objects, such as the details of an alert.
        if "additionalProperties" in schema:
            return schema["additionalProperties"] if isinstance(schema["additionalProperties"], dict) else {}
        if not schema:
            return {}
        raise KeyError(f"the definition's answer has no field {at}")

    def _whole(self, schema):
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[-1]]
        parts = schema.get("allOf")
        if not parts:
            return schema
        known = [self._whole(one) for one in parts] + [schema]
        return {"properties": {name: one for part in known for name, one in part.get("properties", {}).items()}}


def google(file, identity):
    """A method of a discovery document, by its id."""
    whole = json.loads(file.read_text())
    folder = whole
    *folders, name = identity.split(".")[1:]
    for one in folders:
        folder = folder["resources"][one]
    method = folder["methods"][name]
    path = f"/{whole.get('servicePath', '')}{method.get('flatPath', method['path'])}"
    asked = [_query(name, one, one.get("repeated")) for name, one in method.get("parameters", {}).items() if one["location"] == "query"]
    return Operation(path, method["httpMethod"].lower(), method["response"], whole["schemas"], asked)


def _query(name, one, many):
    schema = {"type": _TYPES.get(one["type"], "string")} | ({"enum": one["enum"]} if "enum" in one else {})
    return {"name": name, "in": "query", "required": one.get("required", False),
            "schema": {"type": "array", "items": schema} if many else schema}


def openapi(file, path, method="get"):
    """An operation of an OpenAPI definition, version 2 or 3."""
    whole = json.loads(file.read_text())
    known = whole["paths"][path]
    operation = known[method]
    answer = operation["responses"]["200"]
    schema = answer.get("schema") or answer["content"]["application/json"]["schema"]
    schemas = whole.get("definitions") or whole["components"]["schemas"]
    asked = [_plain(one) for one in [*known.get("parameters", ()), *operation.get("parameters", ())] if one.get("in") == "query"]
    return Operation(f"{whole.get('basePath', '').rstrip('/')}{path}", method, schema, schemas, asked)


def _plain(one):
    return {"name": one["name"], "in": "query", "required": one.get("required", False), "schema": {"type": one.get("type", "string")}}


def amazon(folder, service, name):
    """An operation of one of botocore's models, in Amazon's JSON protocols."""
    (file,) = sorted((folder / "botocore/data" / service).glob("*/service-2.json*"))[-1:]
    read = gzip.open if file.suffix == ".gz" else open
    with read(file) as text:
        whole = json.load(text)
    operation, about = whole["operations"][name], whole["metadata"]
    schemas = {shape: _shape(one) for shape, one in whole["shapes"].items()}
    asked, body = [], "application/json" if operation["http"]["method"] == "POST" else ""
    if about["protocol"] == "json":
        body = f"application/x-amz-json-{about['jsonVersion']}"
        asked.append({"name": "X-Amz-Target", "in": "header", "required": True,
                      "schema": {"type": "string", "enum": [f"{about['targetPrefix']}.{name}"]}})
    # Each request must be signed; moto and MiniStack check more of it than its presence.
    asked.append({"name": "X-Amz-Date", "in": "header", "required": True, "schema": {"type": "string"}})
    answer = {"$ref": operation["output"]["shape"]}
    return Operation(operation["http"]["requestUri"], operation["http"]["method"].lower(), answer, schemas, asked, body)


def _shape(shape):
    if shape["type"] == "structure":
        members = {one.get("locationName", name): {"$ref": one["shape"]} for name, one in shape["members"].items()}
        return {"type": "object", "properties": members}
    if shape["type"] == "list":
        return {"type": "array", "items": {"$ref": shape["member"]["shape"]}}
    if shape["type"] == "map":
        return {"type": "object", "additionalProperties": {"$ref": shape["value"]["shape"]}}
    return {"type": _TYPES.get(shape["type"], "string")} | ({"enum": shape["enum"]} if "enum" in shape else {})


class Seeds:
    """One definition for Prism, made of operations: each seed is the same request below a folder of its own."""

    def __init__(self):
        self._paths = {}

    def add(self, seed, operation, answer, key=None):
        """Serves `answer` for the operation below `/seed`; `key` is the name of the header with the key, or a bearer token."""
        operation.check(answer)
        bearer = {"name": "authorization", "in": "header", "required": True, "schema": {"type": "string", "minLength": 8}}
        asked = [bearer | ({"name": key} if key else {})]
        path = {"parameters": [_in_path(name) for name in _names(operation.path)]}
        content = {"application/json": {"example": answer}}
        path[operation.method] = {"parameters": operation.parameters + asked, "responses": {"200": {"description": "", "content": content}}}
        if operation.body:
            path[operation.method]["requestBody"] = {"required": True, "content": {operation.body: {"schema": {}}}}
        self._paths[f"/{seed}{operation.path}"] = path

    def token(self, path="/token"):
        """Serves an OAuth token."""
        content = {"application/json": {"example": {"access_token": "a-token-of-an-hour", "token_type": "Bearer", "expires_in": 3600}}}
        form = {"type": "object", "required": ["grant_type"], "properties": {"grant_type": {"type": "string"}}}
        self._paths[path] = {"post": {
            "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}},
            "responses": {"200": {"description": "", "content": content}},
        }}

    def write(self, file):
        """Writes the definition to a file."""
        whole = {"openapi": "3.0.3", "info": {"title": "seeds", "version": "1"}, "servers": [{"url": "/"}], "paths": self._paths}
        file.write_text(json.dumps(whole))


def _names(path):
    return [part.split("}")[0] for part in path.split("{")[1:]]


def _in_path(name):
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
