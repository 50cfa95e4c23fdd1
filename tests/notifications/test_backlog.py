"""How many statements it costs to make notifications: of a window of the log, not of an event."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from kanwerk.core import clock, log_readers
from kanwerk.core.events import Event, EventCounter
from kanwerk.core.ids import new_id
from kanwerk.notifications import making
from kanwerk.notifications.letters import _LINES
from kanwerk.notifications.models import Notification
from kanwerk.notifications.reads import _UNREAD, NOTIFICATIONS, fence_of
from kanwerk.people.recipients import recipients
from tests.cast import Troupe
from tests.house import House
from tests.notifications.telling import comment, tell, watch

BACKLOG = 10_000
A_WINDOW = 25  # statements at most; the same for one event as for 200


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """Count what is given to the driver, through the engine and past it."""
    found: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(house.database.engine, "before_cursor_execute", note)
    yield found
    event.remove(house.database.engine, "before_cursor_execute", note)


def fill(agency: Troupe, said: dict[str, Any], count: int) -> None:
    """Put a comment's event into the log again and again, as a server that was off finds them."""

    def job(session: Any) -> None:
        mine = select(Event.__table__).where(Event.space_id == agency.space_id, Event.record_id == said["id"])
        row = dict(session.execute(mine.limit(1)).mappings().one())
        counter = update(EventCounter).where(EventCounter.space_id == agency.space_id)
        last = session.execute(
            counter.values(last_sequence=EventCounter.last_sequence + count).returning(
                EventCounter.last_sequence
            )
        ).scalar_one()
        rows = [
            row | {"sequence": last - at, "id": new_id(), "at": clock.now()} for at in reversed(range(count))
        ]
        session.execute(insert(Event), rows)

    agency.house.database.write(job)


def test_a_backlog_costs_a_fixed_number_of_statements_for_each_window(agency: Troupe) -> None:
    watch(agency, agency.member, agency.colleague, agency.admin, agency.guest)
    said = comment(agency.owner, agency.task_id, "Hello", visibility="external")
    tell(agency)
    fill(agency, said, 1)
    with counted(agency.house) as alone:
        assert making.make(agency.house.database)
    fill(agency, said, BACKLOG)
    with counted(agency.house) as statements:
        tell(agency)
    windows = BACKLOG / log_readers.WINDOW
    assert len(alone) <= A_WINDOW
    assert len(statements) <= windows * A_WINDOW
    with agency.house.database.engine.connect() as connection:
        counts = dict(
            connection.execute(
                select(Notification.user_id, Notification.count).where(Notification.count > 1)
            ).all()
        )
    assert set(counts.values()) == {BACKLOG + 2}
    assert len(counts) == 4


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("part", ["owner", "member", "guest", "tax_advisor"])
def test_counting_listing_and_mailing_walk_their_indexes(agency: Troupe, part: str) -> None:
    database, person = agency.house.database, agency.people[part]
    who = database.look(lambda session: recipients(session, agency.space_id, [person.id]))[person.id]
    fence = fence_of(who.me)
    asked = {"space_id": agency.space_id, "me_id": person.id, "limit": 50}
    walked = {
        "ix_notifications_unread": _UNREAD[fence],
        "ix_notifications_to_mail": _LINES[fence],
        "ix_notifications_user_id": NOTIFICATIONS.list_query(NOTIFICATIONS.parse("x", b""), fence),
    }
    for index, query in walked.items():
        statement = query.on(database)
        rows = database.read(f"EXPLAIN QUERY PLAN {statement.sql}", statement.bind(asked))
        plan = "\n".join(row[-1] for row in rows)
        assert f"SEARCH notifications USING INDEX {index} (space_id=? AND user_id=?)" in plan, plan
        assert "SCAN" not in plan.replace("SCAN anon_1", ""), plan  # what is counted, a hundred at most
