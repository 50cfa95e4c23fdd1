"""Lists filtered by custom fields: ``fields.key=value``."""

from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import structs
from sqlalchemy import ColumnElement, bindparam, select

from kanwerk.core.asked import ListQuery
from kanwerk.core.db import Db
from kanwerk.core.params import Param
from kanwerk.core.problems import invalid_parameter
from kanwerk.core.reads import Among, Query
from kanwerk.core.tables import Key
from kanwerk.core.text import fold
from kanwerk.fields.checks import day, plain_number
from kanwerk.fields.models import FOLDED, PREFIX, VALUES, CustomField

MOST_FILTERS = 5


class FieldFilters:
    """The filters ``fields.key=value`` of a list: which there are, a space decides."""

    prefix = PREFIX
    param = Param(name=f"{PREFIX}*", many=True)

    def __init__(self, record: Any) -> None:
        """Filter this kind of record."""
        self.record, self.table = record, VALUES[record.noun]
        self.fields = Query(
            select(CustomField.key, CustomField.id, CustomField.kind).where(
                CustomField.space_id == bindparam("space_id"),
                CustomField.applies_to == record.noun,
                CustomField.trashed_at.is_(None),
            )
        )

    def resolve(self, db: Db, query: ListQuery) -> ListQuery:
        """Return the query with its filters by place instead of by key, so that few statements serve all.

        ``Invalid`` for a key that is not there and for a value that no such field could hold.
        """
        names = [name for name in query.filters if name.startswith(PREFIX)]
        if not names:
            return query
        if len(names) > MOST_FILTERS:
            raise invalid_parameter(names[-1], f"At most {MOST_FILTERS} custom fields at once.")
        known = {row[0]: row[1:] for row in db.rows(self.fields)}
        values = {name: value for name, value in query.values.items() if name not in names}
        for place, name in enumerate(names, 1):
            key = name.removeprefix(PREFIX)
            if key not in known:
                raise invalid_parameter(name, "There is no such custom field.", "unknown")
            field_id, kind = known[key]
            values[f"field_{place}"] = [_asked(name, kind, each)[:FOLDED] for each in query.values[name]]
            values[f"field_{place}_id"] = field_id
        kept = [name for name in query.filters if name not in names]
        filters = (*kept, *(f"field_{place}" for place in range(1, len(names) + 1)))
        return structs.replace(query, values=values, filters=filters)

    def where(self, name: str) -> ColumnElement[bool]:
        """Return the condition of one of them."""
        those = select(self.table.record_id).where(
            self.table.space_id == bindparam("space_id"),
            self.table.field_id == bindparam(f"{name}_id", type_=Key),
            Among(self.table.folded, name),
        )
        found: ColumnElement[bool] = self.record.id.in_(those)
        return found


def _asked(name: str, kind: str, text: str) -> str:
    try:
        if kind == "number":
            return plain_number(Decimal(text))
        if kind == "date":
            return str(day(text)[0])
    except (InvalidOperation, ValueError):
        raise invalid_parameter(name, f"A {kind} is needed.") from None
    if kind == "checkbox" and text not in ("true", "false"):
        raise invalid_parameter(name, "Only true and false are allowed.")
    return fold(text) if kind in ("text", "url") else text
