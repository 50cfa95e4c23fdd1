"""Settings, for people: the space, its invoicing data, one's own profile and password."""

import re
from typing import Any

import msgspec
from sqlalchemy.orm import Session as Transaction

from kanwerk.core import choices
from kanwerk.core.db import Db
from kanwerk.core.forms import body_of, errors_of
from kanwerk.core.languages import gettext, written_in
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Fault, Invalid, NotFound, Problem
from kanwerk.core.writes import Write
from kanwerk.people import identities
from kanwerk.people.access import Me
from kanwerk.people.callers import COOKIE, identity
from kanwerk.people.models import Identity, User
from kanwerk.people.reads import SPACE_INVOICING, SPACES, USERS
from kanwerk.people.shapes import UpdateSpaceData, UpdateSpaceInvoicingData, UpdateUserData
from kanwerk.people.spaces import change_space
from kanwerk.people.users import change

pages = Pages()
SPACE = UpdateSpaceData.__struct_fields__
INVOICING = UpdateSpaceInvoicingData.__struct_fields__
PROFILE = ("first_name", "last_name", "email", "title", "phone", "timezone", "locale")
THEMES = ("system", "light", "dark")
YEAR = 31_536_000


@pages.get("/{space}/settings", needs="users:profile")
def show_settings(me: Me) -> Answer:
    """Lead to the first settings a person may change."""
    return Redirect(f"/{me.space_slug}/settings/{'space' if me.may('spaces:write') else 'profile'}")


def _state(view: View, stored: dict[str, Any], problem: Problem | None) -> dict[str, Any]:
    """Return values and errors of a form: what is stored, or what was typed and refused."""
    return {"values": stored if problem is None else dict(view.form), "errors": errors_of(problem)}


def _space_page(db: Db, me: Me, view: View, problem: Problem | None = None) -> Html:
    stored = msgspec.to_builtins(db.one(SPACES, me.space_id))
    lists = {
        "timezones": choices.including(choices.timezones(), stored["timezone"]),
        "locales": choices.spoken(stored["locale"]),
        "currencies": choices.currencies(view.locale),
        "countries": choices.countries(view.locale),
    }
    return Html("settings/space.html", {**lists, **_state(view, stored, problem)})


@pages.get("/{space}/settings/space", needs="spaces:write")
def show_space(db: Db, me: Me, view: View) -> Answer:
    """Show the settings of the space."""
    return _space_page(db, me, view)


@pages.post("/{space}/settings/space", needs="spaces:write", again=_space_page)
def edit_space(db: Write, view: View, me: Me) -> Answer:
    """Change the settings of the space; its pages may have a new address then."""
    space = change_space(db, body_of(view.form.members(*SPACE), UpdateSpaceData), by=me)
    return Redirect(f"/{space.slug}/settings/space", "Saved.")


def _invoicing_page(db: Db, me: Me, view: View, problem: Problem | None = None) -> Html:
    stored = msgspec.to_builtins(db.one(SPACE_INVOICING, me.space_id))
    context = {"countries": choices.countries(view.locale), **_state(view, stored, problem)}
    return Html("settings/invoicing.html", context)


@pages.get("/{space}/settings/invoicing", needs="spaces:write")
def show_invoicing(db: Db, me: Me, view: View) -> Answer:
    """Show what stands on the invoices of the space."""
    return _invoicing_page(db, me, view)


@pages.post("/{space}/settings/invoicing", needs="spaces:write", again=_invoicing_page)
def edit_invoicing(db: Write, view: View, me: Me) -> Answer:
    """Change what stands on the invoices of the space."""
    members: dict[str, Any] = view.form.members(*INVOICING)
    members["small_business"] = view.form.text("small_business") == "true"
    for name in ("vat_id", "iban", "bic"):
        if members.get(name):
            members[name] = re.sub(r"\s", "", members[name]).upper()
    if members.get("default_vat_rate"):
        members["default_vat_rate"] = members["default_vat_rate"].replace(",", ".")
    days = members.get("payment_term_days")
    if days is not None and re.fullmatch(r"[0-9]{1,6}", days):
        members["payment_term_days"] = int(days)
    change_space(db, body_of(members, UpdateSpaceInvoicingData), by=me, invoicing=True)
    return Redirect(f"/{me.space_slug}/settings/invoicing", "Saved.")


def _sign_in_email(view: View) -> str:
    found = identity(view.request)
    return found[1] if found else ""


def _profile_page(db: Db, me: Me, view: View, problem: Problem | None = None) -> Html:
    stored = {name: getattr(db.one(USERS, me.id), name) for name in PROFILE}
    lists = {
        "timezones": choices.including(choices.timezones(), stored["timezone"]),
        "locales": choices.spoken(stored["locale"]),
    }
    context = {"sign_in_email": _sign_in_email(view), **lists, **_state(view, stored, problem)}
    return Html("settings/profile.html", context)


@pages.get("/{space}/settings/profile", needs="users:profile")
def show_profile(db: Db, me: Me, view: View) -> Answer:
    """Show how the people of the space see you."""
    return _profile_page(db, me, view)


@pages.post("/{space}/settings/profile", needs="users:profile", again=_profile_page)
def edit_profile(db: Write, me: Me, view: View) -> Answer:
    """Change how the people of the space see you, and on this device light or dark."""
    user = db.load(User, me.id)
    change(db, user, body_of(view.form.members(*PROFILE), UpdateUserData), by=me)
    headers, theme = {}, view.form.text("theme")
    if theme in THEMES:  # the page's script sets this cookie too, so it is not HttpOnly
        secure = "; Secure" if view.request.secure else ""
        headers["set-cookie"] = f"theme={theme}; Path=/; Max-Age={YEAR}; SameSite=Lax{secure}"
    with written_in(user.locale or me.locale, view.zone):
        said = gettext("Saved.")
    return Redirect(f"/{me.space_slug}/settings/profile", said, headers=headers)


def _password_page(view: View, problem: Problem | None = None) -> Html:
    context = {"values": {}, "errors": errors_of(problem), "sign_in_email": _sign_in_email(view)}
    return Html("settings/password.html", context)


@pages.get("/{space}/settings/password", needs="users:profile")
def show_password(view: View) -> Answer:
    """Show the form that changes your password."""
    return _password_page(view)


@pages.post("/{space}/settings/password", needs="users:profile", again=_password_page, work=True)
def edit_password(me: Me, view: View) -> Answer:
    """Change your password and sign you out everywhere else."""
    hashed = _new_hash(view, me)
    cookie = view.request.cookie(COOKIE)

    def work(session: Transaction) -> None:
        person = session.get(Identity, me.identity_id)
        if person is None:
            raise NotFound
        identities.set_password(session, person, hashed, keep=cookie)

    view.runtime.database.write(work)
    return Redirect(f"/{me.space_slug}/settings/password", "Your password is changed.")


def _new_hash(view: View, me: Me) -> str:
    """Return the new password's hash; ``Invalid`` if the current one is wrong, 429 if tried too often."""
    failures, address = view.runtime.failures, view.request.address
    if failures.level(address) < 1:
        raise failures.refuse(address)
    faults, new = [], view.form.get("password", "")
    try:
        identities.check_password(new)
    except Invalid as problem:
        faults += problem.errors
    person = view.runtime.database.look(lambda session: session.get(Identity, me.identity_id))
    if not identities.is_password(person, view.form.get("current_password", "")):
        failures.take(address)
        faults.append(Fault("wrong", "This is not your current password.", pointer="/current_password"))
    if faults:
        message = "The form has a fault."
        raise Invalid(message, errors=faults)
    return identities.hash_password(new)
