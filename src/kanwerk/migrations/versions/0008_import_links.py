"""What came from where."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "import_links",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("source_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["space_id", "project_id"],
            ["projects.space_id", "projects.id"],
            name="fk_import_links_space_id_project_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "source", "source_id", "kind", name="pk_import_links"),
    )
    op.create_index("ix_import_links_project_id", "import_links", ["space_id", "project_id"], unique=False)
