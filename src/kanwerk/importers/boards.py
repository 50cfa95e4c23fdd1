"""Boards of any system, as they are read before anything is written."""

from datetime import date

from msgspec import Struct, field

from kanwerk.core.text import fold


class Person(Struct, frozen=True):
    """Somebody, as another system knows them."""

    name: str = ""
    email: str = ""
    username: str = ""

    @property
    def shown(self) -> str:
        """Who that is, for people."""
        return self.name or self.email or self.username


class Lane(Struct):
    """A column to be."""

    id: str
    name: str
    kind: str = ""


class Tag(Struct, frozen=True):
    """A label to be."""

    id: str
    name: str
    color: str = "slate"


class Item(Struct):
    """A line of a checklist."""

    id: str
    title: str
    done: bool = False


class Said(Struct):
    """A comment."""

    id: str
    body: str
    by: Person | None = None
    on: str = ""  # the day


class Card(Struct, kw_only=True):
    """A task to be. ``only`` names the members that the source speaks of; all of them without it."""

    id: str
    title: str
    lane: str = ""
    external_id: str = ""
    where: str = ""
    description: str = ""
    done: bool = False
    tags: list[Tag] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    start: date | None = None
    due: date | None = None
    priority: str = "none"
    estimate: int | None = None
    parent: str = ""
    items: list[Item] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)  # kind of relation, id of the other card
    attachments: list[tuple[str, str]] = field(default_factory=list)  # name, address
    only: frozenset[str] | None = None

    @property
    def shown(self) -> str:
        """Which one that is, for people."""
        return f"{self.where}: {self.title}" if self.where else self.title


class Board(Struct, kw_only=True):
    """A project to be, with its tasks in the order of the board; or one that is here, by its id."""

    id: str
    name: str
    project_id: str = ""
    shortcode: str = ""
    description: str = ""
    lanes: list[Lane] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)

    def lane(self, name: str, kind: str = "") -> str:
        """Return the id of the lane of a name, added when it is not there yet."""
        folded = fold(name)
        found = next((each for each in self.lanes if each.id == folded), None)
        if found is None:
            found = Lane(folded, name, kind)
            self.lanes.append(found)
        return found.id
