"""Saved views in the pages of tasks: the menu, what an address says of one, saving, changing, deleting."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.cast import Troupe, made
from tests.visitor import Visitor

HOME = "/nordlicht"


@pytest.fixture
def visitor(agency: Troupe) -> Visitor:
    return Visitor(agency, agency.member)


def menu(page: str) -> str:
    found = re.search(r'<details class="menu menu--start views-menu".*?</details>', page, re.DOTALL)
    assert found is not None
    return unescape(found[0])


def offered(page: str) -> dict[str, str]:
    links = re.findall(r'<a class="menu-item" href="([^"]*view=[^"]*)".*?views-name">([^<]*)<', menu(page))
    return {name: url for url, name in links}


def told(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def save(visitor: Visitor, back: str, **fields: str) -> Any:
    return visitor.post("/views/new", {"back": back, **fields})


def test_what_a_list_shows_is_saved_and_opened_again(agency: Troupe, visitor: Visitor, code: str) -> None:
    here = f"{HOME}/projects/{code}/list"
    asked = {
        "assignee": "me",
        "due": "week",
        "sort": "-priority",
        "group_by": "label",
        "columns": "key,due_date,client",
        "q": "größe & mehr",
    }
    form = visitor.get("/views/new", back=f"{here}?assignee=me").text
    assert 'name="back" value="/nordlicht/projects/WEB/list?assignee=me"' in unescape(form)
    back = f"{here}?assignee=me&due=week&sort=-priority&group_by=label&columns=key,due_date,client"
    answer = save(
        visitor, f"{back}&q=gr%C3%B6%C3%9Fe+%26+mehr", name=" Mine & ours", scope="project", shared="true"
    )
    assert answer.status_code == 303
    view = agency.member.get("/views").json()["data"][0]
    assert view["name"] == "Mine & ours"
    assert view["filters"] == {
        "q": "größe & mehr",
        "assignee_id": "me",
        "due_before": "today+7",
        "due_after": "today",
    }
    assert (view["sort"], view["group_by"]) == ("-priority", "label")
    assert view["columns"] == ["key", "due_date", "client"]
    assert (view["project_id"], view["shared"]) == (agency.project_id, True)
    assert told(answer.headers["location"]) == {"view": view["id"], **asked}
    page = visitor.get(answer.headers["location"].removeprefix(HOME)).text
    assert "views-mark" not in menu(page)
    assert told(offered(page)["Mine & ours"]) == {"view": view["id"], **asked}
    opened = visitor.get(f"/views/{view['id']}").headers["location"]
    assert (urlsplit(opened).path, told(opened)) == (here, {"view": view["id"], **asked})


@pytest.mark.parametrize("page", ["list", "board", "calendar", "timeline"])
def test_every_page_of_a_project_offers_views(agency: Troupe, visitor: Visitor, code: str, page: str) -> None:
    made(agency.member.post("/views", {"name": "Urgent", "filters": {"priority": "high,urgent"}}))
    here = f"{HOME}/projects/{code}/{page}"
    url = offered(visitor.get(here.removeprefix(HOME)).text)["Urgent"]
    assert urlsplit(url).path == here
    assert told(url)["priority"] == "high,urgent"
    shown = visitor.get(url.removeprefix(HOME)).text
    assert "views-mark" not in menu(shown)
    assert 'value="high,urgent" selected' in shown
    changed = visitor.get(url.removeprefix(HOME) + "&label=" + agency.label_id).text
    assert "views-mark" in menu(changed)
    assert "/save" in menu(changed)


@pytest.mark.parametrize("page", ["tasks", "calendar", "timeline"])
def test_pages_of_all_projects_offer_views(agency: Troupe, visitor: Visitor, code: str, page: str) -> None:
    body = {"name": "Open", "filters": {"completed": "false"}, "sort": "due_date", "group_by": "project"}
    made(agency.member.post("/views", body))
    made(agency.member.post("/views", {"name": "Here", "project_id": agency.project_id}))
    found = offered(visitor.get(f"/{page}").text)
    assert set(found) == {"Open"}
    shown = visitor.get(found["Open"].removeprefix(HOME)).text
    assert "views-mark" not in menu(shown)
    assert told(found["Open"])["assignee"] == "all"
    assert set(offered(visitor.get(f"/projects/{code}/list").text)) == {"Open", "Here"}


def test_changes_are_saved_and_what_a_page_cannot_say_stays(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    body = {
        "name": "V",
        "filters": {"assignee_id": "me", "due_before": "today", "column_id": agency.column_ids[0]},
        "sort": "-due_date",
        "group_by": "due_date",
        "columns": ["key"],
    }
    view = made(agency.member.post("/views", body))
    back = f"{HOME}/projects/{code}/board?view={view['id']}&assignee=me&due_before=today&priority=high"
    answer = visitor.post(f"/views/{view['id']}/save", {"back": back})
    assert answer.status_code == 303
    after = agency.member.get(f"/views/{view['id']}").json()
    assert after["filters"] == body["filters"] | {"priority": "high"}
    assert {name: after[name] for name in ("sort", "group_by", "columns")} == {
        name: body[name] for name in ("sort", "group_by", "columns")
    }


def test_a_name_that_is_taken_missing_or_too_long_is_said_beside_the_field(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    here = f"{HOME}/projects/{code}/list?priority=high"
    assert save(visitor, here, name="Größe", scope="all").status_code == 303
    again = save(visitor, here, name="GRÖSSE", scope="all")
    assert again.status_code == 409
    assert 'id="f-name-error"' in again.text
    assert "There is a view" in unescape(again.text)
    assert 'value="GRÖSSE"' in again.text
    assert save(visitor, here, name="Größe", scope="project").status_code == 303
    for name in ("", "x" * 301):
        answer = save(visitor, here, name=name, scope="all")
        assert answer.status_code == 422
        assert 'id="f-name-error"' in answer.text
    assert save(visitor, here, name="x" * 300, scope="all").status_code == 303
    assert save(Visitor(agency, agency.colleague), here, name="Größe", scope="all").status_code == 303
    taken = agency.member.post("/views", {"name": "größe"})
    assert (taken.status_code, taken.json()["errors"][0]["pointer"]) == (409, "/name")


def test_a_view_is_renamed_shared_deleted_and_brought_back(
    agency: Troupe, visitor: Visitor, code: str
) -> None:
    view = made(agency.member.post("/views", {"name": "Old", "filters": {"priority": "high"}}))["id"]
    back = f"{HOME}/projects/{code}/list?view={view}&priority=high"
    form = visitor.get(f"/views/{view}/edit", back=back).text
    assert 'value="Old"' in form
    fields = {"back": back, "name": "New", "shared": "true", "scope": "project"}
    assert visitor.post(f"/views/{view}/edit", fields).headers["location"] == back
    after = agency.member.get(f"/views/{view}").json()
    assert (after["name"], after["shared"], after["project_id"]) == ("New", True, agency.project_id)
    answer = visitor.post(f"/views/{view}/delete", {"back": back})
    assert answer.headers["location"] == f"{HOME}/projects/{code}/list?priority=high"
    assert agency.member.get(f"/views/{view}").status_code == 404
    page = visitor.get(f"/projects/{code}/list", view=view, priority="high").text
    assert "not there any more" in menu(page)
    for path in (f"/views/{view}/save", f"/views/{view}/edit", f"/views/{view}/delete"):
        gone = visitor.post(path, {"back": back, "name": "X"})
        assert gone.headers["location"] == f"{HOME}/projects/{code}/list?priority=high"
        assert "any%20more" in gone.headers["set-cookie"]
    assert visitor.get(f"/views/{view}").headers["location"] == f"{HOME}/tasks"
    restored = visitor.post(f"/views/{view}/restore?back={HOME}/tasks")
    assert restored.headers["location"] == f"{HOME}/tasks"
    assert agency.member.get(f"/views/{view}").status_code == 200


def test_only_those_who_may_see_and_change_views(
    agency: Troupe, rival: Troupe, visitor: Visitor, code: str
) -> None:
    own = made(agency.owner.post("/views", {"name": "Own"}))["id"]
    shared = made(agency.owner.post("/views", {"name": "Shared", "shared": True}))["id"]
    here = f"{HOME}/projects/{code}/list?view={shared}&priority=high"
    page = visitor.get(here.removeprefix(HOME)).text
    assert set(offered(page)) == {"Shared"}
    assert "views-mark" in menu(page)
    assert f"/{shared}/save" not in menu(page)
    assert visitor.post(f"/views/{shared}/save", {"back": here}).status_code == 403
    assert visitor.post(f"/views/{shared}/delete", {"back": here}).status_code == 403
    assert "any%20more" in visitor.post(f"/views/{own}/delete", {"back": here}).headers["set-cookie"]
    assert f"/{shared}/save" in menu(Visitor(agency, agency.admin).get(here.removeprefix(HOME)).text)
    guest = Visitor(agency, agency.guest)
    assert 'id="views-menu"' not in guest.get(f"/projects/{code}/list").text
    assert guest.get("/views/new").status_code == 403
    assert guest.post("/views/new", {"name": "X", "back": here}).status_code == 403
    assert Visitor(rival, rival.owner, "rival").post(f"/views/{own}/delete").status_code in (303, 404)
    assert agency.owner.get(f"/views/{own}").status_code == 200


def test_the_palette_leads_to_views(agency: Troupe, visitor: Visitor) -> None:
    view = made(agency.owner.post("/views", {"name": "<Everything>", "shared": True}))["id"]
    hidden = made(agency.owner.post("/views", {"name": "Not yours"}))["id"]
    page = visitor.get("/palette", part=True).text
    assert f'href="{HOME}/views/{view}"' in page
    assert "&lt;Everything&gt;" in page
    assert hidden not in page
    assert Visitor(agency, agency.guest).get("/palette", part=True).status_code == 200


def test_a_form_from_elsewhere_leads_to_the_tasks(visitor: Visitor) -> None:
    for back in ("https://evil.example/", "//evil.example", f"{HOME}/clients", ""):
        answer = save(visitor, back, name=f"V {back}")
        assert answer.headers["location"].startswith(f"{HOME}/tasks?view=")


def test_days_told_from_today_are_those_of_whoever_looks(agency: Troupe) -> None:
    for value in ("today", "today+7", "today-30"):
        made(agency.member.post("/views", {"name": value, "filters": {"due_before": value}}))
    for value in ("today+", "today+12345", "yesterday", "today +1"):
        answer = agency.member.post("/views", {"name": "V", "filters": {"due_before": value}})
        assert answer.status_code == 422


def test_columns_of_a_view_are_those_there_are(agency: Troupe) -> None:
    wrong = agency.member.post("/views", {"name": "V", "columns": ["key", "colour", "fields.none"]})
    assert [each["pointer"] for each in wrong.json()["errors"]] == ["/columns/1", "/columns/2"]
    field = {"name": "Size", "kind": "text", "applies_to": "task"}
    made(agency.owner.post("/fields", field))
    view = made(agency.member.post("/views", {"name": "V", "columns": ["key", "fields.size"]}))
    assert view["columns"] == ["key", "fields.size"]
    changed = agency.member.patch(f"/views/{view['id']}", {"columns": None}).json()
    assert changed["columns"] is None
