import json
from typing import Any

import pytest

from kanwerk.core.problems import Problem
from tests.cast import Troupe
from tests.importers.sources import bring, counted, notes, project, tasks

HEAD = (
    "Task ID,Created At,Completed At,Last Modified,Name,Section/Column,Assignee,Assignee Email,Start Date,"
    "Due Date,Tags,Notes,Projects,Parent task,Blocked By (Dependencies),Blocking (Dependencies),Budget\n"
)
ROWS = (
    '11,2024-01-01,,2024-01-02,"Plan, then draw",Ideas,Mia Berger,mia@nordlicht.example,'
    '2024-05-01,2024-05-03,"big,print",Some notes,Brochure,,,Print it,100\n'
    "12,2024-01-01,2024-02-01,2024-02-01,Print it,Doing,Somebody Else,se@else.example,,"
    '03.05.2024,,,Brochure,,"Plan, then draw",,\n'
    "13,2024-01-01,,2024-02-01,Choose paper,,,,,next week,,,,Print it,,,\n"
)
FILE: dict[str, Any] = {
    "data": [
        {
            "gid": "21",
            "name": "Plan",
            "notes": "Notes",
            "completed": False,
            "due_on": None,
            "due_at": "2024-05-03T22:30:00.000Z",
            "assignee": {"gid": "9", "name": "Mia Berger"},
            "memberships": [
                {"project": {"gid": "p1", "name": "Flyer"}, "section": {"gid": "s1", "name": "Next"}}
            ],
            "tags": [{"gid": "t1", "name": "print"}],
            "dependencies": [{"gid": "22"}],
            "custom_fields": [{"gid": "f", "name": "Budget", "display_value": "100"}],
            "subtasks": [{"gid": "23", "name": "Part", "completed": True, "memberships": []}],
        },
        {
            "gid": "22",
            "name": "Ask",
            "completed": True,
            "completed_at": "2024-01-01T00:00:00Z",
            "memberships": [{"project": {"gid": "p1", "name": "Flyer"}, "section": None}],
        },
        {"gid": "23", "name": "Part", "completed": True, "parent": {"gid": "21"}},
    ]
}


def test_rows_become_tasks_in_the_columns_of_their_sections(agency: Troupe) -> None:
    report = bring(agency, "asana", HEAD + ROWS)
    found = tasks(agency, "asana:Brochure")
    columns = [(each["name"], each["kind"]) for each in project(agency, "asana:Brochure")["columns"]]
    assert columns == [("Ideas", "backlog"), ("Doing", "started"), ("Done", "done")]
    plan = found["Plan, then draw"]
    assert (plan["start_date"], plan["due_date"], plan["description"]) == (
        "2024-05-01",
        "2024-05-03",
        "Some notes",
    )
    assert {each["name"] for each in plan["labels"]} == {"big", "print"}
    assert plan["assignees"][0]["first_name"] == "Mia"
    assert found["Print it"]["completed_at"] is not None
    assert found["Choose paper"]["parent_id"] == found["Print it"]["id"]
    assert {each["kind"] for each in plan["relations"]} == {"blocks"}
    assert report.notes["dates that cannot be read: left out"].examples == ["line 4: next week"]
    assert notes(report)["values of custom fields: left out"] == 1


@pytest.mark.parametrize("told", [HEAD + ROWS, json.dumps(FILE)], ids=["csv", "json"])
def test_importing_the_same_again_leaves_no_event(agency: Troupe, told: str) -> None:
    bring(agency, "asana", told)
    last = agency.owner.last
    report = bring(agency, "asana", told)
    assert agency.owner.events(last) == []
    assert counted(report, "tasks") == {"unchanged": 3}


def test_json_brings_subtasks_and_dependencies(agency: Troupe) -> None:
    bring(agency, "asana", FILE)
    found = tasks(agency, "asana:p1")
    assert found["Part"]["parent_id"] == found["Plan"]["id"]
    assert found["Plan"]["due_date"] == "2024-05-04"
    assert [(each["kind"], each["task"]["title"]) for each in found["Plan"]["relations"]] == [
        ("blocked_by", "Ask")
    ]
    assert found["Ask"]["completed_at"] is not None


def test_a_title_that_two_tasks_have_names_neither(agency: Troupe) -> None:
    twice = ROWS + "14,,,,Print it,Doing,,,,,,,Brochure,,,,\n"
    report = bring(agency, "asana", HEAD + twice)
    assert notes(report)["parents and dependencies whose title several tasks of the file has"] == 2
    assert tasks(agency, "asana:Brochure")["Choose paper"]["parent_id"] is None


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ('{"data": 5}', "not a project that Asana exported"),
        (json.dumps(FILE)[:200], "ends in the middle"),
        ("a,b\n1,2\n", "no column 'Task ID'"),
    ],
)
def test_what_is_no_export_is_refused(agency: Troupe, told: str, why: str) -> None:
    with pytest.raises(Problem, match=why):
        bring(agency, "asana", told)
