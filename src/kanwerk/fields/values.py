"""What custom fields hold: written with its checks, gathered when it is read."""

from typing import Any

import msgspec
from sqlalchemy import Text, delete, insert, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from kanwerk.core.problems import Fault, Invalid
from kanwerk.core.reads import Made
from kanwerk.core.writes import Write
from kanwerk.fields.checks import check
from kanwerk.fields.models import FOLDED, PREFIX, VALUES, CustomField


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
            faults.append(Fault(code, error.args[0], pointer=f"/fields/{where}"))
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
    rows = [
        {
            "space_id": db.space_id,
            f"{field.applies_to}_id": record_id,
            "field_id": field.id,
            "place": place,
            "value": part,
            "folded": folded[:FOLDED],
        }
        for (place, part), folded in zip(parts, folds, strict=True)
    ]
    if rows:  # past the session: the record that changes has its event only when all is checked
        db.session.execute(insert(table.__table__), rows)


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
