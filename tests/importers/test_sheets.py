from typing import Any

import pytest

from kanwerk.core.problems import Problem
from tests.cast import Troupe
from tests.importers.sources import bring, counted, notes

CLIENTS = (
    "Kunde;Kundennummer;Kürzel;Segment;Ansprechpartner\nÄpfel AG;K1;ÄPF;a;mia@nordlicht.example\nBirnen;;;;\n"
)
PROJECTS = (
    "Name,Client,Shortcode,Status,Business field,Start,Due,Lead,Notes\n"
    "New site,AST,NEW,Aktiv,Web,2024-05-01,2024-06-01,mia@nordlicht.example,What *we* do\n"
    "Folder,crm-1,,planned,web,,,,\n"
    "Lost,Nobody,,,,,,,\n"
    "Odd,,,,,sometime,,,\n"
)
TASKS = (
    "Title,Project,Status,Assignees,Labels,Priority,Due,Parent,Done,ID\n"
    "Draw,WEB,In Progress,mia@nordlicht.example; max@nordlicht.example,Bug;New,high,3.5.2024,,,T1\n"
    "Colour,Website,Nowhere,,,,,T1,,T2\n"
    "Colour,web,,,,,,,yes,\n"
    "Colour,web,,,,,,,no,\n"
    ",WEB,,,,,,,,\n"
    "Late,WEB,,,,Sometime,,,,\n"
    "Lost,ELSE,,,,,,,,\n"
)


def of(agency: Troupe, path: str, **asked: Any) -> dict[str, dict[str, Any]]:
    found = agency.owner.everything(path, **asked)
    full = [agency.owner.get(f"{path}/{each['id']}").json() for each in found]
    return {each.get("title", each.get("name")): each for each in full}


def test_clients_come_in_by_guessed_columns(agency: Troupe) -> None:
    report = bring(agency, "csv", CLIENTS.encode("cp1252"), kind="clients")
    found = of(agency, "/clients")
    apples = found["Äpfel AG"]
    assert (apples["external_id"], apples["shortcode"], apples["segment"]) == ("K1", "ÄPF", "A")
    assert apples["external_origin"] == "CSV"
    assert apples["primary_contact"] is None  # an address may be anybody's
    assert found["Birnen"]["external_id"].startswith("csv:")
    assert counted(report, "clients") == {"created": 2}


@pytest.mark.parametrize(("kind", "told"), [("clients", CLIENTS), ("projects", PROJECTS), ("tasks", TASKS)])
def test_importing_the_same_again_leaves_no_event(agency: Troupe, kind: str, told: str) -> None:
    bring(agency, "csv", told, kind=kind)
    last = agency.owner.last
    report = bring(agency, "csv", told, kind=kind)
    assert agency.owner.events(last) == []
    assert not {"created", "changed"} & counted(report, kind).keys()


@pytest.mark.parametrize(("kind", "told"), [("clients", CLIENTS), ("projects", PROJECTS), ("tasks", TASKS)])
def test_a_dry_run_keeps_nothing_and_counts_the_same(agency: Troupe, kind: str, told: str) -> None:
    last = agency.owner.last
    dry = bring(agency, "csv", told, kind=kind, dry=True)
    assert agency.owner.events(last) == []
    assert counted(bring(agency, "csv", told, kind=kind), kind) == counted(dry, kind)


def test_what_was_thrown_away_here_stays_away(agency: Troupe) -> None:
    bring(agency, "csv", CLIENTS, kind="clients")
    agency.owner.delete(f"/clients/{of(agency, '/clients')['Birnen']['id']}")
    agency.owner.post(f"/clients/{of(agency, '/clients')['Äpfel AG']['id']}/archive")
    last = agency.owner.last
    report = bring(agency, "csv", CLIENTS.replace("ÄPF;a", "ÄPF;c"), kind="clients")
    assert agency.owner.events(last) == []
    assert counted(report, "clients") == {"left in the trash": 1, "skipped": 1}


def test_projects_come_in_and_faults_are_told_by_their_line(agency: Troupe) -> None:
    report = bring(agency, "csv", PROJECTS, kind="projects")
    found = of(agency, "/projects")
    site = found["New site"]
    assert (site["shortcode"], site["status"], site["start_date"]) == ("NEW", "active", "2024-05-01")
    assert (site["client"]["name"], site["lead"]["first_name"]) == ("Aster Media", "Mia")
    assert site["business_field"]["name"] == "Web"
    assert found["Folder"]["business_field"] == site["business_field"]
    assert counted(report, "projects") == {"created": 2, "skipped": 2}
    assert report.notes["projects refused: There is no client 'Nobody'."].examples == ["line 4: Lost"]
    assert report.notes["projects refused: 'sometime' is no day that can be read for certain."].count == 1


def test_tasks_go_to_the_projects_that_rows_name(agency: Troupe) -> None:
    report = bring(agency, "csv", TASKS, kind="tasks")
    found = of(agency, "/tasks", project_id=agency.project_id)
    draw = found["Draw"]
    assert (draw["external_id"], draw["priority"], draw["due_date"]) == ("T1", "high", "2024-05-03")
    assert draw["column"]["name"] == "In progress"
    assert {each["first_name"] for each in draw["assignees"]} == {"Mia", "Max"}
    assert {each["name"] for each in draw["labels"]} == {"Bug", "New"}
    assert counted(report, "tasks") == {"created": 4, "skipped": 3}
    assert report.notes["tasks refused: There is no title."].examples == ["line 6"]
    assert report.notes["tasks refused: There is no project 'ELSE'."].examples == ["line 8"]
    assert notes(report)["columns that the project does not have: its first open one"] == 1
    same = [each for each in agency.owner.everything("/tasks") if each["title"] == "Colour"]
    assert len(same) == 3
    assert [each["parent_id"] for each in same if each["external_id"] == "T2"] == [draw["id"]]
    assert sum(each["completed_at"] is not None for each in same) == 1


def test_only_what_the_file_speaks_of_is_changed(agency: Troupe) -> None:
    bring(agency, "csv", TASKS, kind="tasks")
    bring(agency, "csv", "Title,ID\nDraw it,T1\n", kind="tasks", project="web")
    draw = of(agency, "/tasks", project_id=agency.project_id)["Draw it"]
    assert (draw["priority"], draw["due_date"], draw["column"]["name"]) == (
        "high",
        "2024-05-03",
        "In progress",
    )
    assert len(draw["assignees"]) == 2


def test_a_mapping_says_what_columns_hold(agency: Troupe) -> None:
    told = "What,Who,Priority,Due,Ref\nDraw,Mia Berger,high,2024-05-03,9\n"
    report = bring(
        agency,
        "csv",
        told,
        kind="tasks",
        project="WEB",
        mapping={"what": "title", "Who": "assignees", "Due": ""},
    )
    draw = of(agency, "/tasks", project_id=agency.project_id)["Draw"]
    assert draw["assignees"][0]["first_name"] == "Mia"
    assert (draw["priority"], draw["due_date"]) == ("high", None)  # the rest is guessed, what is "" is not
    assert report.notes["columns that are not read"].examples == ["Due", "Ref"]


@pytest.mark.parametrize(
    ("told", "options", "why"),
    [
        ("A,B\n1,2\n", {"kind": "clients"}, "No column is the name"),
        ("Title\nX\n", {"kind": "tasks"}, "no project"),
        ("Title\nX\n", {"kind": "tasks", "project": "NOPE"}, "no project 'NOPE'|a fault"),
        ("Title\nX\n", {"kind": "tasks", "mapping": {"Nope": "title"}}, "no column 'Nope'"),
        ("Title\nX\n", {"kind": "tasks", "mapping": {"Title": "nope"}}, "nothing that tasks have"),
        ("", {"kind": "tasks"}, "empty"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(agency: Troupe, told: str, options: Any, why: str) -> None:
    last = agency.owner.last
    with pytest.raises(Problem, match=why):
        bring(agency, "csv", told, **options)
    assert agency.owner.events(last) == []


def test_our_own_export_of_clients_comes_back_unchanged(agency: Troupe) -> None:
    told = "Name,External ID,Shortcode,Segment\n'=Sum,F1,,B\n"
    bring(agency, "csv", told, kind="clients")
    assert "=Sum" in of(agency, "/clients")
