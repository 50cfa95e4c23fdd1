"""What is kept beside tasks for the sake of their lists says what the tasks say."""

from collections.abc import Callable
from typing import Any

from tests.cast import Troupe, made

_OUT_OF_STEP = {
    "of assignees": "SELECT count(*) FROM task_assignees l JOIN tasks t ON t.space_id = l.space_id AND"
    " t.id = l.task_id WHERE {differ}",
    "of labels": "SELECT count(*) FROM task_labels l JOIN tasks t ON t.space_id = l.space_id AND"
    " t.id = l.task_id WHERE {differ}",
    "of clients": "SELECT count(*) FROM tasks t JOIN projects p ON p.space_id = t.space_id AND"
    " p.id = t.project_id WHERE t.client_id IS DISTINCT FROM p.client_id",
}
_DIFFER = (
    "l.due_date IS DISTINCT FROM t.due_date OR l.priority <> t.priority"
    " OR l.completed <> (t.completed_at IS NOT NULL)"
)


def in_step(count: Callable[[str], int]) -> bool:
    """Whether everything kept beside tasks says what they say; ``count`` asks the database."""
    counts = {name: count(sql.format(differ=_DIFFER)) for name, sql in _OUT_OF_STEP.items()}
    assert counts == dict.fromkeys(_OUT_OF_STEP, 0)
    return True


def keeps_step(agency: Troupe) -> bool:
    return in_step(lambda sql: agency.house.database.read(sql, {})[0][0])


def titles(agency: Troupe, **asked: Any) -> list[str]:
    return [each["title"] for each in agency.owner.get("/tasks", **asked).json()["data"]]


def test_lists_by_assignee_and_label_follow_every_change_of_a_task(agency: Troupe) -> None:
    mine = {"assignee_id": agency.member.id, "sort": "due_date"}
    marked = {"label_id": agency.label_id, "sort": "due_date"}
    place = {"project_id": agency.project_id, "label_ids": [agency.label_id]}
    ids = {}
    for title, day in (("A", "2026-02-01"), ("B", "2026-01-01"), ("C", None)):
        body = {"title": title, "due_date": day, "assignee_ids": [agency.member.id], **place}
        ids[title] = made(agency.owner.post("/tasks", body))["id"]
    assert titles(agency, **mine) == titles(agency, **marked) == ["B", "A", "C"]
    assert keeps_step(agency)
    agency.owner.patch(f"/tasks/{ids['C']}", {"due_date": "2025-12-31", "priority": "urgent"})
    agency.owner.patch(f"/tasks/{ids['B']}", {"due_date": None})
    assert titles(agency, **mine) == titles(agency, **marked) == ["C", "A", "B"]
    assert titles(agency, **{**mine, "sort": "-priority"})[0] == "C"
    assert titles(agency, **mine, due_after="2026-01-01") == ["A"]
    assert titles(agency, **mine, due_before="2026-01-01") == ["C"]
    agency.owner.post(f"/tasks/{ids['A']}/move", {"column_id": agency.column_ids[3]})
    assert titles(agency, **mine, completed=True) == titles(agency, **marked, completed=True) == ["A"]
    assert titles(agency, **mine, completed=False) == ["C", "B"]
    agency.owner.post(f"/tasks/{ids['A']}/move", {"column_id": agency.column_ids[0]})
    assert titles(agency, **mine, completed=True) == []
    agency.owner.put(f"/tasks/{ids['A']}/assignees/{agency.colleague.id}")
    agency.owner.delete(f"/tasks/{ids['A']}/labels/{agency.label_id}")
    agency.owner.put(f"/tasks/{ids['A']}/labels/{agency.label_id}")
    assert titles(agency, assignee_id=agency.colleague.id, sort="due_date") == ["A"]
    agency.owner.patch(f"/columns/{agency.column_ids[1]}", {"kind": "done"})
    assert keeps_step(agency)
    agency.owner.patch(f"/columns/{agency.column_ids[1]}", {"kind": "unstarted"})
    made(agency.owner.post(f"/projects/{agency.project_id}/duplicate", {"name": "Again"}))
    assert keeps_step(agency)


def test_tasks_follow_their_project_to_another_client(agency: Troupe) -> None:
    where = f"/projects/{agency.project_id}"
    agency.owner.patch(where, {"client_id": agency.client_id})
    before = titles(agency, client_id=agency.client_id)
    assert before
    tag = agency.owner.get(f"/tasks/{agency.task_id}").headers["etag"]
    agency.owner.patch(where, {"client_id": agency.other_client_id})
    assert agency.owner.get(f"/tasks/{agency.task_id}").headers["etag"] == tag
    assert titles(agency, client_id=agency.client_id) == []
    assert titles(agency, client_id=agency.other_client_id, sort="-updated_at") == before[::-1]
    own = made(agency.owner.post("/projects", {"name": "Own"}))["id"]
    agency.owner.post(f"/tasks/{agency.task_id}/move", {"project_id": own})
    assert len(titles(agency, client_id=agency.other_client_id)) == len(before) - 1
    made(agency.owner.post("/tasks", {"project_id": agency.project_id, "title": "New"}))
    assert "New" in titles(agency, client_id=agency.other_client_id)
    agency.owner.delete(f"/clients/{agency.other_client_id}", dependants="detach")
    assert titles(agency, client_id=agency.other_client_id) == []
    assert keeps_step(agency)
