"""Lists of tasks begin where an index lets them begin, in both engines."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from tests.cast import Troupe, made
from tests.core.test_statements import counted

WALKED = re.compile(r"SCAN (?!json_each)|TEMP B-TREE")
LARGE = ("tasks", "task_assignees", "task_labels")
# what is asked, and the index that carries it in SQLite
LISTS = {
    "sort=id": "sqlite_autoindex_tasks_1",
    "sort=id&completed=false": "ix_tasks_open",
    "sort=due_date": "ix_tasks_due_date",
    "sort=-due_date&completed=false": "ix_tasks_open_due_date",
    "sort=position": "ix_tasks_all_position",
    "sort=position&completed=false": "ix_tasks_open_position",
    "sort=-updated_at": "ix_tasks_updated_at",
    "sort=title": "ix_tasks_title",
    "sort=-priority": "ix_tasks_priority",
    "column_id={column}&sort=position": "ix_tasks_position",
    "column_id={column}&sort=position&completed=false": "ix_tasks_position",
    "project_id={project}&column_id={column}&sort=position": "ix_tasks_position",
    "column_id={column}&has_assignee=true&sort=position": "ix_tasks_position",
    "column_id={column}&has_label=true&sort=position": "ix_tasks_position",
    "project_id={project}": "ix_tasks_project_id",
    "project_id={project}&has_label=false&sort=due_date": "ix_tasks_project_due_date",
    "assignee_id={person}&has_assignee=true&sort=due_date": "ix_task_assignees_due_date",
    "project_id={project}&completed=false": "ix_tasks_project_id",
    "project_id={project}&sort=due_date": "ix_tasks_project_due_date",
    "project_id={project}&sort=due_date&completed=false": "ix_tasks_project_open_due_date",
    "project_id={project}&sort=-priority": "ix_tasks_project_priority",
    "project_id={project}&sort=title": "ix_tasks_project_title",
    "project_id={project}&sort=-updated_at": "ix_tasks_project_updated_at",
    "project_id={project}&assignee_id={person}&sort=due_date": "ix_tasks_project_due_date",
    "client_id={client}": "ix_tasks_client_id",
    "client_id={client}&completed=false": "ix_tasks_client_open",
    "client_id={client}&sort=due_date": "ix_tasks_client_due_date",
    "client_id={client}&sort=due_date&completed=false": "ix_tasks_client_open_due_date",
    "client_id={client}&sort=-priority&completed=false": "ix_tasks_client_priority",
    "client_id={client}&sort=title": "ix_tasks_client_title",
    "client_id={client}&sort=-updated_at": "ix_tasks_client_updated_at",
    "client_id={client}&sort=position": "ix_tasks_client_position",
    "assignee_id={person}": "ix_task_assignees_user_id",
    "assignee_id={person}&completed=false": "ix_task_assignees_open",
    "assignee_id={person}&sort=due_date": "ix_task_assignees_due_date",
    "assignee_id={person}&sort=-due_date&completed=false": "ix_task_assignees_open_due_date",
    "assignee_id={person}&sort=due_date&due_before=2027-01-01": "ix_task_assignees_due_date",
    "assignee_id={person}&label_id={label}&sort=due_date": "ix_task_assignees_due_date",
    "assignee_id={person}&sort=-priority": "ix_task_assignees_priority",
    "label_id={label}": "ix_task_labels_label_id",
    "label_id={label}&completed=false": "ix_task_labels_open",
    "label_id={label}&sort=due_date": "ix_task_labels_due_date",
    "label_id={label}&sort=due_date&completed=false": "ix_task_labels_open_due_date",
    "label_id={label}&sort=priority": "ix_task_labels_priority",
    "creator_id={person}": "ix_tasks_creator_id",
}
# few by their filter: gathered through the index, then sorted, for its order would lead through all the rest
FEW = {
    "column_id={column}&sort=due_date": "ix_tasks_position",
    "project_id={project}&sort=position": "ix_tasks_project_",
    "parent_id={task}&sort=due_date": "ix_tasks_parent_id",
    "external_id=erp-1&sort=title": "uq_tasks_external_id",
    "ids={task}&sort=due_date": "sqlite_autoindex_tasks_1",
}


def filled(agency: Troupe) -> dict[str, str]:
    """Make enough tasks for a second page of everything, and return what the questions name."""
    agency.owner.patch(f"/projects/{agency.project_id}", {"client_id": agency.client_id})
    more = {
        "column_id": agency.column_ids[1],
        "assignee_ids": [agency.member.id],
        "label_ids": [agency.label_id],
    }
    for day in ("2026-01-01", "2026-01-02", None):
        body = {"project_id": agency.project_id, "title": "Task", "due_date": day, **more}
        made(agency.member.post("/tasks", body))
    return {
        "column": agency.column_ids[1],
        "project": agency.project_id,
        "client": agency.client_id,
        "person": agency.member.id,
        "label": agency.label_id,
        "task": agency.task_id,
    }


def asked(agency: Troupe, who: str, query: str, names: dict[str, str]) -> list[tuple[str, Any]]:
    """Ask for two pages of a list and return the statements that read tasks."""
    parts = dict(part.split("=") for part in query.format(**names).split("&"))
    with counted(agency.house) as statements:
        first = agency.people[who].get("/tasks", limit=1, **parts).json()
        if first["meta"]["next_cursor"]:
            agency.people[who].get("/tasks", limit=1, **parts, cursor=first["meta"]["next_cursor"])
    return [each for each in statements if "LIMIT" in each[0] and "FROM tasks" in each[0]]


def plan(agency: Troupe, sql: str, parameters: Any) -> str:
    prefix = "EXPLAIN QUERY PLAN" if agency.house.database.sqlite else "EXPLAIN (COSTS OFF)"
    return "\n".join(str(row[-1]) for row in agency.house.database.read(f"{prefix} {sql}", parameters))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", ["owner", "member"])
def test_in_sqlite_an_index_carries_every_list(agency: Troupe, who: str) -> None:
    names = filled(agency)
    for query, index in LISTS.items():
        statements = asked(agency, who, query, names)
        assert len(statements) >= 2, query
        for sql, parameters in statements:
            told = plan(agency, sql, parameters)
            assert not WALKED.search(told), f"{query}\n{told}"
            assert re.search(rf"INDEX {index}\b", told), f"{query}\n{told}"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_few_by_its_filter_is_gathered(agency: Troupe) -> None:
    names = filled(agency)
    for query, index in FEW.items():
        for sql, parameters in asked(agency, "owner", query, names):
            told = plan(agency, sql, parameters)
            assert not re.search(r"SCAN (?!json_each)", told), f"{query}\n{told}"
            assert re.search(rf"SEARCH tasks USING INDEX {index}", told), f"{query}\n{told}"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("sort", ["id", "-updated_at", "due_date", "priority", "title", "position"])
def test_what_a_guest_sees_is_gathered_from_their_projects(agency: Troupe, sort: str) -> None:
    names = filled(agency)
    for sql, parameters in asked(agency, "guest", f"sort={sort}", names):
        told = plan(agency, sql, parameters)
        assert re.search(r"SEARCH tasks USING INDEX \w+ \(space_id=\? AND project_id=\?", told), told
        assert not re.search(r"SCAN (?!json_each)", told), told


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_in_postgresql_there_is_an_index_for_every_list(agency: Troupe) -> None:
    """With sorting and scanning made dear, a plan sorts or scans only where no index would do instead."""
    names = filled(agency)
    for setting in ("seqscan", "sort", "incremental_sort", "bitmapscan", "hashjoin", "mergejoin"):
        agency.house.database.read(f"SELECT set_config('enable_{setting}', 'off', false)", {})
    for query in LISTS:
        for sql, parameters in asked(agency, "owner", query, names):
            told = plan(agency, sql, parameters)
            assert "Sort" not in told, f"{query}\n{told}"
            assert not re.search(rf"Seq Scan on ({'|'.join(LARGE)})\b", told), f"{query}\n{told}"


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_postgresql_takes_the_index_by_itself_when_there_is_much(agency: Troupe) -> None:
    names = filled(agency)
    with agency.house.database.engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        for statement in MANY:
            wanted = {name: value for name, value in names.items() if f":{name}" in statement}
            connection.execute(text(statement), wanted)
    for query in LISTS:
        for sql, parameters in asked(agency, "owner", query, names):
            told = plan(agency, sql, parameters)
            assert not re.search(rf"Seq Scan on ({'|'.join(LARGE)})\b", told), f"{query}\n{told}"
            assert "Sort" not in told, f"{query}\n{told}"


_TASKS = (
    "INSERT INTO tasks (space_id, id, version, created_at, updated_at, project_id, client_id, number,"
    " column_id, position, title, title_fold, priority, due_date, completed_at, creator_id, tracked_seconds,"
    " comment_count, todo_count, todo_done_count, file_count)"
    " SELECT t.space_id, m.id, 1, t.created_at, t.created_at + n * INTERVAL '1 second', t.project_id,"
    " t.client_id, 1000 + n, t.column_id, n * 1000, 'Task ' || n, 'task ' || n, n % 5,"
    " CASE WHEN n % 3 > 0 THEN DATE '2026-01-01' + n % 300 END, CASE WHEN n % 4 > 0 THEN t.created_at END,"
    " :person, 0, 0, 0, 0, 0"
    " FROM made m CROSS JOIN tasks t WHERE t.id = :task"
)
_LINKS = (
    "INSERT INTO {table} (space_id, task_id, {other}, due_date, priority, completed)"
    " SELECT t.space_id, t.id, :{name}, t.due_date, t.priority, t.completed_at IS NOT NULL"
    " FROM tasks t JOIN made m ON m.id = t.id"
)
MANY = (
    "CREATE TEMPORARY TABLE made AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, 20000) n",
    _TASKS,
    _LINKS.format(table="task_assignees", other="user_id", name="person"),
    _LINKS.format(table="task_labels", other="label_id", name="label"),
    *(f"ANALYZE {table}" for table in LARGE),
)
