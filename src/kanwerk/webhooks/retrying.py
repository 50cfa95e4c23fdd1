"""When a delivery is tried again, and when a receiver is given up."""

from datetime import datetime, timedelta
from random import SystemRandom

from kanwerk.core import clock
from kanwerk.webhooks.loading import Parcel
from kanwerk.webhooks.queues import Key, Outcome, Standing
from kanwerk.webhooks.sending import GONE, Answer

_MINUTE, _HOUR = 60, 3600
# Seconds until each further attempt: three days in all.
RETRIES = (
    5,
    30,
    2 * _MINUTE,
    10 * _MINUTE,
    30 * _MINUTE,
    1 * _HOUR,
    3 * _HOUR,
    6 * _HOUR,
    12 * _HOUR,
    24 * _HOUR,
    24 * _HOUR,
)
JITTER = 0.2
PATIENCE = timedelta(days=5)
FAILURES = 10  # in a row, at least: a clock that leaps five days ahead gives nobody up
QUICK_SECONDS = 2.0
_chance = SystemRandom()


def outcome_of(key: Key, parcel: Parcel, answer: Answer) -> Outcome:
    """Return what becomes of a delivery after an answer."""
    attempts, now = parcel.attempts + 1, clock.now()
    status, again = "delivered", None
    if answer.error is not None:
        status = "failed"
        if attempts <= len(RETRIES) and answer.code != GONE:
            status, again = "pending", _later(now, RETRIES[attempts - 1])
    return Outcome(
        key,
        parcel.id,
        status,
        attempts,
        again,
        now,
        answer.code,
        answer.body,
        answer.error,
        round(answer.seconds * 1000),
    )


def standing_after(standing: Standing, answer: Answer) -> Standing:
    """Return how a receiver stands after an answer: trusted while it answers well and quickly."""
    if answer.error is None:
        return Standing(answer.seconds < QUICK_SECONDS, 0, None)
    return Standing(False, standing.failures + 1, standing.failing_since or clock.now())


def reason_to_switch_off(standing: Standing, answer: Answer) -> str | None:
    """Return why a webhook is switched off after an answer; None while it is not."""
    if answer.code == GONE:
        return "gone"
    since = standing.failing_since
    given_up = since is not None and standing.failures >= FAILURES and clock.now() - since >= PATIENCE
    return "failing" if given_up else None


def _later(now: datetime, seconds: int) -> datetime:
    return now + timedelta(seconds=seconds * _chance.uniform(1 - JITTER, 1 + JITTER))
