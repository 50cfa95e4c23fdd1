"""The activity of a space: what each person may see of it, by kind and by person, to its beginning."""

import re

from kanwerk.home import events
from tests.browsing import Visitor
from tests.cast import Troupe, made


def test_the_newest_comes_first_and_tasks_are_linked(agency: Troupe) -> None:
    agency.member.patch(f"/tasks/{agency.task_id}", {"title": "Masthead"})
    page = Visitor(agency, agency.colleague).get("/activity")
    first = page.text.partition('<ol class="timeline">')[2]
    assert "Mia Berger" in first[:900]
    assert '<a href="/nordlicht/tasks/WEB-1" data-task="WEB-1">' in first[:1500]


def test_what_happens_in_hidden_projects_is_told_to_those_inside_only(agency: Troupe) -> None:
    hidden = made(agency.owner.post("/projects", {"name": "Merger", "visibility": "members"}))
    made(agency.owner.post("/tasks", {"project_id": hidden["id"], "title": "Find a notary"}))
    assert "Find a notary" in Visitor(agency, agency.admin).read("/activity")
    assert "Find a notary" not in Visitor(agency, agency.member).read("/activity")
    assert "Merger" not in Visitor(agency, agency.member).read()
    agency.owner.put(f"/projects/{hidden['id']}/members/{agency.member.id}", {"role": "member"})
    assert "Find a notary" in Visitor(agency, agency.member).read("/activity")


def test_it_is_told_by_kind_and_by_person(agency: Troupe) -> None:
    made(agency.member.post("/clients", {"name": "Ginkgo KG"}))
    made(agency.colleague.post("/clients", {"name": "Salvia AG"}))
    visitor = Visitor(agency, agency.owner)
    by_member = visitor.read("/activity", person=agency.member.id)
    assert "Ginkgo KG" in by_member
    assert "Salvia AG" not in by_member
    tasks = visitor.read("/activity", kind="task")
    assert "Header" in tasks
    assert "Ginkgo KG" not in tasks
    assert "Ginkgo KG" in visitor.read("/activity", kind="nonsense", person="nobody")
    nothing = visitor.read("/activity", kind="label", person=agency.guest.id)
    assert "Nothing of that kind" in nothing


def test_it_goes_on_to_the_beginning_a_stretch_at_a_time(agency: Troupe) -> None:
    for number in range(60):
        made(agency.member.post("/clients", {"name": f"Client {number:02}"}))
    made(agency.colleague.post("/labels", {"name": "Rare"}))
    visitor, seen, path = Visitor(agency, agency.owner), "", "/nordlicht/activity"
    for _ in range(10):
        answer = visitor.get(path.removeprefix("/nordlicht"), part="before=" in path)
        seen += answer.text
        further = re.search(r'href="(/nordlicht/activity\?before=\d+)"', answer.text)
        if further is None:
            break
        path = further[1]
    assert all(seen.count(f"<bdi>Client {number:02}</bdi>") == 1 for number in range(60))
    assert "opened the space" in seen
    events.STRETCH, kept = 10, events.STRETCH
    try:
        rare = visitor.get("/activity", kind="user", before=agency.owner.last + 1)
        assert "Look further back" in rare.text
        assert '<ol class="timeline">\n</ol>' in rare.text
    finally:
        events.STRETCH = kept


def test_it_is_not_open_to_outsiders(agency: Troupe) -> None:
    for who in ("guest", "tax_advisor"):
        assert Visitor(agency, agency.people[who]).get("/activity").status_code == 403


def test_who_founds_a_space_was_invited_by_nobody(agency: Troupe) -> None:
    told = Visitor(agency, agency.owner).read("/activity", kind="user")
    assert "Kanwerk added" in told
    assert "Kanwerk invited" not in told
