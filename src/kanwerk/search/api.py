"""Search, through the API."""

from kanwerk.core.db import Db
from kanwerk.core.groups import Group
from kanwerk.core.problems import NotFound
from kanwerk.people.access import Me
from kanwerk.projects.members import fence_of
from kanwerk.search.filters import EVERYTHING, Narrowed
from kanwerk.search.reads import is_key, look_for
from kanwerk.search.shapes import FoundData, FoundsData, SearchKind, SearchQuery
from kanwerk.tasks.numbers import id_of
from kanwerk.tasks.reads import TASKS

search = Group("Search", "Words in clients, projects, tasks, comments and the names of files.")


@search.get("/search", needs="search:read")
def search_all(db: Db, me: Me, query: SearchQuery) -> FoundsData:
    """Look for words in everything that you may see: each begins a word, whatever case and accents."""
    kinds = [kind.value for kind in query.kinds] if query.kinds else None
    narrowed = Narrowed(
        query.project_id, query.client_id, query.assignee_id, query.completed, query.updated_after
    )
    found = found_by(db, me, query.q, kinds, query.limit, narrowed)
    db.version = None
    return FoundsData(found)


def found_by(
    db: Db, me: Me, q: str, kinds: list[str] | None, limit: int, narrowed: Narrowed = EVERYTHING
) -> list[FoundData]:
    """Return what is found, best first: the task whose key it is before all others."""
    found = look_for(db, q, kinds, limit, narrowed)
    whole = narrowed == EVERYTHING and (kinds is None or "task" in kinds)
    if is_key(q) and whole and me.may("tasks:read"):
        found = [*_by_key(db, me, q.strip()), *found][:limit]
    return found


def _by_key(db: Db, me: Me, key: str) -> list[FoundData]:
    try:
        task = db.one(TASKS, id_of(db, key), fence=fence_of(me))
    except NotFound:
        return []
    url = f"/{me.space_slug}/tasks/{task.key}"
    return [FoundData(SearchKind.TASK, task.id, task.title, f"<mark>{task.key}</mark>", url)]
