"""What tests of imports in the web app share: uploading, and the background's part done at once."""

import json
from typing import Any

import pytest
from httpx import Response

from kanwerk.importers import runner, working
from kanwerk.importers.models import Import
from tests.cast import Person, Troupe
from tests.files.test_files import BOUNDARY, form
from tests.visitor import Visitor

HERE = "/settings/import"


@pytest.fixture(autouse=True)
def told_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "TOLD_SECONDS", 0.0)
    monkeypatch.setattr(runner, "BREATH", 0.0)


def send(troupe: Troupe, person: Person, content: bytes, name: str, slug: str = "nordlicht") -> Response:
    visitor = Visitor(troupe, person, slug)
    headers = {
        "Cookie": visitor.cookie,
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    return troupe.house.ask("POST", f"/{slug}{HERE}", form(content, name), headers=headers)


def uploaded(troupe: Troupe, told: Any, name: str = "board.json") -> str:
    """Upload a file and return the address of its import, without the space's."""
    raw = json.dumps(told).encode() if isinstance(told, dict) else told.encode()
    answer = send(troupe, troupe.owner, raw, name)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"].removeprefix("/nordlicht"))


def work(troupe: Troupe) -> int:
    """Do what the background process does, and return how much there was."""
    count = 0
    while (job := working.claim_next(troupe.house.database)) is not None:
        working.bring(troupe.house.runtime, job)
        count += 1
    return count


def checked(troupe: Troupe, told: Any, name: str = "board.json", **fields: Any) -> tuple[Visitor, str]:
    owner, here = Visitor(troupe, troupe.owner), uploaded(troupe, told, name)
    assert owner.post(f"{here}/check", {"source": "trello", **fields}).status_code == 303
    assert work(troupe) == 1
    return owner, here


def row(troupe: Troupe, here: str) -> Import:
    return troupe.house.database.look(
        lambda session: session.get_one(Import, (troupe.space_id, here.rpartition("/")[2]))
    )
