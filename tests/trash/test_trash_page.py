"""The trash: of every kind what somebody may bring back, and the way back, alone or several at once."""

import re
from typing import Any

import pytest

from tests.browsing import Visitor
from tests.cast import Person, Troupe, made
from tests.conftest import Hands

RESTORE = "/nordlicht/trash/restore"


def throw(person: Person, path: str, body: Any = None) -> dict[str, Any]:
    """Make something at a path and delete it."""
    thing = made(person.post(path, body))
    noun = path.rsplit("/", 1)[-1]
    assert person.delete(f"/{noun}/{thing['id']}").status_code == 204
    return thing


@pytest.fixture
def full(agency: Troupe) -> dict[str, dict[str, Any]]:
    """One of each kind in the trash."""
    project, task = agency.project_id, f"/tasks/{agency.task_id}"
    member, owner = agency.member, agency.owner
    return {
        "client": throw(owner, "/clients", {"name": "Thrown client"}),
        "business_field": throw(owner, "/business-fields", {"name": "Thrown field"}),
        "project": throw(owner, "/projects", {"name": "Thrown project"}),
        "label": throw(owner, "/labels", {"name": "Thrown label", "project_id": project}),
        "task": throw(owner, "/tasks", {"project_id": project, "title": "Thrown task"}),
        "todo": throw(owner, f"{task}/todos", {"title": "Thrown line"}),
        "comment": throw(member, f"{task}/comments", {"body": "Thrown words"}),
    }


TITLES = {
    "client": "Thrown client",
    "business_field": "Thrown field",
    "project": "Thrown project",
    "label": "Thrown label",
    "task": "Thrown task",
    "todo": "Thrown line",
    "comment": "Thrown words",
}


def shown(visitor: Visitor, **query: str) -> set[str]:
    page = visitor.read("/trash", **query)
    return {kind for kind, title in TITLES.items() if title in page}


def test_every_kind_is_there_with_who_threw_it_and_how_long_it_stays(
    agency: Troupe, full: dict[str, Any]
) -> None:
    visitor = Visitor(agency, agency.owner)
    assert shown(visitor) == set(full)
    page = visitor.read("/trash")
    assert "Deleted by Mia Berger" in page
    assert "Deleted by Ola Nordby" in page
    assert "30 days left" in page
    for kind in full:
        assert shown(visitor, kind=kind) == {kind}


def test_the_days_that_are_left_are_counted(agency: Troupe, hands: Hands) -> None:
    hands.move(days=-29, hours=-1)
    throw(agency.owner, "/clients", {"name": "Thrown client"})
    hands.move(days=29, hours=1)
    assert "1 day left" in Visitor(agency, agency.owner).read("/trash")


@pytest.mark.usefixtures("full")
def test_each_sees_what_they_may_bring_back(agency: Troupe, rival: Troupe) -> None:
    everything = set(TITLES)
    assert shown(Visitor(agency, agency.admin)) == everything
    assert shown(Visitor(agency, agency.member)) == everything - {"project"}  # it is the owner's to manage
    assert shown(Visitor(agency, agency.colleague)) == everything - {"project", "comment"}
    assert shown(Visitor(agency, agency.guest)) == set()
    assert shown(Visitor(agency, agency.tax_advisor)) == set()
    stranger = Visitor(rival, rival.owner, "rival")
    assert "Thrown" not in stranger.read("/trash")
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": "members"})
    assert shown(Visitor(agency, agency.colleague)) == {"client", "business_field"}


def test_guests_find_their_own_words(agency: Troupe) -> None:
    words = made(agency.guest.post(f"/tasks/{agency.task_id}/comments", {"body": "Thrown words"}))
    assert agency.guest.delete(f"/comments/{words['id']}").status_code == 204
    visitor = Visitor(agency, agency.guest)
    assert shown(visitor) == {"comment"}
    assert visitor.done(RESTORE, ("record", f"comment:{words['id']}"))[0] == "Thrown words is back."
    assert shown(visitor) == set()


def test_each_kind_comes_back(agency: Troupe, full: dict[str, Any]) -> None:
    visitor = Visitor(agency, agency.owner)
    for kind, thing in full.items():
        text, _ = visitor.done(f"{RESTORE}?only={kind}:{thing['id']}")
        assert text == f"{TITLES[kind]} is back."
    assert shown(visitor) == set()
    assert "The trash is empty" in visitor.read("/trash")


def test_several_come_back_at_once_what_others_are_in_first(agency: Troupe) -> None:
    project = made(agency.owner.post("/projects", {"name": "Harbour"}))
    task = made(agency.owner.post("/tasks", {"project_id": project["id"], "title": "Count the boats"}))
    agency.owner.delete(f"/tasks/{task['id']}")
    agency.owner.delete(f"/projects/{project['id']}")
    visitor = Visitor(agency, agency.owner)
    chosen = [("record", f"task:{task['id']}"), ("record", f"project:{project['id']}")]
    assert visitor.done(RESTORE, *chosen)[0] == "2 things are back."
    assert agency.owner.get(f"/tasks/{task['id']}").status_code == 200
    assert visitor.done(RESTORE, *chosen)[0] == "2 things are back."  # a second time changes nothing


def test_when_one_has_to_stay_none_comes_back_and_why_is_said(agency: Troupe, full: dict[str, Any]) -> None:
    label = full["label"]
    made(agency.owner.post("/labels", {"name": "Thrown label", "project_id": agency.project_id}))
    chosen = [("record", f"{kind}:{full[kind]['id']}") for kind in ("task", "label")]
    visitor = Visitor(agency, agency.owner)
    answer = visitor.post(RESTORE, *chosen)
    assert answer.status_code == 409
    assert "Thrown label" in answer.text
    assert {"task", "label"} <= shown(visitor)
    assert agency.owner.get(f"/tasks/{full['task']['id']}").status_code == 404
    assert agency.owner.get(f"/labels/{label['id']}").status_code == 404


def test_what_went_along_is_counted_and_not_listed(agency: Troupe) -> None:
    project = made(agency.owner.post("/projects", {"name": "Harbour"}))
    for number in range(3):
        made(agency.owner.post("/tasks", {"project_id": project["id"], "title": f"Boat {number}"}))
    assert agency.owner.delete(f"/projects/{project['id']}", dependants="trash").status_code == 204
    page = Visitor(agency, agency.owner).read("/trash")
    assert "with 3 tasks" in page
    assert "Boat 1" not in page


@pytest.mark.parametrize("record", ["", "task", "task:1", "invoice:x", "space:x", "task:x:y"])
def test_nonsense_is_refused(agency: Troupe, record: str) -> None:
    answer = Visitor(agency, agency.owner).post(RESTORE, *([("record", record)] if record else []))
    assert answer.status_code == 422


def test_nobody_restores_what_is_not_theirs(agency: Troupe, rival: Troupe, full: dict[str, Any]) -> None:
    project, words = f"project:{full['project']['id']}", f"comment:{full['comment']['id']}"
    assert Visitor(agency, agency.member).post(RESTORE, ("record", project)).status_code == 403
    assert Visitor(agency, agency.colleague).post(RESTORE, ("record", words)).status_code == 403
    assert Visitor(agency, agency.guest).post(RESTORE, ("record", project)).status_code == 403
    stranger = Visitor(rival, rival.owner, "rival")
    for kind, thing in full.items():
        answer = stranger.post("/rival/trash/restore", ("record", f"{kind}:{thing['id']}"))
        assert answer.status_code == 404, kind
    assert shown(Visitor(agency, agency.owner)) == set(full)


def test_the_list_goes_on(agency: Troupe) -> None:
    for number in range(60):
        throw(agency.owner, "/clients", {"name": f"Thrown {number:02}"})
    visitor = Visitor(agency, agency.owner)
    first = visitor.get("/trash").text
    further = re.search(r'href="/nordlicht(/trash\?before=[^"]+)"', first)
    assert further is not None
    second = visitor.get(further[1], part=True).text
    assert all((first + second).count(f'clamp">Thrown {number:02}<') == 1 for number in range(60))
    assert "<html" not in second
