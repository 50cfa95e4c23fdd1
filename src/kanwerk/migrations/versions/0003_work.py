"""The work itself: what projects are made of, columns, tasks, labels."""

import sqlalchemy as sa
from alembic import op

from kanwerk.core.ids import new_id
from kanwerk.core.ordering import STEP
from kanwerk.core.tables import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
USUAL = (
    ("Backlog", "slate", "backlog"),
    ("To do", "blue", "unstarted"),
    ("In progress", "amber", "started"),
    ("Done", "green", "done"),
)


def upgrade() -> None:
    """Take the step."""
    op.add_column("events", sa.Column("project_id", KEY, nullable=True))
    op.execute("UPDATE events SET project_id = record_id WHERE kind = 'project'")
    op.create_index("ix_events_project_id", "events", ["space_id", "project_id", "sequence"])
    _widen_projects()
    _make_tables()
    _furnish_projects()


def _widen_projects() -> None:
    with op.batch_alter_table("projects") as batch:
        for name, kind in (
            ("description", TEXT),
            ("lead_id", KEY),
            ("visibility", TEXT),
            ("billing_method", TEXT),
            ("currency", TEXT),
            ("hourly_rate", sa.BigInteger()),
            ("budget_seconds", sa.BigInteger()),
            ("budget_amount", sa.BigInteger()),
            ("retainer_months", sa.SmallInteger()),
        ):
            batch.add_column(sa.Column(name, kind, nullable=True))
        batch.create_foreign_key(
            "fk_projects_space_id_lead_id", "users", ["space_id", "lead_id"], ["space_id", "id"]
        )
    op.execute(
        "UPDATE projects SET visibility = 'space', billing_method = 'hourly',"
        " currency = (SELECT currency FROM spaces WHERE spaces.id = projects.space_id)"
    )
    _give_shortcodes()
    with op.batch_alter_table("projects") as batch:
        for name in ("visibility", "billing_method", "currency", "shortcode"):
            batch.alter_column(name, existing_type=TEXT, nullable=False)
        batch.create_check_constraint("ck_projects_visibility", "visibility IN ('space', 'members')")
        batch.create_check_constraint(
            "ck_projects_billing_method", "billing_method IN ('hourly', 'fixed', 'retainer', 'none')"
        )
        batch.create_index("ix_projects_created_at", ["space_id", "created_at", "id"])
        batch.create_index("ix_projects_due_date", ["space_id", "due_date", "id"])
        batch.create_index("ix_projects_lead_id", ["space_id", "lead_id"])


def _give_shortcodes() -> None:
    """Shortcodes begin the keys of tasks now: two to ten capitals and digits, one for each project."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT space_id, id, shortcode FROM projects ORDER BY id")).all()
    taken: set[tuple[str, str]] = set()
    for space_id, project_id, shortcode in rows:
        plain = "".join(char for char in (shortcode or "").upper() if char.isascii() and char.isalnum())
        found, number = plain if len(plain) > 1 else "P1", 1
        while (str(space_id), found) in taken:
            number += 1
            found = f"{plain[: 10 - len(str(number))] or 'P'}{number}"
        taken.add((str(space_id), found))
        if found != shortcode:
            connection.execute(
                sa.text("UPDATE projects SET shortcode = :found WHERE space_id = :space AND id = :id"),
                {"found": found, "space": space_id, "id": project_id},
            )


def _furnish_projects() -> None:
    connection = op.get_bind()
    op.execute(
        "INSERT INTO project_prefixes (space_id, prefix, project_id)"
        " SELECT space_id, shortcode, id FROM projects"
    )
    op.execute(
        "INSERT INTO task_counters (space_id, project_id, last_number) SELECT space_id, id, 0 FROM projects"
    )
    columns = sa.table(
        "columns",
        *(sa.column(name, KEY) for name in ("space_id", "id", "project_id")),
        *(sa.column(name) for name in ("name", "color", "kind", "position", "version")),
        *(sa.column(name, Moment()) for name in ("created_at", "updated_at")),
    )
    projects = sa.table(
        "projects", sa.column("space_id", KEY), sa.column("id", KEY), sa.column("created_at", Moment())
    )
    for space_id, project_id, created_at in connection.execute(sa.select(projects)).all():
        for place, (name, color, kind) in enumerate(USUAL, 1):
            connection.execute(
                columns.insert().values(
                    space_id=space_id,
                    id=new_id(),
                    project_id=project_id,
                    name=name,
                    color=color,
                    kind=kind,
                    position=place * STEP,
                    version=0,
                    created_at=created_at,
                    updated_at=created_at,
                )
            )


def _make_tables() -> None:
    op.create_table(
        "columns",
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("color", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("wip_limit", sa.Integer(), nullable=True),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('backlog', 'unstarted', 'started', 'done', 'cancelled')", name="ck_columns_kind"
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "project_id"],
            ["projects.space_id", "projects.id"],
            name="fk_columns_space_id_project_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_columns_space_id"),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_columns"),
    )
    op.create_index(
        "ix_columns_position", "columns", ["space_id", "project_id", "position", "id"], unique=False
    )
    op.create_table(
        "labels",
        sa.Column("color", TEXT, nullable=False),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_fold", TEXT, nullable=False),
        sa.Column("trashed_at", Moment(), nullable=True),
        sa.Column("trash_id", KEY, nullable=True),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "project_id"],
            ["projects.space_id", "projects.id"],
            name="fk_labels_space_id_project_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_labels_space_id"),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_labels"),
    )
    op.create_index("ix_labels_name", "labels", ["space_id", "name_fold", "id"], unique=False)
    op.create_index("ix_labels_project_id", "labels", ["space_id", "project_id"], unique=False)
    op.create_index("ix_labels_updated_at", "labels", ["space_id", "updated_at", "id"], unique=False)
    op.create_table(
        "project_members",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.CheckConstraint("role IN ('manager', 'member', 'guest')", name="ck_project_members_role"),
        sa.ForeignKeyConstraint(
            ["space_id", "project_id"],
            ["projects.space_id", "projects.id"],
            name="fk_project_members_space_id_project_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "user_id"],
            ["users.space_id", "users.id"],
            name="fk_project_members_space_id_user_id",
        ),
        sa.PrimaryKeyConstraint("space_id", "project_id", "user_id", name="pk_project_members"),
    )
    op.create_index(
        "ix_project_members_user_id", "project_members", ["space_id", "user_id", "project_id"], unique=False
    )
    op.create_table(
        "project_prefixes",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("prefix", TEXT, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "project_id"],
            ["projects.space_id", "projects.id"],
            name="fk_project_prefixes_space_id_project_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "prefix", name="pk_project_prefixes"),
    )
    op.create_index(
        "ix_project_prefixes_project_id", "project_prefixes", ["space_id", "project_id"], unique=False
    )
    op.create_table(
        "task_counters",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "project_id"],
            ["projects.space_id", "projects.id"],
            name="fk_task_counters_space_id_project_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "project_id", name="pk_task_counters"),
    )
    op.create_table(
        "tasks",
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("column_id", KEY, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("title_fold", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("completed_at", Moment(), nullable=True),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("creator_id", KEY, nullable=True),
        sa.Column("estimate_seconds", sa.BigInteger(), nullable=True),
        sa.Column("tracked_seconds", sa.BigInteger(), nullable=False),
        sa.Column("recurrence", TEXT, nullable=True),
        sa.Column("comment_count", sa.Integer(), nullable=False),
        sa.Column("todo_count", sa.Integer(), nullable=False),
        sa.Column("todo_done_count", sa.Integer(), nullable=False),
        sa.Column("file_count", sa.Integer(), nullable=False),
        sa.Column("external_id", TEXT, nullable=True),
        sa.Column("external_origin", TEXT, nullable=True),
        sa.Column("trashed_at", Moment(), nullable=True),
        sa.Column("trash_id", KEY, nullable=True),
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.CheckConstraint("priority BETWEEN 0 AND 4", name="ck_tasks_priority"),
        sa.ForeignKeyConstraint(
            ["space_id", "column_id"], ["columns.space_id", "columns.id"], name="fk_tasks_space_id_column_id"
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "creator_id"], ["users.space_id", "users.id"], name="fk_tasks_space_id_creator_id"
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "parent_id"], ["tasks.space_id", "tasks.id"], name="fk_tasks_space_id_parent_id"
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "project_id"],
            ["projects.space_id", "projects.id"],
            name="fk_tasks_space_id_project_id",
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_tasks_space_id"),
        sa.PrimaryKeyConstraint("space_id", "id", name="pk_tasks"),
    )
    op.create_index("ix_tasks_due_date", "tasks", ["space_id", "due_date", "id"], unique=False)
    op.create_index(
        "ix_tasks_parent_id",
        "tasks",
        ["space_id", "parent_id"],
        unique=False,
        sqlite_where=sa.text("parent_id IS NOT NULL"),
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index("ix_tasks_position", "tasks", ["space_id", "column_id", "position", "id"], unique=False)
    op.create_index("ix_tasks_priority", "tasks", ["space_id", "priority", "id"], unique=False)
    op.create_index("ix_tasks_project_id", "tasks", ["space_id", "project_id", "id"], unique=False)
    op.create_index("ix_tasks_title", "tasks", ["space_id", "title_fold", "id"], unique=False)
    op.create_index("ix_tasks_updated_at", "tasks", ["space_id", "updated_at", "id"], unique=False)
    op.create_index("uq_tasks_external_id", "tasks", ["space_id", "external_id"], unique=True)
    op.create_index("uq_tasks_number", "tasks", ["space_id", "project_id", "number"], unique=True)
    op.create_table(
        "task_aliases",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("task_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "project_id"],
            ["projects.space_id", "projects.id"],
            name="fk_task_aliases_space_id_project_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "task_id"],
            ["tasks.space_id", "tasks.id"],
            name="fk_task_aliases_space_id_task_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "project_id", "number", name="pk_task_aliases"),
    )
    op.create_index("ix_task_aliases_task_id", "task_aliases", ["space_id", "task_id"], unique=False)
    op.create_table(
        "task_assignees",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("task_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "task_id"],
            ["tasks.space_id", "tasks.id"],
            name="fk_task_assignees_space_id_task_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "user_id"],
            ["users.space_id", "users.id"],
            name="fk_task_assignees_space_id_user_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "task_id", "user_id", name="pk_task_assignees"),
    )
    op.create_index(
        "ix_task_assignees_user_id", "task_assignees", ["space_id", "user_id", "task_id"], unique=False
    )
    op.create_table(
        "task_labels",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("task_id", KEY, nullable=False),
        sa.Column("label_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "label_id"],
            ["labels.space_id", "labels.id"],
            name="fk_task_labels_space_id_label_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "task_id"],
            ["tasks.space_id", "tasks.id"],
            name="fk_task_labels_space_id_task_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "task_id", "label_id", name="pk_task_labels"),
    )
    op.create_index(
        "ix_task_labels_label_id", "task_labels", ["space_id", "label_id", "task_id"], unique=False
    )
    op.create_table(
        "task_relations",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("task_id", KEY, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("other_id", KEY, nullable=False),
        sa.CheckConstraint("kind IN ('blocks', 'relates_to', 'duplicates')", name="ck_task_relations_kind"),
        sa.ForeignKeyConstraint(
            ["space_id", "other_id"],
            ["tasks.space_id", "tasks.id"],
            name="fk_task_relations_space_id_other_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "task_id"],
            ["tasks.space_id", "tasks.id"],
            name="fk_task_relations_space_id_task_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "task_id", "kind", "other_id", name="pk_task_relations"),
    )
    op.create_index(
        "ix_task_relations_other_id", "task_relations", ["space_id", "other_id", "task_id"], unique=False
    )
    op.create_table(
        "task_watchers",
        sa.Column("space_id", KEY, nullable=False),
        sa.Column("task_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "task_id"],
            ["tasks.space_id", "tasks.id"],
            name="fk_task_watchers_space_id_task_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id", "user_id"],
            ["users.space_id", "users.id"],
            name="fk_task_watchers_space_id_user_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "task_id", "user_id", name="pk_task_watchers"),
    )
    op.create_index(
        "ix_task_watchers_user_id", "task_watchers", ["space_id", "user_id", "task_id"], unique=False
    )
