import json
from datetime import UTC, datetime
from typing import Any

import pytest

from kanwerk.core.problems import Problem
from kanwerk.importers import trello
from kanwerk.importers.runner import Options
from tests.cast import Troupe
from tests.importers.sources import board, bring, counted, many_cards, notes, project, tasks, titles

OURS = "trello:b1"


def test_a_board_becomes_a_project_with_its_columns(agency: Troupe) -> None:
    report = bring(agency, "trello", board())
    made = project(agency, OURS)
    assert (made["name"], made["description"]) == ("Website Birke", "The **new** site.")
    assert made["external_origin"] == "Trello"
    columns = [(each["name"], each["kind"]) for each in made["columns"]]
    assert columns == [("To Do", "unstarted"), ("Doing", "started"), ("Fertig ✅", "done")]
    assert counted(report, "columns") == {"created": 3}


def test_cards_become_tasks_in_the_order_of_their_lists(agency: Troupe) -> None:
    bring(agency, "trello", board())
    found = tasks(agency, OURS)
    assert [title for title, task in found.items() if task["column"]["name"] == "To Do"] == [
        "Choose type",
        "Draw the header",
    ]
    header = found["Draw the header"]
    assert (header["external_id"], header["due_date"]) == ("trello:c1", "2024-05-04")  # in Berlin
    assert [each["first_name"] for each in header["assignees"]] == ["Mia"]
    assert {each["name"]: each["color"] for each in header["labels"]} == {"Design": "violet", "Cyan": "cyan"}
    assert (
        header["description"]
        == "With a *logo*.\n\n- [Brief \\[v2\\]](https://files.example/brief%282%29.pdf)"
    )
    assert [each["first_name"] for each in found["Choose type"]["assignees"]] == ["Ada"]  # by her address
    assert found["Go live"]["column"]["kind"] == "done"
    assert found["Go live"]["completed_at"] is not None


def test_checklists_become_todos_with_their_state(agency: Troupe) -> None:
    bring(agency, "trello", board())
    todos = tasks(agency, OURS)["Draw the header"]["todos"]
    told = [(each["title"], each["done"]) for each in todos]
    assert told == [("First: Sketch", False), ("First: Colours", True), ("Later: Print", False)]


def test_comments_are_their_authors_and_say_when_they_were_made(agency: Troupe) -> None:
    report = bring(agency, "trello", board())
    first, second = tasks(agency, OURS)["Draw the header"]["comments"]
    assert first["author"]["first_name"] == "Mia"
    assert first["body"] == "*Mia Berger, 2024-05-02*\n\nWhich **logo**?"  # past midnight in Berlin
    assert second["author"]["first_name"] == "Trello"
    assert second["body"] == "*Jo Stranger, 2024-05-02*\n\nNot mine."
    by = [event["actor"]["name"] for event in agency.owner.events() if event["type"] == "comment.created"]
    assert by == ["Mia Berger", "Trello"]
    assert any(sentence.startswith("comments by people") for sentence in report.notes)


def test_a_comment_of_today_by_somebody_known_stands_alone(agency: Troupe) -> None:
    told = board()
    told["actions"][2]["date"] = datetime.now(UTC).isoformat()
    bring(agency, "trello", told)
    assert "Which **logo**?" in [each["body"] for each in tasks(agency, OURS)["Draw the header"]["comments"]]
    last = agency.owner.last
    told["cards"][0]["desc"] = "Changed."
    report = bring(agency, "trello", told)
    assert [event["type"] for event in agency.owner.events(last)] == ["task.updated"]
    assert counted(report, "comments") == {"unchanged": 2}


def test_what_has_no_place_is_told(agency: Troupe) -> None:
    told = notes(bring(agency, "trello", board()))
    assert told["values of custom fields: left out"] == 1
    assert told["attachments kept as links, nothing was fetched"] == 1
    assert told["attachments without a web address: left out"] == 1
    assert told["cards archived there, they or their list: left out"] == 2
    assert told["labels without a name: called by their colour"] == 1
    assert told["assignments to people who are no users of this space"] == 1


def test_importing_the_same_again_leaves_no_event(agency: Troupe) -> None:
    bring(agency, "trello", board())
    last = agency.owner.last
    report = bring(agency, "trello", board())
    assert agency.owner.events(last) == []
    for noun in ("projects", "columns", "labels", "tasks", "todos", "comments"):
        assert list(counted(report, noun)) == ["unchanged"], noun


def test_a_changed_card_changes_its_task_and_no_other(agency: Troupe) -> None:
    bring(agency, "trello", board())
    other = tasks(agency, OURS)["Choose type"]
    agency.owner.patch(f"/tasks/{other['id']}", {"title": "Choose the type"})
    last = agency.owner.last
    told = board()
    told["cards"][0] |= {"name": "Draw a header", "idList": "l2"}
    told["checklists"][0]["checkItems"][0]["state"] = "complete"
    report = bring(agency, "trello", told)
    kinds = [event["type"] for event in agency.owner.events(last)]
    assert sorted(kinds) == ["task.moved", "task.updated", "todo.completed"]
    assert counted(report, "tasks") == {"changed": 1, "unchanged": 2}
    assert "Choose the type" in tasks(agency, OURS)


def test_a_renamed_list_and_label_are_renamed_here(agency: Troupe) -> None:
    bring(agency, "trello", board())
    last = agency.owner.last
    told = board()
    told["lists"][0]["name"] = "At work"
    told["labels"][0]["name"] = "Drawing"
    bring(agency, "trello", told)
    kinds = {event["type"] for event in agency.owner.events(last)}
    assert kinds == {"column.updated", "label.updated"}


def test_a_dry_run_keeps_nothing_and_counts_the_same(agency: Troupe) -> None:
    last = agency.owner.last
    dry = bring(agency, "trello", board(), dry=True)
    assert agency.owner.events(last) == []
    assert agency.owner.get("/projects", external_id=OURS).json()["data"] == []
    wet = bring(agency, "trello", board())
    assert (dry.counts, dry.notes) == (wet.counts, wet.notes)
    assert "nothing was kept" in dry.text()


def test_what_was_thrown_away_here_stays_away(agency: Troupe) -> None:
    bring(agency, "trello", board())
    found = tasks(agency, OURS)
    agency.owner.delete(f"/tasks/{found['Choose type']['id']}")
    header = found["Draw the header"]
    agency.owner.delete(f"/todos/{header['todos'][0]['id']}")
    agency.owner.delete(f"/comments/{header['comments'][0]['id']}")
    last = agency.owner.last
    told = board()
    told["cards"][0]["desc"] = told["cards"][1]["desc"] = "Changed."
    report = bring(agency, "trello", told)
    assert [event["type"] for event in agency.owner.events(last)] == ["task.updated"]
    assert counted(report, "tasks")["left in the trash"] == 1
    assert counted(report, "todos")["left in the trash"] == 1
    assert counted(report, "comments")["left in the trash"] == 1


def test_a_project_in_the_trash_or_archived_is_left_alone(agency: Troupe) -> None:
    bring(agency, "trello", board())
    project_id = project(agency, OURS)["id"]
    agency.owner.post(f"/projects/{project_id}/archive")
    last = agency.owner.last
    report = bring(agency, "trello", board(name="Another"))
    assert counted(report, "projects") == {"skipped": 1}
    assert notes(report)["projects that are archived here: unarchive them to go on"] == 1
    agency.owner.post(f"/projects/{project_id}/unarchive")
    agency.owner.delete(f"/projects/{project_id}", dependants="trash")
    last = agency.owner.last
    assert counted(bring(agency, "trello", board()), "projects") == {"left in the trash": 1}
    assert agency.owner.events(last) == []


def test_a_column_deleted_here_is_not_made_again(agency: Troupe) -> None:
    bring(agency, "trello", board())
    first, second, _ = project(agency, OURS)["columns"]
    agency.owner.delete(f"/columns/{second['id']}", move_tasks_to=first["id"])
    bring(agency, "trello", board())
    assert [each["name"] for each in project(agency, OURS)["columns"]] == ["To Do", "Fertig ✅"]


def test_archived_cards_come_as_completed_tasks_if_so_wished(agency: Troupe) -> None:
    bring(agency, "trello", board(), archived=True)
    found = tasks(agency, OURS)
    assert {found[name]["column"]["kind"] for name in ("Put away", "In an old list")} == {"done"}


def test_a_board_without_a_list_that_completes_gets_one(agency: Troupe) -> None:
    told = board(lists=[{"id": "l1", "name": "Notes", "pos": 1}, {"id": "l2", "name": "Extras", "pos": 2}])
    report = bring(agency, "trello", told)
    kinds = [(each["name"], each["kind"]) for each in project(agency, OURS)["columns"]]
    assert kinds == [("Notes", "unstarted"), ("Extras", "started"), ("Done", "done")]
    assert notes(report)["columns whose names say no kind"] == 2


def test_a_label_of_the_space_with_the_same_name_is_taken(agency: Troupe) -> None:
    told = board()
    told["cards"][0]["idLabels"] = ["e3"]
    bring(agency, "trello", told)
    assert [each["id"] for each in tasks(agency, OURS)["Draw the header"]["labels"]] == [agency.label_id]


def test_what_is_too_long_is_cut_and_told(agency: Troupe) -> None:
    told = board()
    told["cards"][1] |= {"name": "Long " * 200, "desc": "x\x07y " * 40_000}
    told["cards"][2] |= {"name": " \u200b\x00 "}
    report = bring(agency, "trello", told)
    found = tasks(agency, OURS)
    long = next(task for title, task in found.items() if title.startswith("Long"))
    assert len(long["title"]) <= 500
    assert long["description"].startswith("Long " * 150)
    assert 65_000 < len(long["description"]) <= 65_536
    assert "Untitled" in found
    assert notes(report)["texts over 65,536 characters: cut"] == 1
    assert notes(report)["tasks without a title"] == 1


def test_a_card_that_stands_twice_counts_once(agency: Troupe) -> None:
    told = board()
    told["cards"].append(told["cards"][1] | {"name": "Again"})
    report = bring(agency, "trello", told)
    assert "Again" not in tasks(agency, OURS)
    assert notes(report)["tasks that stand in the file twice: the first counts"] == 1


def test_a_thousand_actions_may_lack_older_comments(agency: Troupe) -> None:
    told = board(actions=[{"id": f"x{i}", "type": "updateCard", "data": {}} for i in range(1000)])
    assert any("1,000 actions" in sentence for sentence in bring(agency, "trello", told).notes)


def test_a_card_that_is_refused_does_not_stop_the_others(agency: Troupe) -> None:
    told = many_cards(20)
    told["labels"] = [{"id": f"e{i}", "name": f"Label {i}", "color": "red"} for i in range(60)]
    told["cards"][7]["idLabels"] = [f"e{i}" for i in range(60)]
    report = bring(agency, "trello", told)
    assert counted(report, "tasks") == {"created": 19, "skipped": 1}
    assert notes(report)["tasks refused: At most 50 entries are allowed."] == 1
    assert counted(bring(agency, "trello", told), "tasks") == {"unchanged": 19, "skipped": 1}


def test_an_import_that_was_killed_goes_on_when_it_is_run_again(agency: Troupe) -> None:
    told = json.dumps(many_cards(250)).encode()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trello.run(agency.house.database, "nordlicht", told, Options(), killed)
    assert len(titles(agency, OURS)) == 100
    report = bring(agency, "trello", told)
    assert counted(report, "tasks") == {"created": 150, "unchanged": 100}
    assert titles(agency, OURS) == [f"Card {i}" for i in range(250)]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (json.dumps(board()).encode()[:900], "ends in the middle"),
        (b"Name,Status\nA,B\n", "cannot be read as JSON"),
        (b'{"id": "1", "name": "x"}', "lists"),
        (b'{"data": []}', "not a board"),
        (b"[" * 100_000, "not a board"),
        (b'{"id": "1", "name": 5, "lists": [], "cards": []}', "not a board"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_what_is_no_board_is_refused_in_a_sentence(agency: Troupe, told: bytes, why: str) -> None:
    last = agency.owner.last
    with pytest.raises(Problem, match=why):
        bring(agency, "trello", told)
    assert agency.owner.events(last) == []


def test_a_space_that_is_not_there_is_said(agency: Troupe) -> None:
    with pytest.raises(Problem, match="no space 'nowhere'"):
        trello.run(agency.house.database, "nowhere", b"{}", Options())


def test_the_rival_sees_nothing_of_it(agency: Troupe, rival: Troupe) -> None:
    bring(agency, "trello", board())
    assert rival.owner.get("/projects", external_id=OURS).json()["data"] == []


def test_somebody_who_comes_later_is_found_by_the_next_import(agency: Troupe) -> None:
    bring(agency, "trello", board())
    names: Any = {"first_name": "Jo", "last_name": "Stranger", "email": "jo@else.example", "role": "member"}
    assert agency.owner.post("/users", names).status_code == 201
    bring(agency, "trello", board())
    people = [each["first_name"] for each in tasks(agency, OURS)["Draw the header"]["assignees"]]
    assert sorted(people) == ["Jo", "Mia"]
