"""The pieces of the description of the API: parameters, headers, schemas as OpenAPI 3.1 wants them."""

import typing
from enum import Enum
from typing import Any

import msgspec

from kanwerk.core.asked import Page
from kanwerk.core.listing import Read
from kanwerk.core.params import Param
from kanwerk.core.routes import Route


def item_of(answer: Any) -> Any:
    """Return the shape a route answers with: of each record in a page."""
    return typing.get_args(answer)[0] if typing.get_origin(answer) is Page else answer


def header_refs(*names: str) -> dict[str, Any]:
    """Return references to shared headers."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def header_parameter(name: str, text: str, most: int | None = None) -> dict[str, Any]:
    """Return the description of a header a client may send."""
    schema: dict[str, Any] = {"type": "string"}
    if most is not None:
        schema |= {"minLength": 1, "maxLength": most, "pattern": "^[!-~]+$"}
    return {"name": name, "in": "header", "required": False, "description": text, "schema": schema}


def query_parameter(param: Param, read: Read[Any, Any] | None) -> dict[str, Any]:
    """Return the description of a parameter."""
    if param.name == "sort" and read is not None:
        names = [f"{sign}{name}" for name in read.sorts for sign in ("", "-")]
        schema: dict[str, Any] = {"type": "string", "enum": names}
    elif param.name == "include" and read is not None:
        schema = {"type": "string", "enum": list(param.one_of)}
    elif isinstance(param.type, type) and issubclass(param.type, Enum):
        schema = {"type": "string", "enum": [each.value for each in param.type]}
    else:
        schema = msgspec.json.schema(param.type)
        if schema.get("type") == "string" and not schema.keys() & {"enum", "format", "pattern"}:
            schema |= {"pattern": r"^[^\u0000-\u001F\u007F-\u009F]*$"}
    schema.pop("description", None)
    if param.many:
        schema = {"type": "array", "items": schema, "minItems": 1, "maxItems": param.most}
    if param.default is not None:
        schema["default"] = param.default
    found: dict[str, Any] = {
        "name": param.name,
        "in": "query",
        "required": param.required,
        "description": param.description,
        "schema": schema,
    }
    return found | ({"style": "form", "explode": False} if param.many else {})


def statuses(route: Route) -> list[int]:
    """Return the statuses of the problems a route may answer with."""
    found = {401, 403, 406, 422, 429, 500, 503}
    if route.slots:
        found.add(404)
    if route.method != "GET":
        found |= {400, 409, 412, 413, 415}
    return sorted(found)


def with_items(body: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a bulk body with the shape of its items."""
    members = dict(body["properties"])
    members["items"] = {**members["items"], "items": item}
    return {**body, "properties": members}


def tidied(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Put right what msgspec leaves: the order and type of enums, empty titles, line breaks."""
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


def enums(kind: type[Enum]) -> dict[str, type[Enum]]:
    found: dict[str, type[Enum]] = {}
    for each in kind.__subclasses__():
        found |= {each.__name__: each, **enums(each)}
    return found


_ENUMS: dict[str, type[Enum]] = {}


def collect_enums() -> None:
    """Look up the enums, once all shapes are imported."""
    _ENUMS.update(
        {name: each for name, each in enums(Enum).items() if each.__module__.startswith("kanwerk.")}
    )
