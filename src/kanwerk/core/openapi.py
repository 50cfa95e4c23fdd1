"""The description of the API (OpenAPI 3.1), made from the route table, the docstrings and the shapes."""

import typing
from enum import Enum
from typing import Any

import msgspec

from kanwerk import __version__
from kanwerk.core.events import EventData
from kanwerk.core.listing import Page, PageMeta, Read
from kanwerk.core.params import Param
from kanwerk.core.problems import ProblemData
from kanwerk.core.routes import Group, Route
from kanwerk.core.web import API

REF = "#/components/schemas/{name}"
INTRO = """\
Kanwerk's API: JSON over HTTPS, one token for one user of one space.

Every list is read by cursor, every record carries an `ETag`, every `POST` takes an `Idempotency-Key`, every write takes
`?validate_only=true`, and every change leaves an event in the space's log (`GET /events`). Errors are problems
(RFC 9457) and name all faults at once.
"""
HEADERS = {
    "ETag": (
        "Number of the record's last event and a hash of the answer, for `If-Match` and `If-None-Match`",
        "string",
    ),
    "Link": ('`rel="next"`: the address of the next page', "string"),
    "Location": ("Address of the new record", "string"),
    "X-Request-Id": ("Id of this request, to quote when asking for help", "string"),
    "RateLimit": ("What is left of the limit, and in how many seconds it is full again", "string"),
    "RateLimit-Policy": ("The limit", "string"),
    "Idempotent-Replayed": (
        "`true` when this answer was kept from an earlier request with the same key",
        "string",
    ),
    "Retry-After": ("Seconds to wait before trying again", "integer"),
}
PROBLEMS = {
    400: "The request cannot be read.",
    401: "There is no valid token.",
    403: "You may see this, but not do it; or the token's scopes do not include it.",
    404: "There is no such record, or none that you may see.",
    406: "Answers are JSON only.",
    409: "This contradicts what is there.",
    412: "The record has changed since you read it.",
    413: "The body is too large.",
    415: "Send JSON.",
    422: "The request has faults: all of them are named.",
    429: "Too many requests.",
    500: "Something went wrong on our side.",
    503: "Busy, or without database: try again after `Retry-After`.",
}
_PATH = {"external_id": "The id your system knows the record by, percent-encoded"}


def describe(
    groups: list[Group], scopes: typing.Sequence[str], right_scope: dict[str, str | None]
) -> dict[str, Any]:
    """Return the whole description as plain data, ready for JSON or YAML."""
    return _Description(groups, scopes, right_scope).build()


class _Description:
    def __init__(
        self, groups: list[Group], scopes: typing.Sequence[str], right_scope: dict[str, str | None]
    ) -> None:
        self.groups, self.scopes, self.right_scope = groups, scopes, right_scope
        routes = [route for group in groups for route in group.routes]
        kinds: list[Any] = [ProblemData, PageMeta, EventData]
        for route in routes:
            kinds += [
                kind
                for kind in (_item_of(route.answer), route.body, route.items)
                if kind not in (None, type(None))
            ]
        kinds += [group.shape for group in groups if group.shape]
        self.kinds = list(dict.fromkeys(kinds))
        collect_enums()
        schemas, components = msgspec.json.schema_components(self.kinds, ref_template=REF)
        self.schema = dict(zip(self.kinds, schemas, strict=True))
        self.components = {name: _tidied(name, components[name]) for name in sorted(components)}

    def build(self) -> dict[str, Any]:
        paths: dict[str, Any] = {}
        for group in self.groups:
            for route in group.routes:
                paths.setdefault(route.path, {})[route.method.lower()] = self._operation(route)
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "Kanwerk",
                "version": __version__,
                "description": INTRO,
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": API}],
            "tags": [{"name": group.name, "description": group.description} for group in self.groups],
            "security": [{"token": []}],
            "paths": paths,
            "webhooks": {
                name: self._webhook(group, name, text)
                for group in self.groups
                for name, text in group.webhooks.items()
            },
            "components": {
                "securitySchemes": {
                    "token": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": "A token of Kanwerk: `kw_…`. Scopes: "
                        + ", ".join(f"`{each}`" for each in self.scopes),
                    }
                },
                "headers": {
                    name: {"description": text, "schema": {"type": kind}}
                    for name, (text, kind) in HEADERS.items()
                },
                "responses": {f"Problem{status}": self._problem(text) for status, text in PROBLEMS.items()},
                "schemas": self.components,
            },
        }

    def _problem(self, text: str) -> dict[str, Any]:
        return {
            "description": text,
            "headers": _headers("X-Request-Id"),
            "content": {"application/problem+json": {"schema": self.schema[ProblemData]}},
        }

    def _operation(self, route: Route) -> dict[str, Any]:
        title, _, rest = (route.fn.__doc__ or "").strip().partition("\n")
        scope = self.right_scope.get(route.needs)
        words = [
            title,
            " ".join(rest.split()) and "\n".join(line.strip() for line in rest.strip().splitlines()),
        ]
        words.append(f"Scope: `{scope}`." if scope else "Any token may.")
        found: dict[str, Any] = {
            "operationId": route.fn.__name__.rstrip("_"),
            "summary": title.rstrip("."),
            "description": "\n\n".join(word for word in words if word),
            "tags": [route.group.name],
            "security": [{"token": []}],
        }
        if parameters := self._parameters(route):
            found["parameters"] = parameters
        if route.body is not None:
            schema = self.schema[route.body]
            if route.items is not None:
                schema = _with_items(self.components[route.body.__name__], self.schema[route.items])
            found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
        found["responses"] = self._responses(route)
        return found

    def _parameters(self, route: Route) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for name in route.slots:
            schema = (
                {"type": "string", "minLength": 1, "maxLength": 255}
                if name == "external_id"
                else {"type": "string", "format": "uuid"}
            )
            text = _PATH.get(name, "Id of the record")
            found.append(
                {"name": name, "in": "path", "required": True, "description": text, "schema": schema}
            )
        found += [_query_parameter(param, route.read) for param in route.known.values()]
        if route.method == "GET":
            if route.tagged:
                found.append(_header_parameter("If-None-Match", "An ETag you have: 304 when it still holds"))
        else:
            found.append(
                _header_parameter("If-Match", "The ETag you read: 412 when the record has changed since")
            )
        if route.method == "POST":
            found.append(
                _header_parameter(
                    "Idempotency-Key", "Makes a retry safe: the same key gives the same answer", most=255
                )
            )
        return found

    def _responses(self, route: Route) -> dict[str, Any]:
        found: dict[str, Any] = {}
        common = ("X-Request-Id", "RateLimit", "RateLimit-Policy")
        item = _item_of(route.answer)
        if item is type(None):
            found["204"] = {"description": "Done.", "headers": _headers(*common)}
            found["200"] = {
                "description": "Checked; nothing was kept (`validate_only`).",
                "headers": _headers(*common),
            }
        else:
            schema = self.schema[item]
            if typing.get_origin(route.answer) is Page:
                schema = {
                    "type": "object",
                    "required": ["data", "meta"],
                    "properties": {"data": {"type": "array", "items": schema}, "meta": self.schema[PageMeta]},
                }
                headers = _headers(*common, "Link")
            else:
                headers = _headers(*common, "ETag")
            content = {"application/json": {"schema": schema}}
            if route.may_create:
                made = _headers(*common, "ETag", "Location") if route.creates else headers
                found["201"] = {"description": "Created.", "headers": made, "content": content}
            text = (
                "Checked; nothing was kept (`validate_only`)."
                if route.creates
                else "Done."
                if route.method != "GET"
                else "Found."
            )
            found["200"] = {"description": text, "headers": headers, "content": content}
        if route.tagged:
            found["304"] = {
                "description": "You have this already.",
                "headers": _headers("ETag", "X-Request-Id"),
            }
        for status in _statuses(route):
            found[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
        return found

    def _webhook(self, group: Group, name: str, text: str) -> dict[str, Any]:
        event = self.schema[EventData]
        data = {"allOf": [event, {"properties": {"type": {"const": name}, "data": self.schema[group.shape]}}]}
        return {
            "post": {
                "operationId": "on_" + name.replace(".", "_"),
                "summary": text,
                "description": f"{text} Signed as Standard Webhooks; any 2xx within 15 seconds counts as received.",
                "tags": [group.name],
                "security": [],
                "requestBody": {"required": True, "content": {"application/json": {"schema": data}}},
                "responses": {"2XX": {"description": "Received."}},
            }
        }


def _item_of(answer: Any) -> Any:
    return typing.get_args(answer)[0] if typing.get_origin(answer) is Page else answer


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _header_parameter(name: str, text: str, most: int = 8192) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": most, "pattern": "^[!-~]+$"}
    return {"name": name, "in": "header", "required": False, "description": text, "schema": schema}


def _query_parameter(param: Param, read: Read[Any, Any] | None) -> dict[str, Any]:
    if param.name == "sort" and read is not None:
        names = [f"{sign}{name}" for name in read.sorts for sign in ("", "-")]
        schema: dict[str, Any] = {"type": "string", "enum": names}
    elif param.name == "include" and read is not None:
        schema = {"type": "string", "enum": sorted(read.includes)}
    elif isinstance(param.type, type) and issubclass(param.type, Enum):
        schema = {"type": "string", "enum": [each.value for each in param.type]}
    else:
        schema = msgspec.json.schema(param.type)
        if schema == {"type": "string"}:
            schema |= {"pattern": r"^[^\u0000-\u001F\u007F-\u009F]*$"}
    schema.pop("description", None)
    if param.many:
        schema = {"type": "array", "items": schema, "minItems": 1, "maxItems": param.most}
    if param.default is not None:
        schema["default"] = param.default
    found: dict[str, Any] = {
        "name": param.name,
        "in": "query",
        "required": False,
        "description": param.description,
        "schema": schema,
    }
    return found | ({"style": "form", "explode": False} if param.many else {})


def _statuses(route: Route) -> list[int]:
    found = {401, 403, 406, 422, 429, 500, 503}
    if route.slots:
        found.add(404)
    if route.method != "GET":
        found |= {400, 409, 412, 413, 415}
    return sorted(found)


def _with_items(body: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    members = dict(body["properties"])
    members["items"] = {**members["items"], "items": item}
    return {**body, "properties": members}


def _tidied(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Put right what msgspec leaves: the order and type of enums, titles that say nothing, texts on one line."""
    schema = dict(schema)
    schema.pop("title", None)
    if "description" in schema:
        schema["description"] = " ".join(schema["description"].split())
    if "enum" in schema:
        kind = _ENUMS.get(name)
        values = [each.value for each in kind] if kind else schema["enum"]
        return {
            "type": "string",
            **({"description": schema["description"]} if "description" in schema else {}),
            "enum": values,
        }
    return schema


def _enums(kind: type[Enum]) -> dict[str, type[Enum]]:
    found: dict[str, type[Enum]] = {}
    for each in kind.__subclasses__():
        found |= {each.__name__: each, **_enums(each)}
    return found


_ENUMS: dict[str, type[Enum]] = {}


def collect_enums() -> None:
    """Look up the enums, once all shapes are imported."""
    _ENUMS.update(
        {name: each for name, each in _enums(Enum).items() if each.__module__.startswith("kanwerk.")}
    )
