"""The trash, for people: what was deleted, by kind, and the way back."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from kanwerk.core.clock import wire
from kanwerk.core.db import Db
from kanwerk.core.forms import errors_of
from kanwerk.core.ids import is_id
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Problem, invalid
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.trash.reads import KINDS, counts, kinds_for, thrown
from kanwerk.trash.restoring import RESTORE

pages = Pages()
SHORT = 80


def _before(text: str) -> tuple[datetime, str] | None:
    """Return the last line that was shown: its moment and its id."""
    moment, _, record_id = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, record_id) if at.tzinfo and is_id(record_id) else None


def _trash(db: Db, me: Me, view: View, problem: Problem | None = None) -> Answer:
    kinds, asked = kinds_for(me), view.query.text("kind") or view.form.text("kind")
    kind = asked if asked in kinds else ""
    before = _before(view.query.text("before"))
    lines, more = thrown(db, me, (kind,) if kind else kinds, before)
    here = f"/{me.space_slug}/trash"
    kept = {"kind": kind} if kind else {}
    last = f"{wire(lines[-1].at)}~{lines[-1].id}" if more else None
    context: dict[str, Any] = {
        "lines": lines,
        "kind": kind,
        "next_url": f"{here}?{urlencode({**kept, 'before': last})}" if last else None,
    }
    if view.partial and before is not None:
        return Html("trash/list.html", context, block="rows")
    context |= {"counts": counts(db, me), "errors": errors_of(problem)}
    return Html("trash/list.html", context)


@pages.get("/{space}/trash", needs="comments:write")
def show_trash(db: Db, me: Me, view: View) -> Answer:
    """Show what was deleted and can be brought back."""
    return _trash(db, me, view)


@pages.post("/{space}/trash/restore", needs="comments:write", again=_trash)
def restore(db: Write, me: Me, view: View) -> Answer:
    """Bring back one thing, or what was chosen: all of it, or nothing when one of it has to stay."""
    only = view.query.text("only")
    chosen = [
        tuple(each.split(":", 1)) for each in dict.fromkeys([only] if only else view.form.all("record"))
    ]
    if not chosen:
        raise invalid("", Phrase("Choose what to bring back."))
    if any(len(each) != 2 or each[0] not in KINDS or not is_id(each[1]) for each in chosen):  # noqa: PLR2004
        raise invalid("", Phrase("There is no such thing in the trash."))
    order = list(KINDS)
    names = [
        _restored(db, me, kind, record_id)
        for kind, record_id in sorted(chosen, key=lambda each: order.index(each[0]))
    ]
    kind = view.form.text("kind")
    url = f"/{me.space_slug}/trash" + (f"?kind={kind}" if kind in KINDS else "")
    if len(names) == 1:
        return Redirect(url, Phrase("%(name)s is back.", name=names[0]))
    return Redirect(url, Phrase("%(num)s thing is back.", "%(num)s things are back.", num=len(names)))


def _restored(db: Write, me: Me, kind: str, record_id: str) -> str:
    me.need(KINDS[kind][0])
    name = RESTORE[kind](db, record_id, me)
    return name if len(name) <= SHORT else f"{name[: SHORT - 1]}…"
