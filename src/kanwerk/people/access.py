"""Who may do what: the one table of rights, and the caller it is asked for."""

from functools import cache
from typing import Any

from msgspec import Struct

from kanwerk.core.db import Actor
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Forbidden

OWNER, ADMIN, MEMBER, GUEST, TAX = "owner", "admin", "member", "guest", "tax_advisor"
EVERYBODY = (OWNER, ADMIN, MEMBER, GUEST, TAX)
STAFF = (OWNER, ADMIN, MEMBER)
ADMINS = (OWNER, ADMIN)

WHO_NAMES = {
    OWNER: Phrase("owner"),
    ADMIN: Phrase("admin"),
    MEMBER: Phrase("member"),
    GUEST: Phrase("guest"),
    TAX: Phrase("tax advisor"),
}

# permission: (the scope a token needs, who may). Handlers narrow "own only" themselves, with ``allows``.
RIGHTS: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "me:read": (None, EVERYBODY),
    "spaces:read": ("spaces:read", EVERYBODY),
    "spaces:details": ("spaces:read", STAFF),
    "spaces:invoicing": ("spaces:read", ADMINS),
    "spaces:write": ("spaces:write", ADMINS),
    "users:read": ("users:read", (*STAFF, GUEST)),
    "users:profile": ("users:write", EVERYBODY),
    "users:write": ("users:write", ADMINS),
    "tokens:read": ("tokens:read", STAFF),
    "tokens:write": ("tokens:write", STAFF),
    "tokens:revoke": (None, STAFF),
    "tokens:all": ("tokens:write", ADMINS),
    "business-fields:read": ("business-fields:read", (*STAFF, TAX)),
    "business-fields:write": ("business-fields:write", STAFF),
    "clients:read": ("clients:read", EVERYBODY),
    "clients:details": ("clients:read", (*STAFF, TAX)),
    "clients:write": ("clients:write", STAFF),
    "projects:read": ("projects:read", (*STAFF, GUEST)),
    "projects:activity": ("projects:read", STAFF),
    "projects:write": ("projects:write", STAFF),
    "fields:read": ("fields:read", STAFF),
    "fields:write": ("fields:write", ADMINS),
    "clients:fields": ("clients:read", STAFF),
    "labels:read": ("labels:read", (*STAFF, GUEST)),
    "labels:write": ("labels:write", STAFF),
    "tasks:read": ("tasks:read", (*STAFF, GUEST)),
    "tasks:activity": ("tasks:read", STAFF),
    "tasks:write": ("tasks:write", STAFF),
    "comments:read": ("comments:read", EVERYBODY),
    "comments:write": ("comments:write", EVERYBODY),
    "files:read": ("files:read", EVERYBODY),
    "files:staff": ("files:read", STAFF),
    "files:of_clients": ("files:read", (*STAFF, TAX)),
    "files:write": ("files:write", EVERYBODY),
    "files:staff_write": ("files:write", STAFF),
    "views:read": ("views:read", STAFF),
    "views:write": ("views:write", STAFF),
    "search:read": (None, EVERYBODY),
    "notifications:read": ("notifications:read", EVERYBODY),
    "notifications:write": ("notifications:write", EVERYBODY),
    "feeds:read": ("feeds:read", (*STAFF, GUEST)),
    "feeds:write": ("feeds:write", (*STAFF, GUEST)),
    "events:read": ("events:read", STAFF),
    "webhooks:read": ("webhooks:read", ADMINS),
    "webhooks:write": ("webhooks:write", ADMINS),
}
NOT_FOR_INTEGRATIONS = frozenset(
    {
        *("tokens:read", "tokens:write", "tokens:all"),
        *("notifications:read", "notifications:write", "feeds:read", "feeds:write"),
    }
)
FOR_INTEGRATIONS = frozenset({"webhooks:read", "webhooks:write"})  # whatever their role
SCOPES = tuple(sorted({scope for scope, _ in RIGHTS.values() if scope}))


class Me(Struct, frozen=True):
    """Who calls: a user of a space, through a token or a browser's session."""

    space_id: str
    space_name: str
    space_slug: str
    currency: str
    timezone: str
    zone: str  # the person's own, else the space's
    locale: str
    week_starts_on: str
    id: str
    first_name: str
    last_name: str
    email: str
    type: str
    role: str | None
    client_id: str | None
    token_id: str
    scopes: tuple[str, ...] | None = None
    identity_id: str | None = None

    @property
    def who(self) -> str:
        """The column of the table of rights: the role of staff and integrations, else the type."""
        return self.role or self.type

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def admin(self) -> bool:
        """Whether members for admins only are shown."""
        return self.role in ADMINS

    @property
    def owner(self) -> bool:
        """Whether this is an owner."""
        return self.role == OWNER

    @property
    def rights(self) -> frozenset[str]:
        """The user's rights, cut down to the token's scopes."""
        return _rights(self.who, self.type == "integration", self.scopes)

    @property
    def usable_scopes(self) -> list[str]:
        """The scopes of the token that the user's rights leave something of."""
        return sorted({scope for right in self.rights if (scope := RIGHTS[right][0])})

    @property
    def actor(self) -> Actor:
        """This caller as the event log keeps it."""
        return Actor(self.id or None, self.name, self.type)

    @property
    def unbounded(self) -> bool:
        """Whether this caller sees everything in the space: admins without scopes."""
        return self.admin and self.scopes is None

    def may(self, permission: str) -> bool:
        """Whether this caller has a right."""
        return permission in self.rights

    def why_not(self, permission: str) -> str:
        """Return the sentence that says why a right is missing."""
        scope, who = RIGHTS[permission]
        open_ = self.who in who or (self.type == "integration" and permission in FOR_INTEGRATIONS)
        if open_ and scope and self.scopes is not None and scope not in self.scopes:
            return f"This token's scopes do not include {scope}."
        return Phrase("This is not open to you as %(role)s.", role=WHO_NAMES.get(self.who, self.who))

    def need(self, permission: str) -> None:
        """Raise ``Forbidden`` without the right."""
        if permission not in self.rights:
            raise Forbidden(self.why_not(permission))


@cache
def _rights(who: str, integration: bool, scopes: tuple[str, ...] | None) -> frozenset[str]:  # noqa: FBT001  # cached
    return frozenset(
        permission
        for permission, (scope, allowed) in RIGHTS.items()
        if (who in allowed or (integration and permission in FOR_INTEGRATIONS))
        and (scope is None or scopes is None or scope in scopes)
        and not (integration and permission in NOT_FOR_INTEGRATIONS)
    )


def system(space: Any) -> Me:
    """Return the caller that stands for the operator's command line."""
    return Me(
        space.id,
        space.name,
        space.slug,
        space.currency,
        space.timezone,
        space.timezone,
        space.locale,
        space.week_starts_on,
        "",
        "Kanwerk",
        "",
        "",
        "system",
        OWNER,
        None,
        "",
    )
