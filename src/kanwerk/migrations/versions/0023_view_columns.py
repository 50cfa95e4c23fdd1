"""The columns that a saved view shows."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    op.add_column("views", sa.Column("columns", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take the step back."""
    op.drop_column("views", "columns")
