import html
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from httpx import Response

from tests.cast import FORM, FORM_TYPE, Troupe, made
from tests.flashes import flashes
from tests.tasks.browsing import Browser

HERE = "/tasks/WEB-1"


@pytest.fixture
def mia(agency: Troupe) -> Browser:
    return Browser(agency, agency.member)


def task(agency: Troupe, key: str = "WEB-1", **query: Any) -> dict[str, Any]:
    return agency.owner.get(f"/tasks/{key}", **query).json()


def version(page: Response) -> str:
    found = re.search(r'name="version" value="(\d+)"', page.text)
    assert found is not None
    return found[1]


def said(page: Response) -> str:
    """Return what a page says, without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def test_a_task_is_shown_by_its_key_and_a_part_of_it_to_the_panel(agency: Troupe, mia: Browser) -> None:
    page = mia.get(HERE)
    assert page.status_code == 200
    assert "Header" in said(page)
    part = mia.get(HERE, hx_request_type="partial")
    assert part.text.strip().startswith("<article")
    assert "<html" not in part.text


def test_keys_of_any_case_and_ids_lead_to_the_key_and_an_old_key_to_the_new_one(
    agency: Troupe, mia: Browser
) -> None:
    for address in ("/tasks/web-1", f"/tasks/{agency.task_id}"):
        assert mia.get(address).headers["location"] == "/nordlicht/tasks/WEB-1"
    other = made(agency.owner.post("/projects", {"name": "Shop", "shortcode": "SHOP"}))["id"]
    moved = mia.post(f"{HERE}/project", project="shop")
    assert moved.headers["location"] == "/nordlicht/tasks/SHOP-1"
    assert task(agency, "SHOP-1")["project_id"] == other
    assert mia.get(HERE).headers["location"] == "/nordlicht/tasks/SHOP-1"
    assert "There is no project nope that you see." in said(mia.post("/tasks/SHOP-1/project", project="nope"))


def test_projects_are_offered_by_their_names_and_shortcodes(agency: Troupe, mia: Browser) -> None:
    for name, code in (("Grüner Laden", "SHOP"), ("Schoppen", "WINE"), ("Hidden shop", "HID")):
        seen = "members" if code == "HID" else "space"
        made(agency.owner.post("/projects", {"name": name, "shortcode": code, "visibility": seen}))
    for asked, codes in (
        ("gruner", ["SHOP"]),
        ("shop", ["SHOP"]),
        ("sch", ["WINE"]),
        ("hid", []),
        ("", []),
        ("%", []),
    ):
        offered = mia.get(f"/tasks/complete/projects?{urlencode({'q': asked})}")
        assert re.findall(r'data-key="(\w+)"', offered.text) == codes, asked


def test_a_task_moves_to_a_project_by_its_name_too(agency: Troupe, mia: Browser) -> None:
    for name in ("Grüner Laden", "Zwei Häuser", "Zwei Häuser"):
        made(agency.owner.post("/projects", {"name": name}))
    for wrong in ("Zwei Häuser", "Grün", "Website relaunch"):
        assert mia.post(f"{HERE}/project", project=wrong).status_code == 422, wrong
    made(agency.owner.post("/projects", {"name": "Web shop", "shortcode": "OTHER"}))
    assert mia.post(f"{HERE}/project", project="gruner laden").status_code == 303
    moved = mia.post("/tasks/WEB-1/project", project="web shop")  # not WEB, with which its name begins
    assert moved.headers["location"] == "/nordlicht/tasks/OTHER-1"


@pytest.mark.parametrize("key", ["WEB-999", "NOPE-1", "x", "WEB-0", "..%2F..", "WEB-1'--"])
def test_there_is_nothing_at_other_keys(mia: Browser, key: str) -> None:
    assert mia.get(f"/tasks/{key}").status_code == 404
    assert mia.post(f"/tasks/{key}/title", title="x", version="1").status_code == 404


def test_strangers_and_tax_advisors_see_nothing(agency: Troupe, rival: Troupe) -> None:
    stranger = Browser(rival, rival.owner)
    assert stranger.get(HERE).status_code == 404
    assert Browser(rival, rival.owner, "rival").get(f"/tasks/{agency.task_id}").status_code == 404
    assert (
        Browser(rival, rival.owner, "rival").post(f"/tasks/{agency.task_id}/title", title="x").status_code
        == 404
    )
    assert Browser(agency, agency.tax_advisor).get(HERE).status_code == 403


def test_a_task_of_a_project_that_one_does_not_see_is_not_there(agency: Troupe, mia: Browser) -> None:
    hidden = made(
        agency.owner.post("/projects", {"name": "Hidden", "shortcode": "HID", "visibility": "members"})
    )
    made(agency.owner.post("/tasks", {"project_id": hidden["id"], "title": "Secret"}))
    assert mia.get("/tasks/HID-1").status_code == 404
    assert mia.post("/tasks/HID-1/delete").status_code == 404
    assert mia.post(f"{HERE}/relations", kind="blocks", other="HID-1").status_code == 422
    assert "Secret" not in mia.get("/tasks/complete?q=secret").text
    assert "HID-1" not in mia.get("/tasks/complete?q=HID-1").text
    page = mia.post(f"{HERE}/project", project="HID")
    assert page.status_code == 422
    assert task(agency)["key"] == "WEB-1"


def test_a_guest_sees_what_is_external_and_may_talk_but_not_change(agency: Troupe, mia: Browser) -> None:
    agency.member.post(f"{HERE}/comments", {"body": "Among us"})
    agency.member.post(f"{HERE}/comments", {"body": "For the client", "visibility": "external"})
    agency.member.post(f"{HERE}/todos", {"title": "A secret step"})
    gus = Browser(agency, agency.guest)
    page = said(gus.get(HERE))
    assert "For the client" in page
    for hidden in (
        "Among us",
        "A secret step",
        "Checklist",
        "Activity",
        "Estimate",
        "Add a subtask",
        "Internal",
    ):
        assert hidden not in page
    for path, fields in {
        "title": {"title": "Mine"},
        "set": {"priority": "high"},
        "delete": {},
        "todos": {"todo": "x"},
        "watch": {},
        "files/01a21435-dcea-765d-9f5a-0b1474c36186/delete": {},
    }.items():
        assert gus.post(f"{HERE}/{path}", **fields).status_code == 403, path
    assert gus.post(f"{HERE}/comments", body="We like it").status_code == 303
    assert gus.post(f"{HERE}/comments", body="Hidden?", visibility="internal").status_code == 422
    (*_, last) = agency.owner.get(f"{HERE}/comments").json()["data"]
    assert (last["body"], last["visibility"]) == ("We like it", "external")


def test_a_title_is_saved_on_one_line_and_an_empty_one_is_refused(agency: Troupe, mia: Browser) -> None:
    page = mia.get(HERE)
    assert mia.post(f"{HERE}/title", title=" New\r\n header ", version=version(page)).status_code == 303
    assert task(agency)["title"] == "New header"
    again = mia.post(f"{HERE}/title", title="   ", version=version(mia.get(HERE)))
    assert again.status_code == 422
    assert 'aria-invalid="true"' in again.text
    assert mia.post(f"{HERE}/title", title="x" * 501, version=version(mia.get(HERE))).status_code == 422
    assert task(agency)["title"] == "New header"


@pytest.mark.parametrize("member", ["title", "description"])
def test_a_save_that_was_overtaken_shows_both_texts_and_overwrites_nothing(
    agency: Troupe, mia: Browser, member: str
) -> None:
    old = version(mia.get(HERE))
    agency.colleague.patch(HERE, {member: "Theirs"})
    page = mia.post(f"{HERE}/{member}", version=old, **{member: "Mine <b>"})
    assert page.status_code == 412
    assert "Somebody else changed" in said(page)
    assert "Theirs" in said(page)
    assert "Mine &lt;b&gt;" in page.text
    assert task(agency)[member] == "Theirs"
    assert mia.post(f"{HERE}/{member}", version=version(page), **{member: "Both"}).status_code == 303
    assert task(agency)[member] == "Both"


def test_what_others_change_beside_a_text_is_no_conflict(agency: Troupe, mia: Browser) -> None:
    old = version(mia.get(HERE))
    agency.colleague.patch(HERE, {"priority": "high", "description": "Theirs"})
    assert mia.post(f"{HERE}/title", version=old, title="Mine").status_code == 303
    agency.colleague.patch(HERE, {"title": "The same"})
    assert mia.post(f"{HERE}/title", version=old, title="The same").status_code == 303
    assert mia.post(f"{HERE}/title", title="Without a version").status_code == 412
    assert mia.post(f"{HERE}/title", title="Strange", version="9" * 40).status_code == 412


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("1 h 30 min", 5400),
        ("1:30", 5400),
        ("1.5", 5400),
        ("1,5 h", 5400),
        ("90m", 5400),
        ("2h", 7200),
        ("", None),
    ],
)
def test_an_estimate_is_written_as_people_write_it(
    agency: Troupe, mia: Browser, typed: str, seconds: int | None
) -> None:
    assert mia.post(f"{HERE}/set", estimate=typed).status_code == 303
    assert task(agency)["estimate_seconds"] == seconds


def test_what_is_no_value_is_told_beside_its_field_and_stays_there(agency: Troupe, mia: Browser) -> None:
    number = {"name": "Points", "applies_to": "task", "key": "points", "kind": "number"}
    made(agency.owner.post("/fields", number))
    before = task(agency)
    for fields in (
        {"estimate": "soon"},
        {"due_date": "2026-02-30"},
        {"parent": "WEB-77"},
        {"recurrence": "custom", "rule": "FREQ=SOMETIMES"},
        {"recurrence": "FREQ=DAILY", "when": "never"},
        {"field.points": "many"},
        {"field.nothing": "x"},
        {"priority": "huge"},
        {"column_id": "not-an-id"},
    ):
        page = mia.post(f"{HERE}/set", **fields)
        assert page.status_code == 422, fields
        assert "field-error" in page.text or "callout--danger" in page.text, fields
    assert "soon" in mia.post(f"{HERE}/set", estimate="soon").text
    assert task(agency) == before


def test_everything_a_task_is_given_is_set_by_a_form(agency: Troupe, mia: Browser) -> None:
    options = [{"name": "Small"}, {"name": "Large"}]
    for key, kind in [
        ("note", "text"),
        ("points", "number"),
        ("day", "date"),
        ("ok", "checkbox"),
        ("who", "user"),
        ("web", "url"),
    ]:
        made(agency.owner.post("/fields", {"name": key, "applies_to": "task", "key": key, "kind": kind}))
    for key, kind in [("size", "select"), ("sizes", "multi_select")]:
        body = {"name": key, "applies_to": "task", "key": key, "kind": kind, "options": options}
        made(agency.owner.post("/fields", body))
    for fields in (
        {"column_id": agency.column_ids[2]},
        {"priority": "urgent"},
        {"start_date": "2026-12-01"},
        {"due_date": "2026-12-03"},
        {"parent": "web-2 Footer"},
        {"recurrence": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "when": "due"},
        {"field.note": "Hi"},
        {"field.points": "2,5"},
        {"field.day": "2026-12-24"},
        {"field.ok": ["", "true"]},
        {"field.who": agency.member.id},
        {"field.web": "https://a.example"},
        {"field.size": "large"},
        {"field.sizes": ["", "small", "large"]},
    ):
        assert mia.post(f"{HERE}/set", **fields).status_code == 303, fields
    assert mia.post(f"{HERE}/assignees", add=agency.colleague.id).status_code == 303
    assert mia.post(f"{HERE}/labels", add=agency.label_id).status_code == 303
    assert mia.post(f"{HERE}/watch").status_code == 303
    found = task(agency, include="watchers")
    assert found["column"]["id"] == agency.column_ids[2]
    assert (found["priority"], found["start_date"], found["due_date"]) == (
        "urgent",
        "2026-12-01",
        "2026-12-03",
    )
    assert found["parent_id"] == agency.other_task_id
    assert found["recurrence"] == {"rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "when": "due"}
    assert found["fields"] == {
        "note": "Hi",
        "points": 2.5,
        "day": "2026-12-24",
        "ok": True,
        "who": agency.member.id,
        "web": "https://a.example",
        "size": "large",
        "sizes": ["small", "large"],
    }
    assert [each["id"] for each in found["assignees"]] == [agency.colleague.id]
    assert [each["id"] for each in found["labels"]] == [agency.label_id]
    assert agency.member.id in [each["id"] for each in found["watchers"]]
    page = said(mia.get(HERE))
    assert "Every working day" in page
    assert "WEB-2 Footer" in page
    for path, fields in {
        "set": {
            "due_date": "",
            "start_date": "",
            "recurrence": "",
            "parent": "",
            "field.sizes": "",
            "estimate": "",
        },
        "assignees": {"remove": agency.colleague.id},
        "labels": {"remove": agency.label_id},
        "watch": {"off": "1"},
    }.items():
        assert mia.post(f"{HERE}/{path}", **fields).status_code == 303
    found = task(agency, include="watchers")
    assert (found["due_date"], found["recurrence"], found["parent_id"]) == (None, None, None)
    assert found["assignees"] == found["labels"] == []
    assert "sizes" not in found["fields"]


def test_activity_is_told_in_words(agency: Troupe, mia: Browser) -> None:
    mia.post(f"{HERE}/labels", add=agency.label_id)
    mia.post(f"{HERE}/assignees", add=agency.colleague.id)
    mia.post(f"{HERE}/set", estimate="1:30")
    mia.post(f"{HERE}/set", priority="high")
    mia.post(f"{HERE}/set", due_date="2026-12-01", recurrence="FREQ=DAILY")
    mia.post(f"{HERE}/relations", kind="blocks", other="WEB-2")
    mia.post(f"{HERE}/set", column_id=agency.column_ids[2])
    page = mia.get(HERE)
    told = html.unescape(page.text.split('id="task-activity"')[1])
    for words in ("Bug", "Max Öztürk", "1.5\xa0h", "High", "Every day", "WEB-2 Footer", "In progress"):
        assert words in told, words
    shown = re.sub(r"<[^>]+>", " ", page.text.split('id="task-activity"')[1])
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", shown)
    assert "[" not in shown


def test_a_full_column_asks_before_it_takes_more(agency: Troupe, mia: Browser) -> None:
    column = agency.column_ids[2]
    agency.owner.patch(f"/columns/{column}", {"wip_limit": 1})
    agency.owner.patch("/tasks/WEB-2", {"column_id": column})
    page = mia.post(f"{HERE}/set", column_id=column)
    assert page.status_code == 409
    assert "Move it there anyway" in said(page)
    assert mia.post(f"{HERE}/set", column_id=column, force="1").status_code == 303
    assert task(agency)["column"]["id"] == column


def test_a_checklist_is_kept_by_forms(agency: Troupe, mia: Browser) -> None:
    for title in ("One", "Two", "Three"):
        assert mia.post(f"{HERE}/todos", todo=title).status_code == 303
    assert mia.post(f"{HERE}/todos", todo=" ").status_code == 422
    one, two, three = (each["id"] for each in agency.owner.get(f"{HERE}/todos").json()["data"])
    assert mia.post(f"{HERE}/todos/{one}/set", done=["false", "true"]).status_code == 303
    assert mia.post(f"{HERE}/todos/{two}/set", title="Second").status_code == 303
    assert (
        mia.post(
            f"{HERE}/todos/{two}/set", assignee_id=agency.colleague.id, due_date="2026-12-01"
        ).status_code
        == 303
    )
    assert mia.post(f"{HERE}/todos/{three}/move", before_id=one).status_code == 303
    found = agency.owner.get(f"{HERE}/todos").json()["data"]
    assert [each["title"] for each in found] == ["Three", "One", "Second"]
    assert [each["done"] for each in found] == [False, True, False]
    assert found[2]["assignee"]["id"] == agency.colleague.id
    gone = mia.post(f"{HERE}/todos/{one}/delete")
    assert flashes(gone)[0]["undo"]
    assert mia.post(f"{HERE}/todos/{one}/restore").status_code == 303
    assert mia.post(f"{HERE}/todos/{two}/convert").status_code == 303
    assert [each["title"] for each in task(agency, include="subtasks")["subtasks"]] == ["Second"]
    assert mia.post(f"/tasks/WEB-2/todos/{one}/set", title="Elsewhere").status_code == 422
    assert mia.post(f"{HERE}/todos/{one}/move", after_id="nothing").status_code == 422


def test_people_talk_edit_react_and_take_back(agency: Troupe, mia: Browser) -> None:
    assert mia.post(f"{HERE}/comments", body=f"Look, [@Max](user:{agency.colleague.id})").status_code == 303
    (comment,) = agency.owner.get(f"{HERE}/comments").json()["data"]
    assert comment["visibility"] == "internal"
    assert [each["id"] for each in comment["mentions"]] == [agency.colleague.id]
    here = f"{HERE}/comments/{comment['id']}"
    assert '<span class="mention">@Max</span>' in mia.get(HERE).text
    max_ = Browser(agency, agency.colleague)
    assert max_.post(f"{HERE}/comments", body="Seen", parent_id=comment["id"]).status_code == 303
    assert max_.post(f"{here}/edit", body="Not mine").status_code == 403
    assert mia.post(f"{here}/edit", body="").status_code == 422
    assert mia.post(f"{here}/edit", body="Look again").status_code == 303
    assert max_.post(f"{here}/react", emoji="🎉").status_code == 303
    assert max_.post(f"{here}/react", emoji="x").status_code == 422
    first, answer = agency.owner.get(f"{HERE}/comments").json()["data"]
    assert (first["body"], answer["parent_id"]) == ("Look again", first["id"])
    assert first["reactions"] == [{"emoji": "🎉", "user_ids": [agency.colleague.id]}]
    assert max_.post(f"{here}/react", emoji="🎉", off="1").status_code == 303
    assert max_.post(f"{here}/react", emoji="🎉", off="1").status_code == 303  # gone already
    assert mia.post(f"{here}/delete").status_code == 303
    assert "Seen" in said(mia.get(HERE))  # the answer stays
    assert mia.post(f"{here}/restore").status_code == 303
    assert mia.post(f"/tasks/WEB-2/comments/{comment['id']}/delete").status_code == 404
    assert len(agency.owner.get(f"{HERE}/comments").json()["data"]) == 2


def test_files_are_streamed_shown_taken_off_and_brought_back(agency: Troupe, mia: Browser) -> None:
    kind = FORM_TYPE["Content-Type"]
    assert mia.send(f"{HERE}/files", FORM, kind).status_code == 303
    (file,) = agency.owner.get(f"{HERE}/files").json()["data"]
    assert mia.get(f"/files/{file['id']}").content == b"Hi"
    assert Browser(agency, agency.guest).get(f"/files/{file['id']}").status_code == 404
    assert mia.post(f"{HERE}/files/{file['id']}/delete").status_code == 303
    assert agency.owner.get(f"{HERE}/files").json()["data"] == []
    assert mia.post(f"{HERE}/files/{file['id']}/restore").status_code == 303
    assert len(agency.owner.get(f"{HERE}/files").json()["data"]) == 1
    broken = mia.send(f"{HERE}/files", FORM[:40], kind)
    assert broken.status_code == 400
    assert "Header" in said(broken)
    assert mia.send(f"{HERE}/files", b"nothing", "text/plain").status_code == 415
    other = {"cookie": mia.cookie, "sec-fetch-site": "cross-site", **FORM_TYPE}
    assert agency.house.ask("POST", f"/nordlicht{HERE}/files", FORM, headers=other).status_code == 403


def test_a_file_that_a_comment_shows_belongs_to_it(agency: Troupe) -> None:
    gus = Browser(agency, agency.guest)
    sent = gus.send("/files", FORM, FORM_TYPE["Content-Type"])
    url = re.search(r'href="(/nordlicht/files/[^"]+)"', sent.text)
    assert url is not None
    gus.post(f"{HERE}/comments", body=f"See [a.txt]({url[1]})")
    (comment,) = agency.owner.get(f"{HERE}/comments").json()["data"]
    assert [each["name"] for each in comment["files"]] == ["a.txt"]
    mia = Browser(agency, agency.member)
    assert mia.get(url[1].removeprefix("/nordlicht")).content == b"Hi"


def test_relations_and_subtasks_are_added_and_taken_off(agency: Troupe, mia: Browser) -> None:
    assert mia.post(f"{HERE}/relations", kind="blocks", other="web-2").status_code == 303
    assert mia.post("/tasks/WEB-2/relations", kind="blocks", other="WEB-1").status_code == 422  # a circle
    assert mia.post(f"{HERE}/relations", kind="likes", other="WEB-2").status_code == 422
    assert mia.post(f"{HERE}/relations", kind="blocks", other="").status_code == 422
    assert mia.post(f"{HERE}/relations", kind="blocks", other="the footer").status_code == 422
    assert "Blocked by" in said(mia.get("/tasks/WEB-2"))
    assert mia.post(f"{HERE}/subtasks", subtask="A part").status_code == 303
    assert mia.post(f"{HERE}/subtasks", subtask="").status_code == 422
    page = said(mia.get(HERE))
    assert "A part" in page
    for _ in range(2):  # the second time there is none any more
        assert mia.post(f"{HERE}/relations", kind="blocks", other="WEB-2", remove="1").status_code == 303
    assert task(agency, include="relations")["relations"] == []


def test_a_deleted_task_says_so_and_comes_back(agency: Troupe, mia: Browser) -> None:
    mia.post(f"{HERE}/subtasks", subtask="A part")
    asks = mia.post(f"{HERE}/delete")
    assert asks.status_code == 409
    assert "1 subtask belongs to this task" in said(asks)
    assert task(agency)["title"] == "Header"
    assert mia.post(f"{HERE}/delete", dependants="perhaps").status_code == 422
    assert mia.post(f"{HERE}/delete", dependants="trash").headers["location"] == "/nordlicht/tasks/WEB-1"
    page = mia.get(HERE)
    assert page.status_code == 200
    assert "WEB-1 is in the trash" in said(page)
    assert Browser(agency, agency.guest).get(HERE).status_code == 404
    assert mia.post(f"{HERE}/title", title="x", version="1").status_code == 404
    assert mia.post(f"{HERE}/restore").status_code == 303
    assert task(agency, include="subtasks")["subtasks"][0]["title"] == "A part"


def test_nothing_changes_in_an_archived_project(agency: Troupe, mia: Browser) -> None:
    agency.owner.post(f"/projects/{agency.project_id}/archive")
    page = mia.get(HERE)
    assert page.status_code == 200
    assert "This project is archived" in said(page)
    assert '<form method="post" action="/nordlicht/tasks' not in page.text
    for path, fields in {
        "title": {"title": "x"},
        "todos": {"todo": "x"},
        "comments": {"body": "x"},
        "delete": {},
    }.items():
        assert mia.post(f"{HERE}/{path}", **fields).status_code == 409, path
    assert task(agency)["title"] == "Header"


def test_markdown_is_shown_without_what_harms(agency: Troupe, mia: Browser) -> None:
    text = "<script>x()</script> [a](javascript:x) **bold** ![far](https://far.example/a.png)"
    text += " [WEB-2](/nordlicht/tasks/WEB-2)"
    agency.owner.patch(HERE, {"description": text})
    for page in (mia.get(HERE).text, mia.post("/tasks/preview", text=text).text):
        assert "<strong>bold</strong>" in page
        assert "<script>x" not in page
        assert 'href="javascript' not in page
        assert 'src="https://far' not in page
    assert 'data-task="WEB-2"' in mia.get(HERE).text


def test_tasks_are_offered_by_key_and_by_title(mia: Browser) -> None:
    assert "WEB-2" in mia.get("/tasks/complete?q=web-2").text
    assert "WEB-2" in mia.get("/tasks/complete?q=foot").text
    assert mia.get("/tasks/complete?q=").text.strip() == ""
    assert mia.get(f"/tasks/complete?q={'x' * 2000}").status_code == 200


def test_who_looks_is_shown_to_the_others_for_a_minute(agency: Troupe, mia: Browser, hands: Any) -> None:
    max_ = Browser(agency, agency.colleague)
    assert "Mia" not in max_.get(HERE).text.split("task-columns")[0]
    assert mia.post(f"{HERE}/looking").status_code == 200
    assert mia.post(f"{HERE}/looking").status_code == 200
    assert "Mia Berger" in max_.post(f"{HERE}/looking").text
    assert "Mia Berger" in max_.get(HERE).text.split("task-columns")[0]
    assert "Max" in mia.post(f"{HERE}/looking").text
    before = agency.owner.last
    mia.post(f"{HERE}/looking", gone="1")
    assert agency.owner.last == before  # it is nobody's news
    assert "Mia Berger" not in max_.post(f"{HERE}/looking").text
    mia.post(f"{HERE}/looking")
    hands.move(seconds=61)
    assert "Mia Berger" not in max_.post(f"{HERE}/looking").text


def test_a_notification_leads_to_its_task(agency: Troupe) -> None:
    from kanwerk.core.addresses import address_of

    assert address_of("nordlicht", "task", agency.task_id, "WEB-1") == "/nordlicht/tasks/WEB-1"
    assert address_of("nordlicht", "task", agency.task_id) == f"/nordlicht/tasks/{agency.task_id}"


def fill(agency: Troupe, mia: Browser, count: int) -> None:
    """Give the task so many of everything."""
    for number in range(count):
        mia.post(f"{HERE}/todos", todo=f"Line {number}")
        mia.post(f"{HERE}/subtasks", subtask=f"Part {number}")
        comment = made(agency.member.post(f"{HERE}/comments", {"body": f"Comment {number}"}))["id"]
        agency.member.put(f"/comments/{comment}/reactions/%F0%9F%8E%89")
        other = made(
            agency.owner.post("/tasks", {"project_id": agency.project_id, "title": f"Other {number}"})
        )["id"]
        agency.owner.put(f"{HERE}/relations/blocks/{other}")
        mia.send(f"{HERE}/files", FORM, FORM_TYPE["Content-Type"])


def test_the_page_takes_the_same_number_of_statements_whatever_the_task_holds(
    agency: Troupe, mia: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, counts = agency.house.database.read, []

    def counting(*given: Any) -> Any:
        counts[-1] += 1
        return read(*given)

    fill(agency, mia, 1)
    mia.get(HERE)
    monkeypatch.setattr(agency.house.database, "read", counting)
    for _ in range(2):
        counts.append(0)
        assert mia.get(HERE, hx_request_type="partial").status_code == 200
        monkeypatch.setattr(agency.house.database, "read", read)
        fill(agency, mia, 6)
        monkeypatch.setattr(agency.house.database, "read", counting)
    assert counts[0] == counts[1] <= 34
