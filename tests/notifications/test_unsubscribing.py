import re
from typing import Any

import pytest
from httpx import Response

from kanwerk.core.secrets import signing_key
from kanwerk.notifications.unsubscribing import opened, token
from tests.cast import Troupe
from tests.conftest import Hands
from tests.notifications.telling import assign, at, comment, letters, lines, post, tell

ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"
PARTS = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'


def link(agency: Troupe, *kinds: str) -> str:
    key = signing_key(agency.house.database, "unsubscribe")
    return f"/unsubscribe/{token(key, agency.space_id, agency.member.id, kinds)}"


def follow(agency: Troupe, path: str, body: bytes = ONE_CLICK, kind: str = FORM, **headers: str) -> Response:
    return agency.house.ask("POST", path, body, headers={"Content-Type": kind, **headers})


def wanted(agency: Troupe) -> dict[str, Any]:
    settings = agency.member.get("/notifications/settings").json()
    return {kind: ways["mail"] for kind, ways in settings["kinds"].items()} | {"mails": settings["mails"]}


def test_the_link_of_a_mail_ends_mails_of_its_kinds(agency: Troupe, hands: Hands) -> None:
    assign(agency, agency.member)
    tell(agency)
    hands.move(minutes=3)
    assert post(agency) == 1
    path = re.sub(r"^<https?://[^/]+|>$", "", letters(agency)[0]["List-Unsubscribe"])
    answer = follow(agency, path)
    assert answer.status_code == 200
    assert "You are to do a task" in answer.text
    assert wanted(agency)["assigned"] is False
    assert wanted(agency)["mentioned"] is True
    assign(agency, agency.member, task_id=agency.other_task_id)
    comment(agency.owner, agency.task_id, at(agency.member))
    tell(agency)
    hands.move(minutes=3)
    assert post(agency) == 1
    assert letters(agency)[1]["Subject"] == "Ola Nordby mentioned you: WEB-1 Header"
    assert len(lines(agency.member)) == 3


def test_looking_at_the_page_ends_nothing(agency: Troupe) -> None:
    before = wanted(agency)
    for method in ("GET", "HEAD"):
        assert agency.house.ask(method, link(agency, "assigned")).status_code == 200
    assert wanted(agency) == before


@pytest.mark.parametrize(
    ("body", "kind", "headers"),
    [
        (ONE_CLICK, FORM, {}),
        (PARTS, "multipart/form-data; boundary=b", {}),
        (b"", FORM, {}),
        (ONE_CLICK, FORM, {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example.com"}),
        (ONE_CLICK, FORM, {"Origin": "null"}),
    ],
)
def test_a_mail_programs_post_is_taken_wherever_it_comes_from(
    agency: Troupe, body: bytes, kind: str, headers: dict[str, str]
) -> None:
    for _ in range(2):
        assert follow(agency, link(agency, "commented", "overdue"), body, kind, **headers).status_code == 200
    assert {kind for kind, on in wanted(agency).items() if on is False} == {"commented", "overdue"}


def test_all_mails_can_be_ended_from_the_page(agency: Troupe) -> None:
    answer = follow(agency, link(agency, "assigned"), b"all=true")
    assert "no mails of notifications any more" in answer.text
    assert wanted(agency)["mails"] == "none"
    assert wanted(agency)["assigned"] is True


def test_a_link_that_is_not_ours_leads_nowhere(agency: Troupe, rival: Troupe) -> None:
    good = link(agency, "assigned")
    signed = good.rpartition("/")[2]
    for bad in (
        good[:-1],
        good + "A",
        good[:-2] + ("AA" if not good.endswith("AA") else "BB"),
        f"/unsubscribe/{signed[1:]}",
        "/unsubscribe/x",
        "/unsubscribe/%C3%BC",
        "/unsubscribe/" + "A" * 4000,
    ):
        assert follow(agency, bad).status_code in (404, 414), bad
        assert agency.house.ask("GET", bad).status_code in (404, 414), bad
    key = signing_key(agency.house.database, "unsubscribe")
    found = opened(key, token(key, rival.space_id, rival.owner.id, ["mentioned"]))
    assert found == (rival.space_id, rival.owner.id, ["mentioned"])
    strange = token(key, rival.space_id, agency.member.id, ["mentioned"])  # nobody of that space
    assert follow(agency, f"/unsubscribe/{strange}").status_code == 200
    assert all(wanted(agency).values())


def test_the_link_is_not_written_to_the_log(agency: Troupe, capfd: pytest.CaptureFixture[str]) -> None:
    path = link(agency, "assigned")
    follow(agency, path)
    agency.house.app.log.flush()
    said = "".join(capfd.readouterr())
    assert '"/unsubscribe/…"' in said
    assert path.rpartition("/")[2] not in said
