"""Pages: the same verbs for people. A page is a function of the caller, its form comes in, a template goes out."""

import asyncio
import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast
from urllib.parse import quote, unquote, urlsplit

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from kanwerk.core import templates
from kanwerk.core.db import Db
from kanwerk.core.forms import Form, read_form
from kanwerk.core.ids import is_id
from kanwerk.core.problems import Forbidden, NotFound, Problem, TooManyRequests, missing
from kanwerk.core.web import Headers, Request, Runtime, respond
from kanwerk.core.writes import Write

T = TypeVar("T")
FLASH = "kanwerk_flash"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{style}; img-src 'self' data:; font-src 'self'{font}; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
POLICY = _POLICY.format(style="", font="").encode()
DOCS_POLICY = _POLICY.format(style=" 'unsafe-inline'", font=" data:").encode()


class Html(msgspec.Struct):
    """A template to render with what it takes, or one block of it."""

    template: str
    context: dict[str, Any] = {}
    status: int = 200
    block: str | None = None
    headers: dict[str, str] = {}


class Redirect(msgspec.Struct):
    """Go on at another address, with a word on what was done and, where there is one, the address that undoes it."""

    url: str
    text: str = ""
    undo: str | None = None
    kind: str = "success"
    headers: dict[str, str] = {}


class Download(msgspec.Struct):
    """A file to save."""

    name: str
    content_type: str
    body: bytes


Answer = Html | Redirect | Download


class View:
    """What a page's handler may ask of its request: the person, the form, the query."""

    def __init__(self, request: Request, people: list[Any], me: Any) -> None:
        """Take the request and the users the browser's session stands for."""
        self.request, self.people, self.me = request, people, me
        self.form = Form({})

    @property
    def runtime(self) -> Runtime:
        """The worker's settings, database and threads."""
        return self.request.runtime

    @functools.cached_property
    def query(self) -> Form:
        """The query string as a form."""
        return Form.parse(self.request.query)

    def write(self, work: Callable[[Write], T]) -> T:
        """Run ``work`` in a transaction of the person's, its events included; not for the loop."""
        database = self.runtime.database
        afterwards: list[Callable[[], None]] = []

        def transact(session: Any) -> T:
            db = Write(database, session, self.me)
            result = work(db)
            db.end()
            afterwards[:] = db.afterwards
            return result

        result = database.write(transact)
        for then in afterwards:
            then()
        return result

    @property
    def partial(self) -> bool:
        """Whether htmx asks for a part of the page only."""
        return self.request.header(b"hx-request-type") == "partial"

    @property
    def origin(self) -> str:
        """The address people see: the one set by the operator, else the one the browser asked."""
        set_ = self.runtime.settings.public_url
        scheme = "https" if self.request.secure else "http"
        return set_ or f"{scheme}://{self.request.header(b'host') or 'localhost'}"


class Page:
    """One page: an ASGI application that Litestar's router leads to."""

    def __init__(
        self, method: str, path: str, needs: str | None, fn: Callable[..., Any], **options: Any
    ) -> None:
        """Read the handler's signature. ``again`` renders the form anew when the handler raised a problem."""
        self.again: Callable[..., Any] | None = options.get("again")
        self.work: bool = options.get("work", False)
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
        status, headers, body = _rendered(view, answer)
        await respond(send, status, headers, body)

    async def _answer(self, view: View) -> Answer:
        request = view.request
        if self.method == "POST":
            _refuse_other_sites(request)
            view.form = await read_form(request)
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
            db = Db(view.runtime.database, view.me)
            answer = self.fn(**arguments, db=db)
            return cast("Answer", await answer if asyncio.iscoroutine(answer) else answer)
        return await self._post(view, arguments)

    async def _post(self, view: View, arguments: dict[str, Any]) -> Answer:
        threads = view.runtime.threads
        try:
            if self.work:
                db = Db(view.runtime.database, view.me)
                return await threads.work(lambda: self.fn(**arguments, db=db))
            return await threads.write(lambda: view.write(lambda db: self.fn(**arguments, db=db)))
        except Problem as problem:
            if self.again is None or problem.status in (403, 404, 429, 503):
                raise
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


def problem_page(view: View, problem: Problem) -> Html:
    """Return the page that says what went wrong."""
    detail = problem.detail if not isinstance(problem, NotFound | TooManyRequests) else ""
    context = {"status": problem.status, "detail": detail, "request_id": view.request.id}
    return Html("layout/problem.html", context, problem.status, headers=problem.headers)


def _rendered(view: View, answer: Answer) -> tuple[int, Headers, bytes]:
    headers: Headers = [
        (b"content-security-policy", DOCS_POLICY if view.request.path == "/docs" else POLICY),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"cache-control", b"no-store"),
        (b"vary", b"Cookie, HX-Request-Type"),
    ]
    if view.request.secure:
        headers.append((b"strict-transport-security", b"max-age=31536000"))
    if isinstance(answer, Download):
        name = quote(answer.name)
        headers += [
            (b"content-type", answer.content_type.encode()),
            (b"content-disposition", f"attachment; filename*=UTF-8''{name}".encode()),
        ]
        return 200, headers, answer.body
    headers += [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    if isinstance(answer, Redirect):
        headers.append((b"location", quote(answer.url, safe="/?&=%#:,.~+@!$'()*;-_").encode()))
        if answer.text:
            flash = [{"text": answer.text, "kind": answer.kind, "undo": answer.undo}]
            headers.append(set_cookie(view.request, FLASH, quote(msgspec.json.encode(flash)), 60))
        return 303, headers, b""
    headers.append((b"content-type", b"text/html; charset=utf-8"))
    context, flashes = dict(answer.context), _flashes(view.request)
    if flashes and not view.partial:
        headers.append(set_cookie(view.request, FLASH, "", 0))
        context["flashes"] = flashes
    context |= shell(view)
    return answer.status, headers, templates.render(answer.template, context, answer.block).encode()


def shell(view: View) -> dict[str, Any]:
    """Return what every page takes."""
    theme = view.request.cookie("theme")
    common: dict[str, Any] = {
        "path": view.request.path,
        "theme": theme if theme in ("light", "dark") else "system",
    }
    if view.me is not None:
        common |= {
            "me": view.me,
            "space": _space(view.me),
            "spaces": [_space(each) for each in view.people],
            "can": view.me.may,
        }
    return common


def _space(me: Any) -> dict[str, str]:
    return {"id": me.space_id, "name": me.space_name, "slug": me.space_slug}


def _flashes(request: Request) -> list[Mapping[str, Any]]:
    try:
        return list(msgspec.json.decode(unquote(request.cookie(FLASH) or "[]"), type=list[dict[str, Any]]))
    except (msgspec.MsgspecError, ValueError):
        return []


def set_cookie(request: Request, name: str, value: str, seconds: int) -> tuple[bytes, bytes]:
    """Return the header that sets a cookie only this site's pages get and no script reads."""
    secure = "; Secure" if request.secure else ""
    return (
        b"set-cookie",
        f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}".encode(),
    )


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
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add a form's answer; ``again`` shows the form anew with its faults.

        It runs on the writer thread in one transaction; with ``work`` on a worker thread, its ``db`` only reads and it
        writes through ``view.write``: for what takes long.
        """
        return self._add("POST", path, needs, again=again, work=work)

    def _add(
        self, method: str, path: str, needs: str | None, **options: Any
    ) -> Callable[[Callable[..., Any]], Any]:
        if "{space}" in path and needs is None:
            message = f"{method} {path} names no right"
            raise ValueError(message)

        def add(fn: Callable[..., Any]) -> Callable[..., Any]:
            self.pages.append(Page(method, path, needs, fn, **options))
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
