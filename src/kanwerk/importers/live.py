"""Telling browsers live how far imports are."""

from sqlalchemy import bindparam, or_, select

from kanwerk.core.reads import compiled_once
from kanwerk.core.web import Runtime
from kanwerk.importers.models import Import
from kanwerk.live.hub import NOTICES, message
from kanwerk.people.access import ADMINS
from kanwerk.people.models import User

_TOLD = select(User.id).where(
    User.space_id == bindparam("of_space", type_=User.space_id.type),
    or_(*(User.role == each for each in ADMINS)),  # a list would want its values before there are any
    User.type == "user",
    User.active.is_(True),
    select(Import.id)
    .where(
        Import.space_id == User.space_id,
        Import.number > bindparam("after"),
        Import.number <= bindparam("until"),
    )
    .exists(),
)
_MESSAGE = message("notices", b"{}")


def notices(runtime: Runtime, space_id: str, before: int, now: int) -> dict[str, bytes]:
    """Return a message for everybody who may see imports, when one of them has gone on."""
    statement = compiled_once(_TOLD, runtime.database)
    bound = statement.bind({"of_space": space_id, "after": before, "until": now})
    return {row[0]: _MESSAGE for row in runtime.database.read(statement.sql, bound)}


NOTICES.append(notices)
