"""Users, for people: who is in the space, inviting somebody, changing and deactivating them."""

import re
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from kanwerk.core import choices, clock
from kanwerk.core.db import Db
from kanwerk.core.forms import Form, body_of, errors_of
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View, set_cookie
from kanwerk.core.problems import Problem, invalid
from kanwerk.core.reads import Query
from kanwerk.core.secrets import hashed
from kanwerk.core.tables import Moment
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.people.mails import mail_invitation
from kanwerk.people.models import Invitation, User
from kanwerk.people.reads import USERS
from kanwerk.people.shapes import CreateUserData, UpdateUserData
from kanwerk.people.users import (
    change,
    close_invitation,
    deactivate,
    invite,
    open_invitation,
    reactivate,
)

pages = Pages()
ROWS = USERS.detailed()
INVITABLE = ("user", "guest", "tax_advisor")
FIELDS = (
    "first_name",
    "last_name",
    "email",
    "role",
    "title",
    "phone",
    "timezone",
    "hourly_rate",
    "cost_rate",
)
LINK, LINK_SECONDS = "kanwerk_invitation", 600
HOUR = 3600
STANDING = Query(
    select(
        User.id,
        User.identity_id.is_not(None),
        Invitation.expires_at > bindparam("now", type_=Moment()),
        Invitation.token_hash,
    )
    .outerjoin(Invitation, (Invitation.space_id == User.space_id) & (Invitation.user_id == User.id))
    .where(User.space_id == bindparam("space_id"))
)


class Standing(NamedTuple):
    """Whether somebody has come in, and whether the invitation is open."""

    joined: bool
    invited: bool
    token_hash: str | None


def _standings(db: Db) -> dict[str, Standing]:
    rows = db.rows(STANDING, now=clock.now())
    return {row[0]: Standing(bool(row[1]), bool(row[2]), row[3]) for row in rows}


def _here(me: Me, *more: str) -> str:
    return "/".join([f"/{me.space_slug}/settings/users", *more])


@pages.get("/{space}/settings/users", needs="users:write")
def list_users(db: Db) -> Answer:
    """Show everybody in the space, those deactivated last."""
    found = sorted(db.all(ROWS, sort="name"), key=lambda user: not user.active)
    invited = {user_id for user_id, standing in _standings(db).items() if standing.invited}
    return Html("settings/users.html", {"users": msgspec.to_builtins(found), "invited": invited})


@cache
def _clients() -> Query:
    """Return the SELECT of the clients a guest can belong to; their package stands above this one."""
    clients = User.metadata.tables["clients"].c
    return Query(
        select(clients.id, clients.name)
        .where(
            clients.space_id == bindparam("space_id"),
            clients.trashed_at.is_(None),
            clients.archived_at.is_(None),
        )
        .order_by(clients.name_fold, clients.id)
    )


def _client_choices(db: Db) -> choices.Choices:
    return [(row[0], row[1]) for row in db.rows(_clients())]


def _invite_page(db: Db, view: View, problem: Problem | None = None) -> Html:
    if problem is not None:
        values = dict(view.form)
    else:
        asked = view.query.text("type")
        values = {"type": asked if asked in INVITABLE else "user", "client_id": view.query.text("client_id")}
        values["role"] = "member"
    context = {"values": values, "errors": errors_of(problem), "clients": _client_choices(db)}
    return Html("settings/invite.html", context)


@pages.get("/{space}/settings/users/invite", needs="users:write")
def show_invite(db: Db, view: View) -> Answer:
    """Show the form that invites somebody."""
    return _invite_page(db, view)


@pages.post("/{space}/settings/users/invite", needs="users:write", again=_invite_page)
def invite_user(db: Write, me: Me, view: View) -> Answer:
    """Invite somebody by mail, and show the link to copy."""
    kind = view.form.text("type")
    if kind not in INVITABLE:
        raise invalid("/type", "Choose one of these.")
    names = ["first_name", "last_name", "email"]
    names += {"user": ["role"], "guest": ["client_id"]}.get(kind, [])
    members = {**dict.fromkeys(names), **view.form.members(*names), "type": kind}
    body = body_of(members, CreateUserData)
    if kind == "guest" and body.client_id is None:
        raise invalid("/client_id", "Choose whose guest this is.", "required")
    return _sent(db, me, view, invite(db, body, by=me))


def _sent(db: Write, me: Me, view: View, user: User) -> Redirect:
    """Mail the invitation; a cookie that only the user's page gets carries the link there for ten minutes."""
    _, secret = open_invitation(db, user)
    mail_invitation(db, user, secret, view.runtime.settings)
    url = _here(me, user.id)
    name, value = set_cookie(view.request, LINK, secret, LINK_SECONDS, path=url)
    return Redirect(
        url,
        Phrase("Sent the invitation to %(email)s.", email=user.email)
        if view.runtime.settings.smtp_url
        else Phrase("Invited. No mail server is set: pass the link on yourself."),
        headers={name.decode(): value.decode()},
    )


def _user_page(db: Db, me: Me, view: View, id: str, problem: Problem | None = None) -> Html:
    user = msgspec.to_builtins(db.one(USERS, id))
    standing = _standings(db)[id]
    secret = view.request.cookie(LINK)
    shown = standing.invited and secret is not None and hashed(secret) == standing.token_hash
    stored = {name: value for name, value in user.items() if name in FIELDS}
    stored["weekly_hours"] = _hours(user["weekly_seconds"])
    errors = errors_of(problem)
    if "weekly_seconds" in errors:
        errors["weekly_hours"] = Phrase("From 0 to 168 hours.")
    context = {
        "user": user,
        "values": stored if problem is None else {**stored, **view.form},
        "errors": errors,
        "invited": standing.invited,
        "mailed": bool(view.runtime.settings.smtp_url),
        "invitable": user["active"] and not standing.joined and user["type"] != "integration",
        "invitation_url": f"{view.origin}/invite/{secret}" if shown else None,
        "currency": me.currency,
        "client_name": dict(_client_choices(db)).get(user["client_id"]),
        "timezones": choices.including(choices.timezones(), user["timezone"]),
    }
    return Html("settings/user.html", context, secret=True)


def _hours(seconds: int | None) -> str | None:
    return None if seconds is None else f"{Decimal(seconds) / HOUR:.2f}".rstrip("0").rstrip(".")


@pages.get("/{space}/settings/users/{id}", needs="users:write")
def show_user(db: Db, me: Me, view: View, id: str) -> Answer:
    """Show somebody, and what can be changed."""
    return _user_page(db, me, view, id)


@pages.post("/{space}/settings/users/{id}", needs="users:write", again=_user_page)
def edit_user(db: Write, me: Me, view: View, id: str) -> Answer:
    """Change somebody."""
    user = db.load(User, id)
    change(db, user, body_of(_members(view.form, user), UpdateUserData), by=me)
    return Redirect(_here(me, id), "Saved.")


def _members(form: Form, user: User) -> dict[str, Any]:
    members = form.members(*FIELDS)
    if user.type == "integration":
        members.pop("email", None)
    for name in ("hourly_rate", "cost_rate"):
        if members.get(name):
            members[name] = members[name].replace(",", ".")
    hours = form.text("weekly_hours").replace(",", ".")
    if "weekly_hours" in form and hours != (_hours(user.weekly_seconds) or ""):
        fine = re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", hours)
        members["weekly_seconds"] = None if not hours else int(Decimal(hours) * HOUR) if fine else hours
    return members


def _user_again(me: Me, id: str, problem: Problem) -> Answer:
    return Redirect(_here(me, id), problem.detail, kind="error")


@pages.post("/{space}/settings/users/{id}/invitation", needs="users:write", again=_user_again)
def invite_again(db: Write, me: Me, view: View, id: str) -> Answer:
    """Send the invitation again; links sent before no longer work."""
    user = db.load(User, id)
    answer = _sent(db, me, view, user)
    user.record("user.invited", by=me.actor)
    return answer


@pages.post("/{space}/settings/users/{id}/revoke", needs="users:write", again=_user_again)
def revoke_invitation(db: Write, me: Me, id: str) -> Answer:
    """Withdraw an open invitation."""
    user = db.load(User, id)
    close_invitation(db, user, by=me)
    return Redirect(_here(me, id), "The invitation is withdrawn.")


@pages.post("/{space}/settings/users/{id}/deactivate", needs="users:write", again=_user_again)
def deactivate_user(db: Write, me: Me, id: str) -> Answer:
    """End somebody's access at once."""
    user = db.load(User, id)
    deactivate(db, user, by=me)
    return Redirect(
        _here(me, id), Phrase("Deactivated %(name)s.", name=user.name), f"{_here(me, id)}/reactivate"
    )


@pages.post("/{space}/settings/users/{id}/reactivate", needs="users:write", again=_user_again)
def reactivate_user(db: Write, me: Me, id: str) -> Answer:
    """Let somebody back in."""
    user = db.load(User, id)
    reactivate(user, by=me)
    return Redirect(_here(me, id), Phrase("%(name)s is back.", name=user.name))
