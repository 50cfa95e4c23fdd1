"""Settling: what another system allows in a board becomes what a project here can hold."""

import re

from kanwerk.core.languages import Phrase
from kanwerk.core.text import LINE_PATTERN, clean, fold
from kanwerk.importers.boards import Board, Card, Lane
from kanwerk.importers.report import Report

NAME, TITLE, TEXT, LINKS = 300, 500, 65_536, 200
DONE = "kanwerk done"  # the lane that is added where no other completes
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_READABLE = re.compile(LINE_PATTERN)
_WORDS = (
    ("cancelled", "cancelled|canceled|abgebrochen|abgelehnt|rejected|wont do|won t do|zrusene"),
    ("done", "done|fertig|erledigt|abgeschlossen|complete|completed|closed|resolved|finished|hotovo"),
    ("started", "doing|in progress|review|in review|in arbeit|in bearbeitung|testing|waiting|blocked"),
    ("backlog", "backlog|ideas|ideen|icebox|someday|napady"),
    ("unstarted", "to do|todo|next|open|offen|zu erledigen|selected for development|ready"),
)
_KINDS = [(kind, re.compile(rf"\b(?:{words})\b")) for kind, words in _WORDS]
COLORS = {
    "backlog": "slate",
    "unstarted": "blue",
    "started": "amber",
    "done": "green",
    "cancelled": "pink",
}


def settle(board: Board, report: Report) -> Board:
    """Clean all texts, cut what is too long, give every lane its kind; cards that stand twice go."""
    board.name = line(board.name, NAME) or "Imported"
    board.description = text(board.description, board.name, report)
    if not board.project_id:
        _settle_lanes(board, report)
    seen: set[str] = set()
    cards = []
    for card in board.cards:
        if card.id in seen:
            report.note("tasks that stand in the file twice: the first counts", card.shown)
            continue
        seen.add(card.id)
        _settle_card(card, report)
        cards.append(card)
    board.cards = cards
    return board


def line(value: str, longest: int) -> str:
    """Return a text on one line, cut to its length; empty when there is nothing in it to read."""
    if value.isascii():
        return " ".join(_CONTROL.sub(" ", value).split())[:longest].strip()
    found = clean(" ".join(_CONTROL.sub(" ", clean(value)).split())[:longest])
    return found if _READABLE.match(found) else ""


def text(value: str, where: str, report: Report, room: int = 0) -> str:
    """Return a text of several lines without control characters, cut to what a record holds."""
    found = clean(_CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n")))
    if len(found) > TEXT - room:
        report.note(Phrase("texts over %(most)s characters: cut", most=f"{TEXT:,}"), where)
        found = found[: TEXT - room].strip()
    return found


def kind_of(name: str) -> str:
    """Return the kind that a column's name says, or ''."""
    folded = re.sub(r"[\W_]+", " ", fold(name)).strip()
    return next((kind for kind, words in _KINDS if words.search(folded)), "")


def _settle_lanes(board: Board, report: Report) -> None:
    for lane in board.lanes:
        lane.name = line(lane.name, NAME) or "Untitled"
        lane.kind = lane.kind or kind_of(lane.name)
    for lane in (each for each in board.lanes if not each.kind):
        first = not any(each.kind == "unstarted" for each in board.lanes)
        lane.kind = "unstarted" if first else "started"
        report.note("columns whose names say no kind", f"{lane.name}: {lane.kind}")
    if not any(lane.kind == "done" for lane in board.lanes):
        board.lanes.append(Lane(DONE, "Done", "done"))


def _settle_card(card: Card, report: Report) -> None:
    whole = line(card.title, TEXT)
    card.title = whole[:TITLE].strip()
    if not card.title:
        card.title = "Untitled"
        report.note("tasks without a title", card.where or card.id)
    parts = [card.description]
    if len(whole) > TITLE:
        sentence = Phrase("titles over %(most)s characters: the whole stands in the description", most=TITLE)
        report.note(sentence, card.shown)
        parts.insert(0, whole)
    links = _links(card, report)
    room = len(links) + 2 if links else 0
    described = text("\n\n".join(part for part in parts if part), card.shown, report, room)
    card.description = "\n\n".join(part for part in (described, links) if part)
    if card.start is not None and card.due is not None and card.due < card.start:
        report.note("tasks due before they start: the start is left out", card.shown)
        card.start = None


def _links(card: Card, report: Report) -> str:
    """Return a card's attachments as Markdown; their addresses are written down, never asked for."""
    lines: list[str] = []
    for name, address in card.attachments:
        if not re.match(r"https?://[^\s<>\"\\]{1,2000}$", address, re.IGNORECASE) or len(lines) == LINKS:
            report.note("attachments without a web address: left out", card.shown)
            continue
        shown = re.sub(r"([\[\]\\])", r"\\\1", line(name, 200) or line(address, 200))
        lines.append(f"- [{shown}]({address.replace('(', '%28').replace(')', '%29')})")
    if lines:
        report.note("attachments kept as links, nothing was fetched", card.shown, len(lines))
    return "\n".join(lines)
