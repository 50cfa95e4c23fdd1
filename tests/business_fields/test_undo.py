"""In the browser, deleting a business field lets its projects go; undoing gives them back."""

from kanwerk.core.ids import new_id
from kanwerk.core.writes import Write
from kanwerk.people.identities import start_session
from kanwerk.people.models import User
from tests.cast import Troupe, made
from tests.flashes import flashes

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Browser:
    """A person's browser, without the looks."""

    def __init__(self, agency: Troupe, who: str) -> None:
        self.house = agency.house

        def job(db: Write) -> str:
            user = db.find(User, agency.people[who].id)
            assert user is not None
            assert user.identity_id is not None
            return start_session(db.session, user.identity_id, days=1, user_agent="test")

        self.cookie = agency.house.in_space(agency.space_id, job)

    def send(self, path: str, form: bytes = b"") -> tuple[str, str]:
        """Send a form and return what the next page says, and the address of its undo."""
        headers = {**FORM, "Cookie": f"kanwerk_session={self.cookie}"}
        answer = self.house.ask("POST", path, form, headers=headers)
        assert answer.status_code == 303, answer.text
        (flash,) = flashes(answer)
        return flash["text"], flash["undo"]


def field_of(agency: Troupe, project: str) -> str | None:
    field = agency.owner.get(f"/projects/{project}").json()["business_field"]
    return field["id"] if field else None


def test_undoing_a_delete_gives_the_projects_their_business_field_back(agency: Troupe) -> None:
    web, print_ = (
        made(agency.owner.post("/business-fields", {"name": name}))["id"] for name in ("Web", "Print")
    )
    one, two, three, four = (
        made(agency.owner.post("/projects", {"name": f"P {i}", "business_field_id": web}))["id"]
        for i in range(4)
    )
    agency.owner.patch(f"/projects/{four}", {"business_field_id": None})  # by hand, right before the delete
    browser, where = Browser(agency, "member"), f"/nordlicht/settings/business-fields/{web}"
    text, undo = browser.send(f"{where}/delete")
    assert text == "Deleted Web. Its projects have no business field now."
    assert [field_of(agency, each) for each in (one, two, three)] == [None] * 3
    agency.owner.patch(f"/projects/{two}", {"business_field_id": print_})
    agency.owner.delete(f"/projects/{three}")
    before = agency.owner.last
    assert browser.send(undo)[0] == "Web is back."
    told = [(event["type"], event["data"]["id"]) for event in agency.owner.events(before)]
    assert told == [("business_field.restored", web), ("project.updated", one)]
    assert [field_of(agency, each) for each in (one, two, four)] == [web, print_, None]
    assert browser.send(undo)[0] == "Web is back."
    assert agency.owner.last == before + 2


def test_an_undo_with_an_odd_count_takes_back_the_field_alone(agency: Troupe) -> None:
    web = made(agency.owner.post("/business-fields", {"name": "Web"}))["id"]
    browser, where = Browser(agency, "member"), f"/nordlicht/settings/business-fields/{web}"
    for count in ("", "x", "-1", "9" * 40, "²"):
        text, undo = browser.send(f"{where}/delete")
        assert (text, undo) == ("Deleted Web.", f"{where}/restore?projects=0")
        assert browser.send(f"{where}/restore?projects={count}")[0] == "Web is back."
    assert agency.owner.get(f"/business-fields/{web}").status_code == 200


def test_a_field_that_is_not_there_is_not_taken_back(agency: Troupe) -> None:
    browser = Browser(agency, "member")
    headers = {**FORM, "Cookie": f"kanwerk_session={browser.cookie}"}
    where = f"/nordlicht/settings/business-fields/{new_id()}/restore?projects=1"
    assert agency.house.ask("POST", where, b"", headers=headers).status_code == 404
