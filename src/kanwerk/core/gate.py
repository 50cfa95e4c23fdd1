"""The gate: one plain ASGI layer around everything. Request id, caller, limits, headers, the log line.

Litestar's own middleware does not run for unknown paths; this does.
"""

import time
from typing import Any

import structlog

from kanwerk.core import problems
from kanwerk.core.ids import new_id
from kanwerk.core.logs import AccessLog
from kanwerk.core.problems import NotFound, Problem, Unauthorized, Unavailable
from kanwerk.core.view import problem_answer
from kanwerk.core.web import API, Headers, Request, Runtime, respond

log = structlog.get_logger()

_CORS: Headers = [
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"ETag, Link, Location, Retry-After, X-Request-Id, Idempotent-Replayed, RateLimit, RateLimit-Policy",
    ),
]
_PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
    (
        b"access-control-allow-headers",
        b"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match",
    ),
    (b"access-control-max-age", b"86400"),
]
_QUIET = frozenset({"/healthz", "/readyz"})
_SECRET = frozenset({"invite", "reset", "unsubscribe", "feeds"})  # what comes next in the path is one
OPEN = frozenset({f"{API}/openapi.json", f"{API}/openapi.yaml"})


class Gate:
    """Wraps the application: nothing gets in or out without passing here."""

    def __init__(self, app: Any, runtime: Runtime) -> None:
        """Wrap the application."""
        self.app, self.runtime = app, runtime
        self.log = AccessLog(runtime.settings.log_format)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            self.log.flush()
            return
        began = time.perf_counter()
        request = Request(self.runtime, scope, receive, new_id())
        api = scope["path"].startswith(f"{API}/") or scope["path"] == API
        extra: Headers = [(b"x-request-id", request.id.encode())]
        extra += _CORS if api else []
        head, told = scope["method"] == "HEAD", [500, 0]
        scope["kanwerk"], scope["kanwerk_head"] = request, head

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                told[0] = message["status"]
                message["headers"] = [*message["headers"], *extra]
            else:
                told[1] += len(message.get("body", b""))
                if head:
                    message = {**message, "body": b""}
            await send(message)

        if head:
            scope["method"] = "GET"
        try:
            await self._pass(request, extra, sending, api=api)
        except Problem as problem:
            await respond(sending, *answer_to(problem, request))
        except Exception as error:
            log.exception("failed", request_id=request.id, path=scope["path"], error=type(error).__name__)
            body, headers = problems.render(Problem("Something went wrong on our side."), request.id)
            await respond(sending, 500, headers, body)
        if scope["path"] not in _QUIET:
            caller = request.caller
            self.log.write(
                {
                    "method": "HEAD" if head else scope["method"],
                    "path": _shown(scope["path"]),
                    "status": told[0],
                    "ms": round((time.perf_counter() - began) * 1000, 2),
                    "bytes": told[1],
                    "id": request.id,
                    "space": caller.space_slug if caller else None,
                    "user": caller.id if caller else None,
                }
            )

    async def _pass(self, request: Request, extra: Headers, sending: Any, *, api: bool) -> None:
        scope = request.scope
        if b"//" in request.raw_path:  # the router would overlook the empty segment, the rest would not
            raise NotFound("There is nothing at this address.")
        if b"%2f" in request.raw_path.lower():
            parts = [request.segment(at) for at in range(request.raw_path.count(b"/") + 1)]
            scope["path"] = "/".join("_" if "/" in part else part for part in parts)
        if api and scope["method"] == "OPTIONS":
            await respond(sending, 204, list(_PREFLIGHT), b"")
            return
        if self.runtime.stopping:
            headers = {"Retry-After": "5", "Connection": "close"}
            raise Unavailable("The server is shutting down.", headers=headers)
        if api and scope["path"] not in OPEN:
            self._let_in(request, extra)
        await self.app(scope, request.receive, sending)

    def _let_in(self, request: Request, extra: Headers) -> None:
        runtime = self.runtime
        if runtime.failures.level(request.address) < 1:
            raise runtime.failures.refuse(request.address)
        try:
            request.caller = runtime.identify(request)
        except Unauthorized:
            runtime.failures.take(request.address)
            raise
        if runtime.limiter is not None:
            key = request.caller.token_id
            left = runtime.limiter.take(key)
            extra += [
                (b"ratelimit-policy", runtime.limiter.policy),
                (b"ratelimit", runtime.limiter.header(max(left, 0))),
            ]
            if left < 0:
                raise runtime.limiter.refuse(key)


def answer_to(problem: Problem, request: Request) -> tuple[int, Headers, bytes]:
    """Return status, headers and body of a problem: a page for people, JSON for machines."""
    path = request.path
    if path.lstrip("/").partition("/")[0] == "api" or path in _QUIET:
        body, headers = problems.render(problem, request.id)
        return problem.status, headers, body
    return problem_answer(request, problem)


def _shown(path: str) -> str:
    """Return a path for the log: the secret in a link of a mail or a calendar is not written down."""
    first, slash, rest = path[1:].partition("/")
    return f"/{first}/…" if slash and rest and first in _SECRET else path
