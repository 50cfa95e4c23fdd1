"""What the palette can always do: lead to a page, begin something new, change how all of it looks."""

from typing import Any

from msgspec import Struct

from kanwerk.core.languages import Phrase
from kanwerk.core.pages import ADDRESSES
from kanwerk.people.access import Me

SETTINGS = Phrase("Settings")


class Command(Struct, frozen=True):
    """A line of the palette. It leads to a page, or runs what ``palette.ts`` knows by name."""

    label: Phrase
    icon: str
    path: str | None = None
    needs: str = "me:read"
    keys: str = ""
    words: Phrase | None = None  # that it is found by, beside its label
    run: str | None = None


MAKE = [
    Command(Phrase("New task"), "plus", "/tasks/new", "tasks:write"),
    Command(Phrase("New project"), "plus", "/projects/new", "projects:write"),
    Command(Phrase("New client"), "plus", "/clients/new", "clients:write"),
    Command(Phrase("Invite somebody"), "user-plus", "/settings/users/invite", "users:write"),
    Command(Phrase("Import clients"), "upload", "/clients/import", "clients:write"),
]
GO = [
    Command(Phrase("Home"), "house", "", keys="g h"),
    Command(Phrase("Notifications"), "bell", "/notifications", "notifications:read", "g n"),
    Command(Phrase("My tasks"), "user-check", "/tasks?assignee=me", "tasks:read"),
    Command(Phrase("All tasks"), "list-todo", "/tasks", "tasks:read"),
    Command(Phrase("Projects"), "folder-kanban", "/projects", "projects:read", "g p"),
    Command(Phrase("Clients"), "building-2", "/clients", "clients:read", "g c"),
    Command(Phrase("Search"), "search", "/search"),
    Command(Phrase("Activity"), "activity", "/activity", "events:read", "g a"),
    Command(Phrase("Trash"), "trash-2", "/trash", "clients:write", "g t"),
    Command(Phrase("Your profile"), "user", "/settings/profile", words=SETTINGS),
    Command(Phrase("Change your password"), "lock", "/settings/password", words=SETTINGS),
    Command(
        Phrase("How you are notified"),
        "bell",
        "/settings/notifications",
        "notifications:read",
        words=SETTINGS,
    ),
    Command(Phrase("Calendars"), "calendar-days", "/settings/calendars", "feeds:read", words=SETTINGS),
    Command(Phrase("API tokens"), "key-round", "/settings/tokens", "tokens:read", words=SETTINGS),
    Command(Phrase("People"), "users", "/settings/users", "users:write", words=SETTINGS),
    Command(Phrase("Space settings"), "settings", "/settings/space", "spaces:write", words=SETTINGS),
    Command(
        Phrase("Invoicing settings"),
        "receipt-text",
        "/settings/invoicing",
        "spaces:invoicing",
        words=SETTINGS,
    ),
    Command(
        Phrase("Business fields"),
        "tags",
        "/settings/business-fields",
        "business-fields:write",
        words=SETTINGS,
    ),
    Command(Phrase("Import"), "upload", "/settings/import", "spaces:write", words=SETTINGS),
    Command(Phrase("Webhooks"), "plug", "/settings/webhooks", "webhooks:read", words=SETTINGS),
]
_THEME, _DENSITY = Phrase("Theme"), Phrase("Density")
RUN = [
    Command(Phrase("Copy the link to this page"), "link", run="copy-link"),
    Command(Phrase("Use the light theme"), "sun", words=_THEME, run="theme:light"),
    Command(Phrase("Use the dark theme"), "moon", words=_THEME, run="theme:dark"),
    Command(Phrase("Use the theme of the system"), "monitor", words=_THEME, run="theme:system"),
    Command(Phrase("Give everything more room"), "rows-3", words=_DENSITY, run="density:comfortable"),
    Command(Phrase("Fit more on the screen"), "rows-4", words=_DENSITY, run="density:compact"),
    Command(Phrase("Keyboard shortcuts"), "keyboard", keys="?", run="keys"),
]


def open_to(me: Me, commands: list[Command]) -> list[dict[str, Any]]:
    """Return the commands that somebody may use, with the addresses of pages that are there."""
    return [
        {
            "label": each.label,
            "icon": each.icon,
            "url": None if each.path is None else f"/{me.space_slug}{each.path}",
            "keys": each.keys.split(),
            "words": each.words or "",
            "run": each.run,
        }
        for each in commands
        if me.may(each.needs) and (each.path is None or "/{space}" + each.path.partition("?")[0] in ADDRESSES)
    ]
