"""Coming in and going out: set-up, sign-in, invitations, passwords, and the page to choose a space."""

from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from kanwerk.core import bodies, choices
from kanwerk.core.forms import errors_of
from kanwerk.core.languages import N_
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View, set_cookie
from kanwerk.core.problems import Forbidden, Invalid, NotFound, Problem, TooManyRequests, invalid
from kanwerk.core.writes import Write
from kanwerk.people import identities
from kanwerk.people.access import system
from kanwerk.people.callers import COOKIE, identity
from kanwerk.people.mails import mail_reset
from kanwerk.people.models import Identity, Space, User
from kanwerk.people.set_up import is_open, use_code
from kanwerk.people.shapes import PersonData, SetUpData
from kanwerk.people.spaces import add_person, open_space

pages = Pages()
WRONG = N_("This e-mail address and password do not go together.")


def _signed_in(view: View, identity_id: str, url: str) -> Redirect:
    days = view.runtime.settings.session_days
    agent = view.request.header(b"user-agent") or ""
    cookie = view.runtime.database.write(
        lambda session: identities.start_session(session, identity_id, days=days, user_agent=agent)
    )
    name, value = set_cookie(view.request, COOKIE, cookie, days * 86_400)
    return Redirect(url, headers={name.decode(): value.decode()})


def _slow_down(view: View) -> None:
    """Refuse an address that failed too often; what it tries is not looked at."""
    if view.runtime.failures.level(view.request.address) < 1:
        raise view.runtime.failures.refuse(view.request.address)


def _failed(view: View) -> None:
    view.runtime.failures.take(view.request.address)


@pages.get("/")
def show_spaces(view: View) -> Answer:
    """Lead a person to the space, or let them choose."""
    if identity(view.request) is None:
        return Redirect("/set-up" if view.runtime.database.look(is_open) else "/sign-in")
    spaces = [{"id": me.space_id, "name": me.space_name, "slug": me.space_slug} for me in view.people]
    if len(spaces) == 1:
        return Redirect(f"/{spaces[0]['slug']}")
    return Html("people/spaces.html", {"spaces": spaces})


@pages.get("/set-up")
def show_set_up(view: View) -> Answer:
    """Show the form of the first set-up, while there is no space."""
    if not view.runtime.database.look(is_open):
        raise NotFound
    return Html("people/set_up.html", {"values": {}, "errors": {}})


@pages.post("/set-up")
def set_up(view: View) -> Answer:
    """Make the first space and its owner; once, with the code that the server printed."""
    _slow_down(view)
    database = view.runtime.database
    if not database.look(is_open):
        raise NotFound
    names = ("code", "space_name", "first_name", "last_name", "email")
    try:
        given = {name: value for name, value in view.form.members(*names).items() if value is not None}
        body = bodies.convert({**given, "password": view.form.get("password", "")}, SetUpData)
        hashed = identities.hash_password(body.password)
        locale = choices.nearest(view.locale)

        def work(session: Transaction) -> tuple[str, str]:
            if not use_code(session, body.code):
                raise invalid("/code", "This is not the code that the server printed.", "wrong_code")
            db = open_space(database, session, body.space_name, locale=locale)
            user, _ = add_person(
                db, body.email, hashed, first_name=body.first_name, last_name=body.last_name, role="owner"
            )
            db.end()
            return str(user.identity_id), str(db.me.space_slug)  # type: ignore[attr-defined]  # a Me

        identity_id, slug = database.write(work)
    except Invalid as problem:
        if any(fault.code == "wrong_code" for fault in problem.errors):
            _failed(view)
        return Html(
            "people/set_up.html", {"values": dict(view.form), "errors": errors_of(problem)}, problem.status
        )
    return _signed_in(view, identity_id, f"/{slug}")


@pages.get("/sign-in")
def show_sign_in(view: View) -> Answer:
    """Show the form to sign in."""
    if view.people and not view.query.get("next"):
        return Redirect("/")
    return Html("people/sign_in.html", {"values": {"next": _inside(view.query.text("next"))}, "errors": {}})


@pages.post("/sign-in")
def sign_in(view: View) -> Answer:
    """Let a person in who knows the password; as slow for an unknown address as for a wrong password."""
    email, password = view.form.text("email"), view.form.get("password", "")
    next_ = _inside(view.form.text("next"))
    values = {"email": email, "next": next_}
    try:
        _slow_down(view)
        person = view.runtime.database.look(lambda session: identities.by_email(session, email))
        _check_password(view, person, password)
    except (Invalid, TooManyRequests) as problem:
        return Html("people/sign_in.html", {"values": values, "errors": errors_of(problem)}, problem.status)
    assert person is not None  # noqa: S101 (nobody has no password)
    return _signed_in(view, person.id, next_ or "/")


def _check_password(view: View, person: Identity | None, password: str) -> None:
    if not identities.is_password(person, password):
        _failed(view)
        raise Invalid(WRONG)


def _inside(address: str) -> str:
    """Return an address of this site, or nothing: never another host's."""
    fine = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if fine and "\\" not in address else ""


@pages.post("/sign-out")
def sign_out(view: View) -> Answer:
    """End the session."""
    cookie = view.request.cookie(COOKIE)
    if cookie:
        view.runtime.database.write(lambda session: identities.end_session(session, cookie))
    name, value = set_cookie(view.request, COOKIE, "", 0)
    following = _inside(view.form.text("next"))
    return Redirect(
        f"/sign-in?next={following}" if following else "/sign-in", headers={name.decode(): value.decode()}
    )


@pages.get("/forgot-password")
def show_forgot_password(view: View) -> Answer:
    """Show the form that asks for a new password."""
    return Html("people/forgot_password.html", {"values": dict(view.query), "errors": {}, "sent": False})


@pages.post("/forgot-password")
def forgot_password(view: View) -> Answer:
    """Mail a link to a known address; the answer is the same for an unknown one."""
    values, errors = {"email": view.form.text("email")}, {}
    try:
        _slow_down(view)
        _failed(view)
        if "@" not in values["email"]:
            raise invalid("/email", "An e-mail address is needed.")
        asked = view.runtime.database.write(lambda session: identities.ask_reset(session, values["email"]))
        if asked is not None:
            secret, to, locale = asked
            mail_reset(view.runtime.settings, to, secret, locale or view.locale)
    except Problem as problem:
        errors = errors_of(problem)
    context = {"values": values, "errors": errors, "sent": not errors}
    return Html("people/forgot_password.html", context, 422 if errors else 200)


def _reset_page(person: Identity | None, problem: Problem | None = None) -> Html:
    context = {"expired": person is None, "email": person.email if person else "", "values": {}}
    status = problem.status if problem else 200 if person else 404
    return Html("people/reset.html", {**context, "errors": errors_of(problem)}, status)


@pages.get("/reset/{token}")
def show_reset(view: View, token: str) -> Answer:
    """Show the form that sets a new password."""
    return _reset_page(view.runtime.database.look(lambda session: identities.by_reset(session, token)))


@pages.post("/reset/{token}")
def reset(view: View, token: str) -> Answer:
    """Set the new password, end all sessions, and sign in."""
    database = view.runtime.database
    person = database.look(lambda session: identities.by_reset(session, token))
    if person is None:
        return _reset_page(None)
    try:
        hashed = identities.hash_password(view.form.get("password", ""))
    except Invalid as problem:
        return _reset_page(person, problem)

    def work(session: Transaction) -> str | None:
        found = identities.by_reset(session, token)
        if found is not None:
            identities.set_password(session, found, hashed)
        return found.id if found else None

    identity_id = database.write(work)
    return _signed_in(view, identity_id, "/") if identity_id else _reset_page(None)


def _invitation(view: View, token: str) -> tuple[str, dict[str, Any] | None, User | None]:
    """Return how an invitation stands: its state, what the page shows of it, and the invited user."""

    def work(session: Transaction) -> tuple[Any, Any, Any]:
        found = identities.invited(session, token)
        if found is None:
            return None, None, None
        return found[1], session.get(Space, found[1].space_id), identities.by_email(session, found[1].email)

    user, space, known = view.runtime.database.look(work)
    if user is None:
        return "expired", None, None
    signed_in = identity(view.request)
    if signed_in is not None:
        state = "ready" if known is not None and known.id == signed_in[0] else "other"
    else:
        state = "new" if known is None else "known"
    shown = {"space": {"name": space.name, "slug": space.slug}, "email": user.email, "inviter": space.name}
    return state, shown, user


@pages.get("/invite/{token}")
def show_invite(view: View, token: str) -> Answer:
    """Show an invitation."""
    state, shown, user = _invitation(view, token)
    values = {"first_name": user.first_name, "last_name": user.last_name} if user else {}
    context = {"state": state, "invitation": shown, "values": values, "errors": {}}
    return Html("people/invite.html", context, 404 if state == "expired" else 200)


@pages.post("/invite/{token}")
def accept_invite(view: View, token: str) -> Answer:
    """Come in: a new person with names and a password, a known one signed in as themselves."""
    state, shown, _ = _invitation(view, token)
    database = view.runtime.database
    if state not in ("new", "ready") or shown is None:
        return cast("Answer", show_invite(view, token))
    try:
        body, hashed = None, None
        if state == "new":
            given = {
                name: value for name, value in view.form.members("first_name", "last_name").items() if value
            }
            body = bodies.convert({**given, "password": view.form.get("password", "")}, PersonData)
            hashed = identities.hash_password(body.password)

        def work(session: Transaction) -> str:
            person = identities.by_email(session, shown["email"])
            if person is None:
                person = identities.make_identity(session, shown["email"], hashed)
            elif state == "new":
                message = "Somebody signs in with this address by now: sign in to accept."
                raise Forbidden(message)
            user = identities.join(session, token, person)
            space = session.execute(select(Space).where(Space.id == user.space_id)).scalar_one()
            db = Write(database, session, system(space))
            changes = user.set(first_name=body.first_name, last_name=body.last_name) if body else {}
            db.record("user.joined", user, by=identities.actor(user), changes=changes)
            db.end()
            return person.id

        identity_id = database.write(work)
    except Problem as problem:
        context = {
            "state": state,
            "invitation": shown,
            "values": dict(view.form),
            "errors": errors_of(problem),
        }
        return Html("people/invite.html", context, problem.status)
    url = f"/{shown['space']['slug']}"
    return Redirect(url) if state == "ready" else _signed_in(view, identity_id, url)
