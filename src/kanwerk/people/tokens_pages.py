"""API tokens, for people: which there are, making one, revoking one."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from kanwerk.core import clock
from kanwerk.core.db import Db
from kanwerk.core.forms import body_of, errors_of
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Problem, invalid, missing
from kanwerk.core.web import API
from kanwerk.core.writes import Write
from kanwerk.people.access import RIGHTS, SCOPES, Me
from kanwerk.people.models import Token, User
from kanwerk.people.reads import TOKENS
from kanwerk.people.shapes import CreateTokenData, UserRole
from kanwerk.people.tokens import integration, make_token
from kanwerk.people.users import revoke

pages = Pages()
ROLES = (UserRole.MEMBER.value, UserRole.ADMIN.value)
LONGEST_DAYS = 3650
GROUPS = {
    "business-fields": Phrase("Business fields"),
    "clients": Phrase("Clients"),
    "comments": Phrase("Comments"),
    "events": Phrase("Activity"),
    "feeds": Phrase("Calendars"),
    "fields": Phrase("Custom fields"),
    "files": Phrase("Files"),
    "labels": Phrase("Labels"),
    "notifications": Phrase("Notifications"),
    "projects": Phrase("Projects"),
    "spaces": Phrase("Spaces"),
    "tasks": Phrase("Tasks"),
    "tokens": Phrase("API tokens"),
    "users": Phrase("People"),
    "views": Phrase("Views"),
    "webhooks": Phrase("Webhooks"),
}


def _here(me: Me) -> str:
    return f"/{me.space_slug}/settings/tokens"


@pages.get("/{space}/settings/tokens", needs="tokens:read")
def list_tokens(db: Db, me: Me) -> Answer:
    """Show the tokens a person may see: all for admins, their own otherwise."""
    tokens = db.all(TOKENS, fence="live" if me.admin else "own_live", sort="-created_at")
    found: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(tokens))
    for token in found:
        ends = token["expires_at"]
        token["expired"] = ends is not None and datetime.fromisoformat(ends) <= clock.now()
    return Html("settings/tokens.html", {"tokens": found})


def _groups(me: Me) -> list[dict[str, Any]]:
    """Return the scopes that would do something for this person, by the API's groups."""
    useful = {scope for right, (scope, _) in RIGHTS.items() if me.may(right)}
    groups: dict[str, dict[str, Any]] = {}
    for scope in SCOPES:
        if scope in useful:
            word, _, verb = scope.partition(":")
            label = GROUPS[word]
            groups.setdefault(word, {"word": word, "label": label, "verbs": []})["verbs"].append(verb)
    return list(groups.values())


def _new_page(me: Me, view: View, problem: Problem | None = None) -> Html:
    integrations = me.may("tokens:all")
    values: dict[str, Any] = {"kind": "integration" if integrations else "me", "role": "member"}
    errors = errors_of(problem)
    if problem is not None:
        values = {**view.form, "scopes": view.form.all("scopes")}
        errors = {name.partition("/")[0]: message for name, message in errors.items()}
    context = {"values": values, "errors": errors, "groups": _groups(me), "integrations": integrations}
    return Html("settings/token_new.html", context)


@pages.get("/{space}/settings/tokens/new", needs="tokens:write")
def show_new_token(me: Me, view: View) -> Answer:
    """Show the form of a new token."""
    return _new_page(me, view)


@pages.post("/{space}/settings/tokens/new", needs="tokens:write", again=_new_page)
def add_token(db: Write, me: Me, view: View) -> Answer:
    """Make a token for oneself or for an integration, and show it this once."""
    members: dict[str, Any] = view.form.members("name")
    members["scopes"] = view.form.all("scopes") or None
    members["expires_at"] = _expiry(view.form.text("expires_days"))
    body = body_of(members, CreateTokenData)
    if view.form.text("kind") == "integration":
        me.need("tokens:all")
        holder = _integration(db, body.name, view.form.text("role"), me)
    else:
        holder = db.load(User, me.id)
    _, secret = make_token(db, holder, body.name, scopes=body.scopes, expires_at=body.expires_at, by=me)
    context = {"token": secret, "name": body.name, "api_url": f"{view.origin}{API}"}
    return Html("settings/token_created.html", context, secret=True)


def _expiry(days: str) -> datetime | None:
    if not days:
        return None
    if not (days.isascii() and days.isdigit() and 1 <= int(days[:5]) <= LONGEST_DAYS):
        raise invalid("/expires_days", "A number of days is needed.")
    return clock.now() + timedelta(days=int(days))


def _integration(db: Write, name: str, role: str, me: Me) -> User:
    if role not in ROLES:
        raise invalid("/role", "Member or admin.")
    return integration(db, name, role, by=me)


@pages.post("/{space}/settings/tokens/{id}/revoke", needs="tokens:revoke")
def revoke_token(db: Write, me: Me, id: str) -> Answer:
    """Revoke a token at once and for good: one's own, or as an admin anybody's."""
    token = db.load(Token, id)
    if token.user_id != me.id and not me.may("tokens:all"):
        raise missing()
    revoke(token, by=me)
    return Redirect(_here(me), Phrase("Revoked %(name)s.", name=token.name))
