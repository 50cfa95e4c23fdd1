"""What is searched."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
THERE = (
    "'client' AS kind, NULL AS project_id, name AS title, shortcode AS body FROM clients",
    "'project' AS kind, id AS project_id, name AS title, shortcode AS body FROM projects",
)


def upgrade() -> None:
    """Take the step; what is there already is indexed by its name."""
    op.create_table(
        "search_texts",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=True),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("task_id", KEY, nullable=True),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("document", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("space_id", "kind", "record_id", name="pk_search_texts"),
    )
    op.create_index("ix_search_texts_row", "search_texts", ["row"])
    op.create_index("ix_search_texts_task_id", "search_texts", ["space_id", "task_id"])
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5"
            "(title, body, tokenize = 'unicode61 remove_diacritics 0', detail = column, prefix = '5 6 7 8')"
        )
    else:
        op.execute("CREATE INDEX ix_search_texts_document ON search_texts USING gin (document)")
    for sql in THERE:
        for row in connection.execute(
            sa.text(f"SELECT space_id, id, {sql} WHERE trashed_at IS NULL")
        ).mappings():
            _index(connection, dict(row))


def _index(connection: Any, row: dict[str, Any]) -> None:
    from kanwerk.search.models import own_words, words

    row["body"] = row["body"] or ""
    title, body = words(row["title"]), words(row["body"])
    record_id = row.pop("id")
    found = {**row, "record_id": record_id, "task_id": None, "external": False, "row": None}
    texts = sa.table("search_texts", *(sa.column(name) for name in (*found, "document")))
    if connection.dialect.name == "sqlite":
        inserted = connection.execute(
            sa.text("INSERT INTO search_index (title, body) VALUES (:title, :body)"),
            {"title": own_words(row["space_id"], title), "body": own_words(row["space_id"], body)},
        )
        found["row"] = inserted.lastrowid
        connection.execute(texts.insert().values(**found))
        return
    document = sa.func.setweight(sa.func.to_tsvector(sa.text("'simple'"), title), sa.text("'A'")).op("||")(
        sa.func.setweight(sa.func.to_tsvector(sa.text("'simple'"), body), sa.text("'B'"))
    )
    connection.execute(texts.insert().values(**found, document=document))
