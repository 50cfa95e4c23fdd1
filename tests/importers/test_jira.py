import csv
import io
from typing import Any

import pytest

from kanwerk.core.problems import Problem
from tests.cast import Troupe
from tests.importers.sources import bring, counted, notes, project, tasks

COLUMNS = (
    *("Summary", "Issue key", "Issue id", "Issue Type", "Status", "Project key", "Project name", "Priority"),
    *("Assignee", "Assignee Id", "Reporter", "Reporter Id", "Created", "Due date", "Labels", "Labels"),
    *("Description", "Component/s", "Original estimate", "Watchers", "Watchers", "Attachment", "Sprint"),
    *("Inward issue link (Blocks)", "Outward issue link (Blocks)", "Outward issue link (Relates)"),
    *("Custom field (Story Points)", "Comment", "Comment", "Parent", "Parent key", "Status Category"),
)
FIRST: dict[str, Any] = {
    "Summary": "Log in",
    "Issue key": "SHOP-1",
    "Issue id": "10001",
    "Issue Type": "Story",
    "Status": "Selected for Development",
    "Status Category": "To Do",
    "Priority": "Highest",
    "Assignee": "Mia Berger",
    "Assignee Id": "5f1b",
    "Due date": "03/May/24 2:15 PM",
    "Labels": ["web", "login"],
    "Component/s": "Front end",
    "Original estimate": "7200",
    "Description": "h2. Why\n* one\n** two\n*Bold* and [a page|https://a.example/x]\n"
    "{code:java}\nint *a*;\n{code}",
    "Attachment": "03/May/24 2:15 PM;mia;plan.png;https://jira.example/secure/plan.png",
    "Outward issue link (Blocks)": "SHOP-2",
    "Custom field (Story Points)": "5",
    "Comment": [
        "02/May/24 9:00 AM;5f1b;Is _this_ it?",
        "2024-05-03 14:15;Jo Stranger;It is; I think.",
    ],
}
SECOND = {
    "Summary": "Log out",
    "Issue key": "SHOP-2",
    "Issue id": "10002",
    "Status": "Won't Do",
    "Status Category": "Done",
    "Priority": "Lowest",
    "Inward issue link (Blocks)": "SHOP-1",
    "Parent": "10001",
}
THIRD = {"Summary": "Stay in", "Issue key": "SHOP-3", "Issue id": "10003", "Status": "Code Review"}


def export(*issues: dict[str, Any], columns: tuple[str, ...] = COLUMNS) -> str:
    """Return the CSV: a column of several values stands there several times."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for issue in issues:
        left = {name: list(value) if isinstance(value, list) else [value] for name, value in issue.items()}
        left |= {"Project key": ["SHOP"], "Project name": ["Shop"]}
        writer.writerow([left[name].pop(0) if left.get(name) else "" for name in columns])
    return out.getvalue()


def test_issues_become_tasks_of_a_project_with_their_key(agency: Troupe) -> None:
    bring(agency, "jira", export(FIRST, SECOND, THIRD))
    made = project(agency, "jira:SHOP")
    assert (made["name"], made["shortcode"], made["external_origin"]) == ("Shop", "SHOP", "Jira")
    task = tasks(agency, "jira:SHOP")["Log in"]
    assert (task["external_id"], task["priority"], task["due_date"]) == (
        "jira:SHOP-1",
        "urgent",
        "2024-05-03",
    )
    assert (task["estimate_seconds"], task["assignees"][0]["first_name"]) == (7200, "Mia")
    assert {each["name"] for each in task["labels"]} == {"web", "login", "Front end"}
    assert "## Why\n- one\n   - two\n**Bold** and [a page](https://a.example/x)" in task["description"]
    assert "```java\nint *a*;\n```" in task["description"]
    assert task["description"].endswith("- [plan.png](https://jira.example/secure/plan.png)")


def test_statuses_become_columns_in_the_order_of_work(agency: Troupe) -> None:
    bring(agency, "jira", export(SECOND, THIRD, FIRST))
    columns = [(each["name"], each["kind"]) for each in project(agency, "jira:SHOP")["columns"]]
    assert columns == [
        ("Selected for Development", "unstarted"),
        ("Code Review", "started"),
        ("Won't Do", "cancelled"),
        ("Done", "done"),
    ]


def test_parents_and_links_hold_between_the_tasks(agency: Troupe) -> None:
    report = bring(agency, "jira", export(FIRST, SECOND, THIRD))
    found = tasks(agency, "jira:SHOP")
    assert found["Log out"]["parent_id"] == found["Log in"]["id"]
    (relation,) = found["Log out"]["relations"]
    assert (relation["kind"], relation["task"]["title"]) == ("blocked_by", "Log in")
    assert counted(report, "subtasks") == {"created": 1}
    assert counted(report, "relations") == {"created": 1, "unchanged": 1}  # it stands on both sides


def test_comments_are_those_of_the_people_behind_the_ids(agency: Troupe) -> None:
    bring(agency, "jira", export(FIRST))
    first, second = tasks(agency, "jira:SHOP")["Log in"]["comments"]
    assert (first["author"]["first_name"], first["body"]) == (
        "Mia",
        "*Mia Berger, 2024-05-02*\n\nIs _this_ it?",
    )
    assert second["body"] == "*Jo Stranger, 2024-05-03*\n\nIt is; I think."


def test_importing_the_same_again_leaves_no_event(agency: Troupe) -> None:
    bring(agency, "jira", export(FIRST, SECOND, THIRD))
    last = agency.owner.last
    report = bring(agency, "jira", export(FIRST, SECOND, THIRD))
    assert agency.owner.events(last) == []
    assert counted(report, "tasks") == {"unchanged": 3}
    assert counted(report, "relations") == {"unchanged": 2}
    bring(agency, "jira", export(THIRD, FIRST, SECOND))  # the lines are others, the issues the same
    assert agency.owner.events(last) == []


def test_a_dry_run_counts_the_same(agency: Troupe) -> None:
    dry = bring(agency, "jira", export(FIRST, SECOND, THIRD), dry=True)
    wet = bring(agency, "jira", export(FIRST, SECOND, THIRD))
    assert counted(dry, "tasks") == counted(wet, "tasks") == {"created": 3}
    assert counted(dry, "subtasks") == counted(wet, "subtasks")


def test_circles_are_reported_and_the_rest_comes_in(agency: Troupe) -> None:
    back = SECOND | {"Outward issue link (Blocks)": "SHOP-1"}
    mother = FIRST | {"Parent": "10002"}
    report = bring(agency, "jira", export(mother, back, THIRD))
    assert counted(report, "tasks") == {"created": 3}
    assert counted(report, "relations")["skipped"] == 1
    assert counted(report, "subtasks") == {"created": 1, "skipped": 1}
    told = notes(report)
    assert told["subtasks refused: A task cannot be a part of itself."] == 1
    assert told["relations refused: This would make a circle of tasks that block each other."] == 1


def test_what_cannot_be_read_is_told_with_its_line(agency: Troupe) -> None:
    odd = THIRD | {"Due date": "someday", "Priority": "Whenever", "Outward issue link (Relates)": "ELSE-9"}
    report = bring(agency, "jira", export(FIRST, odd))
    assert report.notes["dates that cannot be read: left out"].examples == ["line 9, SHOP-3: someday"]
    told = notes(report)
    assert told["priorities that have no like here: none was set"] == 1
    assert told["relations with tasks that are not in the file, nor here"] == 2
    assert told["values of fields that have no place here: left out"] == 2
    assert "Custom field (Story Points)" in report.text()


def test_a_shortcode_that_is_taken_leads_to_another(agency: Troupe) -> None:
    told = export(FIRST | {"Issue key": "WEB-1"}).replace(",SHOP,Shop,", ",WEB,Web,")
    report = bring(agency, "jira", told)
    assert project(agency, "jira:WEB")["shortcode"] != "WEB"
    assert notes(report)["shortcodes that are taken or cannot be here: another was made"] == 1


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("", "empty"),
        ("A,B\n1,2\n", "no column 'Issue key'"),
        (export(FIRST)[:-200], "in the middle of a cell"),
        ('{"a": 1}', "no CSV"),
    ],
)
def test_what_is_no_export_is_refused(agency: Troupe, told: str, why: str) -> None:
    last = agency.owner.last
    with pytest.raises(Problem, match=why):
        bring(agency, "jira", told)
    assert agency.owner.events(last) == []
