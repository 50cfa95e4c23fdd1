"""Webhooks, for people: where events are sent to, and what became of it."""

import asyncio
from typing import Any

import msgspec

from kanwerk.core.db import Db
from kanwerk.core.events import KINDS
from kanwerk.core.forms import body_of, errors_of
from kanwerk.core.languages import Phrase
from kanwerk.core.pages import Answer, Html, Pages, Redirect, View
from kanwerk.core.problems import Invalid, Problem, missing
from kanwerk.core.writes import Write
from kanwerk.people.access import Me
from kanwerk.webhooks.models import Webhook, create_webhook
from kanwerk.webhooks.repeating import deliver_again, deliver_test, replay
from kanwerk.webhooks.seen import sent_body
from kanwerk.webhooks.shapes import DELIVERED, WEBHOOKS, CreateWebhookData, ReplayWebhookData, check
from kanwerk.webhooks.targets import look_behind

pages = Pages()
SHOWN = 50
EVERYTHING = "*"
FAMILIES = {
    "business_field": Phrase("Business fields"),
    "client": Phrase("Clients"),
    "column": Phrase("Columns"),
    "comment": Phrase("Comments"),
    "feed": Phrase("Calendars"),
    "field": Phrase("Custom fields"),
    "file": Phrase("Files"),
    "label": Phrase("Labels"),
    "project": Phrase("Projects"),
    "space": Phrase("Settings of the space"),
    "task": Phrase("Tasks"),
    "todo": Phrase("Checklists"),
    "token": Phrase("API tokens"),
    "user": Phrase("People"),
    "view": Phrase("Views"),
    "webhook": Phrase("Webhooks"),
}


def _root(me: Me) -> str:
    return f"/{me.space_slug}/settings/webhooks"


@pages.get("/{space}/settings/webhooks", needs="webhooks:read")
def list_webhooks(db: Db) -> Answer:
    """Show the webhooks of the space."""
    return Html("settings/webhooks.html", {"webhooks": _plain(db.all(WEBHOOKS, sort="name"))})


def _plain(found: Any) -> Any:
    """Return records as templates take them: lists that were read as JSON are lists."""
    return msgspec.json.decode(msgspec.json.encode(found))


def _families() -> list[tuple[str, str]]:
    return [(f"{name}.*", FAMILIES[name]) for name in KINDS]


def _typed(types: list[str]) -> dict[str, Any]:
    families = {value for value, _ in _families()}
    return {
        "all": EVERYTHING in types,
        "families": [each for each in types if each in families],
        "types": "\n".join(each for each in types if each != EVERYTHING and each not in families),
    }


def _members(view: View) -> dict[str, Any]:
    form = view.form
    types = [*form.all("families"), *form.text("types").split()]
    if form.text("all"):
        types = [EVERYTHING]
    return {**form.members("name", "url"), "event_types": list(dict.fromkeys(types))}


def _form(view: View, values: dict[str, Any], problem: Problem | None, id: str | None) -> Html:
    errors = errors_of(problem)
    faulty = next((text for name, text in errors.items() if name.startswith("event_types")), None)
    if faulty is not None:
        empty = isinstance(problem, Invalid) and not _members(view)["event_types"]
        errors["types"] = Phrase("Choose at least one, or everything.") if empty else faulty
    context = {"values": values, "errors": errors, "families": _families(), "editing": id}
    return Html("settings/webhook_form.html", context)


def _new_page(view: View, problem: Problem | None = None) -> Html:
    if problem is None:
        return _form(view, {"all": True, "families": [], "types": ""}, None, None)
    values = {**view.form, "all": bool(view.form.text("all")), "families": view.form.all("families")}
    return _form(view, values, problem, None)


@pages.get("/{space}/settings/webhooks/new", needs="webhooks:write")
def show_new_webhook(view: View) -> Answer:
    """Show the form of a new webhook."""
    return _new_page(view)


def _body(view: View) -> CreateWebhookData:
    body = body_of(_members(view), CreateWebhookData)
    allowed = view.runtime.settings.webhook_allow
    check({"url": body.url, "event_types": body.event_types}, allowed)
    asyncio.run(look_behind(body.url, allowed))
    return body


@pages.post("/{space}/settings/webhooks/new", needs="webhooks:write", again=_new_page, work=True)
def add_webhook(me: Me, view: View) -> Answer:
    """Make a webhook, and show its secret this once."""
    body = _body(view)
    members = {"name": body.name, "url": body.url, "event_types": body.event_types}
    made = view.write(lambda db: _shown(create_webhook(db, members, by=me), db))
    return Html("settings/webhook_secret.html", {**made, "new": True}, secret=True)


def _shown(webhook: Webhook, db: Write) -> dict[str, Any]:
    db.flush()
    return {"id": webhook.id, "name": webhook.name, "secret_value": webhook.secret}


@pages.get("/{space}/settings/webhooks/{id}", needs="webhooks:read")
def show_webhook(db: Db, id: str, view: View) -> Answer:
    """Show a webhook and its newest deliveries."""
    webhook = _plain(db.one(WEBHOOKS, id))
    status = view.query.text("status")
    status = status if status in ("pending", "delivered", "failed", "skipped", "cancelled") else ""
    raw = f"limit={SHOWN}" + (f"&status={status}" if status else "")
    page = db.page(DELIVERED, DELIVERED.parse("deliveries", raw.encode()), fence="webhook", of_webhook=id)
    context = {"webhook": webhook, "deliveries": _plain(page.data), "status": status}
    return Html("settings/webhook.html", {**context, "last_sequence": view.sequence})


@pages.get("/{space}/settings/webhooks/{id}/deliveries/{delivery_id}", needs="webhooks:read")
def show_webhook_delivery(db: Db, id: str, delivery_id: str) -> Answer:
    """Show a delivery: what is sent, and what the receiver answered."""
    webhook = _plain(db.one(WEBHOOKS, id))
    wanted = DELIVERED.parse("deliveries", f"ids={delivery_id}".encode())
    found = db.page(DELIVERED, wanted, fence="webhook", of_webhook=id).data
    if not found:
        raise missing("delivery")
    delivery = found[0]
    body = sent_body(db, id, delivery_id, delivery.sequence)
    text = msgspec.json.format(body, indent=2).decode() if body else None
    context = {"webhook": webhook, "delivery": _plain(delivery), "body": text}
    return Html("settings/webhook_delivery.html", context)


def _edit_page(db: Db, view: View, id: str, problem: Problem | None = None) -> Html:
    if problem is None:
        webhook = _plain(db.one(WEBHOOKS, id))
        values = {"name": webhook["name"], "url": webhook["url"], **_typed(webhook["event_types"])}
        return _form(view, values, None, id)
    values = {**view.form, "all": bool(view.form.text("all")), "families": view.form.all("families")}
    return _form(view, values, problem, id)


@pages.get("/{space}/settings/webhooks/{id}/edit", needs="webhooks:write")
def show_edit_webhook(db: Db, view: View, id: str) -> Answer:
    """Show the form that changes a webhook."""
    return _edit_page(db, view, id)


@pages.post("/{space}/settings/webhooks/{id}/edit", needs="webhooks:write", again=_edit_page, work=True)
def edit_webhook(me: Me, view: View, id: str) -> Answer:
    """Change a webhook."""
    body = _body(view)
    members = {"name": body.name, "url": body.url, "event_types": body.event_types}
    view.write(lambda db: db.load(Webhook, id).change(db, members, by=me))
    return Redirect(f"{_root(me)}/{id}", "Saved.")


@pages.post("/{space}/settings/webhooks/{id}/switch", needs="webhooks:write")
def switch_webhook(db: Write, me: Me, view: View, id: str) -> Answer:
    """Switch a webhook on or off."""
    on = view.form.text("active") == "true"
    db.load(Webhook, id).change(db, {"active": on}, by=me)
    return Redirect(f"{_root(me)}/{id}", "Switched on." if on else "Switched off. Nothing is sent any more.")


@pages.post("/{space}/settings/webhooks/{id}/test", needs="webhooks:write")
def test_webhook(db: Write, me: Me, id: str) -> Answer:
    """Send a test."""
    deliver_test(db, db.load(Webhook, id), by=me)
    return Redirect(f"{_root(me)}/{id}", "A test is on its way.")


@pages.post("/{space}/settings/webhooks/{id}/rotate", needs="webhooks:write")
def rotate_webhook_secret(db: Write, me: Me, id: str) -> Answer:
    """Give a webhook a new secret, and show it this once."""
    webhook = db.load(Webhook, id)
    webhook.rotate_secret(by=me)
    return Html("settings/webhook_secret.html", {**_shown(webhook, db), "new": False}, secret=True)


@pages.post("/{space}/settings/webhooks/{id}/replay", needs="webhooks:write")
def replay_webhook(db: Write, me: Me, view: View, id: str) -> Answer:
    """Send again what happened after a number of the log."""
    try:
        after = body_of({"after_sequence": int(view.form.text("after_sequence"))}, ReplayWebhookData)
    except (ValueError, Invalid):
        return Redirect(f"{_root(me)}/{id}", "Say after which number of the log to begin.", kind="error")
    found = replay(db, db.load(Webhook, id), after.after_sequence)
    text = Phrase(
        "Sending again from %(first)s to %(last)s.",
        first=found.after_sequence + 1,
        last=found.until_sequence,
    )
    return Redirect(f"{_root(me)}/{id}", text)


@pages.post("/{space}/settings/webhooks/{id}/deliveries/{delivery_id}/replay", needs="webhooks:write")
def replay_webhook_delivery(db: Write, me: Me, id: str, delivery_id: str) -> Answer:
    """Send a delivery again."""
    deliver_again(db, db.load(Webhook, id), delivery_id)
    return Redirect(f"{_root(me)}/{id}", "It is on its way again.")


@pages.post("/{space}/settings/webhooks/{id}/delete", needs="webhooks:write")
def delete_webhook(db: Write, me: Me, id: str) -> Answer:
    """Delete a webhook for good."""
    webhook = db.load(Webhook, id)
    name = webhook.name
    webhook.delete(db, by=me)
    return Redirect(_root(me), Phrase("Deleted %(name)s.", name=name))
