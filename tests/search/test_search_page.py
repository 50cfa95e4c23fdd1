"""The search page and what the palette is told: what each person may find, and no more."""

from typing import Any

import pytest

from tests.browsing import Visitor
from tests.cast import Troupe, made
from tests.search.test_search import found


@pytest.fixture
def told(agency: Troupe) -> dict[str, Any]:
    """A quokka in everything."""
    task = made(agency.owner.post("/tasks", {"project_id": agency.project_id, "title": "Quokka task"}))
    done = {"project_id": agency.project_id, "title": "Quokka done", "column_id": agency.column_ids[-1]}
    where = f"/tasks/{task['id']}/comments"
    return {
        "client": made(agency.owner.post("/clients", {"name": "Quokka client"})),
        "project": made(agency.owner.post("/projects", {"name": "Quokka project", "visibility": "members"})),
        "task": task,
        "done": made(agency.owner.post("/tasks", done)),
        "inside": made(agency.owner.post(where, {"body": "A quokka inside"})),
        "outside": made(agency.owner.post(where, {"body": "A quokka outside", "visibility": "external"})),
    }


TITLES = ("Quokka client", "Quokka project", "Quokka task", "Quokka done", "quokka inside", "quokka outside")


def seen(visitor: Visitor, path: str, **query: str) -> set[str]:
    page = visitor.read(path, q="quok", **query).replace(" </mark>", "")
    return {title for title in TITLES if title in page}


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("path", ["/search", "/palette"])
def test_each_finds_what_they_may_see(agency: Troupe, rival: Troupe, path: str) -> None:
    everything = set(TITLES)
    assert seen(Visitor(agency, agency.owner), path) == everything
    assert seen(Visitor(agency, agency.member), path) == everything - {"Quokka project"}
    assert seen(Visitor(agency, agency.guest), path) == {"Quokka task", "Quokka done", "quokka outside"}
    assert seen(Visitor(agency, agency.tax_advisor), path) == {"Quokka client"}
    assert seen(Visitor(rival, rival.owner, "rival"), path) == set()


def test_a_search_is_narrowed(agency: Troupe, told: dict[str, Any]) -> None:
    agency.owner.put(f"/tasks/{told['task']['id']}/assignees/{agency.member.id}")
    visitor = Visitor(agency, agency.owner)
    tasks = {"Quokka task", "Quokka done"}
    words = {"quokka inside", "quokka outside"}
    assert seen(visitor, "/search", kind="client") == {"Quokka client"}
    assert seen(visitor, "/search", project=agency.project_id) == tasks | words
    assert seen(visitor, "/search", client=agency.client_id) == tasks | words
    assert seen(visitor, "/search", client=told["client"]["id"]) == {"Quokka client"}
    assert seen(visitor, "/search", completed="true") == {"Quokka done"}
    assert seen(visitor, "/search", completed="false") == {"Quokka task"}
    assert seen(visitor, "/search", assignee=agency.member.id) == {"Quokka task"}
    assert seen(Visitor(agency, agency.member), "/search", assignee="me") == {"Quokka task"}
    assert seen(visitor, "/search", updated_after="7") == set(TITLES)
    assert seen(visitor, "/search", updated_after="2100-01-01") == set()
    assert seen(visitor, "/search", kind="nonsense", project="x", completed="maybe") == set(TITLES)


def test_the_api_narrows_too(agency: Troupe, told: dict[str, Any]) -> None:
    done = [("task", "Quokka done")]
    assert found(agency.owner, "quokka", kinds="task", completed=True) == done
    assert found(agency.owner, "quokka", client_id=told["client"]["id"]) == [("client", "Quokka client")]
    assert found(agency.owner, "quokka", updated_after="2100-01-01T00:00:00Z") == []
    assert len(found(agency.owner, "quokka", project_id=agency.project_id)) == 4
    assert found(agency.owner, "quokka", assignee_id=agency.guest.id) == []
    assert agency.owner.get("/search", q="x", project_id="1").status_code == 422


def test_the_page_says_what_to_do_where_nothing_is_found(agency: Troupe) -> None:
    visitor = Visitor(agency, agency.member)
    assert "Look for anything" in visitor.read("/search")
    assert "Nothing found" in visitor.read("/search", q="wolpertinger")
    narrowed = visitor.read("/search", q="wolpertinger", kind="task")
    assert "Search everywhere" in narrowed


def test_results_go_on(agency: Troupe) -> None:
    for number in range(30):
        made(agency.owner.post("/clients", {"name": f"Numbat {number:02}"}))
    visitor = Visitor(agency, agency.owner)
    first = visitor.get("/search", q="numbat").text
    second = visitor.get("/search?from=20", part=True, q="numbat").text
    assert all((first + second).count(f"</mark> {number:02}</a>") == 1 for number in range(30))
    assert "<html" not in second
    assert visitor.get("/search", q="numbat", **{"from": "999999999999"}).status_code == 200


def test_a_key_leads_to_its_task(agency: Troupe) -> None:
    for path in ("/search", "/palette"):
        assert 'data-task="WEB-2"' in Visitor(agency, agency.member).get(path, q="web-2").text


def test_what_is_found_is_shown_as_text(agency: Troupe) -> None:
    made(agency.owner.post("/clients", {"name": "<script>alert(1)</script> Okapi & Co"}))
    for path in ("/search", "/palette"):
        page = Visitor(agency, agency.owner).get(path, q="okapi").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_the_palette_offers_what_a_person_may_do(agency: Troupe) -> None:
    owner = Visitor(agency, agency.owner).read("/palette")
    guest = Visitor(agency, agency.guest).read("/palette")
    for command in ("New client", "Invite somebody", "Activity", "Webhooks", "Space settings"):
        assert command in owner
        assert command not in guest
    for command in ("Home", "Sign out", "Use the dark theme", "Your profile"):
        assert command in guest


def test_everything_the_palette_leads_to_is_there(agency: Troupe) -> None:
    for who in ("owner", "member", "guest", "tax_advisor"):
        visitor = Visitor(agency, agency.people[who])
        page = visitor.get("/palette").text
        addresses = [part.partition('"')[0] for part in page.split('href="/nordlicht')[1:]]
        assert len(addresses) > 4
        for address in addresses:
            assert visitor.get(address).status_code == 200, (who, address)


def test_people_are_found_by_the_space_s_own_only(agency: Troupe) -> None:
    assert "Max Öztürk" in Visitor(agency, agency.member).read("/palette", q="ozt")
    assert "Max Öztürk" not in Visitor(agency, agency.guest).read("/palette", q="ozt")
