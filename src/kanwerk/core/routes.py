"""Routes: a handler is a plain function; what it takes and answers is read off its signature."""

import asyncio
import hashlib
import inspect
import re
import typing
from collections.abc import Awaitable, Callable
from typing import Any, cast

import msgspec
from msgspec import Struct

from kanwerk.core import bodies, idempotency, params
from kanwerk.core.asked import ListQuery, Page, RecordQuery
from kanwerk.core.db import Db, encode
from kanwerk.core.idempotency import Kept
from kanwerk.core.ids import is_id
from kanwerk.core.listing import Read
from kanwerk.core.params import Param
from kanwerk.core.problems import Forbidden, Invalid, Problem, invalid_parameter, missing, render
from kanwerk.core.storage import Stream
from kanwerk.core.text import ExternalId, clean
from kanwerk.core.web import API, Headers, Request, respond
from kanwerk.core.writes import Write, in_progress

TWIN_SECONDS = 5.0
VALIDATE_ONLY = Param(
    name="validate_only", type=bool, default=False, description="Check everything, keep nothing"
)
KEYED = ("id", "other_id")
_DESCRIBED = "described"


class DryRun(Exception):
    """Carries the answer of a dry run out of the transaction it rolls back."""

    def __init__(self, answer: Kept) -> None:
        """Keep the answer."""
        self.answer = answer


class Route:
    """One operation of the API: an ASGI application that Litestar's router leads to."""

    def __init__(self, group: Any, method: str, path: str, fn: Callable[..., Any], **options: Any) -> None:
        """Read the handler's signature; a route that names no right does not start."""
        self.group, self.method, self.path, self.fn = group, method, path, fn
        self.needs: str = options["needs"]
        self.read: Read[Any, Any] | None = options.get("read")
        self.heavy: bool = options.get("heavy", False)
        self.secret: str | None = options.get("secret")
        self.receives: Callable[[Request], Awaitable[Any]] | None = options.get("receives")
        self.before: Callable[[Request, Any], Awaitable[None]] | None = options.get("before")
        self.key: re.Pattern[str] | None = options.get("key")  # what may stand for an id of ``KEYED``
        self.creates: bool = options.get("creates", False)
        self.may_create: bool = self.creates or options.get("may_create", False)
        self.items: type[Struct] | None = options.get("items")
        self.hints = typing.get_type_hints(fn, include_extras=True)
        self.answer = self.hints.pop("return")
        self.body: type[Struct] | None = None if self.receives else self.hints.get("body")
        self.query = self.hints.get("query")
        self.tagged = method == "GET" and self.read is not None and self.query is not ListQuery
        self.wants = tuple(inspect.signature(fn).parameters)
        self.slots = {
            name: at
            for at, part in enumerate((API + path).split("/"))
            for name in re.findall(r"{(\w+)}", part)
        }
        self.is_async = inspect.iscoroutinefunction(fn)
        self.known = self._known()

    def _known(self) -> dict[str, Param]:
        if self.query is ListQuery:
            assert self.read is not None  # noqa: S101 (checked when the module is imported)
            return self.read.params
        if self.query is RecordQuery:
            assert self.read is not None  # noqa: S101
            return self.read.record_params
        known = (
            {} if self.query is None else {param.name: param for param in params.struct_params(self.query)}
        )
        return known if self.method == "GET" else {**known, "validate_only": VALIDATE_ONLY}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 (ASGI)
        """Answer one request."""
        request: Request = scope["kanwerk"]
        try:
            if self.needs not in request.caller.rights:
                raise Forbidden(request.caller.why_not(self.needs))
            if self.answer is not Stream:
                request.wants_json()
            answer = await (self._get(request) if self.method == "GET" else self._write(request))
            if isinstance(answer, Stream):
                await answer.send(send)
                return
            status, headers, body = answer
        except Problem as problem:
            body, headers = render(problem, request.id)
            status = problem.status
        await respond(send, status, headers, body)

    def _arguments(self, request: Request) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, at in self.slots.items():
            value = request.segment(at)
            if name == "external_id":
                found[name] = _external(value)
            elif name.endswith("id") and not (is_id(value) or self._is_key(name, value)):
                raise missing()
            else:
                found[name] = value
        if "me" in self.wants:
            found["me"] = request.caller
        if "request" in self.wants:
            found["request"] = request
        return found

    def _is_key(self, name: str, value: str) -> bool:
        return self.key is not None and name in KEYED and self.key.fullmatch(value) is not None

    async def _get(self, request: Request) -> tuple[int, Headers, bytes] | Stream:
        arguments = self._arguments(request)
        if self.query is ListQuery:
            arguments["query"] = cast("Any", self.read).parse(request.path, request.query)
        elif self.query is RecordQuery:
            arguments["query"] = (
                cast("Any", self.read).record_query(request.query) if request.query else RecordQuery()
            )
        else:
            given = params.parse(request.query, self.known)
            if self.query is not None:
                arguments["query"] = self.query(**given)
        db = arguments["db"] = Db(request.runtime.database, request.caller)
        if self.query is ListQuery and arguments["query"].total:  # it may count a million records
            result = await request.runtime.threads.work(lambda: self._apart(arguments))
        else:
            result = self.fn(**arguments)
        if self.is_async:
            result = await result
        if isinstance(result, Stream):
            return result
        body = encode(result)
        headers: Headers = [(b"content-type", b"application/json"), (b"cache-control", b"private, no-cache")]
        if db.version is not None:
            tag = etag(db.version, body)
            headers.append((b"etag", tag.encode()))
            if _matches(request.header(b"if-none-match"), tag):
                return 304, headers, b""
        if isinstance(result, Page) and result.meta.next_cursor:
            headers.append((b"link", _next(request, result.meta.next_cursor)))
        return 200, headers, body

    def _apart(self, arguments: dict[str, Any]) -> Any:
        """Answer on this thread, with a connection for this answer only."""
        try:
            return self.fn(**arguments)
        finally:
            arguments["db"].database.release()

    async def _write(self, request: Request) -> tuple[int, Headers, bytes]:
        arguments = self._arguments(request)
        received = await self.receives(request) if self.receives else None
        raw = b"" if received else await request.body()
        if self.body is not None or raw:
            request.sends_json()
        given, body = _both(
            lambda: params.parse(request.query, self.known),
            lambda: bodies.decode(raw, self.body) if self.body is not None else None,
        )
        dry = given.pop("validate_only", False)
        if self.before is not None:  # what takes its time, such as a look-up, holds no transaction open
            await self.before(request, body)
        if self.query is not None:
            arguments["query"] = self.query(**given)
        if self.body is not None or received:
            arguments["body"] = received or body
        key = request.header(b"idempotency-key") if self.method == "POST" else None
        if key is not None:
            idempotency.check(key)
            key = None if dry else key
        run = self._transaction(request, arguments, received.told if received else raw, key, dry=dry)
        if key is None:
            kept = await run()
        else:
            kept = await self._once(request, key, run)
        return (
            kept.status,
            [(name.encode(), value.encode()) for name, value in kept.headers.items()],
            kept.body,
        )

    async def _run(self, request: Request, transact: Callable[[Any], Kept], afterwards: list[Any]) -> Kept:
        threads, database = request.runtime.threads, request.runtime.database
        try:
            if self.heavy:
                kept = await threads.work(lambda: database.write(transact))
            else:
                kept = await threads.write(transact)
        except DryRun as dry_run:
            return dry_run.answer
        for then in afterwards:
            threads.later(then)
        return kept

    async def _once(self, request: Request, key: str, run: Callable[[], Awaitable[Kept]]) -> Kept:
        name, running = (request.caller.space_id, request.caller.id, key), request.runtime.running
        if name in running:
            done, _ = await asyncio.wait({running[name]}, timeout=TWIN_SECONDS)
            if not done:
                raise in_progress()
        task = running[name] = asyncio.ensure_future(run())
        try:
            return await asyncio.shield(task)
        finally:
            if running.get(name) is task:
                del running[name]

    def _transaction(
        self, request: Request, arguments: dict[str, Any], raw: bytes, key: str | None, *, dry: bool
    ) -> Callable[[], Awaitable[Kept]]:
        database, me, if_match = request.runtime.database, request.caller, request.header(b"if-match")
        told = idempotency.fingerprint(self.method, request.raw_path, request.query, raw) if key else ""
        afterwards: list[Callable[[], None]] = []

        def transact(session: Any) -> Kept:
            afterwards.clear()
            db = Write(database, session, me, if_match=if_match, dry=dry)
            if key is not None and (kept := idempotency.replay(db, key, told)):
                return kept
            result = self.fn(**arguments, db=db)
            if dry:
                db.flush()
                raise DryRun(Kept(200, _json_headers(), encode(result)))
            db.end()
            answer = self._answer(db, result, request)
            if key is not None:
                safe = answer
                if self.secret:
                    shown = msgspec.structs.replace(result, **{self.secret: None})
                    safe = Kept(answer.status, answer.headers, encode(shown))
                idempotency.keep(db, key, told, safe)
            afterwards.extend(db.afterwards)
            return answer

        return lambda: self._run(request, transact, afterwards)

    def _answer(self, db: Write, result: Any, request: Request) -> Kept:
        if result is None or self.answer is type(None):
            return Kept(204, {}, b"")
        body, headers, subject = encode(result), _json_headers(), db.subject
        created = subject is not None and subject in db.added
        if subject is not None:
            headers["etag"] = etag(subject.version, body)
            if created and self.creates:
                headers["location"] = f"{request.path.rstrip('/')}/{subject.id}"
        return Kept(201 if created else 200, headers, body)


def _both(query: Callable[[], Any], body: Callable[[], Any]) -> tuple[Any, Any]:
    """Return what both return; when both have faults, one ``Invalid`` with all of them."""
    try:
        found = query()
    except Invalid as first:
        try:
            body()
        except Invalid as second:
            raise Invalid(second.detail, errors=[*first.errors, *second.errors]) from None
        raise
    return found, body()


def _json_headers() -> dict[str, str]:
    return {"content-type": "application/json", "cache-control": "no-store"}


def etag(version: int, body: bytes) -> str:
    """Return ``"<v>-<h>"``: the number of the record's last event, and a hash of the answer's bytes."""
    return f'"{version}-{hashlib.blake2b(body, digest_size=8).hexdigest()}"'


def _matches(header: str | None, tag: str) -> bool:
    if header is None:
        return False
    return header.strip() == "*" or tag in [each.strip().removeprefix("W/") for each in header.split(",")]


def _next(request: Request, cursor: str) -> bytes:
    kept = [part for part in request.query.split(b"&") if part and not part.startswith(b"cursor=")]
    query = b"&".join([*kept, b"cursor=" + cursor.encode()])
    return b"<" + request.raw_path + b"?" + query + b'>; rel="next"'


def _external(value: str) -> str:
    try:
        return msgspec.convert(clean(value), ExternalId)
    except msgspec.ValidationError:
        raise invalid_parameter("external_id", "1 to 255 characters on one line are needed.") from None
