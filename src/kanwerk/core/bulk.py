"""Bulk: up to 500 creates and upserts in one request, all or each for itself."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from kanwerk.core.problems import Fault, Invalid, Problem
from kanwerk.core.tables import Recorded
from kanwerk.core.text import Id, clean
from kanwerk.core.writes import Write

MOST = 500


class ResultData(Struct, omit_defaults=True):
    """What became of one item of a bulk request."""

    index: int
    status: Annotated[int, Meta(description="As if the item had been sent alone", examples=[201])]
    id: Id | None
    errors: list[Fault] | UnsetType = UNSET


class ResultsData(Struct):
    """What became of the items of a bulk request, in their order."""

    results: list[ResultData]


def run(
    db: Write, items: list[Any], one: Callable[[Any], tuple[Recorded, bool]], *, atomic: bool
) -> ResultsData:
    """Do each item with ``one``, which returns the record and whether it is new.

    Atomic: any fault is an ``Invalid`` with the faults of all items, ``/items/3/name``, and nothing is kept.
    Else a
    faulty item is undone by itself.
    """
    results: list[ResultData] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for index, item in enumerate(items):
        mark = db.mark()
        step = db.session.begin_nested()
        try:
            _refuse_repeated(item, seen)
            record, new = one(item)
            db.flush()
            step.commit()
            results.append(ResultData(index, 201 if new else 200, None if db.dry and new else record.id))
        except Problem as problem:
            step.rollback()
            db.forget(mark)
            at = [_moved(fault, index) for fault in problem.errors] or [
                Fault(problem.code, problem.detail, pointer=f"/items/{index}")
            ]
            faults += at
            results.append(ResultData(index, problem.status, None, at))
    if faults and atomic:
        raise Invalid("Nothing was kept: some items have faults.", errors=faults)
    return ResultsData(results)


def _refuse_repeated(item: Any, seen: set[str]) -> None:
    name = item.get("external_id") if isinstance(item, dict) else None
    if isinstance(name, str):
        name = clean(name)
        if name in seen:
            sentence = "This external_id stands in an item before."
            raise Invalid(sentence, errors=[Fault("repeated", sentence, pointer="/external_id")])
        seen.add(name)


def _moved(fault: Fault, index: int) -> Fault:
    pointer = fault.pointer if isinstance(fault.pointer, str) else ""
    return msgspec.structs.replace(fault, pointer=f"/items/{index}{pointer}", parameter=UNSET)
