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
from kanwerk.clients import act_pages, edit_pages, home_page, import_pages
from kanwerk.clients import pages as client_pages
from kanwerk.clients.api import clients
from kanwerk.comments.api import comments
from kanwerk.config import Settings
from kanwerk.core import assets, logs, openapi, pages, stopping
from kanwerk.core.database import Database
from kanwerk.core.gate import Gate, answer_to
from kanwerk.core.groups import Group, handlers
from kanwerk.core.limits import FAILURES, Limiter
from kanwerk.core.problems import MethodNotAllowed, NotFound, Problem
from kanwerk.core.storage import Storage
from kanwerk.core.web import API, Runtime
from kanwerk.core.writer import Threads
from kanwerk.fields.api import fields
from kanwerk.files.api import files
from kanwerk.files.serving import links as file_links
from kanwerk.labels.api import labels
from kanwerk.nouns import reads as _nouns  # noqa: F401  # for the tables and events it makes known
from kanwerk.people import pages as people_pages
from kanwerk.people import settings_pages, tokens_pages, users_pages
from kanwerk.people.access import RIGHTS, SCOPES
from kanwerk.people.callers import by_session, by_token
from kanwerk.people.spaces_api import spaces
from kanwerk.people.users_api import users
from kanwerk.projects.api import projects
from kanwerk.projects.columns_api import columns
from kanwerk.search.api import search
from kanwerk.tasks.api import tasks
from kanwerk.todos.api import todos
from kanwerk.views.api import views
from kanwerk.webhooks.api import webhooks

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
        limiter=Limiter(*settings.rate_limit) if settings.rate_limit else None,
        failures=Limiter(*FAILURES),
        identify=by_token,
        people=by_session,
    )
    app = Litestar(
        route_handlers=[
            healthz,
            readyz,
            description_json,
            description_yaml,
            *handlers(GROUPS),
            *pages.handlers(PAGES),
            *assets.assets,
            file_links,
        ],
        openapi_config=None,
        exception_handlers={Exception: _problem},
        lifespan=[lambda _: _running(runtime)],
        logging_config=None,
    )
    app.state.runtime = runtime
    return Gate(app, runtime)


PAGES: list[pages.Pages] = [
    assets.pages,
    people_pages.pages,
    settings_pages.pages,
    users_pages.pages,
    tokens_pages.pages,
    field_pages.pages,
    home_page.pages,
    client_pages.pages,
    edit_pages.pages,
    act_pages.pages,
    import_pages.pages,
]


@get("/healthz", sync_to_thread=False)
def healthz() -> Response[bytes]:
    """Alive: touches no database."""
    return Response(b'{"status":"alive"}', media_type="application/json")


@get("/readyz", sync_to_thread=False)
def readyz(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Ready: the database answers."""
    request.app.state.runtime.database.read("SELECT 1", {})
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
async def _running(runtime: Runtime) -> AsyncIterator[None]:
    beside = [asyncio.create_task(work) for work in (housekeeping.run(runtime), stopping.watch(runtime))]
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
