"""Imports at work: killed and gone on, stopped, one after the other in a space."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kanwerk.core.database import Database
from kanwerk.importers import runner, working
from kanwerk.importers.models import Import
from tests.cast import Troupe
from tests.conftest import Hands
from tests.importers.sources import board, many_cards, titles
from tests.importers.uploads import checked, row, told_each_time, uploaded, work
from tests.live.ears import Ear
from tests.visitor import Visitor

__all__ = ["told_each_time"]


@contextmanager
def killed_after(batches: int) -> Iterator[None]:
    """Have the worker die once so many transactions of tasks are written."""
    left, usual = [batches], runner.Run.tell

    def tell(self: runner.Run, what: str, done: int, of: int) -> None:
        usual(self, what, done, of)
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner.Run, "tell", tell)
        yield


def test_a_killed_worker_is_followed_by_another_that_goes_on(agency: Troupe, hands: Hands) -> None:
    owner, here = checked(agency, many_cards(250))
    owner.post(f"{here}/start")
    job = working.claim_next(agency.house.database)
    assert job is not None
    with killed_after(2), pytest.raises(KeyboardInterrupt):
        working.bring(agency.house.runtime, job)
    page = owner.get(here).text
    assert '<progress max="250" value="200"' in page
    assert "Tasks</th><td>200</td>" in page
    assert work(agency) == 0
    hands.move(seconds=16)
    assert work(agency) == 1
    page = owner.get(here).text
    assert "Imported" in page
    assert "Tasks</th><td>250</td>" in page
    assert len(titles(agency, "trello:b1")) == 250


def test_a_worker_that_was_taken_for_dead_leaves_it_to_the_other(agency: Troupe, hands: Hands) -> None:
    owner, here = checked(agency, many_cards(120))
    owner.post(f"{here}/start")
    database = agency.house.database
    slow = working.claim_next(database)
    hands.move(seconds=16)
    other = working.claim_next(database)
    assert slow is not None
    assert other is not None
    working.bring(agency.house.runtime, slow)
    assert row(agency, here).status == "importing"
    working.bring(agency.house.runtime, other)
    assert row(agency, here).status == "done"
    assert len(titles(agency, "trello:b1")) == 120


def test_an_import_is_stopped_and_goes_on(agency: Troupe) -> None:
    owner, here = checked(agency, many_cards(250))
    owner.post(f"{here}/start")
    job = working.claim_next(agency.house.database)
    assert job is not None
    owner.post(f"{here}/stop")
    assert "It stops after what is being written now." in owner.get(here).text
    working.bring(agency.house.runtime, job)
    page = owner.get(here).text
    assert "Stopped" in page
    assert "Tasks</th><td>100</td>" in page
    assert len(titles(agency, "trello:b1")) == 100
    owner.post(f"{here}/start")
    work(agency)
    assert "Tasks</th><td>250</td>" in owner.get(here).text
    assert len(titles(agency, "trello:b1")) == 250


def test_what_waits_is_stopped_at_once(agency: Troupe) -> None:
    owner, here = checked(agency, board())
    owner.post(f"{here}/start")
    owner.post(f"{here}/stop")
    assert row(agency, here).status == "stopped"
    assert work(agency) == 0
    assert owner.post(f"{here}/stop").status_code == 409


def test_a_second_import_waits_for_the_first(agency: Troupe) -> None:
    owner, first = checked(agency, board())
    _, second = checked(agency, many_cards(1))
    owner.post(f"{first}/start")
    owner.post(f"{second}/start")
    database: Database = agency.house.database
    job = working.claim_next(database)
    assert working.claim_next(database) is None
    assert "It waits for another import in this space to end." in owner.get(second).text
    assert job is not None
    working.bring(agency.house.runtime, job)
    assert work(agency) == 1
    assert row(agency, second).status == "done"


def test_two_claims_of_one_space_are_refused_by_the_database(agency: Troupe) -> None:
    for _ in range(2):
        uploaded(agency, board())

    def claim_all(session: Any) -> None:
        for each in session.query(Import):
            each.claimed_by = each.id
        session.flush()

    with pytest.raises(Exception, match="contradicts"):
        agency.house.database.write(claim_all)


def test_the_page_says_who_it_waits_for(agency: Troupe) -> None:
    owner, here = Visitor(agency, agency.owner), uploaded(agency, board())
    owner.post(f"{here}/check", {"source": "trello"})
    settings = agency.house.runtime.settings
    agency.house.runtime.settings = type(settings)(
        **{name: getattr(settings, name) for name in settings.__struct_fields__} | {"background": "off"}
    )
    assert "kanwerk worker" in owner.get(here).text


def test_admins_are_told_live_that_an_import_goes_on(agency: Troupe) -> None:
    admin, member = Ear(agency, agency.owner), Ear(agency, agency.member)
    checked(agency, board())
    assert admin.until(lambda: "notices" in {name for name, _, _ in admin.told})
    assert "notices" not in {name for name, _, _ in member.told}
    assert admin.close()
    assert member.close()
