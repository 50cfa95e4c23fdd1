"""Wires everything; read this first.

A request comes in at the gate (``core/gate.py``: request id, caller, limits), Litestar's router leads to a
route (``core/routes.py``: right, query, body, transaction), the route calls a handler (``clients/api.py``),
and what the handler returns is encoded once and sent.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

import msgspec
import structlog
from litestar import Litestar, Request, Response, get
from litestar.exceptions import HTTPException

from kanwerk import housekeeping
from kanwerk.business_fields import pages as field_pages
from kanwerk.business_fields.api import business_fields
from kanwerk.clients import act_pages, edit_pages, import_pages
from kanwerk.clients import pages as client_pages
from kanwerk.clients.api import clients
from kanwerk.comments import pages as comment_pages
from kanwerk.comments.api import comments
from kanwerk.config import Settings
from kanwerk.core import assets, logs, openapi, pages, stopping
from kanwerk.core.database import Database
from kanwerk.core.gate import Gate, answer_to
from kanwerk.core.groups import Group, handlers
from kanwerk.core.limits import FAILURES, Limiter
from kanwerk.core.problems import MethodNotAllowed, NotFound, Problem
from kanwerk.core.signals import Signals
from kanwerk.core.storage import Storage
from kanwerk.core.web import API, Runtime
from kanwerk.core.writer import Threads
from kanwerk.feeds import pages as feed_pages
from kanwerk.feeds.api import feeds
from kanwerk.feeds.serving import calendars
from kanwerk.fields import pages as custom_field_pages
from kanwerk.fields.api import fields
from kanwerk.files import pages as file_pages
from kanwerk.files.api import files
from kanwerk.files.serving import links as file_links
from kanwerk.home import activity_pages, doing
from kanwerk.home import pages as home_pages
from kanwerk.importers import live as _imports  # noqa: F401  # for those who look at an import
from kanwerk.importers import pages as importer_pages
from kanwerk.labels import pages as label_pages
from kanwerk.labels.api import labels
from kanwerk.live import pages as live_pages
from kanwerk.notifications import live as _live  # noqa: F401  # for the bell and those who listen
from kanwerk.notifications import pages as notification_pages
from kanwerk.notifications.api import notifications
from kanwerk.nouns import reads as _nouns  # noqa: F401  # for the tables and events it makes known
from kanwerk.people import pages as people_pages
from kanwerk.people import settings_pages, tokens_pages, users_pages
from kanwerk.people.access import RIGHTS, SCOPES
from kanwerk.people.callers import by_session, by_token
from kanwerk.people.spaces_api import spaces
from kanwerk.people.users_api import users
from kanwerk.projects import act_pages as project_act_pages
from kanwerk.projects import activity_pages as project_activity_pages
from kanwerk.projects import edit_pages as project_edit_pages
from kanwerk.projects import member_pages, overview_pages
from kanwerk.projects import pages as project_pages
from kanwerk.projects import settings_pages as project_settings_pages
from kanwerk.projects.api import projects
from kanwerk.projects.columns_api import columns
from kanwerk.search import pages as search_pages
from kanwerk.search.api import search
from kanwerk.tasks import act_pages as task_act_pages
from kanwerk.tasks import (
    board_pages,
    bulk_pages,
    calendar_pages,
    cell_pages,
    dates_pages,
    list_pages,
    timeline_pages,
    undo_pages,
)
from kanwerk.tasks import edit_pages as task_edit_pages
from kanwerk.tasks import panel_pages as task_pages
from kanwerk.tasks.api import tasks
from kanwerk.todos import pages as todo_pages
from kanwerk.todos.api import todos
from kanwerk.trash import pages as trash_pages
from kanwerk.views import menu as _menu  # noqa: F401  # for pages of tasks and the palette
from kanwerk.views import pages as view_pages
from kanwerk.views.api import views
from kanwerk.webhooks import pages as webhook_pages
from kanwerk.webhooks.subscriptions_api import webhooks

log = structlog.get_logger()
GROUPS: list[Group] = [
    spaces,
    users,
    business_fields,
    clients,
    projects,
    columns,
    tasks,
    todos,
    comments,
    files,
    labels,
    webhooks,
    search,
    views,
    fields,
    notifications,
    feeds,
]


def create(settings: Settings | None = None) -> Gate:
    """Return the application for one worker process, an ASGI application."""
    settings = settings or Settings.load()
    logs.set_up(settings.log_format)
    database = Database(settings.url)
    runtime = Runtime(
        settings=settings,
        database=database,
        threads=Threads(database, settings.write_queue),
        storage=Storage(settings.files_url, settings.data),
        signals=Signals(database),
        limiter=Limiter(*settings.rate_limit) if settings.rate_limit else None,
        failures=Limiter(*FAILURES),
        identify=by_token,
        people=by_session,
    )
    app = routes()
    app.state.runtime = runtime
    return Gate(app, runtime)


@cache
def routes() -> Litestar:
    """Return the router, the same for every application of a process: it takes a quarter of a second."""
    return Litestar(
        route_handlers=[
            healthz,
            readyz,
            description_json,
            description_yaml,
            *handlers(GROUPS),
            *pages.handlers(PAGES),
            *assets.assets,
            file_links,
            calendars,
        ],
        openapi_config=None,
        exception_handlers={Exception: _problem},
        lifespan=[_running],
        logging_config=None,
    )


PAGES: list[pages.Pages] = [
    assets.pages,
    people_pages.pages,
    settings_pages.pages,
    users_pages.pages,
    tokens_pages.pages,
    field_pages.pages,
    client_pages.pages,
    edit_pages.pages,
    act_pages.pages,
    import_pages.pages,
    live_pages.pages,
    webhook_pages.pages,
    importer_pages.pages,
    notification_pages.pages,
    feed_pages.pages,
    board_pages.pages,
    bulk_pages.pages,
    list_pages.pages,
    cell_pages.pages,
    dates_pages.pages,
    calendar_pages.pages,
    timeline_pages.pages,
    search_pages.pages,
    trash_pages.pages,
    view_pages.pages,
    home_pages.pages,
    doing.pages,
    activity_pages.pages,
    project_pages.pages,
    project_edit_pages.pages,
    overview_pages.pages,
    member_pages.pages,
    project_settings_pages.pages,
    label_pages.pages,
    custom_field_pages.pages,
    project_act_pages.pages,
    project_activity_pages.pages,
    task_pages.pages,
    task_edit_pages.pages,
    task_act_pages.pages,
    undo_pages.pages,
    todo_pages.pages,
    comment_pages.pages,
    file_pages.pages,
]


@get("/healthz", sync_to_thread=False)
def healthz() -> Response[bytes]:
    """Alive: touches no database."""
    return Response(b'{"status":"alive"}', media_type="application/json")


@get("/readyz", sync_to_thread=False)
def readyz(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Ready: the database answers."""
    ours = request.scope["kanwerk"]  # type: ignore[typeddict-item]  # put there by the gate
    ours.runtime.database.read("SELECT 1", {})
    return Response(b'{"status":"ready"}', media_type="application/json")


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI description as plain data."""
    return openapi.describe(GROUPS, SCOPES, {right: scope for right, (scope, _) in RIGHTS.items()})


@cache
def _description_json() -> bytes:
    return json.dumps(description(), ensure_ascii=False).encode()


@get(f"{API}/openapi.json", sync_to_thread=False)
def description_json() -> Response[bytes]:
    """Show the description as JSON."""
    return Response(_description_json(), media_type="application/json")


@get(f"{API}/openapi.yaml", sync_to_thread=True)
def description_yaml() -> Response[bytes]:
    """Show the description as YAML."""
    return Response(msgspec.yaml.encode(description()), media_type="application/yaml")


def _problem(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    ours = request.scope["kanwerk"]  # type: ignore[typeddict-item]  # put there by the gate
    if isinstance(error, Problem):
        problem = error
    elif isinstance(error, HTTPException) and error.status_code == NotFound.status:
        problem = NotFound("There is nothing at this address.")
    elif isinstance(error, HTTPException) and error.status_code == MethodNotAllowed.status:
        allow = (error.headers or {}).get("allow", "")
        if "GET" in allow:
            allow += ", HEAD"
        problem = MethodNotAllowed("This address does not take that method.", headers={"Allow": allow})
    else:
        log.error("failed", request_id=ours.id, path=ours.path, exc_info=error)
        problem = Problem("Something went wrong on our side.")
    status, headers, body = answer_to(problem, ours)
    told = {name.decode(): value.decode("latin-1") for name, value in headers}
    return Response(
        body, status_code=status, media_type=told.pop("content-type").partition(";")[0], headers=told
    )


@contextlib.asynccontextmanager
async def _running(app: Litestar) -> AsyncIterator[None]:
    runtime: Runtime = app.state.runtime
    beside = [
        asyncio.create_task(work)
        for work in (housekeeping.keep_uses_often(runtime), stopping.watch(runtime), runtime.signals.run())
    ]
    try:
        yield
    finally:
        runtime.stopping = True
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        with contextlib.suppress(Problem):
            await housekeeping.keep_uses(runtime)
        runtime.threads.close()
        runtime.database.close()
