"""What a page sees of its request, what it may answer, and how that is sent."""

import functools
import gzip
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar
from urllib.parse import quote, unquote

import msgspec

from kanwerk.core import languages, templates
from kanwerk.core.forms import Form
from kanwerk.core.problems import NotFound, Problem, TooManyRequests
from kanwerk.core.web import Headers, Request, Runtime
from kanwerk.core.writes import Write

T = TypeVar("T")
COMPRESSED_FROM = 1024
MOST_OF_FLASH = 3_900  # browsers leave out cookies of more than 4,096 bytes
FLASH = "kanwerk_flash_"  # and an id: of two that are on their way at once, each is told
# What packages above add to every signed-in page: called with the view once a template asks for the name.
SHELL: dict[str, Callable[["View"], Any]] = {}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{style}; img-src 'self' data:; "
    "font-src 'self'{font}; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
POLICY = _POLICY.format(style="", font="").encode()
DOCS_POLICY = _POLICY.format(style=" 'unsafe-inline'", font=" data:").encode()


class Flash(msgspec.Struct):
    """A message for the next page, and maybe the address that undoes what it tells."""

    text: str
    kind: str = "success"
    undo: str | None = None


class Html(msgspec.Struct):
    """A template to render with what it takes, or one block of it.

    A ``secret`` page shows a token beside what somebody typed: it is never compressed (BREACH).
    """

    template: str
    context: dict[str, Any] = {}
    status: int = 200
    block: str | None = None
    headers: dict[str, str] = {}
    secret: bool = False


class Redirect(msgspec.Struct):
    """Go on at another address, with a word on what was done and maybe the address that undoes it.

    In ``undo``, ``{events}`` stands for what was written: the numbers of its first and last event, ``12-15``.
    """

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
        self.afterwards: list[Callable[[], None]] = []
        self.asked: dict[str, Any] = {}  # what ``SHELL`` was asked for already
        self.sequence = 0  # of the space's log when the page was begun: what happens later is told live

    @property
    def runtime(self) -> Runtime:
        """The worker's settings, database and threads."""
        return self.request.runtime

    @functools.cached_property
    def query(self) -> Form:
        """The query string as a form."""
        return Form.parse(self.request.query)

    def transaction(self, work: Callable[[Write], T]) -> Callable[[Any], T]:
        """Return ``work`` as a transaction of the person's, its events included, for ``Threads.write``."""
        database = self.runtime.database

        def transact(session: Any) -> T:
            db = Write(database, session, self.me)
            result = work(db)
            db.end()
            if isinstance(result, Redirect) and result.undo and "{events}" in result.undo:
                told = "-".join(map(str, db.sequences))
                result.undo = result.undo.replace("{events}", told) if told else None
            self.afterwards = db.afterwards
            return result

        return transact

    def write(self, work: Callable[[Write], T]) -> T:
        """Run ``work`` in a transaction of the person's; not for the loop."""
        result = self.runtime.database.write(self.transaction(work))
        self.go_on()
        return result

    def go_on(self) -> None:
        """Begin what waited for the commit, such as mails."""
        for then in self.afterwards:
            self.runtime.threads.later(then)
        self.afterwards = []

    def within(self, wanted: str, otherwise: str) -> str:
        """Return the page of this space that a form says it was on; ``otherwise`` where it names none."""
        home = f"/{self.me.space_slug}"
        inside = wanted == home or wanted.startswith(f"{home}/")
        return wanted if inside and "//" not in wanted and "\\" not in wanted else otherwise

    @property
    def partial(self) -> bool:
        """Whether htmx asks for a part of the page only."""
        return self.request.header(b"hx-request-type") == "partial"

    @property
    def locale(self) -> str:
        """The locale the page is written in: the person's, else the one the browser likes best."""
        if self.me is not None:
            return str(self.me.locale)
        if self.people:
            return str(self.people[0].locale)
        return languages.preferred(self.request.header(b"accept-language"))

    @property
    def zone(self) -> str:
        """The time zone of the page: the person's, else UTC."""
        who = self.me or (self.people[0] if self.people else None)
        return "UTC" if who is None else str(who.zone)

    def written(self) -> AbstractContextManager[None]:
        """Write in the page's language inside the ``with``; a template is rendered so anyway."""
        return languages.written_in(self.locale, self.zone)

    @property
    def origin(self) -> str:
        """The address people see: the one set by the operator, else the one the browser asked."""
        set_ = self.runtime.settings.public_url
        scheme = "https" if self.request.secure else "http"
        return set_ or f"{scheme}://{self.request.header(b'host') or 'localhost'}"


def problem_page(view: View, problem: Problem) -> Html:
    """Return the page that says what went wrong."""
    detail = problem.detail if not isinstance(problem, NotFound | TooManyRequests) else ""
    context = {"status": problem.status, "detail": languages.told(detail), "request_id": view.request.id}
    headers = dict(problem.headers)
    if view.partial:
        with view.written():
            told = [languages.gettext(each.message) for each in problem.errors] or [languages.gettext(detail)]
        headers["kanwerk-problem"] = quote(
            msgspec.json.encode({"code": problem.code, "text": " ".join(told)})
        )
    return Html("layout/problem.html", context, problem.status, headers=headers)


def problem_answer(request: Request, problem: Problem) -> tuple[int, Headers, bytes]:
    """Return status, headers and body of a problem met outside of any page."""
    view = View(request, [], None)
    return rendered(view, problem_page(view, problem))


def rendered(view: View, answer: Answer) -> tuple[int, Headers, bytes]:
    """Return status, headers and body of a page's answer."""
    headers: Headers = [
        (b"content-security-policy", DOCS_POLICY if view.request.path == "/docs" else POLICY),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"cache-control", b"no-store"),
        (b"vary", b"Cookie, HX-Request-Type, Accept-Encoding, Accept-Language"),
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
            with view.written():
                flash = Flash(languages.gettext(answer.text), answer.kind, answer.undo)
            value = quote(msgspec.json.encode([flash]))
            if len(value) > MOST_OF_FLASH:
                value = quote(msgspec.json.encode([Flash(flash.text, flash.kind)]))
            headers.append(set_cookie(view.request, FLASH + secrets.token_hex(4), value, 60))
        return 303, headers, b""
    headers.append((b"content-type", b"text/html; charset=utf-8"))
    context, told = dict(answer.context), _flashes(view.request)
    if told:
        headers += [set_cookie(view.request, name, "", 0) for name in told]
        flashes = [flash for each in told.values() for flash in each]
        if view.partial:  # a part of a page has no place for it: a script of ours shows it
            headers.append((b"kanwerk-flash", quote(msgspec.json.encode(flashes)).encode()))
        else:
            context["flashes"] = flashes
    context |= shell(view)
    with view.written():
        body = templates.render(answer.template, context, answer.block).encode()
    if len(body) > COMPRESSED_FROM and not answer.secret and takes(view.request, "gzip"):
        headers.append((b"content-encoding", b"gzip"))
        body = gzip.compress(body, 4, mtime=0)
    return answer.status, headers, body


def takes(request: Request, encoding: str) -> bool:
    """Whether the browser takes answers in this encoding (RFC 9110, 12.5.3)."""
    for part in (request.header(b"accept-encoding") or "").lower().split(","):
        name, *options = (piece.strip() for piece in part.split(";"))
        if name == encoding:
            return not any(option.replace(" ", "") in ("q=0", "q=0.0") for option in options)
    return False


def shell(view: View) -> dict[str, Any]:
    """Return what every page takes."""
    theme, density = view.request.cookie("theme"), view.request.cookie("density")
    common: dict[str, Any] = {
        "path": view.request.path,
        "theme": theme if theme in ("light", "dark") else "system",
        "density": density if density == "compact" else "comfortable",
        "language": languages.language_of(view.locale),
    }
    if view.me is not None:
        common |= {
            "me": view.me,
            "space": _space(view.me),
            "spaces": [_space(each) for each in view.people],
            "can": view.me.may,
            "sequence": view.sequence,
        }
        common |= {name: functools.partial(tell, view) for name, tell in SHELL.items()}
    return common


def _space(me: Any) -> dict[str, str]:
    return {"id": me.space_id, "name": me.space_name, "slug": me.space_slug}


def _flashes(request: Request) -> dict[str, list[Flash]]:
    """Return what is still to be said, by the names of the cookies that hold it."""
    found: dict[str, list[Flash]] = {}
    for name, value in request.cookies().items():
        if name.startswith(FLASH):
            try:
                found[name] = msgspec.json.decode(unquote(value), type=list[Flash])
            except (msgspec.MsgspecError, ValueError):
                found[name] = []
    return found


def set_cookie(
    request: Request, name: str, value: str, seconds: int, *, path: str = "/"
) -> tuple[bytes, bytes]:
    """Return the header that sets a cookie only this site's pages get and no script reads."""
    secure = "; Secure" if request.secure else ""
    cookie = f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    return b"set-cookie", cookie.encode()
