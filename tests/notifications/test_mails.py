import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from kanwerk.config import Settings
from kanwerk.core import clock
from kanwerk.notifications import mailing, outbox
from kanwerk.notifications.models import NotificationMail
from tests.cast import Troupe, made
from tests.conftest import Hands
from tests.engines import ENGINES
from tests.notifications.smtp import mail_server
from tests.notifications.telling import (
    assign,
    at,
    comment,
    letters,
    lines,
    post,
    tell,
    watch,
    words,
)
from tests.serving import environment

MAIL = "mia@nordlicht.example"


@pytest.fixture
def noon(hands: Hands) -> Hands:
    """A Wednesday, at noon in Berlin."""
    hands.at = datetime(2026, 11, 25, 11, tzinfo=UTC)
    return hands


def with_smtp(agency: Troupe, url: str) -> Settings:
    return msgspec.structs.replace(
        agency.house.settings, smtp_url=url, mail_from="Kanwerk <kw@nordlicht.example>"
    )


def send(agency: Troupe, url: str) -> int:
    return mailing.send_due(agency.house.database, with_smtp(agency, url))


def test_a_burst_is_one_mail(agency: Troupe, noon: Hands) -> None:
    watch(agency, agency.member)
    assign(agency, agency.member)
    for number in range(20):
        comment(agency.owner, agency.task_id, f"No. {number}")
        comment(agency.colleague, agency.other_task_id, f"{at(agency.member)} no. {number}")
        tell(agency)
        noon.move(seconds=5)
        assert post(agency) == 0
    noon.move(seconds=119)
    assert post(agency) == 1
    assert post(agency) == 0
    (letter,) = letters(agency)
    assert letter["To"] == MAIL
    assert letter["Subject"] == "3 updates in Nordlicht"
    text = words(letter)
    assert "20 comments by Ola Nordby" in text
    assert "Max Öztürk mentioned you 20 times" in text
    assert text.index("Website\n=") < text.index("WEB-1 Header") < text.index("Ola Nordby assigned you")
    noon.move(hours=1)
    tell(agency)
    assert post(agency) == 0
    assert all(line["read_at"] is None for line in lines(agency.member))


def test_a_burst_that_does_not_end_is_mailed_after_ten_minutes(agency: Troupe, noon: Hands) -> None:
    watch(agency, agency.member)
    sent = []
    for minute in range(12):
        comment(agency.owner, agency.task_id, f"No. {minute}")
        tell(agency)
        if post(agency):
            sent.append(minute)
        noon.move(minutes=1)
    assert sent == [10]
    assert words(letters(agency)[0]).count("comment") >= 1


def test_what_was_read_meanwhile_needs_no_mail(agency: Troupe, noon: Hands) -> None:
    assign(agency, agency.member)
    tell(agency)
    agency.member.post("/notifications/read", {"all": True})
    noon.move(minutes=3)
    assert post(agency) == 0
    assert letters(agency) == []
    assert agency.house.database.read("SELECT count(*) FROM notification_mails", {})[0][0] == 0


def test_what_may_no_longer_be_seen_is_not_mailed_then_nor_later(agency: Troupe, noon: Hands) -> None:
    watch(agency, agency.member)
    comment(agency.owner, agency.task_id, "Soon a secret")
    tell(agency)
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": "members"})
    noon.move(minutes=3)
    assert post(agency) == 0
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": "space"})
    comment(agency.owner, agency.other_task_id, at(agency.member))
    tell(agency)
    noon.move(minutes=3)
    assert post(agency) == 1
    assert "secret" not in words(letters(agency)[0])


def test_the_deactivated_get_no_mail_even_if_one_waits(agency: Troupe, noon: Hands) -> None:
    assign(agency, agency.member)
    tell(agency)
    agency.owner.delete(f"/users/{agency.member.id}")
    noon.move(minutes=3)
    assert post(agency) == 0
    assert letters(agency) == []


def test_who_was_only_invited_gets_no_mail(agency: Troupe, noon: Hands) -> None:
    person = {"first_name": "Nia", "last_name": "New", "email": "nia@nordlicht.example", "role": "member"}
    body = {"project_id": agency.project_id, "title": "Menu"}
    body["assignee_ids"] = [made(agency.owner.post("/users", person))["id"]]
    made(agency.owner.post("/tasks", body))
    tell(agency)
    noon.move(minutes=3)
    assert post(agency) == 0


def test_guests_get_mails_of_what_is_external(agency: Troupe, noon: Hands) -> None:
    watch(agency, agency.guest)
    comment(agency.owner, agency.task_id, "Among us")
    comment(agency.owner, agency.task_id, "For you", visibility="external")
    tell(agency)
    noon.move(minutes=3)
    assert post(agency) == 1
    assert "For you" in words(letters(agency)[0])
    assert "Among us" not in words(letters(agency)[0])


def test_quiet_hours_hold_mails_back(agency: Troupe, noon: Hands) -> None:
    agency.member.patch("/notifications/settings", {"quiet_from": "11:00", "quiet_to": "14:00"})
    assign(agency, agency.member)
    tell(agency)
    noon.move(minutes=119)
    assert post(agency) == 0
    noon.move(minutes=1)
    assert post(agency) == 1


def test_quiet_hours_that_are_set_while_a_mail_waits_hold_it_back(agency: Troupe, noon: Hands) -> None:
    assign(agency, agency.member)
    tell(agency)
    agency.member.patch("/notifications/settings", {"quiet_from": "11:00", "quiet_to": "14:00"})
    noon.move(minutes=3)
    assert post(agency) == 0
    agency.member.patch("/notifications/settings", {"quiet_from": None, "quiet_to": None})
    noon.move(minutes=2)
    assert post(agency) == 1


@pytest.mark.parametrize(
    ("mails", "days", "subject"),
    [("daily", 1, "Your day in Nordlicht: 2 updates"), ("weekly", 5, "Your week in Nordlicht: 2 updates")],
)
def test_a_digest_gathers_what_came(agency: Troupe, noon: Hands, mails: str, days: int, subject: str) -> None:
    agency.member.patch("/notifications/settings", {"mails": mails})
    assign(agency, agency.member)
    tell(agency)
    noon.move(hours=5)
    assert post(agency) == 0
    comment(agency.owner, agency.other_task_id, at(agency.member))
    tell(agency)
    noon.at = datetime(2026, 11, 25, 6, 59, tzinfo=UTC) + timedelta(days=days)
    assert post(agency) == 0
    noon.move(minutes=1)
    assert post(agency) == 1
    (letter,) = letters(agency)
    assert letter["Subject"] == subject
    assert "WEB-1 Header" in words(letter)
    assert "WEB-2 Footer" in words(letter)


def test_no_mails_are_wanted(agency: Troupe, noon: Hands) -> None:
    agency.member.patch("/notifications/settings", {"mails": "none"})
    agency.colleague.patch("/notifications/settings", {"kinds": {"assigned": {"mail": False}}})
    assign(agency, agency.member, agency.colleague)
    tell(agency)
    noon.move(days=8)
    assert post(agency) == 0
    assert len(lines(agency.member)) == len(lines(agency.colleague)) == 1


def test_what_is_read_a_day_late_is_shown_and_not_mailed_at_once(agency: Troupe, noon: Hands) -> None:
    agency.colleague.patch("/notifications/settings", {"mails": "daily"})
    assign(agency, agency.member, agency.colleague)
    noon.move(days=1, minutes=1)
    tell(agency)
    assert len(lines(agency.member)) == 1
    noon.move(days=1)
    assert post(agency) == 1
    assert letters(agency)[0]["To"] == "max@nordlicht.example"


def test_hostile_titles_do_no_harm(agency: Troupe, noon: Hands) -> None:
    bad = '<script>alert(1)</script> & "quoted" \u2028Bcc: all@example.com ' + "long " * 80
    refused = agency.owner.patch(f"/tasks/{agency.task_id}", {"title": "a\r\nBcc: all@example.com"})
    assert refused.status_code == 422
    agency.owner.patch(f"/tasks/{agency.task_id}", {"title": bad.strip()})
    agency.owner.patch(
        f"/users/{agency.owner.id}", {"first_name": "=?utf-8?q?Bcc?=", "last_name": "<i>O</i>"}
    )
    watch(agency, agency.member)
    said = '</blockquote><img src="https://evil.example/x.png" onerror=go()> **{{ 7 * 7 }}** \r\n.\r\n'
    comment(agency.owner, agency.task_id, said)
    tell(agency)
    noon.move(minutes=3)
    with mail_server() as box:
        assert send(agency, box.url) == 1
        (raw,), (letter,) = box.taken, box.mails()
    head = raw.partition(b"\r\n\r\n")[0]
    assert not [line for line in head.split(b"\r\n") if line.lower().startswith(b"bcc")]
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert letter["To"] == MAIL
    assert len(letter["Subject"]) <= 200
    html, text = words(letter, "html"), words(letter)
    assert "<script" not in html
    assert "<img" not in html
    assert "<i>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{ 7 * 7 }}" in html
    assert "<script>alert(1)</script>" in text
    assert "&lt;" not in text
    assert "&amp;" not in text


def test_a_mail_says_how_to_end_it_in_headers_that_programs_can_read(agency: Troupe, noon: Hands) -> None:
    assign(agency, agency.member)
    tell(agency)
    noon.move(minutes=3)
    with mail_server() as box:
        config = msgspec.structs.replace(
            with_smtp(agency, box.url), public_url="https://work.a-long-name-of-an-agency.example.com"
        )
        assert mailing.send_due(agency.house.database, config) == 1
        (raw,), (letter,) = box.taken, box.mails()
    (ending,) = [line for line in raw.split(b"\r\n") if line.startswith(b"List-Unsubscribe:")]
    assert ending.startswith(
        b"List-Unsubscribe: <https://work.a-long-name-of-an-agency.example.com/unsubscribe/"
    )
    assert ending.endswith(b">")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Subject"] == "Ola Nordby assigned you: WEB-1 Header"
    assert letter["List-Unsubscribe"].strip("<>") in words(letter)


def test_a_mail_server_that_fails_gets_the_mail_again_later_and_nothing_is_lost(
    agency: Troupe, noon: Hands
) -> None:
    assign(agency, agency.member)
    tell(agency)
    noon.move(minutes=3)
    with mail_server("later") as box:
        waits = []
        for _ in range(6):
            before = noon.at
            while not box.tried:
                assert send(agency, box.url) == 0
                if not box.tried:
                    noon.move(minutes=1)
            waits.append((noon.at - before).total_seconds() / 60)
            box.tried = 0
        assert waits == [0, 1, 5, 15, 60, 60]
        comment(agency.owner, agency.other_task_id, at(agency.member))
        tell(agency)
        box.mood = "take"
        noon.move(minutes=60)
        assert send(agency, box.url) == 1
        (letter,) = box.mails()
    assert "Header" in words(letter)
    assert "Footer" in words(letter)


def test_no_mail_server_at_all_is_the_same(agency: Troupe, noon: Hands) -> None:
    assign(agency, agency.member)
    tell(agency)
    noon.move(minutes=3)
    assert send(agency, "smtp://127.0.0.1:9") == 0
    noon.move(minutes=1)
    assert post(agency) == 1


def test_an_address_that_is_refused_for_good_is_not_tried_again(agency: Troupe, noon: Hands) -> None:
    assign(agency, agency.member)
    tell(agency)
    noon.move(minutes=3)
    with mail_server("refuse") as box:
        assert send(agency, box.url) == 0
        noon.move(days=1)
        assert send(agency, box.url) == 0
        assert box.tried == 1
    assert len(lines(agency.member)) == 1


def test_who_dies_after_the_claim_leaves_the_mail_to_another(agency: Troupe, noon: Hands) -> None:
    assign(agency, agency.member)
    tell(agency)
    noon.move(minutes=3)
    mine = partial(outbox.claim, space_id=agency.space_id, user_id=agency.member.id)
    assert agency.house.database.write(mine) is not None
    assert agency.house.database.write(mine) is None
    assert post(agency) == 0
    noon.move(minutes=5, seconds=1)
    assert post(agency) == 1
    assert post(agency) == 0


def test_what_comes_while_a_mail_is_sent_is_in_the_next(
    agency: Troupe, noon: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(agency, agency.member)
    comment(agency.owner, agency.task_id, "First")
    tell(agency)
    noon.move(minutes=3)
    deliver = mailing.mail.deliver

    def slowly(config: Settings, message: Any) -> None:
        deliver(config, message)
        comment(agency.owner, agency.task_id, "Second")
        tell(agency)

    monkeypatch.setattr(mailing.mail, "deliver", slowly)
    assert post(agency) == 1
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", lambda: noon.at)
    noon.move(minutes=3)
    assert post(agency) == 1
    first, second = letters(agency)
    assert "First" in words(first)
    assert "Second" in words(second)
    assert first["Message-ID"] != second["Message-ID"]
    noon.move(minutes=30)
    assert post(agency) == 0


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_killed_in_the_middle_of_sending_it_is_sent_once_more_at_most_and_not_lost(
    agency: Troupe, tmp_path: Path
) -> None:
    """The process is killed when the mail server has the mail and has not said so yet."""
    database = agency.house.database
    with mail_server("silent") as box:
        variables = {"KANWERK_SMTP_URL": box.url, "KANWERK_PUBLIC_URL": "https://work.example.com"}
        env = environment(tmp_path, agency.house.settings.database_url) | variables
        assign(agency, agency.member)

        def begin() -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "kanwerk.background"]
            return subprocess.Popen(command, env=env)

        def let_be_due() -> None:
            long_ago = clock.now() - timedelta(hours=1)
            all_of_it = update(NotificationMail).values(due_at=long_ago, claimed_until=None)
            database.write(lambda session: session.execute(all_of_it))

        process = begin()
        wait_for(lambda: lines(agency.member))
        let_be_due()
        assert box.asked.wait(20)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        box.mood = "take"
        let_be_due()  # as when the claim has run out
        process = begin()
        wait_for(lambda: len(box.taken) > 1)
        wait_for(lambda: database.read("SELECT count(*) FROM notification_mails", {})[0][0] == 0)
        process.terminate()
        assert process.wait(15) == 0
    first, second = box.mails()
    assert first["Message-ID"] == second["Message-ID"]


def wait_for(what: Any, seconds: float = 25) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, what
        time.sleep(0.1)
