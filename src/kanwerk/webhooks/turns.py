"""A dispatcher's turn at the database: what was sent is kept and what is next claimed in one transaction."""

import time
from functools import partial
from typing import NamedTuple

from sqlalchemy.orm import Session

from kanwerk.core import clock
from kanwerk.core.database import Database
from kanwerk.core.writes import Write
from kanwerk.people.access import system
from kanwerk.people.models import Space
from kanwerk.webhooks import queues
from kanwerk.webhooks.loading import Load, Want, load
from kanwerk.webhooks.models import Webhook
from kanwerk.webhooks.queues import Claim, Key, Outcome, Standing
from kanwerk.webhooks.repeating import replay_on

BEAT_SECONDS, DEAD_SECONDS = 1.0, 5.0


class Plan(NamedTuple):
    """What a dispatcher wants of the database in one turn."""

    outcomes: list[Outcome]  # to be kept
    off: dict[Key, str]  # webhooks to be switched off, and why
    standings: dict[Key, Standing]  # to be noted
    idle: list[Key]  # queues to be released
    wants: dict[Key, Want]  # queues to load more of
    rooms: dict[bool, int]  # how many more queues there is room for: trusted ones, others
    each: int  # deliveries of a queue that is claimed


class Turn(NamedTuple):
    """What a turn brought."""

    claims: list[Claim]
    news: list[Key]  # queues of mine with something new in them
    loads: dict[Key, Load]


class Look(NamedTuple):
    """What there is to do: whether something is due, whether others took this dispatcher for dead."""

    due: bool
    lost: bool


class Books:
    """The dispatcher's hand at the database; its methods run on one thread, one after the other."""

    def __init__(self, database: Database, me: str) -> None:
        """Take the database and the dispatcher's own id."""
        self._database, self.me = database, me
        self._beaten = self._watched = 0.0
        self._present = False  # whether others can see me count
        self._others: dict[str, tuple[int, float]] = {}
        self._replaying: set[Key] = set()
        self._clock: tuple[float, float] | None = None

    def look(self, *, holding: bool) -> Look:
        """See what there is to do; looks after the others, the clock and the own sign of life too."""
        now, lost = time.monotonic(), False
        if now - self._beaten >= BEAT_SECONDS and (holding or self._present):
            if holding:
                counted = self._database.write(partial(queues.beat, me=self.me))
                lost = self._present and not counted
            else:
                self._database.write(partial(queues.leave, me=self.me))
            self._beaten, self._present = now, holding
        if now - self._watched >= BEAT_SECONDS:
            self._watched = now
            self._watch(now)
        return Look(queues.something_due(self._database, self.me), lost)

    def give_back(self, kept: set[Key]) -> None:
        """Free what was claimed in a turn that failed, all but what is known to be held."""
        self._database.write(partial(queues.take_over, dead=[self.me], but=kept))

    def turn(self, plan: Plan) -> Turn:
        """Do what is planned, and load what is to be sent next."""
        for key, reason in plan.off.items():
            self._switch_off(key, reason)
        claims, news = self._database.write(partial(self._write, plan))
        if not self._present:
            self._beaten, self._present = time.monotonic(), True
        self._replaying -= set(plan.idle)
        self._replaying |= {each.key for each in claims if each.replaying} | {key for key, on in news if on}
        wants = plan.wants | {each.key: Want(plan.each, frozenset()) for each in claims}
        loads = load(self._database, wants)
        for key, found in loads.items():
            loads[key] = self._closed(key, found)
        settled = [each for found in loads.values() for each in found.settled]
        if settled:
            self._database.write(partial(queues.settle, settled=settled))
        return Turn(claims, [key for key, _ in news], loads)

    def leave(self, plan: Plan) -> None:
        """Keep what is known and give back all that is claimed."""
        for key, reason in plan.off.items():
            self._switch_off(key, reason)

        def work(session: Session) -> None:
            queues.lock(session, plan.standings.keys())
            queues.keep(session, plan.outcomes)
            queues.note(session, plan.standings)
            queues.take_over(session, [self.me])

        self._database.write(work)

    def release_connection(self) -> None:
        """Close the connection that this thread holds."""
        self._database.release()

    def _write(self, plan: Plan, session: Session) -> tuple[list[Claim], list[tuple[Key, bool]]]:
        if not self._present:
            queues.beat(session, self.me)
        queues.lock(session, {*plan.standings, *plan.idle})
        queues.keep(session, plan.outcomes)
        queues.note(session, plan.standings)
        queues.release(session, self.me, plan.idle)
        news = queues.news(session, self.me)
        claims = [
            each
            for trusted, room in plan.rooms.items()
            for each in queues.claim(session, self.me, room, trusted=trusted)
        ]
        return claims, news

    def _closed(self, key: Key, found: Load) -> Load:
        """Return the load with what there is to do besides: a webhook that is gone or off, a replay."""
        receiver = found.receiver
        if receiver is not None and receiver.active and receiver.me is None:
            self._switch_off(key, "creator_deactivated")
        if receiver is None or not receiver.active or receiver.me is None:
            clear = partial(queues.clear, key=key, deleted=receiver is None)
            return found._replace(more=not self._database.write(clear))
        if key in self._replaying and not found.more:
            space_id, webhook_id = key
            step = partial(replay_on, self._database, space_id=space_id, webhook_id=webhook_id)
            if not self._database.write(step):
                self._replaying.discard(key)
            return found._replace(more=True)
        return found

    def _switch_off(self, key: Key, reason: str) -> None:
        def work(session: Session) -> None:
            db = Write(self._database, session, system(session.get(Space, key[0])))
            webhook = db.find(Webhook, key[1], lock=True)
            if webhook is not None:
                webhook.switch_off(db, reason, by=db.me.actor)
            db.end()

        self._database.write(work)

    def _watch(self, now: float) -> None:
        """Take over what those have claimed who have not counted on for five seconds."""
        wall, before = clock.now().timestamp(), self._clock
        self._clock = (wall, now)
        if (
            before is None or wall - before[0] < now - before[1] - BEAT_SECONDS
        ):  # new, or the clock was put back
            self._database.write(queues.mend)
        there = queues.beats(self._database)
        there.pop(self.me, None)
        self._others = {
            each: self._others[each] if self._others.get(each, (None,))[0] == count else (count, now)
            for each, count in there.items()
        }
        dead = [each for each, (_, since) in self._others.items() if now - since > DEAD_SECONDS]
        if dead:
            self._database.write(partial(queues.take_over, dead=dead))
