from datetime import date, datetime
from enum import Enum
from typing import Any

import pytest

from kanwerk.app import GROUPS
from kanwerk.core.asked import ListQuery
from kanwerk.core.reads import Statement
from tests.cast import Troupe, faults, made, upload
from tests.conftest import Hands
from tests.house import House


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json()["data"]]


def test_a_list_holds_fifty_records_when_not_told_otherwise(agency: Troupe) -> None:
    items = [{"name": f"Client {i}"} for i in range(60)]
    agency.owner.post("/clients/bulk", {"items": items})
    page = agency.owner.get("/clients").json()
    assert len(page["data"]) == 50
    assert page["meta"].keys() == {"next_cursor", "as_of"}


def test_the_total_comes_when_it_is_asked_for_and_counts_what_the_filters_let_pass(agency: Troupe) -> None:
    assert agency.owner.get("/clients", include_total=True, limit=1).json()["meta"]["total"] == 2
    assert agency.owner.get("/clients", include_total=True, segment="A").json()["meta"]["total"] == 1
    assert agency.owner.get("/users", include_total=True, type="guest").json()["meta"]["total"] == 1
    assert "total" not in agency.owner.get("/clients", include_total=False).json()["meta"]


@pytest.mark.parametrize("limit", ["0", "501", "-1", "many", "1.5", "", "1e2", "٣"])
def test_a_limit_is_a_whole_number_from_1_to_500(agency: Troupe, limit: str) -> None:
    assert faults(agency.owner.get("/clients", limit=limit)) == {"limit": "invalid"}


@pytest.mark.parametrize(
    "path", ["/clients", "/users", "/business-fields", "/spaces", "/tokens", "/events", "/me"]
)
def test_an_unknown_parameter_is_refused(agency: Troupe, path: str) -> None:
    assert faults(agency.owner.get(path, colour="red")) == {"colour": "unknown"}


@pytest.mark.parametrize("path", ["/clients", "/users", "/business-fields", "/spaces", "/tokens", "/events"])
def test_a_parameter_that_stands_twice_is_refused(agency: Troupe, path: str) -> None:
    assert faults(agency.owner.get(f"{path}?limit=5&limit=5")) == {"limit": "repeated"}


def test_all_faults_of_a_query_are_named_at_once(agency: Troupe) -> None:
    answer = agency.owner.get("/clients?limit=0&colour=red&segment=D&ids=x&q=a&q=b&sort=age&archived=perhaps")
    assert faults(answer) == {
        "limit": "invalid",
        "colour": "unknown",
        "segment": "invalid",
        "ids": "invalid",
        "q": "repeated",
        "sort": "invalid",
        "archived": "invalid",
    }


def test_faults_of_query_and_body_are_named_together(agency: Troupe) -> None:
    answer = agency.owner.post("/clients?validate_only=maybe&x=1", {"segment": "D"})
    assert faults(answer) == {
        "validate_only": "invalid",
        "x": "unknown",
        "/name": "required",
        "/segment": "invalid",
    }
    assert faults(agency.owner.post("/clients?x=1", {"name": "Fine"})) == {"x": "unknown"}


def test_all_faults_of_a_single_records_query_are_named_at_once(agency: Troupe) -> None:
    answer = agency.owner.get(f"/clients/{agency.client_id}?include=projects,tasks&trashed=1&limit=5")
    assert faults(answer) == {"include": "invalid", "trashed": "invalid", "limit": "unknown"}


@pytest.mark.parametrize("sort", ["age", "--name", "name,id", "NAME", "-"])
def test_a_list_is_sorted_by_what_it_knows_only(agency: Troupe, sort: str) -> None:
    assert faults(agency.owner.get("/clients", sort=sort)) == {"sort": "invalid"}


def test_ids_picks_records_and_knows_no_strangers(agency: Troupe, rival: Troupe) -> None:
    asked = [agency.client_id, rival.client_id, "019a0000-0000-7000-8000-000000000000"]
    assert names(agency.owner.get("/clients", ids=asked)) == ["Aster Media"]


def test_a_hundred_ids_are_taken_and_one_more_is_not(agency: Troupe) -> None:
    some = [f"019a0000-0000-7000-8000-{i:012x}" for i in range(101)]
    assert names(agency.owner.get("/clients", ids=some[:100])) == []
    assert faults(agency.owner.get("/clients", ids=some)) == {"ids": "invalid"}


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("Müller & Groß", "mueller"[:1] + "u"),
        ("Müller & Groß", "GROSS"),
        ("Müller & Groß", "MÜLLER & GROSS"),
        ("Café Crème", "cafe cre"),
        ("100 % Bio_Markt", "% bio_"),
        ("Back\\slash", "k\\s"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("İstanbul", "istanbul"),
    ],
)
def test_a_search_minds_neither_case_nor_accents(agency: Troupe, name: str, q: str) -> None:
    made(agency.owner.post("/clients", {"name": name}))
    assert names(agency.owner.get("/clients", q=q)) == [name]


def test_a_search_takes_no_wildcards(agency: Troupe) -> None:
    assert names(agency.owner.get("/clients", q="%")) == []
    assert names(agency.owner.get("/clients", q="A_ter")) == []


def test_names_sort_by_their_fold_alike_on_both_engines(agency: Troupe) -> None:
    for name in ("zebra", "Äpfel", "apfel mus", "Öl", "Zoo", "eins", "Éins zwei", "ß", "st"):
        made(agency.owner.post("/clients", {"name": name}))
    assert names(agency.owner.get("/clients", sort="name")) == [
        "Äpfel",
        "apfel mus",
        "Aster Media",
        "Birke & Söhne",
        "eins",
        "Éins zwei",
        "Öl",
        "ß",
        "st",
        "zebra",
        "Zoo",
    ]


def test_clients_are_filtered_by_each_member_the_reference_names(agency: Troupe) -> None:
    owner = agency.owner
    body = {"name": "Cedar", "shortcode": "Ced", "segment": "C", "primary_contact_id": agency.member.id}
    made(owner.post("/clients", body))
    made(agency.machine.post("/clients", {"name": "Dill", "external_id": "crm-2"}))
    assert names(owner.get("/clients", segment="C")) == ["Cedar"]
    assert names(owner.get("/clients", segment=["A", "C"], sort="name")) == ["Birke & Söhne", "Cedar"]
    assert names(owner.get("/clients", external_id=["crm-1", "crm-2"])) == ["Aster Media", "Dill"]
    assert names(owner.get("/clients", external_origin="ERP")) == ["Dill"]
    assert names(owner.get("/clients", shortcode="cED")) == ["Cedar"]
    assert names(owner.get("/clients", primary_contact_id=agency.member.id)) == ["Cedar"]
    assert names(owner.get("/clients", origin_space_id=agency.space_id)) == []
    assert names(owner.get("/clients", segment="C", q="aster")) == []


def test_users_are_filtered_by_type_role_client_and_whether_they_are_active(agency: Troupe) -> None:
    owner = agency.owner
    owner.delete(f"/users/{agency.colleague.id}")

    def found(**query: Any) -> set[str]:
        return {each["first_name"] for each in owner.get("/users", **query).json()["data"]}

    assert found(type="guest") == {"Gus"}
    assert found(type=["guest", "tax_advisor"]) == {"Gus", "Tess"}
    assert found(role="owner") == {"Ola"}
    assert found(client_id=agency.client_id) == {"Gus"}
    assert found(active=False) == {"Max"}
    assert found(type="user", active=True) == {"Ola", "Ada", "Mia"}
    assert found(q="öz") == {"Max"}


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/clients", {"segment": "D"}),
        ("/clients", {"segment": "a"}),
        ("/clients", {"ids": "7"}),
        ("/clients", {"ids": ","}),
        ("/clients", {"updated_after": "yesterday"}),
        ("/clients", {"updated_after": "2026-01-01T00:00:00"}),
        ("/clients", {"archived": "1"}),
        ("/clients", {"trashed": "yes"}),
        ("/clients", {"primary_contact_id": "x"}),
        ("/users", {"type": "robot"}),
        ("/users", {"role": "guest"}),
        ("/users", {"active": "True"}),
        ("/tokens", {"user_id": "x"}),
    ],
)
def test_a_value_no_record_can_have_is_refused(agency: Troupe, path: str, query: dict[str, str]) -> None:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    assert faults(agency.owner.get(f"{path}?{asked}")) == dict.fromkeys(query, "invalid")


def test_what_changed_since_as_of_is_found_by_updated_after(agency: Troupe, hands: Hands) -> None:
    hands.move(hours=1)
    since = agency.owner.get("/clients").json()["meta"]["as_of"]
    agency.owner.patch(f"/clients/{agency.client_id}", {"name": "Aster"})
    assert names(agency.owner.get("/clients", updated_after=since)) == ["Aster"]
    hands.move(seconds=11)
    since = agency.owner.get("/clients").json()["meta"]["as_of"]
    assert names(agency.owner.get("/clients", updated_after=since)) == []


def test_as_of_lies_ten_seconds_back_and_updated_after_is_inclusive(agency: Troupe, hands: Hands) -> None:
    hands.move(hours=1)
    changed = agency.owner.patch(f"/clients/{agency.client_id}", {"name": "Aster"}).json()
    hands.move(seconds=10)
    since = agency.owner.get("/clients").json()["meta"]["as_of"]
    assert since == changed["updated_at"]
    assert names(agency.owner.get("/clients", updated_after=since)) == ["Aster"]


def test_a_time_is_taken_with_any_offset(agency: Troupe, hands: Hands) -> None:
    hands.move(hours=1)
    changed = agency.owner.patch(f"/clients/{agency.client_id}", {"name": "Aster"}).json()["updated_at"]
    local = changed[:11] + f"{int(changed[11:13]) + 1:02}" + changed[13:-1] + "%2B01:00"
    if changed[11:13] != "23":
        assert names(agency.owner.get(f"/clients?updated_after={local}")) == ["Aster"]


def test_an_include_adds_a_lazy_member_and_without_it_the_member_is_absent(agency: Troupe) -> None:
    plain = agency.owner.get(f"/clients/{agency.client_id}").json()
    assert "projects" not in plain
    full = agency.owner.get(f"/clients/{agency.client_id}", include="projects").json()
    assert [project["name"] for project in full.pop("projects")] == ["Website"]
    assert full == plain
    empty = agency.owner.get(f"/clients/{agency.other_client_id}", include="projects").json()
    assert empty["projects"] == []


def test_what_has_a_name_is_found_by_a_part_of_it(agency: Troupe) -> None:
    task = f"/tasks/{agency.task_id}"
    made(agency.owner.post(f"{task}/todos", {"title": "Maße prüfen"}))
    made(agency.owner.post(f"{task}/todos", {"title": "Other"}))
    todos = agency.member.get(f"{task}/todos", q="MASSE").json()["data"]
    assert [each["title"] for each in todos] == ["Maße prüfen"]
    agency.owner.patch(f"/todos/{todos[0]['id']}", {"title": "Fläche"})
    assert agency.member.get(f"{task}/todos", q="masse").json()["data"] == []
    made(agency.owner.post(f"/projects/{agency.project_id}/columns", {"name": "Prüfung"}))
    columns = agency.member.get(f"/projects/{agency.project_id}/columns", q="PRUF").json()["data"]
    assert [each["name"] for each in columns] == ["Prüfung"]
    file = upload(agency.owner)
    agency.owner.patch(f"/files/{file}", {"name": "Grundriß.txt"})
    agency.owner.put(f"{task}/files/{file}")
    assert [each["id"] for each in agency.member.get(f"{task}/files", q="grundriss").json()["data"]] == [file]
    assert agency.member.get(f"{task}/files", q="plan").json()["data"] == []


_ID = "01a21373-edcd-7418-b441-ce496569bd44"
_OTHER_ID = "01a21373-edcd-7418-b441-ce496569bd45"


def values_of(kind: Any) -> list[str]:
    """Return values that a filter of this type takes, two where there are two."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(each.value) for each in kind][:2]
    plain = {bool: ["true"], date: ["2026-01-01"], datetime: ["2026-01-01T00:00:00Z"], str: ["a", "b"]}
    return plain.get(kind, [_ID, _OTHER_ID])


def test_every_list_is_read_and_counted_by_each_of_its_filters(house: House) -> None:
    lists = [each.read for group in GROUPS for each in group.routes if each.query is ListQuery and each.read]
    asked = 0
    for read in {id(each): each for each in lists}.values():
        for name, param in read.params.items():
            if name not in (*read.filters, "ids", "updated_after", "q"):
                continue
            for values in values_of(param.type)[:1], values_of(param.type):
                if len(values) > 1 and not param.many:
                    continue
                query = read.parse("test", f"{name}={','.join(values)}".encode())
                for fence in (None, *read.fences):
                    for wanted in (read.count_query(query, fence), read.list_query(query, fence)):
                        statement = wanted.on(house.database)
                        house.database.read(statement.sql, given(statement, query))
                        asked += 1
    assert asked > 200


def given(statement: Statement, query: ListQuery) -> dict[str, Any]:
    """Return values for all parameters of a statement: ids for those that a handler would give."""
    known = {"limit": 2, "of_kind": "client"}
    rest = statement.parameters - query.values.keys() - statement.constants.keys()
    return statement.bind(query.values | {name: known.get(name, _ID) for name in rest})
