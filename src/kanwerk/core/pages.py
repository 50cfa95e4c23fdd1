"""Pages: the same verbs for people. A page is a function of the caller; what it returns is rendered."""

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import quote, urlsplit

from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from kanwerk.core.db import Db
from kanwerk.core.forms import read_form
from kanwerk.core.ids import is_id
from kanwerk.core.problems import Forbidden, NotFound, Problem, missing
from kanwerk.core.signals import mark_of
from kanwerk.core.storage import Stream
from kanwerk.core.view import Answer, Download, Html, Redirect, View, problem_page, rendered, set_cookie
from kanwerk.core.web import Request, respond

__all__ = ["ADDRESSES", "Answer", "Download", "Html", "Pages", "Redirect", "View", "handlers", "set_cookie"]

ADDRESSES: set[str] = set()  # the patterns of the pages that are read, such as "/{space}/clients"


class Page:
    """One page: an ASGI application that Litestar's router leads to."""

    def __init__(
        self, method: str, path: str, needs: str | None, fn: Callable[..., Any], **options: Any
    ) -> None:
        """Read the handler's signature. ``again`` renders the form anew when the handler raised a problem."""
        self.again: Callable[..., Any] | None = options.get("again")
        self.work: bool = options.get("work", False)
        self.from_anywhere: bool = options.get("from_anywhere", False)
        self.receives: Callable[[Request], Awaitable[Any]] | None = options.get("receives")
        self.method, self.path, self.needs, self.fn = method, path, needs, fn
        self.slots = {
            name: at for at, part in enumerate(path.split("/")) for name in re.findall(r"{(\w+)}", part)
        }
        self.wants = tuple(inspect.signature(fn).parameters)
        self.open = "{space}" not in path

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 (ASGI's)
        """Answer one request."""
        request: Request = scope["kanwerk"]
        view = View(request, [], None)
        try:
            answer = await self._answer(view)
        except Problem as problem:
            answer = problem_page(view, problem)
        if isinstance(answer, Stream):
            await answer.send(send)
            return
        status, headers, body = rendered(view, answer)
        await respond(send, status, headers, body)

    async def _answer(self, view: View) -> Answer | Stream:
        request = view.request
        if self.method == "POST":
            await self._read(view)
        view.people = request.runtime.people(request)
        slots = {name: request.segment(at) for name, at in self.slots.items()}
        for name, value in slots.items():
            if name.endswith("id") and not is_id(value):
                raise missing("page")
        if self.open:
            arguments = {"view": view, **slots}
            return await view.runtime.threads.work(lambda: self.fn(**arguments))
        space = slots.pop("space")
        view.me = next((each for each in view.people if each.space_slug == space), None)
        if view.me is None:
            if not view.people:
                return _to_sign_in(request)
            raise NotFound
        request.caller = view.me
        if self.needs is not None and self.needs not in view.me.rights:
            raise Forbidden(view.me.why_not(self.needs))
        known = {"view": view, "me": view.me, **slots}
        arguments = {name: known[name] for name in self.wants if name in known}
        if self.method == "GET":
            view.sequence = mark_of(view.runtime.database, view.me.space_id).sequence
            db = Db(view.runtime.database, view.me)
            answer = self._call(db, arguments)
            return cast("Answer", await answer if asyncio.iscoroutine(answer) else answer)
        return await self._post(view, arguments)

    async def _read(self, view: View) -> None:
        if not self.from_anywhere:
            _refuse_other_sites(view.request)
        if self.receives is None:
            view.form = await read_form(view.request)

    def _call(self, db: Db, arguments: dict[str, Any]) -> Any:
        return self.fn(**arguments, db=db) if "db" in self.wants else self.fn(**arguments)

    async def _post(self, view: View, arguments: dict[str, Any]) -> Answer:
        threads = view.runtime.threads
        try:
            if self.receives is not None:
                arguments["body"] = await self.receives(view.request)
            if self.work:
                db = Db(view.runtime.database, view.me)
                return await threads.work(lambda: self._call(db, arguments))
            answer = await threads.write(view.transaction(lambda db: self._call(db, arguments)))
            view.go_on()
            return cast("Answer", answer)
        except Problem as problem:
            return self._anew(view, arguments, problem)

    def _anew(self, view: View, arguments: dict[str, Any], problem: Problem) -> Answer:
        """Show the form again with what is wrong, or let the problem's own page say it."""
        if self.again is None or problem.status in (403, 404, 429, 503):
            raise problem
        db = Db(view.runtime.database, view.me)
        known = {**arguments, "view": view, "me": view.me, "db": db, "problem": problem}
        wanted = inspect.signature(self.again).parameters
        answer = self.again(**{name: known[name] for name in wanted if name in known})
        if isinstance(answer, Html) and answer.status == 200:  # noqa: PLR2004
            answer.status = problem.status
        return cast("Answer", answer)


def _to_sign_in(request: Request) -> Redirect:
    here = request.path if request.method == "GET" else "/"
    if request.method == "GET" and request.query:
        here += "?" + request.query.decode("latin-1")
    return Redirect(f"/sign-in?next={quote(here, safe='/')}")


def _refuse_other_sites(request: Request) -> None:
    """Refuse a form that another site sent (Fetch Metadata; ``Origin`` for browsers without it)."""
    site, origin = request.header(b"sec-fetch-site"), request.header(b"origin")
    if site is not None:
        fine = site in ("same-origin", "none")
    else:
        fine = origin is None or urlsplit(origin).netloc == (request.header(b"host") or "")
    if not fine:
        message = "This form was sent from another site."
        raise Forbidden(message)


class Pages:
    """The pages of a package."""

    def __init__(self) -> None:
        """Start without any."""
        self.pages: list[Page] = []

    def get(
        self, path: str, *, needs: str | None = None
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add a page that is read."""
        return self._add("GET", path, needs)

    def post(
        self,
        path: str,
        *,
        needs: str | None = None,
        again: Callable[..., Any] | None = None,
        work: bool = False,
        from_anywhere: bool = False,
        receives: Callable[[Request], Awaitable[Any]] | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add a form's answer; ``again`` shows the form anew with its faults. With ``from_anywhere`` other
        sites may send it too: it has to know whom it is for by its address, never by a cookie. ``receives``
        streams what is sent, such as a file, and makes the handler's ``body`` of it.

        It runs on the writer thread in one transaction; with ``work`` on a worker thread, where ``db`` only
        reads and it writes through ``view.write``: for what takes long.
        """
        return self._add(
            "POST", path, needs, again=again, work=work, from_anywhere=from_anywhere, receives=receives
        )

    def _add(
        self, method: str, path: str, needs: str | None, **options: Any
    ) -> Callable[[Callable[..., Any]], Any]:
        if "{space}" in path and needs is None:
            message = f"{method} {path} names no right"
            raise ValueError(message)

        def add(fn: Callable[..., Any]) -> Callable[..., Any]:
            self.pages.append(Page(method, path, needs, fn, **options))
            if method == "GET":
                ADDRESSES.add(path)
            return fn

        return add


def handlers(packages: list[Pages]) -> list[HTTPRouteHandler]:
    """Return Litestar's handlers for all pages."""
    return [_handler(page) for pages in packages for page in pages.pages]


def _handler(page: Page) -> HTTPRouteHandler:
    def answer() -> ASGIApp:
        return page

    path = re.sub(r"{(\w+)}", r"{\1:str}", page.path)
    method = cast("Any", page.method)
    name = f"page {page.method} {path}"
    return HTTPRouteHandler(path, http_method=method, status_code=200, sync_to_thread=False, name=name)(
        answer
    )
