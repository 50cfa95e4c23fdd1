import random
from typing import Any

import pytest
from sqlalchemy import event

from tests.cast import Troupe, code, faults, made


def board(agency: Troupe, column: int = 1) -> list[str]:
    asked = {"column_id": agency.column_ids[column], "sort": "position", "limit": 500}
    return [each["id"] for each in agency.owner.get("/tasks", **asked).json()["data"]]


def fill(agency: Troupe, count: int, column: int = 1) -> list[str]:
    place = {"project_id": agency.project_id, "column_id": agency.column_ids[column]}
    items = [{**place, "title": f"Task {index}"} for index in range(count)]
    results = agency.owner.post("/tasks/bulk", {"items": items}).json()["results"]
    return [each["id"] for each in results]


def move(agency: Troupe, task: str, **body: Any) -> Any:
    return agency.owner.post(f"/tasks/{task}/move", body)


def test_a_board_keeps_the_order_people_give_it(agency: Troupe) -> None:
    wanted = [agency.task_id, agency.other_task_id, *fill(agency, 8)]
    assert board(agency) == wanted
    dice = random.Random(7)
    for _ in range(60):
        task = wanted.pop(dice.randrange(len(wanted)))
        place = dice.randrange(len(wanted) + 1)
        if place == len(wanted):
            move(agency, task, column_id=agency.column_ids[1])
        elif dice.random() < 0.5 or place == 0:
            move(agency, task, before_id=wanted[place])
        else:
            move(agency, task, after_id=wanted[place - 1])
        wanted.insert(place, task)
        assert board(agency) == wanted


def test_a_gap_that_is_used_up_is_made_anew(agency: Troupe) -> None:
    first, last = agency.task_id, agency.other_task_id
    wanted = [first]
    for task in fill(agency, 40):
        assert move(agency, task, after_id=first).status_code == 200
        wanted.insert(1, task)
    assert board(agency) == [*wanted, last]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_move_costs_the_same_statements_whatever_the_column_holds(agency: Troupe) -> None:
    def statements(task: str, neighbour: str) -> int:
        seen: list[str] = []

        def note(*args: Any) -> None:
            seen.append(args[2])

        event.listen(agency.house.database.engine, "before_cursor_execute", note)
        try:
            assert move(agency, task, before_id=neighbour).status_code == 200
        finally:
            event.remove(agency.house.database.engine, "before_cursor_execute", note)
        return len(seen)

    fill(agency, 5, column=2)
    few = board(agency, 2)
    small = statements(few[-1], few[1])
    fill(agency, 300, column=2)
    many = board(agency, 2)
    assert statements(many[-1], many[150]) == small


def test_where_a_task_cannot_go_is_said(agency: Troupe, rival: Troupe) -> None:
    (elsewhere,) = fill(agency, 1, column=0)
    both = {"before_id": agency.other_task_id, "after_id": agency.other_task_id}
    assert faults(move(agency, agency.task_id, **both)) == {"/after_id": "invalid"}
    assert faults(move(agency, agency.task_id, before_id=elsewhere)) == {"/before_id": "not_found"}
    assert faults(move(agency, agency.task_id, before_id=rival.task_id)) == {"/before_id": "not_found"}
    assert faults(move(agency, agency.task_id, column_id=rival.column_ids[0])) == {"/column_id": "not_found"}
    assert faults(move(agency, agency.task_id, project_id=rival.project_id)) == {"/project_id": "not_found"}
    last = agency.owner.last
    assert move(agency, agency.other_task_id).status_code == 200
    assert move(agency, agency.task_id, before_id=agency.task_id).status_code == 200
    assert agency.owner.last == last


def test_a_full_column_takes_no_more_unless_forced(agency: Troupe) -> None:
    agency.owner.patch(f"/columns/{agency.column_ids[2]}", {"wip_limit": 1})
    column = {"column_id": agency.column_ids[2]}
    assert move(agency, agency.task_id, **column).status_code == 200
    assert code(move(agency, agency.other_task_id, **column)) == "wip-limit"
    assert code(agency.owner.patch(f"/tasks/{agency.other_task_id}", column)) == "wip-limit"
    assert move(agency, agency.other_task_id, **column, force=True).status_code == 200
    assert move(agency, agency.other_task_id, before_id=agency.task_id).status_code == 200


def test_a_task_goes_to_another_project_with_its_subtasks_and_its_old_key(agency: Troupe) -> None:
    place = {"project_id": agency.project_id}
    own = made(agency.owner.post("/labels", {"name": "Of the project", **place}))["id"]
    body = {**place, "title": "Parent", "label_ids": [own, agency.label_id], "parent_id": agency.task_id}
    parent = made(agency.owner.post("/tasks", body))
    child = made(agency.owner.post("/tasks", {**place, "title": "Child", "parent_id": parent["id"]}))
    there = made(agency.owner.post("/projects", {"name": "There", "shortcode": "THR"}))["id"]
    before = agency.owner.last
    moved = move(agency, parent["id"], project_id=there).json()
    assert (moved["key"], moved["parent_id"], moved["project_id"]) == ("THR-1", None, there)
    assert [each["id"] for each in moved["labels"]] == [agency.label_id]
    followed = agency.owner.get(f"/tasks/{child['id']}").json()
    assert (followed["key"], followed["parent_id"]) == ("THR-2", parent["id"])
    first = agency.owner.events(before)[0]
    assert first["changes"]["project_id"] == {"from": agency.project_id, "to": there}
    assert agency.owner.get(f"/tasks/{parent['key']}").json()["id"] == parent["id"]
    agency.owner.patch(f"/projects/{there}", {"shortcode": "NEW"})
    assert agency.owner.get("/tasks/thr-2").json()["key"] == "NEW-2"
    assert agency.owner.get("/tasks/NEW-9").status_code == 404


def test_numbers_are_never_used_twice_also_by_twenty_at_once(agency: Troupe) -> None:
    agency.owner.delete(f"/tasks/{agency.other_task_id}")
    body = {"project_id": agency.project_id, "title": "One of many"}
    answers = agency.house.together(*(agency.owner.asking("POST", "/tasks", body) for _ in range(20)))
    keys = [int(made(each)["key"].partition("-")[2]) for each in answers]
    assert sorted(keys) == list(range(3, 23))


def test_two_people_who_move_the_same_card_end_in_one_order(agency: Troupe) -> None:
    tasks = fill(agency, 6)
    moves = [{"before_id": tasks[0]}, {"after_id": tasks[4]}, {"column_id": agency.column_ids[1]}] * 4
    answers = agency.house.together(
        *(agency.owner.asking("POST", f"/tasks/{tasks[2]}/move", body) for body in moves)
    )
    assert {each.status_code for each in answers} == {200}
    assert sorted(board(agency)) == sorted([agency.task_id, agency.other_task_id, *tasks])
