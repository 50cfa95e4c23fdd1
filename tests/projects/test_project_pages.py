"""Projects in the browser, without a browser: who sees what, forms, statements, what is written."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from httpx import Response

from kanwerk.core.writes import Write
from kanwerk.people.identities import start_session
from kanwerk.people.models import User
from tests.cast import Troupe, made, today
from tests.core.test_statements import counted
from tests.flashes import flashes

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SPACE = "/nordlicht"
PROJECTS = f"{SPACE}/projects"
WEB = f"{PROJECTS}/WEB"


class Browser:
    """A person's browser, without the looks."""

    def __init__(self, agency: Troupe, who: str) -> None:
        self.house = agency.house

        def job(db: Write) -> str:
            user = db.find(User, agency.people[who].id)
            assert user is not None
            assert user.identity_id is not None
            return start_session(db.session, user.identity_id, days=1, user_agent="test")

        self.cookie = {"Cookie": f"kanwerk_session={agency.house.in_space(agency.space_id, job)}"}

    def get(self, path: str, **query: Any) -> Response:
        return self.house.ask("GET", path, headers=self.cookie, query=query)

    def more(self, path: str) -> Response:
        """Ask for the next rows of an endless list, as htmx does."""
        return self.house.ask("GET", path, headers={**self.cookie, "HX-Request-Type": "partial"})

    def post(self, path: str, **form: Any) -> Response:
        body = urlencode(form, doseq=True).encode()
        return self.house.ask("POST", path, body, headers={**FORM, **self.cookie})

    def sent(self, path: str, **form: Any) -> tuple[str, dict[str, Any]]:
        """Send a form that is taken; return where it leads and what the next page says."""
        answer = self.post(path, **form)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"], next(iter(flashes(answer)), {})


@pytest.fixture
def owner(agency: Troupe) -> Browser:
    return Browser(agency, "owner")


GETS = ("", "/WEB", "/WEB/members", "/WEB/activity", "/WEB/settings", "/WEB/edit", "/WEB/duplicate", "/new")
POSTS = (
    "/WEB/edit",
    "/WEB/duplicate",
    "/WEB/archive",
    "/WEB/unarchive",
    "/WEB/delete",
    "/WEB/restore",
    "/WEB/members",
    "/WEB/members/{user}/role",
    "/WEB/members/{user}/remove",
    "/WEB/columns",
    "/WEB/columns/reorder",
    "/WEB/columns/{column}",
    "/WEB/columns/{column}/move",
    "/WEB/columns/{column}/delete",
    "/WEB/labels",
    "/WEB/labels/{label}",
    "/WEB/labels/{label}/delete",
    "/WEB/labels/{label}/restore",
)


def filled(agency: Troupe, path: str) -> str:
    ids = {"user": agency.guest.id, "column": agency.column_ids[0], "label": agency.label_id}
    return PROJECTS + path.format(**ids)


def test_nobody_but_those_of_the_space_finds_its_projects(agency: Troupe, rival: Troupe) -> None:
    stranger = Browser(rival, "owner")
    for path in GETS:
        assert stranger.get(PROJECTS + path).status_code == 404, path
    for path in (*POSTS, "/WEB/star", "/WEB/unstar", "/new"):
        assert stranger.post(filled(agency, path)).status_code == 404, path


def test_a_project_for_its_members_is_not_there_for_others(agency: Troupe) -> None:
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": "members"})
    member = Browser(agency, "member")
    for path in GETS:
        if path.startswith("/WEB"):
            assert member.get(PROJECTS + path).status_code == 404, path
    for path in (*POSTS, "/WEB/star"):
        assert member.post(filled(agency, path)).status_code == 404, path
    assert "Website" not in member.get(PROJECTS).text
    assert member.get(PROJECTS, q="website").text.count("Nothing matches") == 1


def test_who_does_not_manage_a_project_reads_its_settings_and_changes_nothing(agency: Troupe) -> None:
    member = Browser(agency, "member")
    page = member.get(f"{WEB}/settings")
    assert page.status_code == 200
    assert "Only those who manage this project" in page.text
    assert 'name="wip_limit"' not in page.text
    assert "Let somebody in" not in member.get(f"{WEB}/members").text
    assert member.get(f"{WEB}/edit").status_code == 403
    last = agency.owner.last
    for path in POSTS:
        if "duplicate" not in path:  # who sees a project may take it as a template
            assert member.post(filled(agency, path)).status_code == 403, path
    assert agency.owner.last == last


def test_guests_see_their_own_projects_without_money_and_tax_advisors_none(agency: Troupe) -> None:
    agency.owner.patch(
        f"/projects/{agency.project_id}",
        {"budget_amount": "9876.00", "budget_seconds": 3600 * 543, "hourly_rate": "123.00"},
    )
    made(agency.owner.post("/projects", {"name": "Other work"}))
    guest = Browser(agency, "guest")
    listed = guest.get(PROJECTS)
    assert "Website" in listed.text
    assert "Other work" not in listed.text
    shown = guest.get(WEB)
    assert shown.status_code == 200
    assert "Website" in shown.text
    for secret in ("9,876", "543\u00a0h", "€123", "Budget"):
        assert secret not in shown.text
    for path in ("/WEB/activity", "/WEB/settings", "/WEB/edit", "/new"):
        assert guest.get(PROJECTS + path).status_code == 403, path
    main = guest.get(f"{WEB}/members").text.partition('id="main"')[2].partition("</main>")[0]
    assert "Gus" in main
    assert "@nordlicht.example" not in main
    for path in POSTS:
        assert guest.post(filled(agency, path)).status_code == 403, path
    adviser = Browser(agency, "tax_advisor")
    for path in GETS:
        assert adviser.get(PROJECTS + path).status_code == 403, path
    assert "side-projects" not in adviser.get(SPACE).text


def crowd(agency: Troupe, count: int) -> None:
    clients = [agency.client_id, agency.other_client_id, None]
    for at in range(0, count, 500):
        items = [
            {"name": f"Project {i:04}", "client_id": clients[i % 3], "lead_id": agency.member.id}
            for i in range(at, min(at + 500, count))
        ]
        answer = agency.owner.post("/projects/bulk", {"items": items})
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("by", ["client", "status", "lead", "name", "due_date"])
def test_the_list_costs_the_same_statements_however_many_projects_there_are(
    agency: Troupe, owner: Browser, by: str
) -> None:
    costs = []
    for more in (3, 120):
        crowd(agency, more)
        with counted(agency.house) as statements:
            assert owner.get(PROJECTS, by=by).status_code == 200
        costs.append(len(statements))
    assert costs[0] <= (12 if by == "due_date" else 11), (
        costs
    )  # a sort that may be empty is read in two parts
    assert costs[1] <= costs[0]


@pytest.mark.parametrize("by", ["client", "status", "lead", "name", "due_date"])
def test_the_list_goes_on_to_its_end_without_twins_and_says_each_group_once(
    agency: Troupe, owner: Browser, by: str
) -> None:
    crowd(agency, 119)
    text = owner.get(PROJECTS, by=by).text
    pages = [text]
    while 'class="sentinel"' in text:
        address = text.split('class="sentinel"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
        text = owner.more(address).text
        assert "<html" not in text
        pages.append(text)
        assert len(pages) < 5, address
    assert len(pages) == 3
    ids = [
        part.split('"')[0] for page in pages for part in page.split('id="project-')[1:] if "-" in part[:37]
    ]
    ids = [each for each in ids if len(each) == 36]
    assert len(ids) == 120
    assert len(set(ids)) == 120
    heads = [each.split("</h2>")[0] for page in pages for each in page.split('class="group-head"')[1:]]
    assert len(heads) == len(set(heads)) == {"client": 3, "status": 1, "lead": 2}.get(by, 0)


def test_the_list_is_narrowed_by_its_address_and_forgives_a_wrong_one(agency: Troupe, owner: Browser) -> None:
    field = made(agency.owner.post("/business-fields", {"name": "Print"}))["id"]
    body = {
        "name": "Brochure",
        "status": "on_hold",
        "business_field_id": field,
        "client_id": agency.other_client_id,
    }
    made(agency.owner.post("/projects", {**body, "lead_id": agency.member.id}))
    archived = made(agency.owner.post("/projects", {"name": "Old site"}))["id"]
    agency.owner.post(f"/projects/{archived}/archive")

    def names(**asked: str) -> set[str]:
        text = owner.get(PROJECTS, **asked).text.split('id="results"')[1]
        return {name for name in ("Website", "Brochure", "Old site") if f">{name}</a>" in text}

    assert names() == {"Website", "Brochure"}
    assert names(status="on_hold") == {"Brochure"}
    assert names(business_field_id=field) == {"Brochure"}
    assert names(client_id=agency.other_client_id) == {"Brochure"}
    assert names(lead_id=agency.member.id) == {"Brochure"}
    assert names(archived="true") == {"Old site"}
    assert names(q="bröchure") == {"Brochure"}
    assert names(q="web") == {"Website"}
    assert names(status="nonsense", client_id="x", by="nothing", cursor="gone") == {"Website", "Brochure"}
    assert names(status="planned") == set()
    member = Browser(agency, "member")
    assert "Brochure" in member.get(PROJECTS, mine="true").text.split('id="results"')[1]
    assert ">Website</a>" not in member.get(PROJECTS, mine="true").text.split('id="results"')[1]


def test_a_star_is_a_persons_own_and_no_news_for_others(agency: Troupe, owner: Browser) -> None:
    member, last = Browser(agency, "member"), agency.owner.last
    for _ in range(2):
        where, _flash = member.sent(f"{WEB}/star", back=f"{SPACE}/clients?q=a")
        assert where == f"{SPACE}/clients?q=a"
    assert agency.owner.last == last
    starred = 'action="/nordlicht/projects/WEB/unstar"'
    assert starred in member.get(PROJECTS).text
    assert "Favourites" in member.get(SPACE).text
    assert starred not in owner.get(PROJECTS).text
    assert ">Website</a>" in member.get(PROJECTS, favourite="true").text.split('id="results"')[1]
    assert "Nothing matches" in owner.get(PROJECTS, favourite="true").text
    assert member.sent(f"{WEB}/unstar", back="https://evil.example/")[0] == PROJECTS
    assert starred not in member.get(PROJECTS).text
    guest = Browser(agency, "guest")
    guest.sent(f"{WEB}/star")
    assert starred in guest.get(PROJECTS).text


def test_the_side_bar_costs_one_statement_and_shows_ones_own_where_there_are_many(agency: Troupe) -> None:
    member = Browser(agency, "member")
    with counted(agency.house) as statements:
        page = member.get(f"{SPACE}/settings/password").text
    asked = [sql for sql, _ in statements if "project_favourites" in sql]
    assert len(asked) == 1
    assert "By client" in page
    assert "Aster Media" in page
    crowd(agency, 70)
    agency.owner.put(f"/projects/{agency.project_id}/members/{agency.colleague.id}", {"role": "member"})
    page = Browser(agency, "colleague").get(f"{SPACE}/settings/password").text
    assert "Your projects" in page
    assert ">Website</span>" in page
    assert "Project 0001" not in page
    assert "All projects" in page


DETAILS = {
    "name": "Shop & <b>more</b>",
    "shortcode": "shp",
    "status": "planned",
    "start_date": "2026-01-05",
    "due_date": "2026-03-31",
    "visibility": "space",
    "billing_method": "fixed",
    "currency": "EUR",
    "budget_hours": "120,5",
    "budget_amount": "12 000.50",
    "hourly_rate": "",
    "retainer_months": "",
    "description": "**Bold** and <script>alert(1)</script>",
    "external_id": "",
}


def test_a_project_is_added_with_all_its_members_and_custom_fields(agency: Troupe, owner: Browser) -> None:
    options = [{"name": "Fixed"}, {"name": "Open"}]
    for name, kind in (("Contract", "multi_select"), ("Floors", "number"), ("Live", "checkbox")):
        body = {"name": name, "applies_to": "project", "kind": kind}
        made(agency.owner.post("/fields", body | ({"options": options} if kind == "multi_select" else {})))
    page = owner.get(f"{PROJECTS}/new", client_id=agency.client_id).text
    assert f'<option value="{agency.client_id}" selected>' in page
    custom = {"fields/contract": ["", "fixed", "open"], "fields/floors": "2,5", "fields/live": "false"}
    members = {**DETAILS, **custom, "client_id": agency.client_id, "lead_id": agency.member.id}
    where, flash = owner.sent(f"{PROJECTS}/new", **members)
    assert where == f"{PROJECTS}/SHP"
    assert flash["text"] == "Added Shop & <b>more</b>."
    (listed,) = agency.owner.get("/projects?shortcode=SHP").json()["data"]
    project = agency.owner.get(f"/projects/{listed['id']}").json()
    assert (project["budget_seconds"], project["budget_amount"]) == (433_800, "12000.50")
    assert project["fields"] == {"contract": ["fixed", "open"], "floors": 2.5, "live": False}
    assert project["lead"]["id"] == agency.member.id
    shown = owner.get(where).text
    assert "<strong>Bold</strong>" in shown
    assert "<script>alert" not in shown
    assert "<b>more</b>" not in shown
    assert "Fixed, Open" in " ".join(shown.split()).replace(" ,", ",")


def test_faults_stand_beside_their_fields_and_what_was_typed_stays(agency: Troupe, owner: Browser) -> None:
    wrong = {
        **DETAILS,
        "name": "",
        "shortcode": "w b!",
        "due_date": "2025-01-01",
        "budget_hours": "a week",
        "retainer_months": "2.5",
        "description": "kept <as> typed",
    }
    answer = owner.post(f"{PROJECTS}/new", **wrong)
    assert answer.status_code == 422
    assert "A number of hours, such as 40 or 7.5." in answer.text
    assert "A whole number of months." in answer.text
    assert "kept &lt;as&gt; typed" in answer.text
    assert 'value="a week"' in answer.text
    wrong |= {"budget_hours": "", "retainer_months": "", "budget_amount": "much"}
    answer = owner.post(f"{PROJECTS}/new", **wrong)
    assert "This is needed." in answer.text
    assert "2 to 10 letters and digits." in answer.text
    assert "An amount, such as 12000.00." in answer.text
    wrong |= {"name": "Shop", "shortcode": "SHP", "budget_amount": ""}
    answer = owner.post(f"{PROJECTS}/new", **wrong)
    assert "due before it starts" in answer.text
    answer = owner.post(f"{PROJECTS}/new", **{**DETAILS, "shortcode": "web"})
    assert answer.status_code == 409
    assert "belongs to another project" in answer.text
    assert len(agency.owner.get("/projects").json()["data"]) == 1


def version(page: str) -> str:
    found = page.partition('name="version" value="')[2].partition('"')[0]
    return found.replace("&#34;", '"').replace("&quot;", '"')


def test_a_form_that_was_overtaken_shows_both_versions_and_loses_neither(
    agency: Troupe, owner: Browser
) -> None:
    base = {
        **DETAILS,
        "name": "Website",
        "shortcode": "WEB",
        "status": "active",
        "client_id": agency.client_id,
    }
    held = version(owner.get(f"{WEB}/edit").text)
    agency.admin.patch(f"/projects/{agency.project_id}", {"name": "Their site", "budget_seconds": 7200})
    mine = {**base, "name": "My site", "version": held}
    answer = owner.post(f"{WEB}/edit", **mine)
    assert answer.status_code == 412
    for text in ("My site", "Their site", "120,5", "Keep mine", "Take theirs", "Budget in hours"):
        assert text in answer.text, text
    assert agency.owner.get(f"/projects/{agency.project_id}").json()["name"] == "Their site"
    where, _ = owner.sent(f"{WEB}/edit", **{**mine, "shortcode": "SITE", "version": version(answer.text)})
    assert where == f"{PROJECTS}/SITE"
    assert owner.get(WEB).status_code == 200  # the old address keeps leading there
    assert agency.owner.get(f"/projects/{agency.project_id}").json()["name"] == "My site"


def test_an_overview_shows_what_is_late_and_what_comes_next(agency: Troupe, owner: Browser) -> None:
    columns = dict(zip(("backlog", "to_do", "doing", "done"), agency.column_ids, strict=True))
    for title, days, column in (
        ("Long due", -3, "doing"),
        ("Due soon", 2, "to_do"),
        ("Was done", -5, "done"),
        ("No date", None, "backlog"),
    ):
        body: dict[str, Any] = {"project_id": agency.project_id, "title": title, "column_id": columns[column]}
        if days is not None:
            body["due_date"] = (today() + timedelta(days=days)).isoformat()
        made(agency.owner.post("/tasks", body))
    text = owner.get(WEB).text
    late = text.split('id="overdue"')[1].split("</section>")[0]
    coming = text.split('id="next"')[1].split("</section>")[0]
    assert "Long due" in late
    assert "Was done" not in late
    assert "Due soon" in coming
    assert "No date" not in coming
    assert 'data-task="WEB-' in coming
    assert "1 of 5 open tasks is overdue." in text
    assert "At risk" in text
    agency.owner.patch(
        f"/projects/{agency.project_id}", {"due_date": (today() - timedelta(days=2)).isoformat()}
    )
    text = owner.get(WEB).text
    assert "Late" in text
    assert "2 days late" in text


def test_a_project_goes_to_the_trash_after_a_question_and_comes_back(agency: Troupe, owner: Browser) -> None:
    question = owner.post(f"{WEB}/delete")
    assert question.status_code == 409
    assert "Its 2 tasks go to the trash with it." in question.text
    where, flash = owner.sent(f"{WEB}/delete", tasks="trash")
    assert (where, flash["undo"]) == (PROJECTS, f"{WEB}/restore")
    gone = owner.get(WEB)
    assert gone.status_code == 404
    assert "Website was deleted" in gone.text
    assert "Restore" in gone.text
    assert "Restore" not in Browser(agency, "member").get(WEB).text
    assert owner.sent(flash["undo"])[0] == WEB
    assert agency.owner.get(f"/tasks/{agency.task_id}").status_code == 200


def test_a_project_is_archived_and_its_forms_are_gone_until_it_is_back(
    agency: Troupe, owner: Browser
) -> None:
    where, flash = owner.sent(f"{WEB}/archive")
    assert where == WEB
    assert f"{WEB}/edit" not in owner.get(WEB).text
    assert 'name="wip_limit"' not in owner.get(f"{WEB}/settings").text
    assert owner.post(f"{WEB}/columns/{agency.column_ids[0]}/move", to="right").status_code == 409
    assert owner.sent(flash["undo"])[0] == WEB
    assert f"{WEB}/edit" in owner.get(WEB).text


def test_a_project_is_the_template_of_another(agency: Troupe, owner: Browser) -> None:
    assert "(copy)" in owner.get(f"{WEB}/duplicate").text
    where, _ = owner.sent(
        f"{WEB}/duplicate",
        name="Second site",
        shortcode="two",
        client_id="",
        start_date="2027-01-04",
        tasks="true",
    )
    assert where == f"{PROJECTS}/TWO"
    (listed,) = agency.owner.get("/projects?shortcode=TWO").json()["data"]
    assert (listed["client_id"], listed["start_date"]) == (None, "2027-01-04")
    assert len(agency.owner.get(f"/tasks?project_id={listed['id']}").json()["data"]) == 2
    refused = owner.post(f"{WEB}/duplicate", shortcode="WEB", start_date="soon", name="Kept")
    assert refused.status_code in (409, 422)
    assert 'value="Kept"' in refused.text


def test_people_are_let_in_given_a_role_and_taken_out(agency: Troupe, owner: Browser) -> None:
    here, colleague = f"{WEB}/members", agency.colleague.id
    assert owner.post(here, user_id="").status_code == 422
    assert "Choose somebody." in owner.post(here, user_id="nobody", role="member").text
    owner.sent(here, user_id=colleague, role="member")
    owner.sent(f"{here}/{colleague}/role", role="manager")

    def roles() -> dict[str, str]:
        members = agency.owner.get(f"/projects/{agency.project_id}/members").json()["data"]
        return {each["user"]["id"]: each["role"] for each in members}

    assert roles()[colleague] == "manager"
    manager = Browser(agency, "colleague")
    _, flash = manager.sent(f"{here}/{agency.guest.id}/remove")
    assert agency.guest.id not in roles()
    owner.sent(flash["undo"])
    assert roles()[agency.guest.id] == "guest"
    _, flash = owner.sent(f"{here}/{colleague}/remove")
    owner.sent(flash["undo"])
    assert roles()[colleague] == "manager"


def columns_of(agency: Troupe) -> list[dict[str, Any]]:
    return agency.owner.get(f"/projects/{agency.project_id}/columns").json()["data"]


def test_columns_are_added_changed_moved_and_deleted(agency: Troupe, owner: Browser) -> None:
    here, (backlog, to_do, doing, done) = f"{WEB}/columns", agency.column_ids
    owner.sent(here, name="Review", kind="started", color="pink", wip_limit="3")
    assert [each["name"] for each in columns_of(agency)][-1] == "Review"
    review = columns_of(agency)[-1]
    assert (review["color"], review["wip_limit"]) == ("pink", 3)
    owner.sent(f"{here}/{review['id']}/move", to="left")
    assert [each["id"] for each in columns_of(agency)] == [backlog, to_do, doing, review["id"], done]
    owner.sent(f"{here}/reorder", ids=[done, review["id"], doing, to_do, backlog])
    assert columns_of(agency)[0]["id"] == done
    owner.sent(f"{here}/{doing}", name="Making", kind="started", color="blue", wip_limit="")
    assert "Making" in {each["name"] for each in columns_of(agency)}
    answer = owner.post(f"{here}/{doing}", name="", kind="started", color="blue", wip_limit="many")
    assert answer.status_code == 422
    assert "A whole number from 1 to 10,000, or nothing." in answer.text
    assert 'value="many"' in answer.text
    assert owner.post(f"{here}/{to_do}/delete").status_code == 409
    owner.sent(f"{here}/{to_do}/delete", move_to=doing)
    assert agency.owner.get(f"/tasks/{agency.task_id}").json()["column"]["id"] == doing
    last = owner.post(f"{here}/{done}/delete", move_to=doing)
    assert last.status_code == 409
    assert "last column of the kind done" in last.text


def test_a_column_of_another_project_is_not_changed_at_this_address(agency: Troupe, owner: Browser) -> None:
    made(agency.owner.post("/projects", {"name": "Other", "shortcode": "OTH"}))
    answer = owner.post(f"{PROJECTS}/OTH/columns/{agency.column_ids[0]}", name="Taken over", kind="backlog")
    assert answer.status_code == 404
    assert "Taken over" not in {each["name"] for each in columns_of(agency)}


@pytest.mark.parametrize("base", [f"{WEB}/labels", f"{SPACE}/settings/labels"])
def test_labels_are_added_changed_merged_deleted_and_brought_back(
    agency: Troupe, owner: Browser, base: str
) -> None:
    owner.sent(base, name="Waiting", color="amber")
    owner.sent(base, name="Blocked", color="red")
    labels = {each["name"]: each["id"] for each in agency.owner.get("/labels").json()["data"]}
    again = owner.post(base, name="waiting", color="blue")
    assert again.status_code == 409
    assert "here already" in again.text
    owner.sent(f"{base}/{labels['Waiting']}", name="On ice", color="cyan")
    agency.owner.put(f"/tasks/{agency.task_id}/labels/{labels['Waiting']}")
    owner.sent(f"{base}/{labels['Waiting']}/delete", merge_into=labels["Blocked"])
    task = agency.owner.get(f"/tasks/{agency.task_id}").json()
    assert [each["name"] for each in task["labels"]] == ["Blocked"]
    _, flash = owner.sent(f"{base}/{labels['Blocked']}/delete", merge_into="")
    assert agency.owner.get(f"/tasks/{agency.task_id}").json()["labels"] == []
    owner.sent(flash["undo"])
    assert "Blocked" in {each["name"] for each in agency.owner.get("/labels").json()["data"]}
    assert owner.post(f"{base}/{labels['Blocked']}", name="", color="red").status_code == 422


def test_custom_fields_are_added_changed_deleted_and_brought_back(agency: Troupe, owner: Browser) -> None:
    here = f"{SPACE}/settings/fields"
    assert Browser(agency, "member").get(here).status_code == 403
    owner.sent(here, name="Contract", applies_to="project", kind="select", options="Fixed\n\nOpen\nFixed")
    (field,) = agency.owner.get("/fields").json()["data"]
    assert [each["name"] for each in field["options"]] == ["Fixed", "Open"]
    agency.owner.patch(f"/projects/{agency.project_id}", {"fields": {"contract": "fixed"}})
    given = {
        "name": "Kind of contract",
        "option/fixed": "Fixed price",
        "option/open": "",
        "options": "Hourly",
    }
    owner.sent(f"{here}/{field['id']}", **given, offered="fixed")
    (field,) = agency.owner.get("/fields").json()["data"]
    assert [(each["value"], each["name"]) for each in field["options"]] == [
        ("fixed", "Fixed price"),
        ("hourly", "Hourly"),
    ]
    answer = owner.post(
        f"{here}/{field['id']}", **{"name": "X", "option/fixed": "", "option/hourly": "Hourly"}
    )
    assert answer.status_code == 409
    assert "cannot go; archive it" in answer.text
    assert owner.post(here, name="", applies_to="project", kind="text").status_code == 422
    _, flash = owner.sent(f"{here}/{field['id']}/delete")
    assert agency.owner.get(f"/projects/{agency.project_id}").json()["fields"] == {}
    owner.sent(flash["undo"])
    assert agency.owner.get(f"/projects/{agency.project_id}").json()["fields"] == {"contract": "fixed"}


def test_a_clients_page_leads_to_its_projects(agency: Troupe, owner: Browser) -> None:
    text = owner.get(f"{SPACE}/clients/{agency.client_id}").text
    assert f'href="{WEB}"' in text
    assert "0 of 2 tasks done" in text
    assert f"{PROJECTS}/new?client_id={agency.client_id}" in text
