from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanwerk.notifications.models import settings_unsaid
from kanwerk.notifications.schedule import awake, due, next_morning
from kanwerk.people.recipients import Recipient

BERLIN = "Europe/Berlin"
ZONES = (BERLIN, "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")


def somebody(zone: str = BERLIN, week: str = "monday") -> Recipient:
    me: Any = None
    return Recipient(me, ZoneInfo(zone), week)


def wanting(mails: str = "at_once", quiet: tuple[str, str] | None = None) -> Any:
    found = settings_unsaid("", "")
    found.mails = mails
    found.quiet_from, found.quiet_to = quiet or (None, None)
    return found


def moment(text: str, zone: str = BERLIN, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def test_a_mail_waits_two_minutes_after_the_last_and_ten_after_the_first() -> None:
    first = moment("2026-11-25 12:00")
    for minutes, waits in ((0, 2), (1, 3), (7, 9), (8, 10), (9, 10), (30, 10)):
        now = first + timedelta(minutes=minutes)
        assert due(wanting(), somebody(), first, now) == first + timedelta(minutes=waits)


@pytest.mark.parametrize(
    ("quiet", "now", "over"),
    [
        (("20:00", "07:00"), "2026-11-25 19:59", "2026-11-25 19:59"),
        (("20:00", "07:00"), "2026-11-25 20:00", "2026-11-26 07:00"),
        (("20:00", "07:00"), "2026-11-26 00:30", "2026-11-26 07:00"),
        (("20:00", "07:00"), "2026-11-26 06:59", "2026-11-26 07:00"),
        (("20:00", "07:00"), "2026-11-26 07:00", "2026-11-26 07:00"),
        (("12:00", "13:30"), "2026-11-25 12:15", "2026-11-25 13:30"),
        (("12:00", "13:30"), "2026-11-25 23:15", "2026-11-25 23:15"),
        (("20:00", "00:00"), "2026-11-25 23:59", "2026-11-26 00:00"),
        (("20:00", "00:00"), "2026-11-26 00:00", "2026-11-26 00:00"),
    ],
)
def test_quiet_hours_hold_a_mail_back_until_they_are_over(
    quiet: tuple[str, str], now: str, over: str
) -> None:
    assert awake(wanting(quiet=quiet), somebody(), moment(now)) == moment(over)


def test_quiet_hours_are_those_of_the_person() -> None:
    settings, noon = wanting(quiet=("20:00", "07:00")), datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert awake(settings, somebody("Europe/Berlin"), noon) == noon
    over = awake(settings, somebody("Asia/Tokyo"), noon)
    assert over == moment("2026-11-26 07:00", "Asia/Tokyo")


def test_when_the_clocks_go_forward_quiet_hours_end_after_the_gap() -> None:
    settings = wanting(quiet=("22:00", "02:30"))
    over = awake(settings, somebody(), moment("2027-03-28 01:59"))
    assert over == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert over.astimezone(ZoneInfo(BERLIN)).strftime("%H:%M") == "03:30"
    assert awake(settings, somebody(), over) == over


def test_when_the_clocks_go_back_quiet_hours_do_not_end_in_the_past() -> None:
    settings = wanting(quiet=("22:00", "02:30"))
    for fold in (0, 1):
        now = moment("2026-10-25 02:10", fold=fold)
        over = awake(settings, somebody(), now)
        assert over == moment("2026-10-25 02:30", fold=fold)
        assert over > now


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001 (hypothesis wants them without)
    st.times(),
    st.times(),
    st.sampled_from(ZONES),
    st.sampled_from(["at_once", "daily", "weekly"]),
)
def test_a_mail_leaves_later_but_never_in_quiet_hours_and_within_a_week_and_a_day(
    at: datetime, begin: Any, end: Any, zone: str, mails: str
) -> None:
    quiet = (f"{begin:%H:%M}", f"{end:%H:%M}")
    settings, who, now = wanting(mails, quiet), somebody(zone, "sunday"), at.replace(tzinfo=UTC)
    if quiet[0] == quiet[1]:
        return
    leaves = due(settings, who, now, now)
    assert now < leaves <= now + timedelta(days=8, hours=3)
    assert awake(settings, who, leaves) - leaves < timedelta(hours=1)  # an hour that comes twice, at most


def test_digests_leave_at_eight_on_their_day() -> None:
    wednesday = moment("2026-11-25 07:59")
    assert next_morning(wednesday, somebody()) == moment("2026-11-25 08:00")
    assert next_morning(moment("2026-11-25 08:00"), somebody()) == moment("2026-11-26 08:00")
    assert due(wanting("weekly"), somebody(), wednesday, wednesday) == moment("2026-11-30 08:00")
    sunday = somebody(week="sunday")
    assert due(wanting("weekly"), sunday, wednesday, wednesday) == moment("2026-11-29 08:00")
    late = wanting("daily", ("22:00", "09:15"))
    assert due(late, somebody(), wednesday, wednesday) == moment("2026-11-25 09:15")


def test_eight_in_the_morning_is_eight_on_both_sides_of_a_change_of_the_clocks() -> None:
    for day in ("2026-10-25", "2027-03-28"):
        evening = moment(f"{day} 00:30")
        assert next_morning(evening, somebody()) == moment(f"{day} 08:00")
    apia = next_morning(moment("2026-11-25 23:00", "Pacific/Apia"), somebody("Pacific/Apia"))
    assert apia == moment("2026-11-26 08:00", "Pacific/Apia")
