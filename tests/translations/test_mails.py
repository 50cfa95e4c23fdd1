"""Mails in the language and the zone of who gets them."""

from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest

from tests.cast import Troupe, made
from tests.conftest import Hands
from tests.notifications.telling import assign, comment, letters, morning, post, tell, watch, words
from tests.translations.test_pages import FORM, speaks

NIA = {"first_name": "Nia", "last_name": "New", "email": "nia@nordlicht.example"}


@pytest.mark.parametrize(
    ("locale", "language", "subject", "said"),
    [
        (
            "de-AT",
            "de",
            "4 Neuigkeiten: WEB-1 Header",
            ["Hallo Mia,", "Das ist neu für dich in Nordlicht.", "3 Kommentare von Ola Nordby",
             "Dir zugewiesen von Ola Nordby", "Solche Mails beenden"],
        ),
        (
            "sk-SK",
            "sk",
            "2 novinky: WEB-1 Header",
            ["Dobrý deň, Mia,", "Toto je pre vás nové v Nordlicht.", "3 komentáre", "Ola Nordby",
             "Takéto e-maily už neposielať"],
        ),
    ],
)  # fmt: skip
def test_a_mail_speaks_the_language_of_who_gets_it(
    agency: Troupe, hands: Hands, locale: str, language: str, subject: str, said: list[str]
) -> None:
    hands.at = datetime(2026, 11, 25, 11, tzinfo=UTC)
    speaks(agency, agency.member, locale)
    watch(agency, agency.member)
    assign(agency, agency.member)
    for number in range(3):
        comment(agency.owner, agency.task_id, f"No. {number}")
    tell(agency)
    hands.move(minutes=11)
    assert post(agency) == 1
    (letter,) = letters(agency)
    assert letter["Subject"].partition(":")[2] == subject.partition(":")[2]
    text, html = words(letter), words(letter, "html")
    assert f'<html lang="{language}">' in html
    for each in said:
        assert each in text
        assert each in html
    assert "mail" in letter["List-Unsubscribe"] or "/unsubscribe/" in letter["List-Unsubscribe"]


@pytest.mark.parametrize(
    ("locale", "words_of"), [("de-DE", "War am 24. Nov. 2026 fällig"), ("sk-SK", "Termín bol 24. 11. 2026")]
)
def test_a_day_in_a_mail_is_written_as_the_reader_writes_it(
    agency: Troupe, hands: Hands, locale: str, words_of: str
) -> None:
    hands.at = datetime(2026, 11, 24, 11, tzinfo=UTC)
    speaks(agency, agency.member, locale)
    body = {"project_id": agency.project_id, "title": "Menu", "due_date": str(date(2026, 11, 24))}
    made(agency.colleague.post("/tasks", {**body, "assignee_ids": [agency.member.id]}))
    hands.at = datetime(2026, 11, 25, 9, tzinfo=UTC)
    morning(agency)
    hands.move(minutes=11)
    assert post(agency) == 1
    assert words_of in words(letters(agency)[-1])


def test_an_invitation_speaks_the_language_of_the_space(agency: Troupe) -> None:
    agency.owner.patch(f"/spaces/{agency.space_id}", {"locale": "sk-SK"})
    speaks(agency, agency.admin, "en-GB")
    made(agency.admin.post("/users", {**NIA, "role": "member"}))
    wait_for(agency, 1)
    (letter,) = letters(agency)
    assert letter["Subject"] == "Ada Lindqvist vás pozýva do Nordlicht"
    assert "Dobrý deň, Nia," in words(letter)
    assert "Odkaz platí 7 dní." in words(letter) or "Odkaz platí 14 dní." in words(letter)


@pytest.mark.parametrize(
    ("locale", "subject", "said"),
    [
        ("de-DE", "Neues Passwort festlegen", "Der Link gilt ein einziges Mal und 1 Stunde lang."),
        ("sk-SK", "Nastavenie nového hesla", "Odkaz platí raz a 1 hodinu."),
    ],
)
def test_a_new_password_is_mailed_in_the_language_of_the_person(
    agency: Troupe, locale: str, subject: str, said: str
) -> None:
    speaks(agency, agency.member, locale)
    body = urlencode({"email": "mia@nordlicht.example"}).encode()
    answer = agency.house.ask("POST", "/forgot-password", body, headers=FORM | {"Accept-Language": "en"})
    assert answer.status_code == 200
    wait_for(agency, 1)
    (letter,) = letters(agency)
    assert letter["Subject"] == subject
    assert said in words(letter)


def wait_for(agency: Troupe, count: int) -> None:
    from tests.cast import mails

    assert len(mails(agency, count)) == count
