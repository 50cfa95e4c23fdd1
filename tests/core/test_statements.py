"""How many statements an answer costs, that none of them loads objects, and that indexes carry the lists."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from kanwerk.core.tables import Base
from tests.cast import Troupe
from tests.house import House

# what is asked, and its statements: one of them always looks up the token
COSTS = {
    "/me": 2,
    "/spaces": 2,
    "/spaces/{space}": 2,
    "/spaces/{space}/invoicing": 2,
    "/users": 2,
    "/users?include_total=true": 3,
    "/users/{user}": 2,
    "/tokens": 2,
    "/business-fields": 2,
    "/clients": 2,
    "/clients?limit=1&sort=-name&segment=A,B&q=a": 2,
    "/clients?include_total=true": 3,
    "/clients/{client}": 2,
    "/clients/{client}?include=projects": 3,
    "/clients/{client}/invoicing": 2,
    "/clients/{client}/contacts": 3,
    "/clients/{client}/activity": 3,
    "/events": 3,
    "/events?types=client.*": 3,
    "/openapi.json": 0,
}


@contextmanager
def counted(house: House) -> Iterator[list[tuple[str, Any]]]:
    """Count what reads are given to the driver, on whatever thread."""
    read, statements = house.database.read, []

    def counting(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        statements.append((sql, parameters))
        return read(sql, parameters)

    house.database.read = counting  # type: ignore[method-assign]
    yield statements
    house.database.read = read  # type: ignore[method-assign]


@pytest.mark.parametrize("path", COSTS)
def test_an_answer_costs_a_fixed_number_of_statements_and_loads_no_objects(agency: Troupe, path: str) -> None:
    where = path.format(space=agency.space_id, user=agency.member.id, client=agency.client_id)
    loaded: list[Any] = []

    def note(target: Any, _: object) -> None:
        loaded.append(target)

    event.listen(Base, "load", note, propagate=True)
    with counted(agency.house) as statements:
        assert agency.owner.get(where).status_code == 200
    event.remove(Base, "load", note)
    assert len(statements) == COSTS[path], [sql for sql, _ in statements]
    assert loaded == []


def test_a_long_list_costs_no_more_statements_than_a_short_one(agency: Troupe) -> None:
    items = [{"name": f"C {i}", "primary_contact_id": agency.member.id} for i in range(400)]
    agency.owner.post("/clients/bulk", {"items": items})
    with counted(agency.house) as statements:
        assert len(agency.owner.get("/clients", limit=500).json()["data"]) == 402
    assert len(statements) == 2


def test_every_read_of_a_space_is_fenced_to_it(agency: Troupe) -> None:
    for path in COSTS:
        where = path.format(space=agency.space_id, user=agency.member.id, client=agency.client_id)
        with counted(agency.house) as statements:
            agency.owner.get(where)
        for sql, parameters in statements:
            assert parameters.get("space_id") == agency.space_id or "token_hash" in sql, sql


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(
    ("group", "sort"),
    [
        ("clients", "id"),
        ("clients", "name"),
        ("clients", "shortcode"),
        ("clients", "segment"),
        ("clients", "created_at"),
        ("clients", "updated_at"),
        ("users", "id"),
        ("users", "name"),
        ("users", "updated_at"),
        ("business-fields", "id"),
        ("business-fields", "name"),
        ("business-fields", "updated_at"),
    ],
)
def test_a_sorted_list_and_its_further_pages_walk_an_index(
    agency: Troupe, group: str, sort: str, sign: str
) -> None:
    for name in "abc":
        agency.owner.post("/business-fields", {"name": name})
    with counted(agency.house) as statements:
        first = agency.owner.get(f"/{group}", sort=f"{sign}{sort}", limit=1).json()
        agency.owner.get(f"/{group}", sort=f"{sign}{sort}", limit=1, cursor=first["meta"]["next_cursor"])
    lists = [each for each in statements if "token_hash" not in each[0]]
    assert len(lists) == (4 if sort == "shortcode" else 2)  # each page ends in those without a value
    for sql, parameters in lists:
        plan = agency.house.database.read(f"EXPLAIN QUERY PLAN {sql}", parameters)
        told = "\n".join(row[-1] for row in plan)
        assert "TEMP B-TREE" not in told, told
        assert not re.search(r"SCAN (?!json_each)", told), told
    sql, parameters = next(each for each in lists if "after_id" in each[1])
    further = "\n".join(
        row[-1] for row in agency.house.database.read(f"EXPLAIN QUERY PLAN {sql}", parameters)
    )
    column = {"name": "name_fold", "shortcode": "shortcode_fold"}.get(sort, sort)
    assert re.search(rf"\(space_id=\? AND \(?{column}(,id\))?[<>]", further), further


@pytest.fixture
def crowded(agency: Troupe) -> Troupe:
    """The agency with thousands of clients and users, and what the planner is to know of them."""
    with agency.house.database.engine.begin() as connection:
        for table, most in (("clients", 5_000), ("users", 5_000)):
            told = connection.exec_driver_sql(
                "SELECT column_name FROM information_schema.columns"
                f" WHERE table_schema = 'public' AND table_name = '{table}'"
            )
            own = {
                "id": "gen_random_uuid()",
                "name_fold": "'name ' || g",
                "shortcode_fold": "CASE WHEN mod(g, 3) > 0 THEN 'k' || g END",
                "segment": "chr(65 + mod(g, 3))",
                "created_at": "created_at + g * interval '1 s'",
                "updated_at": "updated_at + g * interval '1 s'",
                **dict.fromkeys(("external_id", "identity_id", "integration_name"), "NULL"),
            }
            names = [row[0] for row in told]
            values = ", ".join(own.get(name, name) for name in names)
            one = f"(SELECT * FROM {table} WHERE space_id = '{agency.space_id}' LIMIT 1)"
            connection.exec_driver_sql(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {one} AS o,"
                f" generate_series(1, {most}) AS g"
            )
        connection.exec_driver_sql("ANALYZE")
    return agency


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_postgresql_walks_an_index_for_each_page_of_a_sorted_list(crowded: Troupe) -> None:
    sorts = {
        "clients": ("id", "name", "shortcode", "segment", "created_at", "updated_at"),
        "users": ("id", "name", "updated_at"),
    }
    for group, sort in [(group, sort) for group, those in sorts.items() for sort in those]:
        for sign in ("", "-"):
            asked: dict[str, Any] = {"sort": f"{sign}{sort}", "limit": 50}
            with counted(crowded.house) as statements:
                first = crowded.owner.get(f"/{group}", **asked).json()
                crowded.owner.get(f"/{group}", **asked, cursor=first["meta"]["next_cursor"])
            lists = [each for each in statements if "token_hash" not in each[0]]
            assert len(lists) >= 2
            for sql, parameters in lists:
                plan = crowded.house.database.read(f"EXPLAIN {sql}", parameters)
                told = "\n".join(row[0] for row in plan)
                assert "Sort" not in told, told
                assert f"Seq Scan on {group}" not in told, told
            further = "\n".join(
                row[0] for row in crowded.house.database.read(f"EXPLAIN {lists[-1][0]}", lists[-1][1])
            )
            column = {"name": "name_fold", "shortcode": "shortcode_fold"}.get(sort, sort)
            assert re.search(rf"Index Cond: .*(ROW\(.*{column}.*\)|{column}) [<>]", further), further


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_postgresql_finds_tokens_records_and_the_log_by_an_index(crowded: Troupe) -> None:
    paths = [
        f"/clients/{crowded.client_id}?include=projects",
        "/clients?external_id=crm-1",
        "/events?limit=50",
    ]
    paths += ["/clients?shortcode=ast", f"/clients/{crowded.client_id}/activity"]
    with counted(crowded.house) as statements:
        for path in paths:
            assert crowded.owner.get(path).status_code == 200
    for sql, parameters in statements:
        plan = "\n".join(row[0] for row in crowded.house.database.read(f"EXPLAIN {sql}", parameters))
        assert not re.search(r"Seq Scan on (clients|users)\b", plan), f"{sql}\n{plan}"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_looking_up_a_token_a_record_and_the_log_scans_no_table(agency: Troupe) -> None:
    paths = ["/me", f"/clients/{agency.client_id}?include=projects", "/events", "/events?types=client.*"]
    paths += [f"/clients/{agency.client_id}/activity", f"/clients/{agency.client_id}/contacts"]
    with counted(agency.house) as statements:
        for path in paths:
            assert agency.owner.get(path).status_code == 200
    for sql, parameters in statements:
        plan = agency.house.database.read(f"EXPLAIN QUERY PLAN {sql}", parameters)
        told = "\n".join(row[-1] for row in plan)
        assert not re.search(r"SCAN (?!json_each)", told), f"{sql}\n{told}"
