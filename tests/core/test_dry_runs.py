from typing import Any

import pytest
from sqlalchemy import text

from tests.cast import Troupe, faults, made

WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/clients", {"name": "Cedar"}),
    ("PATCH", "/clients/{client}", {"name": "Cedar"}),
    ("PUT", "/clients/external/crm-1", {"name": "Cedar"}),
    ("PUT", "/clients/external/new", {"name": "Cedar"}),
    ("DELETE", "/clients/{client}?dependants=trash", None),
    ("POST", "/clients/{client}/archive?projects=archive", None),
    ("PATCH", "/clients/{client}/invoicing", {"city": "Bonn"}),
    ("POST", "/business-fields", {"name": "Print"}),
    ("POST", "/users", {"first_name": "Nia", "last_name": "N", "email": "nia@nordlicht.example"}),
    ("POST", "/users", {"first_name": "Bot", "type": "integration"}),
    ("PATCH", "/users/{member}", {"title": "Designer"}),
    ("DELETE", "/users/{member}", None),
    ("POST", "/tokens", {"name": "script"}),
    ("PATCH", "/spaces/{space}", {"name": "Southern"}),
    ("PATCH", "/spaces/{space}/invoicing", {"city": "Bonn"}),
    ("POST", "/clients/bulk", {"items": [{"name": "Cedar"}]}),
]


def everything(agency: Troupe) -> dict[str, Any]:
    """Every row there is."""
    with agency.house.database.engine.connect() as connection:
        tables = agency.house.database.dialect.get_table_names(connection)
        return {name: sorted(map(str, connection.execute(text(f"SELECT * FROM {name}")))) for name in tables}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    WRITES,
    ids=[f"{method} {path} {i}" for i, (method, path, _) in enumerate(WRITES)],
)
def test_a_dry_run_answers_200_and_leaves_nothing(agency: Troupe, method: str, path: str, body: Any) -> None:
    where = path.format(client=agency.client_id, member=agency.member.id, space=agency.space_id)
    before = everything(agency)
    headers = {"Idempotency-Key": "k1"} if method == "POST" else {}
    where += ("&" if "?" in where else "?") + "validate_only=true"
    answer = agency.owner.ask(method, where, body, headers=headers)
    assert answer.status_code == 200
    assert everything(agency) == before
    assert not (agency.house.settings.data / "mail").exists()
    assert "Location" not in answer.headers


def test_a_dry_create_shows_the_record_as_it_would_be_without_an_id(agency: Troupe) -> None:
    shown = agency.owner.post("/clients", {"name": " Cedar "}, validate_only=True).json()
    assert shown["id"] is None
    kept = made(agency.owner.post("/clients", {"name": "Cedar"}))
    different = {name for name in kept if kept[name] != shown[name]}
    assert different == {"id", "created_at", "updated_at"}


def test_a_dry_change_shows_the_record_as_it_would_be(agency: Troupe) -> None:
    shown = agency.owner.patch(f"/clients/{agency.client_id}", {"name": "Aster"}, validate_only=True).json()
    assert (shown["id"], shown["name"]) == (agency.client_id, "Aster")
    upserted = agency.machine.put("/clients/external/new", {"name": "New"}, validate_only=True).json()
    assert (upserted["id"], upserted["external_origin"]) == (None, "ERP")


def test_a_dry_run_makes_no_secret(agency: Troupe) -> None:
    shown = agency.owner.post("/tokens", {"name": "script"}, validate_only=True).json()
    assert (shown["id"], shown["token"]) == (None, None)


def test_a_dry_run_finds_the_same_faults(agency: Troupe) -> None:
    assert faults(agency.owner.post("/clients", {"name": ""}, validate_only=True)) == {"/name": "invalid"}
    taken = agency.owner.post("/clients", {"name": "X", "shortcode": "AST"}, validate_only=True)
    assert faults(taken, 409) == {"/shortcode": "taken"}
    assert agency.owner.delete(f"/clients/{agency.client_id}", validate_only=True).status_code == 409
    stale = agency.owner.patch(
        f"/clients/{agency.client_id}", {}, headers={"If-Match": '"1-x"'}, validate_only=True
    )
    assert stale.status_code == 412
    assert agency.guest.post("/clients", {"name": "X"}, validate_only=True).status_code == 403


def test_a_dry_run_uses_up_no_key(agency: Troupe) -> None:
    agency.owner.post("/clients", {"name": "Cedar"}, key="k1", validate_only=True)
    assert "Idempotent-Replayed" not in agency.owner.post("/clients", {"name": "Cedar"}, key="k1").headers


def test_validate_only_is_true_or_false(agency: Troupe) -> None:
    answer = agency.owner.post("/clients", {"name": "Cedar"}, validate_only="yes")
    assert faults(answer) == {"validate_only": "invalid"}
    made(agency.owner.post("/clients", {"name": "Cedar"}, validate_only=False))
