from typing import Any

import pytest

from tests.cast import Person, Troupe, made, upload


def found(person: Person, q: str, **more: Any) -> list[tuple[str, str]]:
    answer = person.get("/search", q=q, **more)
    assert answer.status_code == 200, answer.text
    return [(each["kind"], each["title"]) for each in answer.json()["data"]]


def test_words_are_found_by_their_beginnings_whatever_case_and_accents(agency: Troupe) -> None:
    made(agency.owner.post("/clients", {"name": "Weißwurst Größenwahn GmbH"}))
    body = {
        "project_id": agency.project_id,
        "title": "Überarbeitung der Fußzeile",
        "description": "bis Ostern",
    }
    made(agency.member.post("/tasks", body))
    for q in ("weisswurst", "WEISS", "größ", "GROSSEN weiss"):
        assert found(agency.member, q) == [("client", "Weißwurst Größenwahn GmbH")], q
    for q in ("uberarb", "fussz", "ostern", "über ostern"):
        assert found(agency.member, q) == [("task", "Überarbeitung der Fußzeile")], q
    assert found(agency.member, "wurst") == []
    assert found(agency.member, "weiss ostern") == []


def test_what_changes_is_found_anew_at_once(agency: Troupe) -> None:
    where = f"/tasks/{agency.task_id}"
    agency.member.patch(where, {"title": "Zebrastreifen"})
    assert found(agency.member, "zebra") == [("task", "Zebrastreifen")]
    assert found(agency.member, "header") == []
    agency.member.delete(where)
    assert found(agency.member, "zebra") == []
    agency.member.post(f"{where}/restore")
    assert found(agency.member, "zebra") == [("task", "Zebrastreifen")]


def test_comments_and_files_are_found_and_lead_to_their_task(agency: Troupe) -> None:
    where = f"/tasks/{agency.task_id}"
    comment = made(agency.member.post(f"{where}/comments", {"body": "The **quokka** is missing <b>here</b>"}))
    (hit,) = agency.member.get("/search", q="quok").json()["data"]
    assert (hit["kind"], hit["id"], hit["title"]) == ("comment", comment["id"], "WEB-1 Header")
    assert hit["url"] == f"/nordlicht/tasks/WEB-1#comment-{comment['id']}"
    assert hit["snippet"] == "The **<mark>quokka</mark>** is missing &lt;b&gt;here&lt;/b&gt;"
    agency.member.delete(where)
    assert found(agency.member, "quok") == []


def test_titles_come_before_texts(agency: Troupe) -> None:
    first = {"project_id": agency.project_id, "title": "Okapi"}
    second = {"project_id": agency.project_id, "title": "Later", "description": "okapi okapi"}
    made(agency.member.post("/tasks", first))
    made(agency.member.post("/tasks", second))
    assert found(agency.member, "okapi") == [("task", "Okapi"), ("task", "Later")]
    assert found(agency.member, "okapi", limit=1) == [("task", "Okapi")]
    assert found(agency.member, "okapi", kinds="client,project") == []


def test_a_key_leads_to_its_task(agency: Troupe) -> None:
    assert found(agency.member, "web-2") == [("task", "Footer")]
    assert found(agency.member, "WEB-999") == []


def test_everybody_finds_what_they_may_see(agency: Troupe, rival: Troupe) -> None:
    where = f"/tasks/{agency.task_id}/comments"
    made(agency.member.post(where, {"body": "wombat inside"}))
    made(agency.member.post(where, {"body": "wombat outside", "visibility": "external"}))
    made(agency.owner.post("/clients", {"name": "Wombat KG"}))
    assert len(found(agency.member, "wombat")) == 3
    assert [kind for kind, _ in found(agency.guest, "wombat")] == ["comment"]
    assert found(agency.tax_advisor, "wombat") == [("client", "Wombat KG")]
    assert found(rival.owner, "wombat") == []
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": "members"})
    assert found(agency.colleague, "wombat") == [("client", "Wombat KG")]
    assert found(agency.colleague, "WEB-1") == []
    assert len(found(agency.admin, "wombat")) == 3
    reader = agency.with_scopes("clients:read")
    assert found(reader, "wombat") == [("client", "Wombat KG")]


@pytest.mark.parametrize(
    "q", ['"', "' OR 1=1", "a* NEAR(b)", "{title} : x", "!&|:*", "(", "-", "§§", "x" * 300]
)
def test_no_word_breaks_the_search(agency: Troupe, q: str) -> None:
    assert agency.member.get("/search", q=q).status_code == 200


@pytest.mark.parametrize("query", [{}, {"q": "x", "kinds": "invoice"}, {"q": "x", "limit": 101}, {"q": " "}])
def test_a_faulty_question_is_refused(agency: Troupe, query: dict[str, Any]) -> None:
    assert agency.member.get("/search", **query).status_code == 422


def test_comments_and_files_of_clients_lead_to_the_client(agency: Troupe) -> None:
    where, home = f"/clients/{agency.client_id}", f"/nordlicht/clients/{agency.client_id}"
    comment = made(agency.member.post(f"{where}/comments", {"body": "They like a numbat"}))["id"]
    beside, within = upload(agency.member), upload(agency.member)
    for file, place in ((beside, where), (within, f"/comments/{comment}")):
        agency.member.patch(f"/files/{file}", {"name": "numbat.txt"})
        assert agency.member.put(f"{place}/files/{file}").status_code == 200
    hits = {hit["id"]: hit for hit in agency.member.get("/search", q="numbat").json()["data"]}
    assert {each: hit["url"] for each, hit in hits.items()} == {
        comment: f"{home}#comment-{comment}",
        beside: home,
        within: home,
    }
    assert hits[comment]["title"] == agency.owner.get(where).json()["name"]
