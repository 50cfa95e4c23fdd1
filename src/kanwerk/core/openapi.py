"""The description of the API (OpenAPI 3.1), made from the route table, the docstrings and the shapes."""

import typing
from typing import Any

import msgspec

from kanwerk import __version__
from kanwerk.core.asked import Page, PageMeta
from kanwerk.core.describing import (
    collect_enums,
    header_parameter,
    header_refs,
    item_of,
    query_parameter,
    statuses,
    tidied,
    with_items,
)
from kanwerk.core.events import EventData
from kanwerk.core.groups import Group
from kanwerk.core.problems import ProblemData
from kanwerk.core.routes import KEYED, Route
from kanwerk.core.storage import Stream
from kanwerk.core.web import API

REF = "#/components/schemas/{name}"
INTRO = """\
Kanwerk's API: JSON over HTTPS, one token for one user of one space.

Every list is read by cursor, every record carries an `ETag`, every `POST` takes an `Idempotency-Key`, every
write takes
`?validate_only=true`, and every change leaves an event in the space's log (`GET /events`). Errors are
problems
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
_PATH = {
    "external_id": "The id your system knows the record by, percent-encoded",
    "emoji": "An emoji, percent-encoded",
    "kind": "blocks, blocked_by, relates_to, duplicates or duplicated_by",
}
_UPLOAD = {
    "type": "object",
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
    "required": ["file"],
}


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
                for kind in (item_of(route.answer), route.body, route.items)
                if kind not in (None, type(None), Stream)
            ]
        kinds += [group.shape for group in groups if group.shape]
        self.kinds = list(dict.fromkeys(kinds))
        collect_enums()
        schemas, components = msgspec.json.schema_components(self.kinds, ref_template=REF)
        self.schema = dict(zip(self.kinds, schemas, strict=True))
        self.components = {name: tidied(name, components[name]) for name in sorted(components)}

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
            "headers": header_refs("X-Request-Id"),
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
            "summary": route.fn.__name__.rstrip("_").replace("_", " ").capitalize(),
            "description": "\n\n".join(word for word in words if word),
            "tags": [route.group.name],
            "security": [{"token": []}],
        }
        if parameters := self._parameters(route):
            found["parameters"] = parameters
        if route.body is not None:
            schema = self.schema[route.body]
            if route.items is not None:
                schema = with_items(self.components[route.body.__name__], self.schema[route.items])
            found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
        if route.receives is not None:
            found["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _UPLOAD}}}
        found["responses"] = self._responses(route)
        return found

    def _parameters(self, route: Route) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for name in route.slots:
            keyed = route.key is not None and name in KEYED
            schema = (
                {"type": "string", "minLength": 1, "maxLength": 255}
                if not name.endswith("id") or name == "external_id" or keyed
                else {"type": "string", "format": "uuid"}
            )
            text = _PATH.get(name, "Id of the record") + (", or its key" if keyed else "")
            found.append(
                {"name": name, "in": "path", "required": True, "description": text, "schema": schema}
            )
        found += [query_parameter(param, route.read) for param in route.known.values()]
        if route.method == "GET":
            if route.tagged:
                found.append(header_parameter("If-None-Match", "An ETag you have: 304 when it still holds"))
        else:
            found.append(
                header_parameter("If-Match", "The ETag you read: 412 when the record has changed since")
            )
        if route.method == "POST":
            found.append(
                header_parameter(
                    "Idempotency-Key", "Makes a retry safe: the same key gives the same answer", most=255
                )
            )
        return found

    def _responses(self, route: Route) -> dict[str, Any]:
        found: dict[str, Any] = {}
        common = ("X-Request-Id", "RateLimit", "RateLimit-Policy")
        item = item_of(route.answer)
        if item is Stream:
            binary = {
                "application/octet-stream": {"schema": {"contentMediaType": "application/octet-stream"}}
            }
            found["200"] = {"description": "The content.", "headers": header_refs(*common), "content": binary}
            found["206"] = {**found["200"], "description": "The part that `Range` asks for."}
            found["416"] = {"description": "There is no such part.", "headers": header_refs(*common)}
        elif item is type(None):
            found["204"] = {"description": "Done.", "headers": header_refs(*common)}
            found["200"] = {
                "description": "Checked; nothing was kept (`validate_only`).",
                "headers": header_refs(*common),
            }
        else:
            schema = self.schema[item]
            if typing.get_origin(route.answer) is Page:
                schema = {
                    "type": "object",
                    "required": ["data", "meta"],
                    "properties": {"data": {"type": "array", "items": schema}, "meta": self.schema[PageMeta]},
                }
                headers = header_refs(*common, "Link")
            else:
                headers = header_refs(*common, "ETag")
            content = {"application/json": {"schema": schema}}
            if route.may_create:
                made = header_refs(*common, "ETag", "Location") if route.creates else headers
                found["201"] = {"description": "Created.", "headers": made, "content": content}
            text = (
                "Checked; nothing was kept (`validate_only`)."
                if route.creates
                else "Done."
                if route.method != "GET"
                else "Found."
            )
            if route.may_create:
                content = {"application/json": {"schema": self._without_id(item, only=route.creates)}}
            found["200"] = {"description": text, "headers": headers, "content": content}
        if route.tagged:
            found["304"] = {
                "description": "You have this already.",
                "headers": header_refs("ETag", "X-Request-Id"),
            }
        for status in statuses(route):
            found[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
        return found

    def _without_id(self, kind: Any, *, only: bool) -> dict[str, Any]:
        """Return the schema of a record whose id is null, since a dry run kept nothing; or of any such
        record.
        """
        whole = self.components[kind.__name__]
        members = {name: dict(each) for name, each in whole["properties"].items()}
        members["id"] = {"type": "null", "description": "Nothing was kept."}
        dry = {**whole, "properties": members}
        return dry if only else {"anyOf": [self.schema[kind], dry]}

    def _webhook(self, group: Group, name: str, text: str) -> dict[str, Any]:
        event = self.schema[EventData]
        data = {"allOf": [event, {"properties": {"type": {"const": name}, "data": self.schema[group.shape]}}]}
        return {
            "post": {
                "operationId": "on_" + name.replace(".", "_"),
                "summary": text,
                "description": f"{text} Signed as Standard Webhooks; a 2xx within 15 seconds is a receipt.",
                "tags": [group.name],
                "security": [],
                "requestBody": {"required": True, "content": {"application/json": {"schema": data}}},
                "responses": {"2XX": {"description": "Received."}},
            }
        }
