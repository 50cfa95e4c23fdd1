"""The texts that are searched: each with what decides who may find it.

In SQLite the index is an FTS5 table beside this one, joined by ``row``, which holds beginnings of up to four
letters apart; in PostgreSQL it is ``document``.
Both hold words folded by us (case, marks, ß as ss), so that both engines find the same.
"""

import re
from typing import Any

from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.core.tables import Base, Key, key
from kanwerk.core.text import fold

WORD = re.compile(r"[^\W_]+")
LONGEST_BODY = 20_000
MOST_WORDS = 8
KEY = 4  # letters of a space's id before its words


class SearchText(Base):
    """One record as search knows it."""

    __tablename__ = "search_texts"
    __table_args__ = (
        Index("ix_search_texts_row", "row"),
        Index("ix_search_texts_task_id", "space_id", "task_id"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(Key, primary_key=True)
    row: Mapped[int | None] = mapped_column(BigInteger)
    project_id: Mapped[str | None] = key()
    task_id: Mapped[str | None] = key()
    external: Mapped[bool]
    title: Mapped[str]
    body: Mapped[str]
    document: Mapped[Any] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"), nullable=True)


def words(text: str) -> str:
    """Return a text's words as they are indexed."""
    return " ".join(WORD.findall(fold(text)))


def own_words(space_id: str, words_: str) -> str:
    """Return words as SQLite's index has them: each begins with a few letters of its space's id, so that one
    space's words lie together and no other's are walked.
    """
    return " ".join(f"{key_of(space_id)}{word}" for word in words_.split())


def key_of(space_id: str) -> str:
    """Return what a space's words begin with in SQLite's index; two spaces may share it, rows tell them
    apart.
    """
    return space_id[-KEY:]


def asked_words(text: str) -> list[str]:
    """Return the words somebody looks for, eight at most."""
    return WORD.findall(fold(text))[:MOST_WORDS]
