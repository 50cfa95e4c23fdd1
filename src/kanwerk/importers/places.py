"""Places: the project that a board becomes, with its columns and labels."""

from typing import Any

from msgspec import Struct, field
from sqlalchemy import bindparam, select

from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Conflict, NotFound
from kanwerk.core.reads import Query
from kanwerk.core.text import fold
from kanwerk.core.writes import Write
from kanwerk.importers.boards import Board, Tag
from kanwerk.importers.people import People
from kanwerk.importers.runner import Run, hash_of
from kanwerk.importers.settling import COLORS, NAME, line
from kanwerk.labels.models import Label, create_label
from kanwerk.people.access import Me
from kanwerk.projects.columns import columns_of, create_column
from kanwerk.projects.creation import create_project
from kanwerk.projects.models import Prefix, Project


class Place(Struct):
    """Where a board's tasks go; None of it holds records, so it may be used in the next transaction."""

    project_id: str
    columns: dict[str, str] = field(default_factory=dict)  # by the lane's id
    done: str = ""  # the first column that completes
    completing: set[str] = field(default_factory=set)
    labels: dict[str, str] = field(default_factory=dict)  # by the tag's id


def open_place(run: Run, db: Write, me: Me, board: Board) -> Place | None:
    """Return the place of a board, made or brought up to date; None when it may not be written to."""
    project = _given(db, board) if board.project_id else _project(run, db, me, board)
    if project is None:
        return None
    place = Place(project.id)
    _lanes(run, db, me, board, project, place)
    _tags(run, db, me, board, project, place)
    return place


def hold(db: Write, place: Place) -> tuple[People, list[Any]]:
    """Return the people, and what the session then need not read again for each task."""
    project = db.find(Project, place.project_id)
    if project is None:
        message = "The project is in the trash."
        raise NotFound(message)
    labels = select(Label).where(Label.space_id == db.space_id, Label.id.in_(set(place.labels.values())))
    held = [project, *columns_of(db, project.id), *db.session.execute(labels).scalars()]
    return People(db, project), held


def _given(db: Write, board: Board) -> Project | None:
    project = db.find(Project, board.project_id)
    if project is not None and project.archived_at is not None:
        message = Phrase("The project %(name)s is archived; unarchive it first.", name=project.shortcode)
        raise Conflict(message, code="archived")
    return project


_BY_EXTERNAL_ID = Query(
    select(Project.id).where(
        Project.space_id == bindparam("space_id"), Project.external_id == bindparam("external_id")
    )
)


def _project(run: Run, db: Write, me: Me, board: Board) -> Project | None:
    source_id, external_id = f"project {board.id}", run.external_id(board.id)
    rows = db.rows(_BY_EXTERNAL_ID, external_id=external_id)
    seen = hash_of(board.name, board.description)
    before = run.known(db, [source_id]).get(("project seen", source_id))
    if not rows:
        project = _create(run, db, me, board, external_id)
        run.report.count("projects", "created")
        run.keep("project seen", source_id, seen, project.id)
        return project
    found = db.find(Project, rows[0][0], lock=True, trashed=True)
    assert found is not None  # noqa: S101 (just read)
    if found.trashed_at is not None:
        run.report.count("projects", "left in the trash")
        return None
    if found.archived_at is not None:
        run.report.note("projects that are archived here: unarchive them to go on", found.name)
        run.report.count("projects", "skipped")
        return None
    mark = db.mark()
    if seen != before:
        found.change(db, {"name": board.name, "description": board.description or None}, by=me)
        run.keep("project seen", source_id, seen, found.id)
    run.report.count("projects", "changed" if db.mark() > mark else "unchanged")
    return found


def _create(run: Run, db: Write, me: Me, board: Board, external_id: str) -> Project:
    members: dict[str, Any] = {
        "name": board.name,
        "external_id": external_id,
        "description": board.description or None,
    }
    code = board.shortcode.upper()
    fits = code.isascii() and code.isalnum() and 2 <= len(code) <= 10  # noqa: PLR2004 (Prefix's)
    if fits and db.session.get(Prefix, (db.space_id, code)) is None:
        members["shortcode"] = code
    elif code:
        run.report.note("shortcodes that are taken or cannot be here: another was made", code)
    return create_project(db, members, by=me, usual_columns=False)


def _lanes(run: Run, db: Write, me: Me, board: Board, project: Project, place: Place) -> None:
    there = {column.id: column for column in columns_of(db, project.id)}
    by_name = {fold(column.name): column for column in reversed(there.values())}
    ids = {} if board.project_id else {lane.id: f"{board.id} {lane.id}" for lane in board.lanes}
    known = run.known(db, list(ids.values()))
    first = next(iter(there.values()), None)
    for lane in board.lanes:
        if board.project_id:
            if fold(lane.name) in by_name:
                place.columns[lane.id] = by_name[fold(lane.name)].id
            else:
                run.report.note("columns that the project does not have: its first open one", lane.name)
            continue
        source_id, seen = ids[lane.id], hash_of(lane.name)
        column = there.get(known.get(("column", source_id), ""))
        before, mark = known.get(("column seen", source_id)), db.mark()
        if column is not None and before != seen:
            column.change(db, {"name": lane.name}, by=me)
        elif column is None and before is None:
            column = by_name.get(fold(lane.name))
            if column is None:
                members = {"color": COLORS[lane.kind], "kind": lane.kind, "wip_limit": None}
                column = create_column(db, project, {"name": lane.name, **members}, by=me)
                db.flush()
                run.report.count("columns", "created")
                mark = -1
        elif column is None:  # deleted here
            column = next((each for each in there.values() if each.kind == lane.kind), first)
        assert column is not None  # noqa: S101 (a project has columns)
        if mark >= 0:
            run.report.count("columns", "changed" if db.mark() > mark else "unchanged")
        place.columns[lane.id] = column.id
        if before != seen:
            run.keep("column", source_id, column.id, project.id)
            run.keep("column seen", source_id, seen, project.id)
    done = [column.id for column in columns_of(db, project.id) if column.kind == "done"]
    place.done, place.completing = done[0] if done else "", set(done)


def _tags(run: Run, db: Write, me: Me, board: Board, project: Project, place: Place) -> None:
    fits = Label.project_id.is_(None) | (Label.project_id == project.id)
    wanted = select(Label).where(Label.space_id == db.space_id, Label.trashed_at.is_(None), fits)
    there = {label.id: label for label in db.session.execute(wanted).scalars()}
    ordered = sorted(there.values(), key=lambda label: label.project_id is not None)
    by_name = {fold(label.name): label for label in ordered}  # the project's own win over the space's
    tags = {tag.id: tag for card in board.cards for tag in card.tags}
    ids = {tag_id: f"{project.id if board.project_id else board.id} {tag_id}" for tag_id in tags}
    known = run.known(db, list(ids.values()))
    for tag_id, tag in tags.items():
        source_id, seen = ids[tag_id], hash_of(tag)
        label_id, before = known.get(("label", source_id), ""), known.get(("label seen", source_id))
        label = there.get(label_id)
        if label is None and label_id:
            run.report.count("labels", "left in the trash")
            continue
        mark = db.mark()
        if label is None:
            label = _label(run, db, me, tag, project, by_name)
        elif before != seen and label.project_id == project.id:
            _rename(run, db, me, label, tag, by_name)
            run.report.count("labels", "changed" if db.mark() > mark else "unchanged")
        else:
            run.report.count("labels", "unchanged")
        place.labels[tag_id] = label.id
        if before != seen:
            run.keep("label", source_id, label.id, project.id)
            run.keep("label seen", source_id, seen, project.id)


def _label(run: Run, db: Write, me: Me, tag: Tag, project: Project, by_name: dict[str, Label]) -> Label:
    name = line(tag.name, NAME)
    if not name:
        name = tag.color.title()
        run.report.note("labels without a name: called by their colour", name)
    label = by_name.get(fold(name))
    if label is None:
        label = create_label(db, {"name": name, "color": tag.color, "project_id": project.id}, by=me)
        db.flush()
        by_name[fold(name)] = label
        run.report.count("labels", "created")
    else:
        run.report.count("labels", "unchanged")
    return label


def _rename(run: Run, db: Write, me: Me, label: Label, tag: Tag, by_name: dict[str, Label]) -> None:
    name = line(tag.name, NAME) or tag.color.title()
    if by_name.get(fold(name), label) is not label:
        run.report.note("labels whose new name is taken here: left as they are", name)
        return
    label.change(db, {"name": name, "color": tag.color}, by=me)
