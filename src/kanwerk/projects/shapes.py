"""Projects, their members and columns on the wire."""

from datetime import date
from enum import Enum
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from kanwerk.business_fields.shapes import BusinessFieldData
from kanwerk.clients.shapes import ProjectStatus
from kanwerk.core.codes import Currency
from kanwerk.core.colors import Color
from kanwerk.core.money import Rate
from kanwerk.core.text import Day, ExternalId, Id, Moment, Name, Text
from kanwerk.fields.shapes import Values
from kanwerk.people.shapes import SpaceData, UserData


class ProjectVisibility(Enum):
    """Who in the space sees a project."""

    SPACE = "space"
    MEMBERS = "members"


class ProjectBillingMethod(Enum):
    """How a project is billed."""

    HOURLY = "hourly"
    FIXED = "fixed"
    RETAINER = "retainer"
    NONE = "none"


class ProjectRole(Enum):
    """What somebody is in a project; guests are guests, and only they are."""

    MANAGER = "manager"
    MEMBER = "member"
    GUEST = "guest"


class ColumnKind(Enum):
    """What being in a column means for a task; entering one of the kind `done` completes it."""

    BACKLOG = "backlog"
    UNSTARTED = "unstarted"
    STARTED = "started"
    DONE = "done"
    CANCELLED = "cancelled"


Prefix = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9]{2,10}$",
        description="What the keys of its tasks begin with: letters and digits, kept as capitals, unique in"
        " the space; made from the name when not given",
        examples=["WEB"],
    ),
]
Seconds = Annotated[int, Meta(ge=0, le=2**53 - 1, description="Whole seconds")]
Months = Annotated[int, Meta(ge=1, le=120)]
WipLimit = Annotated[int, Meta(ge=1, le=10_000, description="How many tasks the column is meant to hold")]


class ProjectClientData(Struct, gc=False):
    """A project's client."""

    id: Id
    name: str
    shortcode: str | None


class ColumnData(Struct, kw_only=True):
    """A column of a project's board."""

    id: Id
    project_id: Id
    name: str
    color: Color
    kind: ColumnKind
    position: Annotated[int, Meta(description="Orders the columns; the numbers mean nothing else")]
    wip_limit: int | None
    task_count: Annotated[int | UnsetType, Meta(description="Open and done tasks, without the trash")] = UNSET


class LabelData(Struct, gc=False):
    """A word with a colour that tasks are marked with."""

    id: Id
    name: str
    color: Color
    project_id: Annotated[Id | None, Meta(description="null: for the whole space")]


class ProjectMemberData(Struct):
    """Somebody's place in a project."""

    user: UserData
    role: ProjectRole


class ProgressData(Struct):
    """How far a project is."""

    tasks_total: Annotated[int, Meta(description="Without those in cancelled columns")]
    tasks_done: int


class ProjectFullData(Struct, kw_only=True):
    """A project, with everything about it."""

    id: Id
    external_id: str | None
    external_origin: str | None
    name: str
    shortcode: str
    status: ProjectStatus
    client_id: Id | None
    business_field: BusinessFieldData | None
    start_date: Day | None
    due_date: Day | None
    origin_space: SpaceData | None
    description: Annotated[str | None, Meta(description="Markdown")]
    client: ProjectClientData | None
    lead: UserData | None
    visibility: ProjectVisibility
    billing_method: ProjectBillingMethod
    currency: str
    hourly_rate: Annotated[Rate | None, Meta(description="Sold for, per hour")]
    budget_seconds: int | None
    budget_amount: Annotated[Rate | None, Meta(description="In the project's currency")]
    retainer_months: int | None
    archived_at: Moment | None
    fields: Values
    created_at: Moment
    updated_at: Moment
    members: list[ProjectMemberData] | UnsetType = UNSET
    columns: list[ColumnData] | UnsetType = UNSET
    labels: list[LabelData] | UnsetType = UNSET
    progress: ProgressData | UnsetType = UNSET


class _ProjectMembers(Struct, forbid_unknown_fields=True, kw_only=True):
    external_id: ExternalId | None | UnsetType = UNSET
    shortcode: Prefix | UnsetType = UNSET
    status: ProjectStatus | UnsetType = UNSET
    client_id: Id | None | UnsetType = UNSET
    business_field_id: Id | None | UnsetType = UNSET
    start_date: date | None | UnsetType = UNSET
    due_date: date | None | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET
    lead_id: Id | None | UnsetType = UNSET
    visibility: ProjectVisibility | UnsetType = UNSET
    billing_method: ProjectBillingMethod | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    hourly_rate: Rate | None | UnsetType = UNSET
    budget_seconds: Seconds | None | UnsetType = UNSET
    budget_amount: Rate | None | UnsetType = UNSET
    retainer_months: Months | None | UnsetType = UNSET
    fields: Values | UnsetType = UNSET


class CreateProjectData(_ProjectMembers):
    """A project to add; it begins with the columns Backlog, To do, In progress and Done."""

    name: Name


class UpdateProjectData(_ProjectMembers):
    """Members of a project to change."""

    name: Name | UnsetType = UNSET


class DuplicateProjectData(Struct, forbid_unknown_fields=True, kw_only=True):
    """What the new project is to be like; what is left out is as in the one it is made from."""

    name: Name | UnsetType = UNSET
    shortcode: Prefix | UnsetType = UNSET
    client_id: Id | None | UnsetType = UNSET
    start_date: Annotated[date, Meta(description="Dates shift so that it begins then; today if left out")] | (
        UnsetType
    ) = UNSET
    tasks: Annotated[bool, Meta(description="Its tasks too, those cancelled apart")] = True
    assignees: Annotated[bool, Meta(description="Let the same people do them")] = True
    members: Annotated[bool, Meta(description="Let the same people in")] = True


class SetProjectMemberData(Struct, forbid_unknown_fields=True):
    """A role to give."""

    role: ProjectRole


class CreateColumnData(Struct, forbid_unknown_fields=True):
    """A column to add at the end."""

    name: Name
    color: Color = Color.SLATE
    kind: ColumnKind = ColumnKind.STARTED
    wip_limit: WipLimit | None = None


class UpdateColumnData(Struct, forbid_unknown_fields=True):
    """Members of a column to change."""

    name: Name | UnsetType = UNSET
    color: Color | UnsetType = UNSET
    kind: ColumnKind | UnsetType = UNSET
    wip_limit: WipLimit | None | UnsetType = UNSET


class ReorderData(Struct, forbid_unknown_fields=True):
    """Columns in their new order: all of the project's, once each."""

    ids: Annotated[list[Id], Meta(min_length=1, max_length=500)]
