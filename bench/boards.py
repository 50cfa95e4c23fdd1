"""A board as Trello exports it, of any size and the same each time: for measuring the importer."""

import json
import random
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from kanwerk.core.clock import wire

LISTS = ("Ideas", "To do", "In progress", "Review", "Done")
LABELS = ("green", "yellow", "orange", "red", "purple", "blue", "sky", "lime")
PEOPLE = ("Mia Berger", "Max Öztürk", "Ada Lindqvist", "Ola Nordby", "Jo Stranger")
WORDS = "header footer logo draft text newsletter banner campaign photo layout grid proof order".split()
BEGIN = datetime(2024, 1, 1, 9, tzinfo=UTC)


def board(cards: int = 10_000) -> bytes:
    """Return the file: a checklist of 3 on every fifth card, a comment on every third, 2 labels, 1 member."""
    chance = random.Random(11)
    made: dict[str, Any] = {
        "id": _id("b", 0),
        "name": "Studio work",
        "desc": "Everything that the studio does.",
        "lists": [
            {"id": _id("l", i), "name": name, "closed": False, "pos": i} for i, name in enumerate(LISTS)
        ],
        "labels": [
            {"id": _id("e", i), "name": f"Kind {i}", "color": color} for i, color in enumerate(LABELS)
        ],
        "members": [
            {"id": _id("m", i), "fullName": name, "username": name.split()[0].lower()}
            for i, name in enumerate(PEOPLE)
        ],
        "cards": [_card(number, chance) for number in range(cards)],
        "checklists": [_checklist(number, chance) for number in range(0, cards, 5)],
        "actions": [_comment(number, chance) for number in range(0, cards, 3)],
    }
    return json.dumps(made, ensure_ascii=False).encode()


def _id(kind: str, number: int) -> str:
    return f"{ord(kind):04x}{number:020x}"


def _words(count: int, chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(count))


def _card(number: int, chance: random.Random) -> dict[str, Any]:
    due = BEGIN + timedelta(days=number % 400)
    return {
        "id": _id("c", number),
        "name": f"{_words(4, chance)} {number}",
        "desc": f"## Brief\n\n{_words(40, chance)}.\n\n- {_words(5, chance)}\n- {_words(5, chance)}",
        "closed": False,
        "idList": _id("l", number % len(LISTS)),
        "pos": number * 16384.5,
        "due": wire(due) if number % 2 else None,
        "dueComplete": False,
        "idMembers": [_id("m", number % len(PEOPLE))],
        "idLabels": [_id("e", number % len(LABELS)), _id("e", (number + 3) % len(LABELS))],
        "attachments": [],
    }


def _checklist(number: int, chance: random.Random) -> dict[str, Any]:
    items = [
        {
            "id": _id("i", number * 3 + i),
            "name": _words(3, chance),
            "state": "incomplete" if i else "complete",
            "pos": i,
        }
        for i, state in enumerate(("complete", "incomplete", "incomplete"))
    ]
    return {
        "id": _id("k", number),
        "idCard": _id("c", number),
        "name": "Checklist",
        "pos": 1,
        "checkItems": items,
    }


def _comment(number: int, chance: random.Random) -> dict[str, Any]:
    name = PEOPLE[number % len(PEOPLE)]
    creator = {"id": _id("m", number % len(PEOPLE)), "fullName": name, "username": name.split()[0].lower()}
    return {
        "id": _id("a", number),
        "type": "commentCard",
        "date": wire(BEGIN + timedelta(hours=number % 4000)),
        "data": {"card": {"id": _id("c", number)}, "text": _words(20, chance)},
        "memberCreator": creator,
    }


if __name__ == "__main__":
    sys.stdout.buffer.write(board(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
