"""Assets: the built files, and the few addresses that browsers and crawlers ask for by themselves."""

from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import PurePath
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from kanwerk.core.pages import Answer, Html, Pages, View
from kanwerk.core.problem_codes import PROBLEMS
from kanwerk.core.problems import NotFound
from kanwerk.core.templates import STATIC, asset
from kanwerk.core.view import problem_answer, takes
from kanwerk.core.web import Headers, Request, respond

TYPES = {
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".png": b"image/png",
    ".svg": b"image/svg+xml",
    ".txt": b"text/plain; charset=utf-8",
    ".woff2": b"font/woff2",
}
FOREVER = b"public, max-age=31536000, immutable"
ENCODINGS = {"br": ".br", "gzip": ".gz"}
ROBOTS = b"User-agent: *\nDisallow: /\n"
Sending = Callable[[Request, Any], Awaitable[None]]

pages = Pages()


@pages.get("/docs")
def show_docs(view: View) -> Answer:  # noqa: ARG001 (every page's)
    """Show the reference of the API, also to those who are not signed in."""
    return Html("reference/docs.html", {})


@pages.get("/docs/problems")
def show_problems(view: View) -> Answer:  # noqa: ARG001
    """Show what the codes of problems mean: where each problem's type leads."""
    return Html("reference/problems.html", {"problems": PROBLEMS})


@pages.get("/offline")
def show_offline(view: View) -> Answer:  # noqa: ARG001
    """Show the page that the service worker keeps for when nobody answers."""
    return Html("layout/offline.html", {})


@cache
def _files() -> dict[str, tuple[str, ...]]:
    """Return the names of the files that are served, each with the encodings it was built in."""
    names = {path.name for path in STATIC.iterdir()} if STATIC.is_dir() else set()
    return {
        name: tuple(encoding for encoding, suffix in ENCODINGS.items() if name + suffix in names)
        for name in names
        if PurePath(name).suffix in TYPES
    }


@cache
def _content(name: str) -> bytes:
    return (STATIC / name).read_bytes()


async def _file(request: Request, send: Any) -> None:
    """Send a built file; its name holds the hash of its content, so a browser never asks again."""
    name = request.segment(2)
    encodings = _files().get(name)
    if encodings is None:
        raise NotFound
    encoding = next((each for each in encodings if takes(request, each)), None)
    headers: Headers = [
        (b"content-type", TYPES[PurePath(name).suffix]),
        (b"cache-control", FOREVER),
        (b"x-content-type-options", b"nosniff"),
    ]
    if encodings:
        headers.append((b"vary", b"Accept-Encoding"))
    if encoding is not None:
        headers.append((b"content-encoding", encoding.encode()))
    stored = name + (ENCODINGS[encoding] if encoding else "")
    await respond(send, 200, headers, _content(stored))


async def _favicon(request: Request, send: Any) -> None:  # noqa: ARG001
    headers = [(b"location", asset("favicon.svg").encode()), (b"cache-control", b"public, max-age=86400")]
    await respond(send, 302, headers, b"")


async def _robots(request: Request, send: Any) -> None:  # noqa: ARG001
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"public, max-age=86400")]
    await respond(send, 200, headers, ROBOTS)


async def _manifest(request: Request, send: Any) -> None:  # noqa: ARG001
    icons = [
        {"src": asset(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    cut = {"src": asset("icon-maskable.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"}
    told = {
        "id": "/",
        "name": "Kanwerk",
        "short_name": "Kanwerk",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f5f1",
        "theme_color": "#f6f5f1",
        "icons": [*icons, cut],
    }
    headers = [(b"content-type", b"application/manifest+json"), (b"cache-control", b"public, max-age=3600")]
    await respond(send, 200, headers, msgspec.json.encode(told))


async def _worker(request: Request, send: Any) -> None:  # noqa: ARG001
    """Send the service worker: its address stays, so browsers ask whether it has changed."""
    name = asset("sw.js").removeprefix("/static/")
    if name not in _files():
        raise NotFound
    headers = [
        (b"content-type", TYPES[".js"]),
        (b"cache-control", b"no-cache"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await respond(send, 200, headers, _content(name))


def _handler(path: str, sending: Sending) -> HTTPRouteHandler:
    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 (ASGI's)
        request: Request = scope["kanwerk"]
        try:
            await sending(request, send)
        except NotFound as problem:
            await respond(send, *problem_answer(request, problem))

    def answer() -> ASGIApp:
        return app

    return HTTPRouteHandler(
        path, http_method="GET", status_code=200, sync_to_thread=False, name=f"asset {path}"
    )(answer)


assets: list[HTTPRouteHandler] = [
    _handler("/static/{name:str}", _file),
    _handler("/favicon.ico", _favicon),
    _handler("/robots.txt", _robots),
    _handler("/manifest.webmanifest", _manifest),
    _handler("/sw.js", _worker),
]
