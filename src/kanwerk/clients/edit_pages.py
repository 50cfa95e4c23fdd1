"""Clients, for people: the forms that add and change one."""

from typing import Any

import msgspec

from kanwerk.clients.models import Client, create_client
from kanwerk.clients.pages import contacts_of
from kanwerk.clients.shapes import (
    CLIENTS,
    INVOICING,
    CreateClientData,
    UpdateClientData,
    UpdateInvoicingData,
)
from kanwerk.core import bodies, choices
from kanwerk.core.db import Db
from kanwerk.core.forms import Form, errors_of
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import PreconditionFailed, Problem
from kanwerk.core.writes import Write
from kanwerk.people.access import Me

pages = Pages()
FIELDS = ("name", "shortcode", "segment", "primary_contact_id", "external_id")
LABELS = {
    "name": Phrase("Name"),
    "shortcode": Phrase("Shortcode"),
    "segment": Phrase("Segment"),
    "primary_contact_id": Phrase("Contact"),
    "external_id": Phrase("External ID"),
    "legal_name": Phrase("Legal name"),
    "address_line_1": Phrase("Street and number"),
    "address_line_2": Phrase("Address, line 2"),
    "postcode": Phrase("Postcode"),
    "city": Phrase("City"),
    "country": Phrase("Country"),
    "vat_id": Phrase("VAT ID"),
    "buyer_reference": Phrase("Buyer reference"),
    "invoice_email": Phrase("Invoice e-mail"),
    "e_invoice_format": Phrase("E-invoice"),
    "payment_term_days": Phrase("Payment term (days)"),
    "currency": Phrase("Currency"),
    "locale": Phrase("Language"),
    "debtor_number": Phrase("Debtor number"),
}


def _new_page(db: Db, view: View, problem: Problem | None = None) -> Html:
    values = dict(view.form) if problem else {"segment": "B"}
    return Html(
        "clients/new.html", {"values": values, "errors": errors_of(problem), "contacts": contacts_of(db)}
    )


@pages.get("/{space}/clients/new", needs="clients:write")
def show_new_client(db: Db, view: View) -> Answer:
    """Show the form of a new client."""
    return _new_page(db, view)


@pages.post("/{space}/clients/new", needs="clients:write", again=_new_page)
def add_client(db: Write, me: Me, view: View) -> Answer:
    """Add a client."""
    given = {name: value for name, value in view.form.members(*FIELDS).items() if value is not None}
    client = create_client(db, bodies.sent(bodies.convert(given, CreateClientData)), by=me)
    return Redirect(f"/{me.space_slug}/clients/{client.id}", Phrase("Added %(name)s.", name=client.name))


def _version(db: Db) -> str:
    return f'"{db.version}-"'


def _edit_page(db: Db, view: View, id: str, problem: Problem | None = None) -> Html:
    client = db.one(CLIENTS, id)
    contact = client.primary_contact
    stored = {
        "name": client.name,
        "shortcode": client.shortcode,
        "segment": client.segment,
        "primary_contact_id": contact.id if contact else None,
        "external_id": client.external_id,
    }
    contacts = contacts_of(db, id)
    if contact and contact.id not in dict(contacts):
        contacts.append((contact.id, f"{contact.first_name} {contact.last_name}".strip()))
    context = {"client": client, "version": _version(db), "contacts": contacts}
    context |= _form_state(view, problem, stored, FIELDS, texts={"primary_contact_id": dict(contacts)})
    return Html("clients/edit.html", context)


def _form_state(
    view: View,
    problem: Problem | None,
    stored: dict[str, Any],
    fields: tuple[str, ...],
    texts: dict[str, dict[Any, str]],
) -> dict[str, Any]:
    """Return values, errors and, for a form that was overtaken, both versions of what differs."""
    if problem is None:
        return {"values": stored, "errors": {}, "conflict": []}
    typed = {name: view.form.text(name) or None for name in fields}
    conflict = []
    if isinstance(problem, PreconditionFailed):
        for name in fields:
            yours, theirs = typed[name], stored[name]
            if (yours or "") != ("" if theirs is None else str(theirs)):
                names = texts.get(name, {})
                item = {"name": name, "label": LABELS[name], "yours": yours, "theirs": theirs}
                conflict.append({**item, "yours_text": names.get(yours), "theirs_text": names.get(theirs)})
    return {"values": typed, "errors": {} if conflict else errors_of(problem), "conflict": conflict}


@pages.get("/{space}/clients/{id}/edit", needs="clients:write")
def show_edit_client(db: Db, view: View, id: str) -> Answer:
    """Show the form that changes a client."""
    return _edit_page(db, view, id)


@pages.post("/{space}/clients/{id}/edit", needs="clients:write", again=_edit_page)
def edit_client(db: Write, me: Me, view: View, id: str) -> Answer:
    """Change a client; a form that was overtaken comes back with both versions."""
    db.if_match = view.form.text("version") or None
    client = db.load(Client, id)
    client.change(
        db, bodies.sent(bodies.convert(_sent(view.form, FIELDS, "segment"), UpdateClientData)), by=me
    )
    return Redirect(f"/{me.space_slug}/clients/{id}", "Saved.")


def _sent(form: Form, fields: tuple[str, ...], *needed: str) -> dict[str, Any]:
    """Return the fields as members; one that cannot be cleared is left out when it is empty."""
    return {
        name: value
        for name, value in form.members(*fields).items()
        if value is not None or name not in needed
    }


_INVOICING = UpdateInvoicingData.__struct_fields__


def _invoicing_page(db: Db, view: View, id: str, problem: Problem | None = None) -> Html:
    client = db.one(CLIENTS, id)
    stored = msgspec.structs.asdict(db.one(INVOICING, id))
    lists = {
        "countries": choices.countries(view.locale),
        "currencies": choices.currencies(view.locale),
        "locales": choices.locales(view.locale),
    }
    context = {"client": client, "version": _version(db), **lists}
    texts = {
        "country": dict(lists["countries"]),
        "currency": dict(lists["currencies"]),
        "locale": dict(lists["locales"]),
    }
    return Html("clients/invoicing.html", context | _form_state(view, problem, stored, _INVOICING, texts))


@pages.get("/{space}/clients/{id}/invoicing", needs="clients:write")
def show_client_invoicing(db: Db, view: View, id: str) -> Answer:
    """Show the form that changes a client's invoicing data."""
    return _invoicing_page(db, view, id)


@pages.post("/{space}/clients/{id}/invoicing", needs="clients:write", again=_invoicing_page)
def edit_client_invoicing(db: Write, me: Me, view: View, id: str) -> Answer:
    """Change a client's invoicing data."""
    db.if_match = view.form.text("version") or None
    given = _sent(view.form, _INVOICING, "e_invoice_format")
    days = given.get("payment_term_days")
    if isinstance(days, str) and days.isascii() and days.isdigit():
        given["payment_term_days"] = int(days)
    body = bodies.convert(given, UpdateInvoicingData)
    db.load(Client, id).change(
        db, {f"invoicing_{name}": value for name, value in bodies.sent(body).items()}, by=me
    )
    return Redirect(f"/{me.space_slug}/clients/{id}", "Saved.")
