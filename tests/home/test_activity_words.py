"""Activity says what people understand: names instead of codes, words instead of Markdown, only news."""

import html
import re
from urllib.parse import quote

import pytest

from tests.cast import Troupe, made
from tests.tasks.browsing import Browser

ACTIVITY = "/projects/WEB/activity"


@pytest.fixture
def owner(agency: Troupe) -> Browser:
    return Browser(agency, agency.owner)


def lines(page: str) -> list[str]:
    """Return each event's words."""
    found = re.findall(r'<div class="timeline-line">(.*?)</div>\s*</li>', page, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", each)).split()) for each in found]


def test_a_move_says_where_to_and_done_says_it_once(agency: Troupe, owner: Browser) -> None:
    agency.owner.post(f"/tasks/{agency.task_id}/move", {"column_id": agency.column_ids[3]})
    completed, moved = lines(owner.get(ACTIVITY).text)[:2]
    assert re.search(r"completed the task Header · [^,]*$", completed)
    assert moved.endswith("Done")
    assert "Place" not in moved


def test_comments_are_told_without_signs_and_reactions_as_such(agency: Troupe, owner: Browser) -> None:
    body = "**Bold** and `code` <b>\n\n- one"
    comment = made(agency.owner.post(f"/tasks/{agency.task_id}/comments", {"body": body}))
    agency.member.put(f"/comments/{comment['id']}/reactions/{quote('👍')}")
    reacted, said = lines(owner.get(ACTIVITY).text)[:2]
    assert "commented: Bold and code <b> one ·" in said
    assert "reacted to a comment: Bold and code" in reacted
    assert "👍" not in reacted


def test_people_who_come_into_a_project_are_no_bare_ids(agency: Troupe, owner: Browser) -> None:
    agency.owner.ask(
        "PUT", f"/projects/{agency.project_id}/members/{agency.colleague.id}", {"role": "member"}
    )
    told = lines(owner.get(ACTIVITY).text)[0]
    assert "let somebody into the project" in told
    assert agency.colleague.id.lower() not in told.lower()


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-GB", ("Country Germany", "Payment term 30 days", "Language German (Germany)")),
        ("de-DE", ("Land Deutschland", "30 Tage", "Sprache Deutsch (Deutschland)")),
        ("sk-SK", ("Krajina Nemecko", "30 dní", "Jazyk Nemčina (Nemecko)")),
    ],
)
def test_what_a_client_was_given_is_told_in_words(
    agency: Troupe, owner: Browser, locale: str, words: tuple[str, ...]
) -> None:
    invoicing = {"country": "DE", "payment_term_days": 30, "locale": "de-DE"}
    agency.owner.patch(f"/clients/{agency.client_id}/invoicing", invoicing)
    agency.owner.patch(f"/users/{agency.owner.id}", {"locale": locale})
    told = " ".join(lines(owner.get(f"/clients/{agency.client_id}").text))
    for each in words:
        assert each in told


def test_every_member_of_a_task_has_its_name_in_each_language(agency: Troupe, owner: Browser) -> None:
    agency.owner.patch(f"/tasks/{agency.task_id}", {"priority": "high", "description": "x"})
    agency.owner.put(f"/tasks/{agency.task_id}/relations/blocks/{agency.other_task_id}")
    agency.owner.patch(f"/users/{agency.owner.id}", {"locale": "de-DE"})
    told = " ".join(lines(owner.get(ACTIVITY).text))
    for each in ("Priorität", "Beschreibung", "Blockiert"):
        assert each in told
    assert "Description" not in told
