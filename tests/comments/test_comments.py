from urllib.parse import quote

import pytest

from tests.cast import Troupe, code, faults, made


def said(agency: Troupe, body: str, who: str = "member", **more: str) -> dict[str, object]:
    where = f"/tasks/{agency.task_id}/comments"
    return made(agency.people[who].post(where, {"body": body, **more}))


def heard(agency: Troupe, who: str) -> list[str]:
    page = agency.people[who].get(f"/tasks/{agency.task_id}/comments").json()
    return [each["body"] for each in page["data"]]


def test_guests_see_and_write_external_comments_only(agency: Troupe) -> None:
    said(agency, "among us")
    said(agency, "for all", visibility="external")
    mine = said(agency, "from the client", who="guest")
    assert mine["visibility"] == "external"
    assert heard(agency, "member") == ["among us", "for all", "from the client"]
    assert heard(agency, "guest") == ["for all", "from the client"]
    where = f"/tasks/{agency.task_id}/comments"
    answer = agency.guest.post(where, {"body": "x", "visibility": "internal"})
    assert faults(answer) == {"/visibility": "invalid"}
    inner = said(agency, "still among us")
    assert agency.guest.get(f"/comments/{inner['id']}").status_code == 404
    assert agency.guest.put(f"/comments/{inner['id']}/reactions/{quote('👍')}").status_code == 404
    shown = agency.guest.get(f"/tasks/{agency.task_id}", include="comments").json()["comments"]
    assert [each["body"] for each in shown] == ["for all", "from the client"]


def test_the_tax_advisor_speaks_of_clients(agency: Troupe) -> None:
    where = f"/clients/{agency.client_id}/comments"
    made(agency.owner.post(where, {"body": "internal"}))
    made(agency.tax_advisor.post(where, {"body": "The VAT ID is missing."}))
    assert [each["body"] for each in agency.tax_advisor.get(where).json()["data"]] == [
        "The VAT ID is missing."
    ]
    assert len(agency.owner.get(where).json()["data"]) == 2
    assert agency.tax_advisor.get(f"/tasks/{agency.task_id}/comments").status_code == 403


def test_a_guest_speaks_of_its_own_client(agency: Troupe) -> None:
    made(agency.guest.post(f"/clients/{agency.client_id}/comments", {"body": "Hello"}))
    assert agency.guest.get(f"/clients/{agency.other_client_id}/comments").status_code == 404


def test_only_author_and_admins_change_a_comment(agency: Troupe) -> None:
    comment = said(agency, "First")
    where = f"/comments/{comment['id']}"
    assert agency.colleague.patch(where, {"body": "x"}).status_code == 403
    assert agency.colleague.delete(where).status_code == 403
    changed = agency.member.patch(where, {"body": "Second"}).json()
    assert changed["body"] == "Second"
    assert changed["edited_at"] is not None
    assert agency.admin.delete(where).status_code == 204
    assert agency.owner.get(f"/tasks/{agency.task_id}").json()["comment_count"] == 0
    assert agency.member.post(f"{where}/restore").json()["body"] == "Second"
    assert agency.owner.get(f"/tasks/{agency.task_id}").json()["comment_count"] == 1


def test_mentions_are_kept_and_those_mentioned_watch(agency: Troupe) -> None:
    body = f"[@Max](user:{agency.colleague.id}) and [@Gus](user:{agency.guest.id}) look"
    comment = said(agency, body)
    assert [each["id"] for each in comment["mentions"]] == [agency.colleague.id]  # type: ignore[index, union-attr]
    shown = agency.owner.get(f"/tasks/{agency.task_id}", include="watchers").json()["watchers"]
    assert {each["id"] for each in shown} >= {agency.colleague.id, agency.member.id}
    changed = agency.member.patch(f"/comments/{comment['id']}", {"body": "never mind"}).json()
    assert changed["mentions"] == []


def test_answers_make_threads_one_deep(agency: Troupe) -> None:
    first = said(agency, "question")
    second = said(agency, "answer", parent_id=str(first["id"]))
    third = said(agency, "answer to the answer", parent_id=str(second["id"]))
    assert second["parent_id"] == third["parent_id"] == first["id"]
    where = f"/tasks/{agency.other_task_id}/comments"
    elsewhere = agency.member.post(where, {"body": "x", "parent_id": first["id"]})
    assert faults(elsewhere) == {"/parent_id": "not_found"}
    louder = {"body": "x", "parent_id": first["id"], "visibility": "external"}
    answer = agency.member.post(f"/tasks/{agency.task_id}/comments", louder)
    assert faults(answer) == {"/visibility": "invalid"}


def test_reactions_are_counted_once_each(agency: Troupe) -> None:
    comment = said(agency, "Done!")
    where = f"/comments/{comment['id']}/reactions/{quote('🎉')}"
    agency.colleague.put(where)
    agency.colleague.put(where)
    shown = agency.owner.put(where).json()["reactions"]
    assert shown == [{"emoji": "🎉", "user_ids": [agency.colleague.id, agency.owner.id]}]
    left = agency.colleague.delete(where).json()["reactions"]
    assert left == [{"emoji": "🎉", "user_ids": [agency.owner.id]}]
    assert agency.colleague.delete(where).status_code == 404


@pytest.mark.parametrize("emoji", ["a", "1", "%20", "é", "👍" * 17, "x👍"])
def test_what_is_no_emoji_is_no_reaction(agency: Troupe, emoji: str) -> None:
    comment = said(agency, "Done!")
    answer = agency.member.put(f"/comments/{comment['id']}/reactions/{quote(emoji, safe='%')}")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("**bold**", "<p><strong>bold</strong></p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("![x](https://evil.example/x.png)", '<p><img alt="x"></p>\n'),
    ],
)
def test_markdown_is_rendered_safely(agency: Troupe, body: str, html: str) -> None:
    comment = said(agency, body)
    shown = agency.owner.get(f"/comments/{comment['id']}", include="body_html").json()
    assert shown["body_html"].strip() == html.strip()


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x"]
)
def test_a_link_runs_nothing(agency: Troupe, address: str) -> None:
    comment = said(agency, f"[x]({address}) <a href='{address}'>y</a>")
    shown = agency.owner.get(f"/comments/{comment['id']}", include="body_html").json()
    assert "href" not in shown["body_html"].replace("&lt;a href", "")


def test_strangers_hear_nothing_and_the_archive_is_silent(agency: Troupe, rival: Troupe) -> None:
    comment = said(agency, "secret")
    assert rival.owner.get(f"/comments/{comment['id']}").status_code == 404
    assert rival.owner.get(f"/tasks/{agency.task_id}/comments").status_code == 404
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": "members"})
    assert agency.colleague.get(f"/comments/{comment['id']}").status_code == 404
    before = agency.owner.last
    agency.owner.post(f"/tasks/{agency.task_id}/comments", {"body": "hidden"})
    assert agency.owner.events(before)[0]["type"] == "comment.created"
    assert agency.colleague.events(before) == []
    agency.owner.post(f"/projects/{agency.project_id}/archive")
    answer = agency.owner.post(f"/tasks/{agency.task_id}/comments", {"body": "x"})
    assert code(answer) == "archived"


def test_what_is_in_the_trash_takes_its_comments_along(agency: Troupe) -> None:
    of_task = said(agency, "marmot", visibility="external")["id"]
    of_project = made(agency.member.post(f"/projects/{agency.project_id}/comments", {"body": "marmot"}))["id"]
    of_client = made(agency.member.post(f"/clients/{agency.client_id}/comments", {"body": "marmot"}))["id"]
    assert len(agency.owner.get("/search", q="marmot").json()["data"]) == 3
    agency.owner.delete(f"/clients/{agency.client_id}", dependants="trash")
    for each in (of_task, of_project, of_client):
        for who in ("owner", "member", "guest"):
            assert agency.people[who].get(f"/comments/{each}").status_code in (401, 404)
        assert agency.owner.patch(f"/comments/{each}", {"body": "x"}).status_code == 404
    assert agency.owner.get("/search", q="marmot").json()["data"] == []
    agency.owner.post(f"/clients/{agency.client_id}/restore")
    assert len(agency.owner.get("/search", q="marmot").json()["data"]) == 3
    assert agency.owner.get(f"/comments/{of_task}").status_code == 200


def test_an_answer_never_gets_louder_than_its_question(agency: Troupe) -> None:
    inner = said(agency, "inside")
    answer = said(agency, "too", parent_id=str(inner["id"]))
    louder = agency.member.patch(f"/comments/{answer['id']}", {"visibility": "external"})
    assert faults(louder) == {"/visibility": "invalid"}
    outer = said(agency, "outside", visibility="external")
    said(agency, "too", parent_id=str(outer["id"]), visibility="external")
    quieter = agency.member.patch(f"/comments/{outer['id']}", {"visibility": "internal"})
    assert faults(quieter) == {"/visibility": "invalid"}
