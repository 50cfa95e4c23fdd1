"""Words that other systems have for what is the same here."""

from kanwerk.core.text import fold

_PRIORITIES = {
    "low": ("lowest", "low", "niedrig", "minor", "trivial", "nizka"),
    "medium": ("medium", "normal", "mittel", "stredna"),
    "high": ("high", "hoch", "major", "vysoka"),
    "urgent": ("highest", "urgent", "dringend", "critical", "blocker", "kriticka"),
    "none": ("none", "", "-", "keine"),
}
_STATUSES = {
    "planned": ("geplant", "planning", "planovany"),
    "active": ("aktiv", "laufend", "open", "in progress", "aktivny"),
    "on_hold": ("on hold", "paused", "pausiert", "pozastaveny"),
    "completed": ("done", "complete", "closed", "finished", "abgeschlossen", "fertig", "dokonceny"),
}
_PROJECTS = {word: name for name, words in _STATUSES.items() for word in words}
_OURS = {word: name for name, words in _PRIORITIES.items() for word in words}
_YES = {"yes", "y", "true", "1", "x", "done", "completed", "ja", "ano", "erledigt", "fertig", "hotovo"}


def priority(text: str) -> str | None:
    """Return our priority of another's word, or None."""
    return _OURS.get(fold(text))


def status(text: str) -> str:
    """Return our status of a project of another's word, or the word."""
    return _PROJECTS.get(fold(text), fold(text))


def yes(text: str) -> bool:
    """Whether a cell says yes."""
    return fold(text) in _YES


def several(text: str) -> list[str]:
    """Return the parts of a cell that names several things, by semicolons or else by commas."""
    parts = text.split(";") if ";" in text else text.split(",")
    return [part.strip() for part in parts if part.strip()]
