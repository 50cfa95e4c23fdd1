"""Problems: one exception per HTTP status and one renderer (RFC 9457, ``application/problem+json``)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus

import msgspec
from msgspec import UNSET, Struct, UnsetType

from kanwerk.core.languages import plain
from kanwerk.core.text import Id

DOCS = "/docs/problems#"


class Fault(Struct, omit_defaults=True):
    """One thing wrong with a request: where it is, a code for machines and a sentence for people."""

    code: str
    message: str
    pointer: str | UnsetType = UNSET
    parameter: str | UnsetType = UNSET


class Problem(Exception):
    """An answer that says what went wrong; raised anywhere, rendered in one place."""

    status = 500
    code = "internal"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        errors: Sequence[Fault] = (),
        headers: dict[str, str] | None = None,
        **members: object,
    ) -> None:
        """Say what went wrong; ``members`` are added to the problem as they are (RFC 9457, 3.2)."""
        super().__init__(detail)
        self.detail = detail or HTTPStatus(self.status).description
        self.code = code or self.code
        self.errors = list(errors)
        self.headers = headers or {}
        self.members = members


class Unreadable(Problem):
    status, code = 400, "unreadable"


class Unauthorized(Problem):
    status, code = 401, "unauthorized"


class Forbidden(Problem):
    status, code = 403, "forbidden"


class NotFound(Problem):
    status, code = 404, "not_found"


class MethodNotAllowed(Problem):
    status, code = 405, "method_not_allowed"


class NotAcceptable(Problem):
    status, code = 406, "not_acceptable"


class Conflict(Problem):
    status, code = 409, "conflict"


class PreconditionFailed(Problem):
    status, code = 412, "stale"


class TooLarge(Problem):
    status, code = 413, "too_large"


class UnsupportedMediaType(Problem):
    status, code = 415, "unsupported_media_type"


class NoSuchPart(Problem):
    status, code = 416, "no_such_part"


class Invalid(Problem):
    status, code = 422, "invalid"


class TooManyRequests(Problem):
    status, code = 429, "too_many_requests"


class Unavailable(Problem):
    status, code = 503, "unavailable"


class ProblemData(Struct, omit_defaults=True):
    """What every answer with a status of 400 or more looks like (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[Fault] = []
    existing_id: Id | UnsetType = UNSET
    trashed: bool | UnsetType = UNSET
    dependants: dict[str, int] | UnsetType = UNSET


def missing(what: str = "record") -> NotFound:
    """Return the 404 that looks the same whether a record is not there, trashed, or another's."""
    return NotFound(f"There is no such {what}.")


def invalid(pointer: str, message: str, code: str = "invalid") -> Invalid:
    """Return a 422 with one fault in the body."""
    return Invalid("The request has a fault.", errors=[Fault(code, message, pointer=pointer)])


def invalid_parameter(name: str, message: str, code: str = "invalid") -> Invalid:
    """Return a 422 with one fault in a parameter."""
    return Invalid("The request has a fault.", errors=[Fault(code, message, parameter=name)])


class Gathered:
    """The faults of several checks, told together: ``with gathered.check(): …`` for each, then ``tell()``."""

    def __init__(self) -> None:
        """Start without any."""
        self.faults: list[Fault] = []

    @contextmanager
    def check(self) -> Iterator[None]:
        """Keep the faults of one check."""
        try:
            yield
        except Invalid as problem:
            self.faults += problem.errors

    def tell(self) -> None:
        """Raise ``Invalid`` with all faults, when there were some."""
        if self.faults:
            several = len(self.faults) > 1
            sentence = "The request has faults." if several else "The request has a fault."
            raise Invalid(sentence, errors=self.faults)


def render(problem: Problem, request_id: str) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return the body and the headers of a problem's answer."""
    body: dict[str, object] = {
        "type": f"{DOCS}{problem.code.replace('_', '-')}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request_id,
    }
    if problem.errors:
        body["errors"] = problem.errors
    body |= problem.members
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    headers += [(name.lower().encode(), value.encode("latin-1")) for name, value in problem.headers.items()]
    return msgspec.json.encode(body, enc_hook=plain), headers
