"""What other systems export, small, and what came of it here."""

import copy
import json
from typing import Any

from kanwerk.importers import asana, jira, kanbert, sheets, trello
from kanwerk.importers.report import Report
from kanwerk.importers.runner import Options
from tests.cast import Troupe

RUNS: dict[str, Any] = {
    "trello": trello.run,
    "jira": jira.run,
    "asana": asana.run,
    "csv": sheets.run,
    "kanbert": kanbert.run,
}

BOARD: dict[str, Any] = {
    "id": "b1",
    "name": "Website Birke",
    "desc": "The **new** site.",
    "closed": False,
    "lists": [
        {"id": "l2", "name": "Doing", "closed": False, "pos": 2},
        {"id": "l1", "name": "To Do", "closed": False, "pos": 1},
        {"id": "l3", "name": "Fertig ✅", "closed": False, "pos": 3},
        {"id": "l4", "name": "Old", "closed": True, "pos": 4},
    ],
    "labels": [
        {"id": "e1", "idBoard": "b1", "name": "Design", "color": "purple_dark"},
        {"id": "e2", "idBoard": "b1", "name": "", "color": "sky"},
        {"id": "e3", "idBoard": "b1", "name": "bug", "color": "red"},
    ],
    "members": [
        {"id": "m1", "fullName": "Mia Berger", "username": "miab"},
        {"id": "m2", "fullName": "Jo Stranger", "username": "jo"},
        {"id": "m3", "fullName": "A. L.", "username": "ada"},
    ],
    "cards": [
        {
            "id": "c1",
            "name": "Draw the header",
            "desc": "With a *logo*.",
            "closed": False,
            "idList": "l1",
            "pos": 20,
            "due": "2024-05-03T22:30:00.000Z",
            "start": None,
            "dueComplete": False,
            "idMembers": ["m1", "m2"],
            "idLabels": ["e1", "e2"],
            "attachments": [
                {"id": "a1", "name": "Brief [v2]", "url": "https://files.example/brief(2).pdf", "bytes": 1},
                {"id": "a2", "name": "x", "url": "javascript:alert(1)"},
            ],
            "customFieldItems": [{"id": "f1", "idCustomField": "cf1", "value": {"number": "3"}}],
        },
        {"id": "c2", "name": "Choose type", "desc": "", "idList": "l1", "pos": 10, "idMembers": ["m3"]},
        {"id": "c3", "name": "Go live", "desc": "", "idList": "l2", "pos": 1, "dueComplete": True},
        {"id": "c4", "name": "Put away", "desc": "", "idList": "l1", "pos": 30, "closed": True},
        {"id": "c5", "name": "In an old list", "desc": "", "idList": "l4", "pos": 1},
    ],
    "checklists": [
        {
            "id": "k2",
            "idCard": "c1",
            "name": "Later",
            "pos": 2,
            "checkItems": [{"id": "i3", "name": "Print", "state": "incomplete", "pos": 1}],
        },
        {
            "id": "k1",
            "idCard": "c1",
            "name": "First",
            "pos": 1,
            "checkItems": [
                {"id": "i2", "name": "Colours", "state": "complete", "pos": 2},
                {"id": "i1", "name": "Sketch", "state": "incomplete", "pos": 1},
            ],
        },
    ],
    "customFields": [{"id": "cf1", "name": "Points", "type": "number"}],
    "actions": [
        {
            "id": "s2",
            "type": "commentCard",
            "date": "2024-05-02T08:00:00.000Z",
            "data": {"card": {"id": "c1", "name": "Draw the header"}, "text": "Not mine."},
            "memberCreator": {"id": "m2", "fullName": "Jo Stranger", "username": "jo"},
        },
        {"id": "s9", "type": "updateCard", "date": "2024-05-02T08:00:00.000Z", "data": {"old": {"pos": 1}}},
        {
            "id": "s1",
            "type": "commentCard",
            "date": "2024-05-01T23:30:00.000Z",
            "data": {"card": {"id": "c1"}, "text": "Which **logo**?"},
            "memberCreator": {"id": "m1", "fullName": "Mia Berger", "username": "miab"},
        },
    ],
    "pluginData": [{"id": "p1", "value": "{}"}],
}


def board(**changed: Any) -> dict[str, Any]:
    """Return Trello's board, with members of its own."""
    return copy.deepcopy(BOARD) | changed


def many_cards(count: int, begins: str = "n") -> dict[str, Any]:
    """Return a board of cards that are nothing but a title; ``begins``: how their ids do."""
    cards = [{"id": f"{begins}{i}", "name": f"Card {i}", "idList": "l1", "pos": i} for i in range(count)]
    return board(cards=cards, checklists=[], actions=[])


def bring(agency: Troupe, source: str, told: Any, **options: Any) -> Report:
    """Import what a source told into the agency's space."""
    raw = json.dumps(told).encode() if isinstance(told, dict) else told
    raw = raw.encode() if isinstance(raw, str) else raw
    return RUNS[source](agency.house.database, "nordlicht", raw, Options(**options))


def project(agency: Troupe, external_id: str) -> dict[str, Any]:
    """Return a project with its columns and labels."""
    (found,) = agency.owner.get("/projects", external_id=external_id).json()["data"]
    return agency.owner.get(f"/projects/{found['id']}", include="columns,labels").json()


def tasks(agency: Troupe, external_id: str) -> dict[str, dict[str, Any]]:
    """Return the tasks of a project by their titles, in the order of the board, full."""
    found = agency.owner.everything("/tasks", project_id=project(agency, external_id)["id"], sort="position")
    full = [
        agency.owner.get(f"/tasks/{each['id']}", include="todos,comments,relations").json() for each in found
    ]
    return {each["title"]: each for each in full}


def titles(agency: Troupe, external_id: str) -> list[str]:
    """Return the titles of a project's tasks in the order of the board."""
    asked = {"project_id": project(agency, external_id)["id"], "sort": "position"}
    return [each["title"] for each in agency.owner.everything("/tasks", **asked)]


def notes(report: Report) -> dict[str, int]:
    """Return how often each note was made."""
    return {sentence: note.count for sentence, note in report.notes.items()}


def counted(report: Report, noun: str) -> dict[str, int]:
    """Return what became of the records of a noun."""
    return report.counts.get(noun, {})
