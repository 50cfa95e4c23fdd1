"""Looking for words: what somebody may see, titles first, the newest first."""

import html
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, text, union_all

from kanwerk.clients.models import Client
from kanwerk.comments.models import Comment
from kanwerk.core.db import Db
from kanwerk.core.reads import Among, Query
from kanwerk.core.text import fold
from kanwerk.files.models import File
from kanwerk.projects.models import Project
from kanwerk.search.filters import EVERYTHING, Narrowed, conditions
from kanwerk.search.models import WORD, asked_words, key_of
from kanwerk.search.shapes import FoundData, SearchKind
from kanwerk.tasks.models import Task
from kanwerk.tasks.numbers import KEY

LOOKED_AT = 200  # matches that are looked at, however many there are: the newest
SHOWN = 180  # characters of a snippet
NEEDS = {
    "client": "clients:details",
    "project": "projects:read",
    "task": "tasks:read",
    "comment": "comments:read",
    "file": "files:read",
}
_MINE = (
    "EXISTS (SELECT 1 FROM project_members m WHERE m.space_id = t.space_id AND m.project_id = t.project_id"
    " AND m.user_id = :me_id)"
)
_SEEN = {
    "all": "TRUE",
    "staff": f"(t.project_id IS NULL OR p.visibility = 'space' OR p.lead_id = :me_id OR {_MINE})",
    "guest": f"(t.project_id IS NOT NULL AND {_MINE} AND (t.kind IN ('project', 'task') OR t.external))",
    "tax_advisor": "(t.project_id IS NULL AND (t.kind = 'client' OR t.external))",
}
_COLUMNS = "t.kind, t.record_id, t.title, t.body, t.project_id, t.task_id"
# Only words of this module stand in these: what somebody asks for comes as parameters.
_JOINED = (
    " LEFT JOIN projects p ON p.space_id = t.space_id AND p.id = t.project_id"
    " LEFT JOIN tasks k ON k.space_id = t.space_id AND k.id = t.task_id"
)
_THERE = "p.trashed_at IS NULL AND k.trashed_at IS NULL"
_LITE = (
    f"SELECT {_COLUMNS} FROM search_index CROSS JOIN search_texts t ON t.row = search_index.rowid"  # noqa: S608
    f"{_JOINED} WHERE search_index MATCH :match AND t.space_id = :space_id"
    f" AND t.kind IN (SELECT value FROM json_each(:kinds)) AND {_THERE} AND {{seen}}"
    " ORDER BY search_index.rowid DESC LIMIT :limit"
)
_POSTGRES = (
    f"SELECT {_COLUMNS} FROM search_texts t{_JOINED}"  # noqa: S608
    " WHERE t.document @@ to_tsquery('simple', :match) AND t.space_id = CAST(:space_id AS uuid)"
    f" AND t.kind = ANY(:kinds) AND {_THERE} AND {{seen}} ORDER BY t.record_id DESC LIMIT :limit"
)


@cache
def _query(who: str, name: tuple[str, ...], *, sqlite: bool) -> Query:
    """Return the statement for those who see so much, narrowed by these."""
    seen = _SEEN[who] + conditions(name, sqlite=sqlite)
    return Query(text((_LITE if sqlite else _POSTGRES).replace("{seen}", seen)))


_TASK_KEYS = Query(
    select(Task.id, Project.shortcode, Task.number, Task.title)
    .join(Project, (Project.space_id == Task.space_id) & (Project.id == Task.project_id))
    .where(Task.space_id == bindparam("space_id"), Among(Task.id, "tasks"))
)
_SHORTCODES = Query(
    select(Project.id, Project.shortcode, Project.name).where(
        Project.space_id == bindparam("space_id"), Among(Project.id, "projects")
    )
)


def _of_clients(record: Any, client_id: Any, source: Any) -> Any:
    return (
        select(record.id, Client.id, Client.name)
        .select_from(source)
        .join(Client, (Client.space_id == record.space_id) & (Client.id == client_id))
        .where(record.space_id == bindparam("space_id"), Among(record.id, "records"))
    )


_SAID = (Comment.space_id == File.space_id) & (Comment.id == File.comment_id)
_OF_CLIENTS = Query(
    union_all(
        _of_clients(Comment, Comment.client_id, Comment.__table__),
        _of_clients(
            File,
            func.coalesce(File.client_id, Comment.client_id),
            File.__table__.outerjoin(Comment.__table__, _SAID),
        ),
    )
)


def look_for(
    db: Db, q: str, kinds: list[str] | None, limit: int, narrowed: Narrowed = EVERYTHING
) -> list[FoundData]:
    """Return what the words are found in: every word begins a word of it. Whole words of titles come first,
    then titles, then the rest.
    """
    me: Any = db.me
    wanted = [kind.value for kind in SearchKind if (not kinds or kind.value in kinds)]
    allowed = [kind for kind in wanted if me.may(NEEDS[kind])]
    asked = asked_words(q)
    if not asked or not allowed:
        return []
    who = "all" if me.admin else (me.type if me.type in ("guest", "tax_advisor") else "staff")
    query = _query(who, narrowed.name, sqlite=db.database.sqlite)
    rows: dict[tuple[str, str], tuple[Any, ...]] = {}
    for whole, titles in ((True, True), (False, True), (False, False)):
        match = _match(db, asked, whole=whole, titles=titles)
        for row in db.rows(query, match=match, kinds=allowed, limit=LOOKED_AT, **narrowed.values):
            rows.setdefault((row[0], str(row[1])), row)
        if len(rows) >= limit:
            break
    return _shown(db, list(rows.values())[:limit], asked)


def _match(db: Db, asked: list[str], *, whole: bool, titles: bool) -> str:
    """Return what the engine looks for: whole words, which it finds at once, or their beginnings."""
    begins = "" if whole else "*"
    if not db.database.sqlite:
        return " & ".join(f"{word}:{begins}{'A' if titles else ''}" for word in asked)
    columns, key = "title" if titles else "{title body}", key_of(db.space_id)
    found = " AND ".join(f'"{key}{word}"{begins}' for word in asked)
    return f"{columns} : ({found})"


def _shown(db: Db, rows: list[tuple[Any, ...]], asked: list[str]) -> list[FoundData]:
    me: Any = db.me
    tasks = {str(row[5] or row[1]) for row in rows if row[5] or row[0] == "task"}
    projects = {str(row[4]) for row in rows if row[4]}
    keys = {str(row[0]): row for row in db.rows(_TASK_KEYS, tasks=sorted(tasks))} if tasks else {}
    codes = {str(row[0]): row for row in db.rows(_SHORTCODES, projects=sorted(projects))} if projects else {}
    said = [str(row[1]) for row in rows if row[0] in ("comment", "file") and not row[4]]
    clients = {str(row[0]): row[1:] for row in db.rows(_OF_CLIENTS, records=said)} if said else {}
    found = []
    for kind, record_id, title, body, project_id, task_id in rows:
        task, project = keys.get(str(task_id)), codes.get(str(project_id))
        home = f"/{me.space_slug}"
        if task is not None:
            url = f"{home}/tasks/{task[1]}-{task[2]}"
            label = f"{task[1]}-{task[2]} {task[3]}"
        elif project is not None:
            url, label = f"{home}/projects/{project[1]}", project[2]
        elif (client := clients.get(str(record_id))) is not None:
            url, label = f"{home}/clients/{client[0]}", client[1]
        else:
            url, label = f"{home}/clients/{record_id}", title
        if kind == "comment":
            url += f"#comment-{record_id}"
        snippet = marked(title if _has(title, asked) or not body else body, asked)
        found.append(FoundData(SearchKind(kind), str(record_id), title or label, snippet, url))
    return found


def _has(text_: str, asked: list[str]) -> bool:
    return any(fold(word).startswith(each) for word in WORD.findall(text_) for each in asked)


def marked(text_: str, asked: list[str]) -> str:
    """Return the part of a text around the first word found, as HTML with ``<mark>`` around words found."""
    spans = [
        span.span() for span in WORD.finditer(text_) if any(fold(span[0]).startswith(each) for each in asked)
    ]
    start = max(0, spans[0][0] - SHOWN // 3) if spans else 0
    if start:
        start = text_.find(" ", start) + 1 or start
    end = min(len(text_), start + SHOWN)
    out, at = ["…" if start else ""], start
    for first, last in spans:
        if first >= at and last <= end:
            out += [html.escape(text_[at:first]), "<mark>", html.escape(text_[first:last]), "</mark>"]
            at = last
    out += [html.escape(text_[at:end]), "…" if end < len(text_) else ""]
    return " ".join("".join(out).split())


def is_key(q: str) -> bool:
    """Whether somebody typed the key of a task."""
    return KEY.fullmatch(q.strip()) is not None
