"""The demo's files: drawn and written here, so that none has to be kept in the repository."""

import hashlib
import io
from pathlib import Path

from kanwerk.core.storage import Incoming, Storage
from kanwerk.core.writes import Write
from kanwerk.files.models import File, create_file, path_of, thumbnail_of
from kanwerk.files.sniffing import PICTURES, content_type, small_picture
from kanwerk.people.access import Me

_PAPER, _INK = "#f6f4ef", "#2b2d42"
_TONES = ("#ef8354", "#4f5d75", "#2a9d8f", "#e9c46a", "#8d99ae", "#6d597a", "#588157", "#bc4749")


def add_file(db: Write, storage: Storage, number: int, about: str, *, by: Me) -> File:
    """Upload one of the demo's files; the same number is the same file, so some contents are there twice."""
    name, content = _MAKERS[number % len(_MAKERS)](number, about)
    digest = hashlib.sha256(content).hexdigest()
    kind = content_type(content[:2_048], name)
    picture = small_picture(content) if kind in PICTURES else None
    storage.write(path_of(db.space_id, digest), content)
    if picture is not None:
        storage.write(thumbnail_of(db.space_id, digest), picture)
    incoming = Incoming(name, len(content), digest, content[:2_048], Path())
    return create_file(db, incoming, kind, thumbnail=picture is not None, by=by)


def _wireframe(number: int, about: str) -> tuple[str, bytes]:
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (1_200, 800), _PAPER)
    draw = ImageDraw.Draw(picture)
    tone = _TONES[number % len(_TONES)]
    draw.rectangle((0, 0, 1_200, 90), fill=_INK)
    draw.rectangle((60, 130, 1_140, 400), fill=tone)
    for column in range(3):
        left = 60 + column * 370
        draw.rectangle((left, 440, left + 340, 620), outline=_INK, width=4)
        for line in range(4):
            draw.rectangle(
                (left, 650 + line * 30, left + 340 - (line * 53 + number * 17) % 120, 664 + line * 30)
            )
    draw.rectangle((120, 180, 620, 220), fill=_PAPER)
    draw.rectangle((120, 250, 480, 272), fill=_PAPER)
    return f"Wireframe {_plain(about)} v{number % 3 + 1}.png", _saved(picture, "PNG")


def _mood(number: int, about: str) -> tuple[str, bytes]:
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (1_000, 700), _INK)
    draw = ImageDraw.Draw(picture)
    for at in range(12):
        left, top = (at % 4) * 250, (at // 4) * 234
        draw.rectangle(
            (left + 6, top + 6, left + 244, top + 228), fill=_TONES[(at * 3 + number) % len(_TONES)]
        )
    return f"Mood board {_plain(about)}.jpg", _saved(picture, "JPEG")


def _proof(number: int, about: str) -> tuple[str, bytes]:
    from PIL import Image, ImageDraw

    page = Image.new("RGB", (620, 877), "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 40, 580, 300), fill=_TONES[number % len(_TONES)])
    for line in range(16):
        draw.rectangle(
            (40, 340 + line * 30, 580 - (line * 71 + number * 31) % 160, 352 + line * 30), fill=_INK
        )
    return f"Proof {_plain(about)}.pdf", _saved(page, "PDF")


def _notes(number: int, about: str) -> tuple[str, bytes]:
    lines = (
        f"# Briefing: {about}",
        "",
        "- Who reads it: people who have ten seconds",
        "- What they do next: call, or sign up",
        f"- Round of corrections: {number % 3 + 1} of 3",
        "",
        "Open: pictures, and the exact wording of the promise.",
        "",
    )
    return f"Briefing {_plain(about)}.md", "\n".join(lines).encode()


def _table(number: int, about: str) -> tuple[str, bytes]:
    word = _plain(about)
    rows = [f"{word} {at},{(at * 37 + number * 11) % 900},{at % 5 + 1}" for at in range(1, 25)]
    return f"Keywords {word}.csv", "\n".join(["keyword,searches,priority", *rows, ""]).encode()


_MAKERS = (_wireframe, _notes, _mood, _table, _proof)


def _plain(about: str) -> str:
    return " ".join("".join(each if each.isalnum() else " " for each in about).split())[:40].strip()


def _saved(picture: object, kind: str) -> bytes:
    from PIL import Image

    assert isinstance(picture, Image.Image)  # noqa: S101 (drawn above)
    found = io.BytesIO()
    picture.save(found, kind)
    return found.getvalue()
