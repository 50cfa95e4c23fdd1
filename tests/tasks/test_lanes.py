"""A board grouped by assignee, label or priority."""

import re
from typing import Any

import pytest

from tests.cast import Troupe, made
from tests.core.test_statements import counted
from tests.flashes import flashes
from tests.tasks.test_board_pages import add
from tests.visitor import Visitor


def lanes(text: str) -> dict[str, list[str]]:
    """Return the titles in each lane of a page, by the lane's name."""
    found = {}
    for lane in text.split('<section class="board-column"')[1:]:
        name = re.search(r"<h2[^>]*>([^<]*)</h2>", lane)
        assert name
        found[name[1]] = re.findall(r'class="task-card-title"[^>]*>([^<]*)<', lane)
    return found


def by(visitor: Visitor, code: str, group: str, **filters: str) -> dict[str, list[str]]:
    page = visitor.get(f"/projects/{code}/board", group_by=group, **filters)
    assert page.status_code == 200
    return lanes(page.text)


def give(visitor: Visitor, code: str, group: str, *moves: str) -> Any:
    answer = visitor.post(f"/projects/{code}/board/give", {"group_by": group, "m": moves})
    assert answer.status_code == 303, answer.text
    [told] = flashes(answer)
    return told


def undo(visitor: Visitor, told: Any) -> None:
    answer = visitor.post(told["undo"].removeprefix("/nordlicht"))
    assert answer.status_code == 303
    assert flashes(answer)[0]["undo"] is None


def assignees(agency: Troupe, task_id: str) -> set[str]:
    return {each["id"] for each in agency.owner.get(f"/tasks/{task_id}").json()["assignees"]}


def label(agency: Troupe, name: str) -> str:
    return str(made(agency.owner.ask("POST", "/labels", {"name": name, "color": "red"}))["id"])


def test_a_lane_for_each_who_could_do_it_and_for_what_nobody_does(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    two = [agency.owner.id, agency.colleague.id]
    add(agency.owner, agency, "Together", assignee_ids=two, due_date="2026-05-02")
    add(agency.owner, agency, "Sooner", 1, assignee_ids=two[:1], due_date="2026-05-01")
    add(agency.owner, agency, "Some day", 2, assignee_ids=two[:1])
    add(agency.owner, agency, "Whoever")
    add(agency.owner, agency, "Over", 3, assignee_ids=two)
    found = by(visitor, code, "assignee")
    assert next(iter(found)) == "Nobody"
    assert "Whoever" in found["Nobody"]
    holding = [titles for titles in found.values() if "Together" in titles]
    assert sorted(holding, key=len) == [["Together"], ["Sooner", "Together", "Some day"]]
    done = by(visitor, code, "assignee", completed="true")
    assert [titles for titles in done.values() if titles] == [["Over"]] * 2
    only = by(visitor, code, "assignee", assignee="me")
    assert list(only.values()) == [["Sooner", "Together", "Some day"]]


def test_a_card_that_changes_lanes_changes_hands(agency: Troupe, visitor: Visitor, code: str) -> None:
    one, two = agency.owner.id, agency.colleague.id
    task = add(agency.owner, agency, "Passed on", assignee_ids=[one])
    told = give(visitor, code, "assignee", f"{task} {one} {two}")
    assert told["text"].startswith("Moved ")
    assert assignees(agency, task) == {two}
    undo(visitor, told)
    assert assignees(agency, task) == {one}
    taken = give(visitor, code, "assignee", f"{task} none {two}")
    assert assignees(agency, task) == {one, two}
    merged = give(visitor, code, "assignee", f"{task} {one} {two}")
    assert assignees(agency, task) == {two}
    undo(visitor, merged)
    assert assignees(agency, task) == {one, two}
    nobody = give(visitor, code, "assignee", f"{task} {one} none")
    assert assignees(agency, task) == set()
    undo(visitor, nobody)
    assert assignees(agency, task) == {one, two}
    undo(visitor, taken)
    assert assignees(agency, task) == {one}


def test_what_others_did_meanwhile_stays_when_it_is_taken_back(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    one, two = agency.owner.id, agency.colleague.id
    task = add(agency.owner, agency, "Both at once")
    told = give(visitor, code, "assignee", f"{task} none {one}")
    agency.owner.ask("PATCH", f"/tasks/{task}", {"assignee_ids": [one, two]})
    undo(visitor, told)
    assert assignees(agency, task) == {two}


def test_labels_and_priorities_change_with_the_lane(agency: Troupe, visitor: Visitor, code: str) -> None:
    blocked, later = label(agency, "Blocked & held"), label(agency, "Later")
    task = add(agency.owner, agency, "Marked", label_ids=[blocked], priority="high")
    assert by(visitor, code, "label")["Blocked &amp; held"] == ["Marked"]
    told = give(visitor, code, "label", f"{task} {blocked} {later}")
    assert by(visitor, code, "label")["Later"] == ["Marked"]
    assert by(visitor, code, "label")["Blocked &amp; held"] == []
    undo(visitor, told)
    assert by(visitor, code, "label", label=blocked) == {"Blocked &amp; held": ["Marked"]}
    assert [*by(visitor, code, "priority")] == ["Urgent", "High", "Medium", "Low", "None"]
    told = give(visitor, code, "priority", f"{task} high none")
    assert "Marked" in by(visitor, code, "priority")["None"]
    undo(visitor, told)
    assert by(visitor, code, "priority")["High"] == ["Marked"]


def test_several_cards_change_lanes_at_once_or_none_does(agency: Troupe, visitor: Visitor, code: str) -> None:
    tasks = [add(agency.owner, agency, f"Task {n}", priority="low") for n in range(2)]
    told = give(visitor, code, "priority", *(f"{task} low urgent" for task in tasks))
    assert told["text"] == "Moved 2 tasks."
    assert sorted(by(visitor, code, "priority")["Urgent"]) == ["Task 0", "Task 1"]
    undo(visitor, told)
    moves = [f"{tasks[0]} low high", f"{tasks[1]} low huge"]
    refused = visitor.post(f"/projects/{code}/board/give", {"group_by": "priority", "m": moves}, part=True)
    assert refused.status_code == 422
    assert sorted(by(visitor, code, "priority")["Low"]) == ["Task 0", "Task 1"]


def test_a_card_is_shown_in_each_of_its_lanes_and_a_new_one_has_what_its_lane_has(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    two = [agency.owner.id, agency.colleague.id]
    task = add(agency.owner, agency, "Twice", assignee_ids=two)
    cards = f"/projects/{code}/board/cards"
    part = visitor.get(cards, part=True, ids=task, group_by="assignee").text
    assert set(re.findall(r'id="card-([^"]+)"', part)) == {f"{task}-{each}" for each in two}
    assert 'id="sums-none"' in part
    part = visitor.get(cards, part=True, ids=task, group_by="assignee", assignee=two[1]).text
    assert re.findall(r'id="card-([^"]+)"', part) == [f"{task}-{two[1]}"]
    fields = {"title": "New", "group_by": "assignee", "column_id": two[1], "filters": "group_by=assignee"}
    answer = visitor.post(f"/projects/{code}/board/add", fields, part=True)
    part = visitor.get(answer.headers["location"].removeprefix("/nordlicht"), part=True).text
    assert re.findall(r'id="card-[^"]+" data-row data-id="[^"]+" data-column="([^"]+)"', part) == [two[1]]
    fields = {"title": "Pressing", "group_by": "priority", "column_id": "urgent"}
    assert visitor.post(f"/projects/{code}/board/add", fields).status_code == 303
    assert by(visitor, code, "priority")["Urgent"] == ["Pressing"]


def test_more_of_a_lane_comes_by_scrolling(agency: Troupe, visitor: Visitor, code: str) -> None:
    items = [
        {"project_id": agency.project_id, "title": f"Card {n}", "priority": "low", "due_date": "2026-04-01"}
        for n in range(70)
    ]
    assert agency.owner.post("/tasks/bulk", {"items": items}).status_code == 200
    page = visitor.get(f"/projects/{code}/board", group_by="priority", priority="low")
    seen = lanes(page.text)["Low"]
    more = re.search(r'hx-get="([^"]+)"[^>]*hx-target="closest li"', page.text)
    while more:
        part = visitor.get(more[1].replace("&amp;", "&").removeprefix("/nordlicht"), part=True).text
        assert "<html" not in part
        seen += re.findall(r'class="task-card-title"[^>]*>([^<]*)<', part)
        more = re.search(r'hx-get="([^"]+)"', part)
    assert sorted(seen) == sorted(item["title"] for item in items)


def test_lanes_cost_the_same_statements_however_much_is_in_them(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    costs = []
    for number in range(2):
        for each in range(number * 20 + 4):
            add(agency.owner, agency, f"Task {number} {each}", priority=("low", "high")[each % 2])
        with counted(agency.house) as statements:
            assert visitor.get(f"/projects/{code}/board", group_by="priority").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    "move", ["", "x", "{card} low", "{card} low high,low", "{card} LOW high", "x low high"]
)
def test_nonsense_is_refused(agency: Troupe, visitor: Visitor, code: str, move: str) -> None:
    path, told = f"/projects/{code}/board/give", move.format(card=agency.task_id)
    assert visitor.post(path, {"group_by": "priority", "m": told}, part=True).status_code == 422
    fine = f"{agency.task_id} none low"
    assert visitor.post(path, {"group_by": "column", "m": fine}, part=True).status_code == 422
    assert visitor.post(path, {"group_by": "assignee", "m": fine}, part=True).status_code == 422
    assert visitor.get(f"/projects/{code}/board", group_by="nonsense").status_code == 200


def test_only_those_of_the_project_can_be_given_a_card(agency: Troupe, rival: Troupe, code: str) -> None:
    visitor, path = Visitor(agency, agency.owner), f"/projects/{code}/board/give"
    fields = {"group_by": "assignee", "m": f"{agency.task_id} none {rival.owner.id}"}
    assert visitor.post(path, fields, part=True).status_code == 422
    fields = {"group_by": "priority", "m": f"{agency.task_id} none low"}
    assert Visitor(rival, rival.owner).post(path, fields).status_code == 404
    for person in (agency.guest, agency.tax_advisor):
        assert Visitor(agency, person).post(path, fields).status_code == 403
    fields["m"] = f"{rival.task_id} none low"
    assert visitor.post(path, fields).status_code == 404


def test_a_priority_that_somebody_else_set_meanwhile_stays(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    task = add(agency.owner, agency, "Pressing", priority="low")
    told = give(visitor, code, "priority", f"{task} low high")
    agency.owner.ask("PATCH", f"/tasks/{task}", {"priority": "urgent"})
    undo(visitor, told)
    assert agency.owner.get(f"/tasks/{task}").json()["priority"] == "urgent"


def test_guests_have_no_lane_for_they_are_given_nothing(agency: Troupe, visitor: Visitor, code: str) -> None:
    members = agency.owner.get(f"/projects/{agency.project_id}", include="members").json()["members"]
    assert agency.guest.id in [each["user"]["id"] for each in members]
    guest = agency.owner.get(f"/users/{agency.guest.id}").json()
    assert f"{guest['first_name']} {guest['last_name']}" not in by(visitor, code, "assignee")


@pytest.mark.parametrize("lane", ["", "huge", "low,high"])
def test_a_new_task_of_a_lane_that_is_none_is_there_all_the_same(
    agency: Troupe, visitor: Visitor, code: str, lane: str
) -> None:
    fields = {"title": "New", "group_by": "priority", "column_id": lane}
    assert visitor.post(f"/projects/{code}/board/add", fields).status_code == 303
    assert "New" in by(visitor, code, "priority")["None"]


def test_a_board_without_any_lane_leads_back(agency: Troupe, code: str) -> None:
    page = Visitor(agency, agency.admin).get(f"/projects/{code}/board", group_by="assignee", assignee="me")
    assert not any(lanes(page.text).values())
    nobody = "00000000-0000-7000-8000-000000000000"
    page = Visitor(agency, agency.owner).get(f"/projects/{code}/board", group_by="assignee", assignee=nobody)
    assert lanes(page.text) == {}
    assert f'href="/nordlicht/projects/{code}/board"' in page.text.partition('id="board"')[2]
