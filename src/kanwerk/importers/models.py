"""What came from where: so that importing the same again changes what is there and doubles nothing."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from kanwerk.core.tables import Base, Key, in_space


class ImportLink(Base):
    """A record of ours that was made from one of another system, which has no external id of its own: a
    column, a label, a line of a checklist, a comment.

    Of the kinds that end in ``seen``, ``record_id`` is a hash of what the other system's record looked like.
    """

    __tablename__ = "import_links"
    __table_args__ = (
        in_space("project_id", "projects", ondelete="CASCADE"),
        Index("ix_import_links_project_id", "space_id", "project_id"),
    )
    space_id: Mapped[str] = mapped_column(Key, primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(Key)
    project_id: Mapped[str | None] = mapped_column(Key)
