"""Trello: the JSON file that "Print, export, and share" makes of a board."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from kanwerk.core.database import Database
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Unreadable
from kanwerk.importers.boards import Board, Card, Item, Lane, Person, Said, Tag
from kanwerk.importers.bringing import bring
from kanwerk.importers.days import day, read_day
from kanwerk.importers.files import read_json
from kanwerk.importers.report import Progress, Report, silent
from kanwerk.importers.runner import Options, Run

MOST_ACTIONS = 1000
WHAT = Phrase("a board that Trello exported")
_COLORS = {"yellow": "amber", "purple": "violet", "sky": "cyan", "black": "slate"}
_OURS = {"green", "orange", "red", "blue", "lime", "pink", *_COLORS.values()}


class _Named(Struct, rename="camel"):
    id: str
    name: str = ""
    closed: bool | None = None
    pos: float = 0


class _Label(Struct):
    id: str
    name: str = ""
    color: str | None = None


class _Member(Struct, rename="camel"):
    id: str = ""
    full_name: str | None = None
    username: str | None = None
    email: str | None = None


class _CheckItem(Struct):
    id: str
    name: str = ""
    state: str | None = None
    pos: float = 0


class _Checklist(Struct, rename="camel"):
    id: str
    id_card: str = ""
    name: str = ""
    pos: float = 0
    check_items: list[_CheckItem] = []


class _Attachment(Struct):
    name: str | None = None
    url: str | None = None


class _Card(Struct, rename="camel"):
    id: str
    name: str = ""
    desc: str | None = None
    closed: bool | None = None
    id_list: str = ""
    pos: float = 0
    due: str | None = None
    start: str | None = None
    due_complete: bool | None = None
    id_members: list[str] = []
    id_labels: list[str] = []
    attachments: list[_Attachment] = []
    custom_field_items: list[Any] = []


class _Action(Struct, rename="camel"):
    id: str
    type: str
    data: msgspec.Raw = msgspec.Raw(b"{}")
    date: str = ""
    member_creator: _Member | None = None


class _Id(Struct):
    id: str = ""


class _Comment(Struct):
    card: _Id
    text: str = ""


class _Board(Struct, rename="camel"):
    id: str
    name: str
    lists: list[_Named]
    cards: list[_Card]
    desc: str | None = None
    short_link: str | None = None
    labels: list[_Label] = []
    members: list[_Member] = []
    checklists: list[_Checklist] = []
    actions: list[_Action] = []
    custom_fields: list[_Named] = []


def run(
    database: Database, space: str, source: bytes, options: Options, progress: Progress = silent
) -> Report:
    """Bring a board in; it becomes a project."""
    run = Run(database, space, "Trello", options, progress)
    return bring(run, [parse(source, run.zone, run.report, archived=options.archived)])


def parse(raw: bytes, zone: ZoneInfo, report: Report, *, archived: bool = False) -> Board:
    """Return the board of a file; ``Unreadable`` when it is none."""
    read = read_json(raw, _Board, WHAT)
    if not read.id:
        raise Unreadable(Phrase("This is not %(what)s: it has no id.", what=WHAT))
    lists = {each.id: each for each in read.lists if not each.closed}
    board = Board(id=read.id, name=read.name, description=read.desc or "")
    board.lanes = [Lane(each.id, each.name) for each in _ordered(lists.values())]
    order = {each.id: place for place, each in enumerate(board.lanes)}
    parts = _Parts(read, zone, report)
    away = {card.id for card in read.cards if card.closed or card.id_list not in lists}
    ours = [card for card in read.cards if archived or card.id not in away]
    for card in read.cards:
        if card.id in away and not archived:
            report.note("cards archived there, they or their list: left out", card.name)
    ours.sort(key=lambda card: (order.get(card.id_list, len(order)), card.pos))
    board.cards = [parts.card(card, put_away=card.id in away) for card in ours]
    _tell(read, report)
    return board


def _tell(read: _Board, report: Report) -> None:
    """Note what of the file has no place here."""
    for field in read.custom_fields:
        for card in read.cards:
            for item in card.custom_field_items:
                if isinstance(item, dict) and item.get("idCustomField") == field.id:
                    report.note("values of custom fields: left out", field.name)
    if len(read.actions) == MOST_ACTIONS:
        report.note(
            "files with exactly 1,000 actions, the most that Trello exports: older comments are missing"
        )


class _Parts:
    """What belongs to cards, by their id."""

    def __init__(self, read: _Board, zone: ZoneInfo, report: Report) -> None:
        self.zone, self.report = zone, report
        self.people = {each.id: _person(each) for each in read.members}
        self.tags = {each.id: Tag(each.id, each.name, _color(each.color)) for each in read.labels}
        self.checklists: dict[str, list[_Checklist]] = {}
        for checklist in _ordered(read.checklists):
            self.checklists.setdefault(checklist.id_card, []).append(checklist)
        self.said: dict[str, list[Said]] = {}
        comments = [action for action in read.actions if action.type == "commentCard"]
        for action in sorted(comments, key=lambda action: action.date):
            self._said(action)

    def _said(self, action: _Action) -> None:
        try:
            comment = msgspec.json.decode(action.data, type=_Comment)
        except msgspec.MsgspecError:
            self.report.note("comments that cannot be read: left out", action.date)
            return
        who = _person(action.member_creator) if action.member_creator is not None else None
        on = day(action.date, self.zone)
        said = Said(action.id, comment.text, who, on.isoformat() if on is not None else "")
        self.said.setdefault(comment.card.id, []).append(said)

    def card(self, card: _Card, *, put_away: bool) -> Card:
        return Card(
            id=card.id,
            title=card.name,
            lane=card.id_list,
            description=card.desc or "",
            done=bool(card.due_complete) or put_away,
            tags=[self.tags[each] for each in card.id_labels if each in self.tags],
            people=[self.people.get(each, Person(username=each)) for each in card.id_members],
            start=read_day(card.start, self.zone, card.name, self.report),
            due=read_day(card.due, self.zone, card.name, self.report),
            items=self._items(card),
            said=self.said.get(card.id, []),
            attachments=[(each.name or "", each.url or "") for each in card.attachments],
        )

    def _items(self, card: _Card) -> list[Item]:
        lists = self.checklists.get(card.id, [])
        prefixes = {each.id: f"{each.name}: " if len(lists) > 1 else "" for each in lists}
        return [
            Item(item.id, f"{prefixes[each.id]}{item.name}", item.state == "complete")
            for each in lists
            for item in _ordered(each.check_items)
        ]


def _ordered(things: Any) -> list[Any]:
    return sorted(things, key=lambda each: each.pos)


def _person(member: _Member) -> Person:
    return Person(member.full_name or "", member.email or "", member.username or "")


def _color(name: str | None) -> str:
    plain = (name or "").partition("_")[0]
    plain = _COLORS.get(plain, plain)
    return plain if plain in _OURS else "slate"
