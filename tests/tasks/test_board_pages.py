import json
import re
from urllib.parse import unquote

import pytest

from tests.cast import Person, Troupe, made
from tests.core.test_statements import counted
from tests.flashes import flashes
from tests.visitor import Visitor


def add(person: Person, agency: Troupe, title: str, column: int = 0, **members: object) -> str:
    body = {
        "project_id": agency.project_id,
        "title": title,
        "column_id": agency.column_ids[column],
        **members,
    }
    return str(made(person.ask("POST", "/tasks", body))["id"])


def order(agency: Troupe, column: int) -> list[str]:
    found = agency.owner.everything("/tasks", column_id=agency.column_ids[column], sort="position")
    return [task["id"] for task in found]


def test_a_board_shows_columns_with_their_cards(agency: Troupe, visitor: Visitor, code: str) -> None:
    add(agency.owner, agency, "Draw the plan", 1, due_date="2026-03-01", priority="urgent")
    page = visitor.get(f"/projects/{code}/board")
    assert page.status_code == 200
    for column in agency.owner.get(f"/projects/{agency.project_id}", include="columns").json()["columns"]:
        assert column["name"] in page.text
    assert "Draw the plan" in page.text
    assert "due--late" in page.text


def test_a_board_costs_the_same_statements_however_much_is_on_it(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    costs = []
    for number in range(2):
        for each in range(number * 20 + 4):
            add(agency.owner, agency, f"Task {number} {each}", each % 4)
        with counted(agency.house) as statements:
            assert visitor.get(f"/projects/{code}/board").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]
    # The side bar and the saved views among them, and a page with its people and labels for each column.
    assert costs[0] <= 11 + 3 * 4


def test_more_cards_come_by_scrolling(agency: Troupe, visitor: Visitor, code: str) -> None:
    items = [
        {"project_id": agency.project_id, "title": f"Card {n}", "column_id": agency.column_ids[0]}
        for n in range(70)
    ]
    assert agency.owner.post("/tasks/bulk", {"items": items}).status_code == 200
    page = visitor.get(f"/projects/{code}/board")
    seen = re.findall(r'id="card-([^"]+)"', page.text)
    more = re.search(r'hx-get="([^"]+)"[^>]*hx-target="closest li"', page.text)
    while more:
        part = visitor.get(more[1].replace("&amp;", "&").removeprefix("/nordlicht"), part=True)
        assert "<html" not in part.text
        seen += re.findall(r'id="card-([^"]+)"', part.text)
        more = re.search(r'hx-get="([^"]+)"', part.text)
    everything = agency.owner.everything("/tasks", project_id=agency.project_id)
    assert sorted(seen) == sorted(task["id"] for task in everything)


def test_filters_stand_in_the_address_and_nonsense_in_it_is_passed_over(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    add(agency.owner, agency, "Mine", 0, assignee_ids=[agency.owner.id])
    add(agency.owner, agency, "Somebody else's", 0)
    page = visitor.get(f"/projects/{code}/board", assignee="me")
    assert "Mine" in page.text
    assert "Somebody else" not in page.text
    odd = {"assignee": "x", "label": "1", "due": "never", "priority": "huge", "group": "z"}
    assert "Somebody else" in visitor.get(f"/projects/{code}/board", **odd).text


def test_a_card_is_moved_and_moved_back(agency: Troupe, visitor: Visitor, code: str) -> None:
    first, second = (add(agency.owner, agency, title, 1) for title in ("First", "Second"))
    other = add(agency.owner, agency, "Other", 2)
    before = [order(agency, column) for column in range(4)]
    move = {"m": f"{first} {agency.column_ids[2]} before:{other}"}
    answer = visitor.post(f"/projects/{code}/board/move", move)
    assert answer.status_code == 303
    assert order(agency, 2)[-2:] == [first, other]
    [told] = flashes(answer)
    assert told["text"].startswith("Moved ")
    assert visitor.post(told["undo"].removeprefix("/nordlicht")).status_code == 303
    assert [order(agency, column) for column in range(4)] == before
    assert order(agency, 1)[-1] == second


def test_several_cards_keep_their_order(agency: Troupe, visitor: Visitor, code: str) -> None:
    cards = [add(agency.owner, agency, f"Card {n}", 0) for n in range(3)]
    before = order(agency, 0)
    column = agency.column_ids[3]
    moves = [f"{cards[0]} {column} end", f"{cards[1]} {column} after:{cards[0]}"]
    answer = visitor.post(f"/projects/{code}/board/move", {"m": moves})
    assert order(agency, 3)[-2:] == cards[:2]
    [told] = flashes(answer)
    visitor.post(told["undo"].removeprefix("/nordlicht"))
    assert order(agency, 0) == before


def test_a_full_column_is_asked_about_and_can_be_forced(agency: Troupe, visitor: Visitor, code: str) -> None:
    column = agency.column_ids[2]
    for number in range(2):
        add(agency.owner, agency, f"Doing {number}", 2)
    count = len(order(agency, 2))
    assert agency.owner.ask("PATCH", f"/columns/{column}", {"wip_limit": count}).status_code == 200
    card = add(agency.owner, agency, "One more", 1)
    fields = {"m": f"{card} {column} end"}
    refused = visitor.post(f"/projects/{code}/board/move", fields, part=True)
    assert refused.status_code == 409
    assert json.loads(unquote(refused.headers["kanwerk-problem"]))["code"] == "wip_limit"
    assert card not in order(agency, 2)
    assert (
        visitor.post(f"/projects/{code}/board/move", fields | {"force": "true"}, part=True).status_code == 303
    )
    assert order(agency, 2)[-1] == card


@pytest.mark.parametrize("move", ["", "x", "a b c", "{card} {column}", "{card} {column} before:x"])
def test_a_move_that_says_nothing_sensible_is_refused(
    agency: Troupe, visitor: Visitor, code: str, move: str
) -> None:
    told = move.format(card=agency.task_id, column=agency.column_ids[0])
    answer = visitor.post(f"/projects/{code}/board/move", {"m": told}, part=True)
    assert answer.status_code in (404, 422)


def test_a_card_is_added_at_the_end_of_its_column(agency: Troupe, visitor: Visitor, code: str) -> None:
    fields = {"title": "From the board", "column_id": agency.column_ids[1]}
    answer = visitor.post(f"/projects/{code}/board/add", fields, part=True)
    assert answer.status_code == 303
    part = visitor.get(answer.headers["location"].removeprefix("/nordlicht"), part=True)
    assert "From the board" in part.text
    assert f'id="card-{order(agency, 1)[-1]}"' in part.text
    assert visitor.post(f"/projects/{code}/board/add", {"title": " "}).status_code == 422


def test_who_may_see_and_move(agency: Troupe, rival: Troupe, code: str) -> None:
    path = f"/projects/{code}/board"
    guest, tax = Visitor(agency, agency.guest), Visitor(agency, agency.tax_advisor)
    stranger = Visitor(rival, rival.owner)
    assert stranger.get(path).status_code == 404
    assert tax.get(path).status_code == 403
    move = {"m": f"{agency.task_id} {agency.column_ids[0]} end"}
    for action, fields in (("move", move), ("add", {"title": "x"})):
        assert stranger.post(f"{path}/{action}", fields).status_code == 404
        assert guest.post(f"{path}/{action}", fields).status_code == 403
        assert tax.post(f"{path}/{action}", fields).status_code == 403
    seen = guest.get(path)
    assert seen.status_code in (200, 404)
    assert "data-editable" not in seen.text


def test_a_shortcode_that_a_project_once_had_still_opens_its_board(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    assert (
        agency.owner.ask("PATCH", f"/projects/{agency.project_id}", {"shortcode": "NEUER"}).status_code == 200
    )
    assert visitor.get(f"/projects/{code.lower()}/board").status_code == 200
    assert visitor.get("/projects/NEUER/board").status_code == 200
    assert visitor.get("/projects/NOSUCH/board").status_code == 404


def test_more_than_a_hundred_moves_are_refused_and_cards_of_other_projects(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    column = agency.column_ids[0]
    many = [f"{n:08x}-0000-0000-0000-000000000000 {column} end" for n in range(101)]
    assert visitor.post(f"/projects/{code}/board/move", {"m": many}, part=True).status_code == 422
    other = made(agency.owner.post("/projects", {"name": "Another"}))
    fields = {"m": f"{agency.task_id} {column} end"}
    answer = visitor.post(f"/projects/{other['shortcode']}/board/move", fields, part=True)
    assert answer.status_code == 422


def test_an_undo_that_no_browser_would_keep_is_left_out(agency: Troupe, visitor: Visitor, code: str) -> None:
    cards = [add(agency.owner, agency, f"Card {n}") for n in range(40)]
    for number, undoable in ((25, True), (40, False)):
        moves = [f"{card} {agency.column_ids[1]} end" for card in cards[:number]]
        answer = visitor.post(f"/projects/{code}/board/move", {"m": moves})
        assert max(map(len, answer.headers.get_list("set-cookie"))) < 4096
        [told] = flashes(answer)
        assert told["text"] == f"Moved {number} tasks."
        assert bool(told["undo"]) == undoable


@pytest.mark.parametrize("value", ["x", "[{}]", "%5B1%5D", "%5B%7B%22text%22%3A1%7D%5D", "[]"])
def test_a_message_that_is_none_is_passed_over(
    agency: Troupe, visitor: Visitor, code: str, value: str
) -> None:
    visitor.cookie += f"; kanwerk_flash_x={value}"
    page = visitor.get(f"/projects/{code}/board")
    assert page.status_code == 200
    assert any(each.startswith("kanwerk_flash_x=;") for each in page.headers.get_list("set-cookie"))
