"""Home shows each person what is theirs, by a fixed number of statements."""

from datetime import timedelta
from typing import Any

import pytest

from tests.browsing import Visitor
from tests.cast import Troupe, made, today
from tests.core.test_statements import counted


def day(offset: int) -> str:
    return (today() + timedelta(days=offset)).isoformat()


def task(troupe: Troupe, title: str, **members: Any) -> dict[str, Any]:
    return made(troupe.owner.post("/tasks", {"project_id": troupe.project_id, "title": title, **members}))


def section(page: str, start: str, end: str) -> str:
    return page.partition(start)[2].partition(end)[0]


def test_what_is_due_this_week_is_shown_by_when_it_is_due(agency: Troupe) -> None:
    me = [agency.member.id]
    task(agency, "Was due", due_date=day(-2), assignee_ids=me)
    task(agency, "Due now", due_date=day(0), assignee_ids=me)
    task(agency, "Due soon", due_date=day(3), assignee_ids=me)
    task(agency, "Due far away", due_date=day(30), assignee_ids=me)
    task(agency, "Somebody else's", due_date=day(0), assignee_ids=[agency.owner.id])
    cancelled = [
        made(agency.owner.post(f"/projects/{agency.project_id}/columns", {"name": "No", "kind": "cancelled"}))
    ]
    task(agency, "Given up", due_date=day(0), assignee_ids=me, column_id=cancelled[0]["id"])
    page = Visitor(agency, agency.member).read()
    mine = section(page, "Yours this week", "Waiting for you")
    assert "Was due" in section(mine, "Overdue", "Today")
    assert "Due now" in section(mine, "Today", "In the next seven days")
    assert "Due soon" in mine.partition("In the next seven days")[2]
    for other in ("Due far away", "Somebody else", "Given up"):
        assert other not in mine
    assert "You have 4 open tasks." in page


def test_tasks_of_projects_that_are_archived_or_hidden_are_not_there(agency: Troupe) -> None:
    title = "Only in sight"
    task(agency, title, due_date=day(0), assignee_ids=[agency.member.id])
    visitor = Visitor(agency, agency.member)
    assert title in visitor.read()
    agency.owner.post(f"/projects/{agency.project_id}/archive")
    assert title not in section(visitor.read(), "Yours this week", "Latest activity")
    agency.owner.post(f"/projects/{agency.project_id}/unarchive")
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": "members"})
    assert title not in visitor.read()


def test_a_task_that_mine_blocks_waits_for_me(agency: Troupe) -> None:
    mine = task(agency, "Sign the contract", assignee_ids=[agency.member.id])
    other = task(agency, "Begin the shoot", due_date=day(4))
    agency.owner.put(f"/tasks/{mine['id']}/relations/blocks/{other['id']}")
    visitor = Visitor(agency, agency.member)
    waiting = section(visitor.read(), "Waiting for you", "Your projects")
    assert "Sign the contract" in waiting
    assert f"{other['key']} waits for it: Begin the shoot" in waiting
    assert "Begin the shoot" not in section(
        Visitor(agency, agency.owner).read(), "Waiting for you", "Your projects"
    )
    agency.owner.patch(f"/tasks/{mine['id']}", {"column_id": agency.column_ids[-1]})
    assert "waits for it" not in visitor.read()


def test_admins_see_what_is_late_over_all_and_members_do_not(agency: Troupe) -> None:
    task(agency, "Long late", due_date=day(-20))
    assert "Long late" in section(Visitor(agency, agency.owner).read(), "Late over all", "Seen lately")
    assert "Late over all" not in Visitor(agency, agency.member).read()


def test_a_guest_sees_their_projects_and_what_waits_for_them(agency: Troupe) -> None:
    task(agency, "Approve the draft", due_date=day(1))
    task(agency, "Was approved", due_date=day(1), column_id=agency.column_ids[-1])
    hidden = made(agency.owner.post("/projects", {"name": "Inner circle"}))
    page = Visitor(agency, agency.guest).read()
    assert "You are a guest of Nordlicht, for Aster Media." in page
    coming = section(page, "Next in your projects", "Waiting for you")
    assert "Approve the draft" in coming
    assert "Was approved" not in coming
    assert "Yours this week" not in page
    assert "Website" in section(page, "Your projects", "Seen lately")
    assert hidden["name"] not in page
    assert "Latest activity" not in page


def test_a_tax_advisor_sees_the_clients_alone(agency: Troupe) -> None:
    page = Visitor(agency, agency.tax_advisor).read()
    assert "You look after the books of Nordlicht." in page
    assert "Aster Media" in page
    assert "Yours this week" not in page


def test_a_stranger_sees_nothing(agency: Troupe, rival: Troupe) -> None:
    stranger = Visitor(rival, rival.owner, "rival")
    for path in ("", "/activity", "/trash", "/search", "/palette"):
        assert stranger.get(path, space="nordlicht").status_code == 404


def _fill(agency: Troupe, count: int) -> None:
    for number in range(count):
        one = task(
            agency,
            f"Task {number}",
            due_date=day(number - 3),
            assignee_ids=[agency.owner.id, agency.member.id],
        )
        agency.owner.put(f"/tasks/{one['id']}/relations/blocks/{agency.task_id}")
        words = {"body": f"[@Mia](user:{agency.member.id}) look", "visibility": "external"}
        made(agency.owner.post(f"/tasks/{one['id']}/comments", words))
        made(agency.owner.post("/projects", {"name": f"Project {number}", "lead_id": agency.member.id}))


@pytest.mark.parametrize(("who", "cost"), [("owner", 20), ("member", 16), ("guest", 13), ("tax_advisor", 5)])
def test_home_costs_as_many_statements_however_much_there_is(agency: Troupe, who: str, cost: int) -> None:
    visitor = Visitor(agency, agency.people[who])
    _fill(agency, 5)
    with counted(agency.house) as few:
        assert visitor.get().status_code == 200
    _fill(agency, 15)
    with counted(agency.house) as many:
        assert visitor.get().status_code == 200
    assert len(many) == len(few)
    assert len(few) == cost


def test_completing_a_task_from_home_is_undone_where_it_was(agency: Troupe) -> None:
    visitor = Visitor(agency, agency.member)
    started = agency.column_ids[1]
    one = task(agency, "Write it down", column_id=started, due_date=day(0), assignee_ids=[agency.member.id])
    text, undo = visitor.done(f"/nordlicht/home/tasks/{one['id']}/complete")
    assert text == "Completed Write it down."
    assert agency.owner.get(f"/tasks/{one['id']}").json()["completed_at"] is not None
    again, _ = visitor.done(f"/nordlicht/home/tasks/{one['id']}/complete")
    assert again == "Write it down was done already."
    assert undo is not None
    assert visitor.done(undo)[0] == "Write it down is open again."
    back = agency.owner.get(f"/tasks/{one['id']}").json()
    assert (back["completed_at"], back["column"]["id"]) == (None, started)


def test_a_task_is_reopened_into_a_column_of_its_project_only(agency: Troupe, rival: Troupe) -> None:
    visitor = Visitor(agency, agency.member)
    where = f"/nordlicht/home/tasks/{agency.task_id}"
    for column in (rival.column_ids[0], "nonsense", agency.column_ids[-1]):
        visitor.done(f"{where}/complete")
        visitor.done(f"{where}/reopen?column={column}")
        assert agency.owner.get(f"/tasks/{agency.task_id}").json()["column"]["kind"] == "unstarted"


def test_who_may_not_write_cannot_complete(agency: Troupe, rival: Troupe) -> None:
    where = f"/nordlicht/home/tasks/{agency.task_id}/complete"
    assert Visitor(agency, agency.guest).post(where).status_code == 403
    assert Visitor(rival, rival.owner, "rival").post(where).status_code == 404
    theirs = f"/rival/home/tasks/{agency.task_id}/complete"
    assert Visitor(rival, rival.owner, "rival").post(theirs).status_code == 404
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": "members"})
    assert Visitor(agency, agency.colleague).post(where).status_code == 404


def test_looks_are_kept_without_a_script(agency: Troupe) -> None:
    visitor = Visitor(agency, agency.guest)
    answer = visitor.post(
        "/nordlicht/looks", ("theme", "dark"), ("density", "compact"), ("next", "https://evil.example/")
    )
    assert answer.headers["Location"] == "/nordlicht"
    kept = answer.headers.get_list("set-cookie")
    assert [each.partition(";")[0] for each in kept] == ["theme=dark", "density=compact"]
    assert visitor.post("/nordlicht/looks", ("theme", "x\r\ny")).headers.get_list("set-cookie") == []
