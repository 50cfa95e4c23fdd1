"""The description: valid, complete, and to the byte what the public reference shows."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from kanwerk.app import description
from tests.cast import Troupe

GROUPS = [
    "Spaces",
    "Users",
    "Business fields",
    "Clients",
    "Projects",
    "Columns",
    "Tasks",
    "Todos",
    "Comments",
    "Files",
    "Labels",
    "Webhooks",
    "Search",
    "Views",
    "Custom fields",
    "Notifications",
    "Calendar feeds",
]
EVENTS = {
    "client": ("ClientFullData", "created updated deleted restored archived unarchived"),
    "project": (
        "ProjectFullData",
        "created updated deleted restored archived unarchived member_added member_removed",
    ),
    "task": (
        "TaskFullData",
        "created updated deleted restored moved completed reopened assigned unassigned",
    ),
}
NULLABLE_STRING = {"anyOf": [{"type": "string"}, {"type": "null"}]}
SPACE = {"id": "string", "name": "string"}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return json.loads(json.dumps(description()))


def plain(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """Return a property as the reference writes it: ``string``, ``string or null``, ``UserData or null``."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(
            sorted((plain(each, schemas) for each in schema["anyOf"]), key=lambda t: t == "null")
        )
    if isinstance(schema["type"], list):
        return " or ".join(sorted(schema["type"], key=lambda t: t == "null"))
    if schema["type"] == "array":
        return f"array of {plain(schema['items'], schemas)}"
    if schema.get("format") == "date-time":
        return "string(date-time)"
    return schema["type"]


CLIENT = {
    "id": "string",
    "external_id": "string or null",
    "external_origin": "string or null",
    "name": "string",
    "shortcode": "string or null",
}
SEED = {
    "BusinessFieldData": {"id": "string", "name": "string"},
    "ClientData": {**CLIENT, "primary_contact": "UserData or null", "origin_space": "SpaceData or null"},
    "ClientFullData": {
        **CLIENT,
        "segment": "ClientSegment",
        "updated_at": "string(date-time)",
        "created_at": "string(date-time)",
        "primary_contact": "UserData or null",
        "projects": "array of ProjectData",
        "origin_space": "SpaceData or null",
    },
    "UserData": {
        "id": "string",
        "first_name": "string",
        "last_name": "string",
        "email": "string",
        "type": "UserType",
        "space": "SpaceData",
    },
    "SpaceData": SPACE,
}


@pytest.mark.parametrize("name", SEED)
def test_a_schema_of_the_public_reference_is_exactly_that(described: dict[str, Any], name: str) -> None:
    schemas = described["components"]["schemas"]
    schema = schemas[name]
    shown = {member: resolved(each, schemas) for member, each in schema["properties"].items()}
    assert list(shown.items()) == list(SEED[name].items())
    assert schema["required"] == [member for member in SEED[name] if member != "projects"]


def resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return plain(schema["allOf"][0], schemas)
    return plain(schema, schemas)


def test_enums_have_the_references_names_values_and_order(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    assert schemas["UserType"]["type"] == schemas["ClientSegment"]["type"] == "string"
    assert schemas["UserType"]["enum"] == ["user", "guest", "tax_advisor", "integration"]
    assert schemas["ClientSegment"]["enum"] == ["A", "B", "C"]
    assert "default" not in schemas["ClientSegment"]
    assert schemas["ClientFullData"]["properties"]["segment"]["default"] == "B"


def test_descriptions_mean_what_the_references_do(described: dict[str, Any]) -> None:
    for name in ("ClientData", "ClientFullData"):
        members = described["components"]["schemas"][name]["properties"]
        assert members["external_id"]["description"] == (
            "Can be used to add an identifier to the client from an external system, must be unique"
        )
        assert members["external_origin"]["description"] == (
            "If originated from external system origin is added"
        )
        assert members["origin_space"]["description"] == (
            "Shared space which the client is shared from, if null client is not shared"
        )


def test_the_first_schemas_are_the_references_and_the_rest_follow_by_name(described: dict[str, Any]) -> None:
    names = list(described["components"]["schemas"])
    assert names[:4] == ["BusinessFieldData", "ClientData", "ClientFullData", "ClientSegment"]
    assert names == sorted(names)


def test_the_description_is_valid_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1.")
    assert described["servers"] == [{"url": "/api/v1"}]
    OpenAPIV31SpecValidator(described).validate()


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def test_all_references_lead_somewhere(described: dict[str, Any]) -> None:
    for reference in set(references(described)):
        found: Any = described
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found


def operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in (*described["paths"].values(), *described["webhooks"].values()):
        yield from methods.values()


def test_every_operation_says_what_it_does_and_where_it_belongs(described: dict[str, Any]) -> None:
    ids = [operation["operationId"] for operation in operations(described)]
    assert len(ids) == len(set(ids))
    for operation in operations(described):
        for name in ("summary", "description"):
            assert operation[name].strip(), operation
        assert len(operation["tags"]) == 1
        assert operation["tags"][0] in GROUPS
        for parameter in operation.get("parameters", ()):
            assert parameter["description"], (operation["operationId"], parameter["name"])


def test_groups_stand_in_the_contracts_order(described: dict[str, Any]) -> None:
    assert [tag["name"] for tag in described["tags"]] == GROUPS
    seen = list(
        dict.fromkeys(each["tags"][0] for path in described["paths"].values() for each in path.values())
    )
    assert seen == GROUPS


def test_webhooks_are_declared_with_their_payload(described: dict[str, Any]) -> None:
    wanted = {f"{noun}.{verb}": shape for noun, (shape, verbs) in EVENTS.items() for verb in verbs.split()}
    assert list(described["webhooks"]) == list(wanted)
    for name, hook in described["webhooks"].items():
        body = hook["post"]["requestBody"]["content"]["application/json"]["schema"]
        shapes = {"#/components/schemas/EventData", f"#/components/schemas/{wanted[name]}"}
        assert shapes <= set(references(body))


def test_every_schema_says_what_it_is(described: dict[str, Any]) -> None:
    for name, schema in described["components"]["schemas"].items():
        assert schema.get("description"), name


def test_schema_names_follow_the_rule(described: dict[str, Any]) -> None:
    for name, schema in described["components"]["schemas"].items():
        if "enum" not in schema:
            assert (
                name.endswith("Data") or name == "Fault" or not schema.get("properties") or name in OTHERS
            ), name
        assert name >= "ClientFullData" or name in ("BusinessFieldData", "ClientData"), name


OTHERS = {"EventActor", "EventsMeta", "EventsPage", "PageMeta"}


def test_the_description_needs_no_token_and_is_the_same_as_yaml(agency: Troupe) -> None:
    shown = agency.house.ask("GET", "/api/v1/openapi.json")
    assert shown.status_code == 200
    assert yaml.safe_load(agency.house.ask("GET", "/api/v1/openapi.yaml").text) == shown.json()
