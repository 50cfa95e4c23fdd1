"""The form of a project: what it shows, what was typed into it, and that as the API takes it."""

from decimal import Decimal, InvalidOperation
from typing import Any

from kanwerk.business_fields.shapes import BUSINESS_FIELDS
from kanwerk.clients.shapes import CLIENTS
from kanwerk.core import choices
from kanwerk.core.db import Db
from kanwerk.core.forms import Form, errors_of
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Fault, Invalid, PreconditionFailed, Problem
from kanwerk.fields import forms as custom
from kanwerk.fields.shapes import FieldData
from kanwerk.people.access import Me
from kanwerk.people.reads import USERS
from kanwerk.projects.shapes import ProjectFullData

HOUR = 3600
LABELS: dict[str, Phrase] = {
    "name": Phrase("Name"),
    "client_id": Phrase("Client"),
    "shortcode": Phrase("Shortcode"),
    "status": Phrase("Status"),
    "lead_id": Phrase("Lead"),
    "business_field_id": Phrase("Business field"),
    "start_date": Phrase("Start"),
    "due_date": Phrase("Due"),
    "visibility": Phrase("Who sees it"),
    "billing_method": Phrase("Billing"),
    "currency": Phrase("Currency"),
    "hourly_rate": Phrase("Hourly rate"),
    "budget_hours": Phrase("Budget in hours"),
    "budget_amount": Phrase("Budget"),
    "retainer_months": Phrase("Months of the retainer"),
    "description": Phrase("Description"),
    "external_id": Phrase("External ID"),
}
NEEDED = ("name", "shortcode", "status", "visibility", "billing_method", "currency")
AMOUNTS = ("hourly_rate", "budget_amount")
FIRST = {"status": "active", "visibility": "space", "billing_method": "hourly"}
WORDS: dict[str, dict[Any, str]] = {
    "status": {
        "planned": Phrase("Planned"),
        "active": Phrase("Active"),
        "on_hold": Phrase("On hold"),
        "completed": Phrase("Completed"),
    },
    "visibility": {"space": Phrase("Everybody in the space"), "members": Phrase("Its members only")},
    "billing_method": {
        "hourly": Phrase("By the hour"),
        "fixed": Phrase("Fixed price"),
        "retainer": Phrase("Retainer"),
        "none": Phrase("Not billed"),
    },
}
_HINTS = {
    "shortcode": Phrase("2 to 10 letters and digits."),
    "hourly_rate": Phrase("An amount, such as 95.00."),
    "budget_amount": Phrase("An amount, such as 12000.00."),
}
_HOURS = Phrase("A number of hours, such as 40 or 7.5.")
_MONTHS = Phrase("A whole number of months.")
MOST_HOURS = 10**9


def stored(project: ProjectFullData, fields: list[FieldData]) -> dict[str, str | None]:
    """Return what a project holds as its form shows it."""
    seconds = project.budget_seconds
    hours = None if seconds is None else format((Decimal(seconds) / HOUR).normalize(), "f")
    return {
        "name": project.name,
        "client_id": project.client_id,
        "shortcode": project.shortcode,
        "status": str(project.status),
        "lead_id": project.lead.id if project.lead else None,
        "business_field_id": project.business_field.id if project.business_field else None,
        "start_date": project.start_date,
        "due_date": project.due_date,
        "visibility": str(project.visibility),
        "billing_method": str(project.billing_method),
        "currency": project.currency,
        "hourly_rate": project.hourly_rate,
        "budget_hours": hours,
        "budget_amount": project.budget_amount,
        "retainer_months": None if project.retainer_months is None else str(project.retainer_months),
        "description": project.description,
        "external_id": project.external_id,
        **custom.as_typed(fields, project.fields),
    }


def typed(form: Form, fields: list[FieldData]) -> dict[str, str | None]:
    """Return what was typed."""
    return {name: form.text(name) or None for name in LABELS if name in form} | custom.typed_in(form, fields)


def members_of(form: Form, fields: list[FieldData]) -> dict[str, Any]:
    """Return what was typed as the API takes it; ``Invalid`` for hours and months that are no numbers."""
    found: dict[str, Any] = form.members(*LABELS)
    faults: list[Fault] = []
    for name in AMOUNTS:
        if found.get(name):
            found[name] = str(found[name]).replace(" ", "").replace(",", ".")
    if "budget_hours" in found:
        hours = found.pop("budget_hours")
        try:
            found["budget_seconds"] = None if hours is None else _seconds(hours)
        except (InvalidOperation, ValueError):
            faults.append(Fault("invalid", _HOURS, pointer="/budget_hours"))
    months = found.get("retainer_months")
    if months is not None:
        if months.isascii() and months.isdigit() and len(months) < 5:  # noqa: PLR2004 (of any use)
            found["retainer_months"] = int(months)
        else:
            faults.append(Fault("invalid", _MONTHS, pointer="/retainer_months"))
    if faults:
        message = "The form has a fault."
        raise Invalid(message, errors=faults)
    found["fields"] = custom.sent_in(form, fields)
    return found


def _seconds(hours: str) -> int:
    number = Decimal(hours.replace(",", "."))
    if not 0 <= number <= MOST_HOURS:
        raise ValueError(hours)
    return int(number * HOUR)


def errors(problem: Problem | None) -> dict[str, str]:
    """Return the faults by field, in words that say what the field takes."""
    found = errors_of(problem)
    hinted = {
        fault.pointer.removeprefix("/")
        for fault in (problem.errors if problem is not None else ())
        if isinstance(fault.pointer, str) and fault.code == "pattern"
    }
    return {
        "budget_hours" if name == "budget_seconds" else name: _HINTS.get(name, text)
        if name in hinted
        else text
        for name, text in found.items()
    }


def offered(db: Db, me: Me, fields: list[FieldData], project: ProjectFullData | None) -> dict[str, Any]:
    """Return what the form's lists offer; what the project holds already is always among it."""
    clients = [(each.id, each.name) for each in db.all(CLIENTS, sort="name")]
    people = [
        (each.id, f"{each.first_name} {each.last_name}".strip())
        for each in db.all(USERS, type="user", active="true", sort="name")
    ]
    business = [(each.id, each.name) for each in db.all(BUSINESS_FIELDS, sort="name")]
    if project is not None and project.client is not None and project.client.id not in dict(clients):
        clients.append((project.client.id, project.client.name))
    lead = project.lead if project is not None else None
    if lead is not None and lead.id not in dict(people):
        people.append((lead.id, f"{lead.first_name} {lead.last_name}".strip()))
    return {
        "clients": clients,
        "people": people,
        "business_fields": business,
        "currencies": choices.currencies(me.locale),
        "own_currency": me.currency,
        "fields": fields,
    }


def overtaken(
    problem: Problem,
    mine: dict[str, str | None],
    theirs: dict[str, str | None],
    fields: list[FieldData],
    lists: dict[str, Any],
) -> list[dict[str, Any]]:
    """Return both versions of what differs, for a form that somebody else was quicker to save."""
    if not isinstance(problem, PreconditionFailed):
        return []
    texts: dict[str, dict[Any, str]] = {
        **WORDS,
        "client_id": dict(lists["clients"]),
        "lead_id": dict(lists["people"]),
        "business_field_id": dict(lists["business_fields"]),
        **custom.texts_of(fields, dict(lists["people"])),
    }
    labels: dict[str, str] = LABELS | {f"{custom.PREFIX}{field.key}": field.name for field in fields}
    return [
        {
            "name": name,
            "label": labels[name],
            "yours": yours,
            "theirs": theirs[name],
            "yours_text": _read(texts.get(name), yours),
            "theirs_text": _read(texts.get(name), theirs[name]),
        }
        for name, yours in mine.items()
        if (yours or "") != (theirs[name] or "")
    ]


def _read(texts: dict[Any, str] | None, value: str | None) -> str | None:
    if texts is None or value is None:
        return None
    return ", ".join(texts.get(each, each) for each in value.split(","))
