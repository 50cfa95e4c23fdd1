"""What a move to another project and a deleted column did is taken back as the log tells it."""

from typing import Any

import pytest

from tests.cast import Troupe, made
from tests.flashes import flashes
from tests.tasks.browsing import Browser

SETTINGS = "/projects/WEB"


@pytest.fixture
def owner(agency: Troupe) -> Browser:
    return Browser(agency, agency.owner)


def task(agency: Troupe, key: str) -> dict[str, Any]:
    found: dict[str, Any] = agency.owner.get(f"/tasks/{key}").json()
    return found


def columns(agency: Troupe) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = agency.owner.get(f"/projects/{agency.project_id}/columns").json()["data"]
    return found


def done(browser: Browser, path: str, **fields: Any) -> str:
    """Send a form and return the address that undoes it, within the space."""
    answer = browser.post(path, **fields)
    assert answer.status_code == 303, answer.text
    (flash,) = flashes(answer)
    return str(flash["undo"] or "").removeprefix("/nordlicht")


def without(record: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in ("updated_at", "version", *names)}


@pytest.fixture
def family(agency: Troupe) -> dict[str, Any]:
    """A task with a subtask, a label of its project and a place in the middle of its column."""
    agency.owner.post("/projects", {"name": "Shop", "shortcode": "SHOP", "client_id": agency.other_client_id})
    label = made(
        agency.owner.post("/labels", {"name": "Ours", "project_id": agency.project_id, "color": "red"})
    )
    body = {"project_id": agency.project_id, "column_id": agency.column_ids[2]}
    first, middle, last = (
        made(agency.owner.post("/tasks", {**body, "title": title})) for title in ("First", "Middle", "Last")
    )
    agency.owner.patch(f"/tasks/{middle['id']}", {"label_ids": [label["id"], agency.label_id]})
    part = made(
        agency.owner.post(
            "/tasks", {**body, "title": "Part", "parent_id": middle["id"], "column_id": agency.column_ids[3]}
        )
    )
    return {"first": first, "middle": middle, "last": last, "part": part, "label": label["id"]}


def test_a_task_comes_back_from_another_project_with_its_key_its_place_and_its_parts(
    agency: Troupe, owner: Browser, family: dict[str, Any]
) -> None:
    keys = (family["middle"]["key"], family["part"]["key"])
    before = [task(agency, key) for key in keys]
    undo = done(owner, f"/tasks/{keys[0]}/project", project="SHOP")
    assert undo.startswith("/tasks/SHOP-1/undo?events=")
    assert [task(agency, key)["key"] for key in keys] == ["SHOP-1", "SHOP-2"]
    assert [label["id"] for label in task(agency, keys[0])["labels"]] == [agency.label_id]
    answer = owner.post(undo)
    assert answer.headers["location"] == f"/nordlicht/tasks/{keys[0]}"
    assert flashes(answer)[0]["text"] == f"{keys[0]} is back where it was."
    assert [without(task(agency, key)) for key in keys] == [without(each) for each in before]
    assert task(agency, "SHOP-1")["key"] == keys[0]  # the key it had meanwhile leads on
    order = agency.owner.get(f"/tasks?column_id={agency.column_ids[2]}&sort=position").json()["data"]
    assert [each["title"] for each in order] == ["First", "Middle", "Last"]


def test_it_can_go_there_and_back_again_and_keeps_every_key(
    agency: Troupe, owner: Browser, family: dict[str, Any]
) -> None:
    key = family["middle"]["key"]
    for number in (1, 3):
        undo = done(owner, f"/tasks/{key}/project", project="SHOP")
        assert undo.startswith(f"/tasks/SHOP-{number}/undo?events=")
        assert owner.post(undo).status_code == 303
    assert {task(agency, each)["id"] for each in (key, "SHOP-1", "SHOP-3")} == {family["middle"]["id"]}


def test_what_others_moved_meanwhile_stays_where_they_put_it(
    agency: Troupe, owner: Browser, family: dict[str, Any]
) -> None:
    key = family["middle"]["key"]
    undo = done(owner, f"/tasks/{key}/project", project="SHOP")
    shop = task(agency, "SHOP-1")
    others = agency.owner.get(f"/projects/{shop['project_id']}/columns").json()["data"]
    assert agency.member.post("/tasks/SHOP-1/move", {"column_id": others[2]["id"]}).status_code == 200
    answer = owner.post(undo)
    assert answer.status_code == 422
    assert "nothing was taken back" in answer.text
    assert task(agency, "SHOP-1")["column"]["id"] == others[2]["id"]
    assert task(agency, "SHOP-2")["parent_id"] == family["middle"]["id"]  # what belongs to it stays with it


def test_one_that_was_moved_there_and_back_by_somebody_else_stays_too(
    agency: Troupe, owner: Browser, family: dict[str, Any]
) -> None:
    key = family["middle"]["key"]
    undo = done(owner, f"/tasks/{key}/set", column_id=agency.column_ids[0])
    for column in (agency.column_ids[1], agency.column_ids[0]):
        agency.member.post(f"/tasks/{key}/move", {"column_id": column})
    assert owner.post(undo).status_code == 422
    assert task(agency, key)["column"]["id"] == agency.column_ids[0]


def test_subtasks_that_came_meanwhile_go_back_with_their_task(
    agency: Troupe, owner: Browser, family: dict[str, Any]
) -> None:
    key = family["middle"]["key"]
    undo = done(owner, f"/tasks/{key}/project", project="SHOP")
    shop = task(agency, "SHOP-1")
    body = {"project_id": shop["project_id"], "title": "Since then", "parent_id": shop["id"]}
    since = made(agency.member.post("/tasks", body))
    assert owner.post(undo).status_code == 303
    here = task(agency, since["id"])
    assert (here["project_id"], here["parent_id"]) == (agency.project_id, shop["id"])


def test_a_task_that_repeats_has_its_rule_again_and_the_next_one_goes(agency: Troupe, owner: Browser) -> None:
    rule = {"rule": "FREQ=WEEKLY", "when": "completed"}
    agency.owner.patch("/tasks/WEB-1", {"due_date": "2026-11-26", "recurrence": rule})
    before = task(agency, "WEB-1")
    undo = done(owner, "/tasks/WEB-1/set", column_id=agency.column_ids[3])
    assert task(agency, "WEB-1")["recurrence"] is None
    assert task(agency, "WEB-3")["title"] == before["title"]
    assert owner.post(undo).status_code == 303
    assert without(task(agency, "WEB-1")) == without(before)
    assert agency.owner.get("/tasks/WEB-3").status_code == 404
    agency.owner.post("/tasks/WEB-3/restore", {})
    undo = done(owner, "/tasks/WEB-1/set", column_id=agency.column_ids[3])
    agency.member.patch("/tasks/WEB-4", {"title": "Begun already"})
    assert owner.post(undo).status_code == 303
    assert task(agency, "WEB-4")["title"] == "Begun already"  # somebody works on it


def test_nobody_takes_back_what_others_did_or_what_is_taken_back_already(
    agency: Troupe, owner: Browser, family: dict[str, Any]
) -> None:
    key = family["last"]["key"]
    undo = done(owner, f"/tasks/{key}/project", project="SHOP")
    member = Browser(agency, agency.member)
    assert "nothing was taken back" in member.post(undo).text
    assert task(agency, key)["key"] == "SHOP-1"
    assert owner.post(undo).status_code == 303
    again = owner.post(undo)
    assert again.status_code == 422
    assert "nothing was taken back" in again.text
    for events in ("", "1", "2-", "0-9", "x-y", "1-" + "9" * 40, "1-9999999999"):
        assert owner.post(f"/tasks/{key}/undo?events={events}").status_code == 422, events


def test_a_column_comes_back_as_it_was_with_the_tasks_that_stood_in_it(
    agency: Troupe, owner: Browser, family: dict[str, Any]
) -> None:
    column, last = agency.column_ids[2], agency.column_ids[3]
    agency.owner.patch(f"/columns/{column}", {"name": "Größtes", "wip_limit": 2, "color": "red"})
    before = columns(agency)
    stood = [task(agency, family[name]["key"]) for name in ("first", "middle", "last")]
    undo = done(owner, f"{SETTINGS}/columns/{column}/delete", move_to=last)
    assert len(columns(agency)) == len(before) - 1
    assert task(agency, family["first"]["key"])["completed_at"] is not None
    back = owner.post(undo)
    assert flashes(back)[0]["text"] == "Größtes is back."
    assert columns(agency) == before
    assert [without(task(agency, each["key"])) for each in stood] == [without(each) for each in stood]
    assert flashes(owner.post(undo))[0]["text"] == "This has been changed since; nothing was taken back."


def test_what_was_done_keeps_the_day_on_which_it_was(
    agency: Troupe, owner: Browser, family: dict[str, Any]
) -> None:
    body = {"name": "Shipped", "kind": "done", "color": "green"}
    shipped = made(agency.owner.post(f"/projects/{agency.project_id}/columns", body))["id"]
    agency.owner.post(f"/tasks/{family['first']['id']}/move", {"column_id": shipped})
    before = task(agency, family["first"]["key"])
    undo = done(owner, f"{SETTINGS}/columns/{shipped}/delete", move_to=agency.column_ids[0])
    assert task(agency, family["first"]["key"])["completed_at"] is None
    assert owner.post(undo).status_code == 303
    assert without(task(agency, family["first"]["key"])) == without(before)


def test_an_empty_column_comes_back_too_but_not_for_those_who_do_not_manage(
    agency: Troupe, owner: Browser
) -> None:
    column = made(agency.owner.post(f"/projects/{agency.project_id}/columns", {"name": "Spare"}))["id"]
    undo = done(owner, f"{SETTINGS}/columns/{column}/delete")
    assert Browser(agency, agency.member).post(undo).status_code in (303, 403)
    assert column not in {each["id"] for each in columns(agency)}
    assert owner.post(undo).status_code == 303
    assert columns(agency)[-1]["name"] == "Spare"


def test_a_column_chosen_in_the_panel_is_taken_back_to_its_place(
    agency: Troupe, owner: Browser, family: dict[str, Any]
) -> None:
    key = family["middle"]["key"]
    undo = done(owner, f"/tasks/{key}/set", column_id=agency.column_ids[0])
    assert task(agency, key)["column"]["id"] == agency.column_ids[0]
    assert owner.post(undo).headers["location"] == f"/nordlicht/tasks/{key}"
    order = agency.owner.get(f"/tasks?column_id={agency.column_ids[2]}&sort=position").json()["data"]
    assert [each["title"] for each in order] == ["First", "Middle", "Last"]
    assert flashes(owner.post(f"/tasks/{key}/set", priority="high")) == []


def test_strangers_are_told_nothing(agency: Troupe, rival: Troupe, owner: Browser) -> None:
    undo = done(owner, "/tasks/WEB-1/set", column_id=agency.column_ids[2])
    assert Browser(rival, rival.owner).post(undo).status_code == 404
    assert Browser(rival, rival.owner, "rival").post(undo).status_code == 404
