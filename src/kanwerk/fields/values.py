"""What custom fields hold: checked when it is written, gathered when it is read, compared by filters."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import ColumnElement, Text, bindparam, delete, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from kanwerk.core.asked import ListQuery
from kanwerk.core.db import Db
from kanwerk.core.params import Param
from kanwerk.core.problems import Fault, Invalid, invalid_parameter
from kanwerk.core.reads import Among, Made, Query
from kanwerk.core.tables import Key
from kanwerk.core.text import TEXT_PATTERN, clean, fold
from kanwerk.core.writes import Write
from kanwerk.fields.models import FOLDED, VALUES, CustomField
from kanwerk.people.models import User

LONGEST_TEXT, LONGEST_URL, MOST_CHOSEN, MOST_FILTERS = 5_000, 2_000, 50, 5
GREATEST = 10**15
PREFIX = "fields."
_URL = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)
_TEXT = re.compile(TEXT_PATTERN)
Checked = tuple[Any, list[str]]  # a value as it is stored, and the fold of each of its parts


def set_fields(db: Write, record: Any, sent: dict[str, Any] | None) -> dict[str, Any]:
    """Set custom fields of a record that is in the database, null clears one; return ``{fields.key: {from,
    to}}``.

    ``Invalid`` with a fault for every key that is not there and every value that does not fit.
    """
    if not sent:
        return {}
    fields = _fields(db, record.noun)
    table = VALUES[record.noun]
    mine = (table.space_id == db.space_id, table.record_id == record.id)
    before = _before(db, table, mine)
    faults: list[Fault] = []
    changes: dict[str, Any] = {}
    for key, value in sent.items():
        try:
            if key not in fields:
                raise ValueError("There is no such custom field.")  # noqa: TRY301 (one place for faults)
            field = fields[key]
            was = before.get(field.id)
            now, folds = check(db, field, value, was)
        except ValueError as error:
            code = "invalid" if key in fields else "unknown"
            where = key[:200].replace("~", "~0").replace("/", "~1")
            faults.append(Fault(code, str(error), pointer=f"/fields/{where}"))
            continue
        if now != was:
            changes[f"{PREFIX}{key}"] = {"from": was, "to": now}
            db.session.execute(delete(table).where(*mine, table.field_id == field.id))
            _insert(db, table, record.id, field, now, folds)
    if faults:
        raise Invalid(
            "The request has faults." if len(faults) > 1 else "The request has a fault.", errors=faults
        )
    if changes:
        record.touch()
    return changes


def _fields(db: Write, target: str) -> dict[str, CustomField]:
    wanted = select(CustomField).where(
        CustomField.space_id == db.space_id,
        CustomField.applies_to == target,
        CustomField.trashed_at.is_(None),
    )
    return {field.key: field for field in db.session.execute(wanted).scalars()}


def _before(db: Write, table: Any, mine: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    wanted = select(table.field_id, table.place, table.value).where(*mine).order_by(table.place)
    for field_id, place, value in db.session.execute(wanted):
        if place == 0:
            found[field_id] = value
        else:
            found.setdefault(field_id, []).append(value)
    return found


def _insert(db: Write, table: Any, record_id: str, field: CustomField, now: Any, folds: list[str]) -> None:
    parts = list(enumerate(now, 1)) if isinstance(now, list) else [] if now is None else [(0, now)]
    for (place, part), folded in zip(parts, folds, strict=True):
        db.session.add(
            table(
                space_id=db.space_id,
                record_id=record_id,
                field_id=field.id,
                place=place,
                value=part,
                folded=folded[:FOLDED],
            )
        )


def copy_fields(db: Write, old: Any, new: Any) -> None:
    """Let a new record hold what another of its kind holds."""
    table = VALUES[old.noun]
    db.flush()
    wanted = select(table).where(table.space_id == db.space_id, table.record_id == old.id)
    for row in db.session.execute(wanted).scalars().all():
        db.session.add(
            table(
                space_id=db.space_id,
                record_id=new.id,
                field_id=row.field_id,
                place=row.place,
                value=row.value,
                folded=row.folded,
            )
        )


def check(db: Write, field: CustomField, value: Any, was: Any) -> Checked:
    """Return a value as it is stored, with what filters compare; ``ValueError`` with a sentence if it does
    not fit.
    """
    value = clean(value) if isinstance(value, str) else value
    if value is None or value == "" or (value == [] and field.kind == "multi_select"):
        return None, []
    if field.kind == "multi_select":
        if not isinstance(value, list) or len(value) > MOST_CHOSEN:
            raise ValueError(f"A list of at most {MOST_CHOSEN} is needed.")
        chosen = list(dict.fromkeys(_option(field, each, was or ()) for each in value))
        return chosen, chosen
    if field.kind == "select":
        option = _option(field, value, (was,))
        return option, [option]
    if field.kind == "user":
        return _user(db, value, was), [value]
    return _PLAIN[field.kind](value)


def _option(field: CustomField, value: Any, was: Any) -> str:
    for option in field.options:
        if option["value"] == value:
            if option["archived"] and value not in was:
                raise ValueError(f"{option['name']} can no longer be chosen.")
            return str(value)
    known = ", ".join(option["value"] for option in field.options if not option["archived"])
    raise ValueError(f"One of {known} is needed.")


def _user(db: Write, value: Any, was: Any) -> str:
    user = db.find(User, value) if isinstance(value, str) and re.fullmatch("[0-9a-f-]{36}", value) else None
    if user is None or (value != was and not (user.active and user.type == "user")):
        raise ValueError("There is no such active user of the space.")
    return user.id


def _text(value: Any) -> Checked:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not _TEXT.match(value):
        raise ValueError(
            f"Text of at most {LONGEST_TEXT:,} characters is needed, without control characters."
        )
    return value, [fold(value)]


def _number(value: Any) -> Checked:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < GREATEST:
        raise ValueError(f"A number is needed, less than {GREATEST:,}.")
    return value, [_plain_number(Decimal(repr(value)))]


def _plain_number(number: Decimal) -> str:
    return format(number.normalize(), "f") if number else "0"


def _date(value: Any) -> Checked:
    try:
        msgspec.convert(value, date)
    except msgspec.ValidationError:
        raise ValueError("A date such as 2027-03-01 is needed.") from None
    return value, [value]


def _url(value: Any) -> Checked:
    if not isinstance(value, str) or len(value) > LONGEST_URL or not _URL.fullmatch(value):
        raise ValueError("An address that begins with https:// or http:// is needed.")
    return value, [fold(value)]


def _checkbox(value: Any) -> Checked:
    if not isinstance(value, bool):
        raise ValueError("True or false is needed.")  # noqa: TRY004 (a fault of the value, as all here)
    return value, ["true" if value else "false"]


_PLAIN = {"text": _text, "number": _number, "date": _date, "url": _url, "checkbox": _checkbox}


class _Gathered(FunctionElement[str]):
    """All values of one record in one cell: ``[[key, place, value], …]`` as JSON text, null or [] without."""

    inherit_cache = True
    type = Text()


@compiles(_Gathered, "sqlite")
def _gathered_sqlite(element: _Gathered, compiler: SQLCompiler, **options: Any) -> str:
    key, place, value = (compiler.process(each, **options) for each in element.clauses)
    return f"json_group_array(json_array({key}, {place}, json({value})))"


@compiles(_Gathered, "postgresql")
def _gathered_postgres(element: _Gathered, compiler: SQLCompiler, **options: Any) -> str:
    key, place, value = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(json_agg(json_build_array({key}, {place}, CAST({value} AS json))) AS text)"


def _told(text: str | None) -> dict[str, Any]:
    if text is None or text == "[]":
        return {}
    found: dict[str, Any] = {}
    for key, place, value in sorted(msgspec.json.decode(text), key=lambda each: each[:2]):
        if place == 0:
            found[key] = value
        else:
            found.setdefault(key, []).append(value)
    return found


def values_of(record: Any) -> Made:
    """Return the member ``fields`` of a record: the values of the fields there are now, by key."""
    table = VALUES[record.noun]
    gathering = (
        select(_Gathered(CustomField.key, table.place, table.value))
        .join_from(
            table,
            CustomField,
            (CustomField.space_id == table.space_id) & (CustomField.id == table.field_id),
        )
        .where(
            table.space_id == record.space_id,
            table.record_id == record.id,
            CustomField.trashed_at.is_(None),
        )
        .correlate(record.__table__)
        .scalar_subquery()
    )
    return Made(_told, [gathering])


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
            return _plain_number(Decimal(text))
        if kind == "date":
            return str(_date(text)[0])
    except (InvalidOperation, ValueError):
        raise invalid_parameter(name, f"A {kind} is needed.") from None
    if kind == "checkbox" and text not in ("true", "false"):
        raise invalid_parameter(name, "Only true and false are allowed.")
    return fold(text) if kind in ("text", "url") else text
