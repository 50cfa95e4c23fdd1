"""Clients by shortcode and by segment walk an index."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    op.create_index("ix_clients_shortcode", "clients", ["space_id", "shortcode_fold", "id"])
    op.create_index("ix_clients_segment", "clients", ["space_id", "segment", "id"])
