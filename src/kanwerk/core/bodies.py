"""Bodies: one strict decoder; when it refuses, a second look finds all faults at once."""

import re
import types
import typing
from collections.abc import Callable, Collection
from enum import Enum
from functools import cache
from typing import Any, TypeVar
from unicodedata import is_normalized

import msgspec
from msgspec import UNSET, Meta, Struct

from kanwerk.core.codes import known
from kanwerk.core.languages import N_, Phrase
from kanwerk.core.problems import Fault, Invalid, Unreadable
from kanwerk.core.text import LINE_PATTERN, TEXT_PATTERN, URL_PATTERN, clean

S = TypeVar("S", bound=Struct)

_TOO_DEEP = "The body is nested too deeply."
_PATTERNS = {
    repr(LINE_PATTERN): N_("Must hold something to read, on one line, without control characters."),
    repr(TEXT_PATTERN): N_("Control characters are not allowed."),
    repr(URL_PATTERN): N_("Write a whole address, such as https://erp.example.com/hooks."),
}


def decode(raw: bytes, kind: type[S]) -> S:
    """Return the body as the Struct, its strings NFC and trimmed.

    ``Unreadable`` (400) when it is not JSON, ``Invalid`` (422) with a JSON Pointer for every fault.
    """
    try:
        body: S = _decoder(kind).decode(raw)
    except msgspec.ValidationError:
        return convert(_loads(raw), kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        _loads(raw)
        raise Unreadable from None
    if _is_clean(body) and not code_faults(body):
        return body
    return convert(_loads(raw), kind)


def convert(value: object, kind: type[S], at: str = "") -> S:
    """Return decoded JSON as the Struct, its strings cleaned; ``Invalid`` with every fault."""
    found: list[Fault] = []
    try:
        value = _cleaned(value)
        body = msgspec.convert(value, kind)
        found = code_faults(body, at)
        if not found:
            return body
    except msgspec.ValidationError as error:
        found = faults(value, kind, at) or [Fault("invalid", sentence(str(error)), pointer=at)]
    except RecursionError:
        raise Unreadable(_TOO_DEEP) from None
    raise Invalid("The request has faults." if len(found) > 1 else "The request has a fault.", errors=found)


def sent(body: Struct, *, but: Collection[str] = ()) -> dict[str, Any]:
    """Return the members a body carries, without those it leaves out; enums as their values."""
    found = {}
    for name in body.__struct_fields__:
        value = getattr(body, name)
        if value is not UNSET and name not in but:
            found[name] = value.value if isinstance(value, Enum) else value
    return found


@cache
def _decoder(kind: type[S]) -> "msgspec.json.Decoder[S]":
    return msgspec.json.Decoder(kind)


def _loads(raw: bytes) -> object:
    try:
        return msgspec.json.decode(raw)
    except RecursionError:
        raise Unreadable(_TOO_DEEP) from None
    except UnicodeDecodeError:
        message = "The body is not UTF-8."
        raise Unreadable(message) from None
    except msgspec.DecodeError as error:
        message = f"The body is not JSON: {error}."
        raise Unreadable(message) from None


def _is_clean(body: Struct) -> bool:
    for name in body.__struct_fields__:
        value = getattr(body, name)
        if type(value) is str:
            if value.isascii():
                if value != value.strip() or "\r" in value:
                    return False
            elif value != value.strip() or "\r" in value or not is_normalized("NFC", value):
                return False
        elif isinstance(value, list) and any(type(each) is str for each in value):
            return False
    return True


def _cleaned(value: object) -> object:
    if type(value) is str:
        return clean(value)
    if type(value) is dict:
        return {name: _cleaned(each) for name, each in value.items()}
    return [_cleaned(each) for each in value] if type(value) is list else value


def faults(value: object, kind: type[Struct], at: str = "") -> list[Fault]:
    """Return every fault of decoded JSON against a Struct: unknown, missing and wrong members, each by its
    pointer.
    """
    if not isinstance(value, dict):
        return [Fault("type", "An object is needed here.", pointer=at)]
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    strange = [name for name in value if name not in fields and kind.__struct_config__.forbid_unknown_fields]
    found = [Fault("unknown", "There is no such member.", pointer=_pointer(at, name)) for name in strange]
    for name, field in fields.items():
        where = _pointer(at, name)
        if name not in value:
            if field.required:
                found.append(Fault("required", "This member is required.", pointer=where))
            continue
        try:
            msgspec.convert(value[name], field.type)
        except msgspec.ValidationError as error:
            found += _deeper(value[name], field.type, where) or [_fault(str(error), where, field.type)]
        else:
            found += _code_faults(kind, name, value[name], where)
    return found


def _deeper(value: object, kind: object, at: str) -> list[Fault]:
    """Return the faults inside an object or the objects of a list; none if the fault is the value's."""
    inner, many = _struct_in(kind)
    if inner is None:
        return []
    if many and isinstance(value, list):
        return [
            fault
            for place, each in enumerate(value)
            if isinstance(each, dict)
            for fault in faults(each, inner, f"{at}/{place}")
        ]
    return faults(value, inner, at) if isinstance(value, dict) and not many else []


def _struct_in(kind: object) -> tuple[type[Struct] | None, bool]:
    """Return the Struct that a member is or lists, and whether it lists it."""
    for option in (kind, *typing.get_args(kind)):
        if isinstance(option, type) and issubclass(option, Struct):
            return option, False
        if typing.get_origin(option) is list:
            return _struct_in(typing.get_args(option)[0])[0], True
        if option is not kind and typing.get_origin(option) is typing.Annotated:
            return _struct_in(option)
    return None, False


def _pointer(at: str, name: str) -> str:
    return f"{at}/{name[:200].replace('~', '~0').replace('/', '~1')}"


def _fault(message: str, where: str, kind: object) -> Fault:
    text, _, path = message.partition(" - at `$")
    for index in path.rstrip("`").replace("]", "").split("[")[1:]:
        where = f"{where}/{index}" if index.isdigit() else where
    code = "type" if text.startswith("Expected `") and ", got `" in text else "invalid"
    return Fault("pattern" if "matching regex" in text else code, sentence(text, kind), pointer=where)


_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "array": "a list",
    "object": "an object",
}
# The sentences of kinds that a form can bring about.
_OF_FORMS = (N_("A whole number is needed, not text."), N_("A whole number or null is needed, not text."))
_UNKNOWN = {
    "currency": N_("There is no currency '%(code)s'."),
    "country": N_("There is no country '%(code)s'."),
    "time zone": N_("There is no time zone '%(code)s'."),
}
_LIMITS: tuple[tuple[re.Pattern[str], Callable[[int], Phrase]], ...] = (
    (
        re.compile(r"Expected `str` of length >= (\d+)"),
        lambda n: Phrase(
            "At least %(num)s character is needed.", "At least %(num)s characters are needed.", num=n
        ),
    ),
    (
        re.compile(r"Expected `str` of length <= (\d+)"),
        lambda n: Phrase(
            "At most %(num)s character is allowed.", "At most %(num)s characters are allowed.", num=n
        ),
    ),
    (
        re.compile(r"Expected `array` of length >= (\d+)"),
        lambda n: Phrase("At least %(num)s entry is needed.", "At least %(num)s entries are needed.", num=n),
    ),
    (
        re.compile(r"Expected `array` of length <= (\d+)"),
        lambda n: Phrase("At most %(num)s entry is allowed.", "At most %(num)s entries are allowed.", num=n),
    ),
    (re.compile(r"Expected `int` >= (-?\d+)"), lambda n: Phrase("The least is %(limit)s.", limit=n)),
    (re.compile(r"Expected `int` <= (-?\d+)"), lambda n: Phrase("The most is %(limit)s.", limit=n)),
)


_SHAPES = {
    "Invalid RFC3339 encoded datetime": N_("A time such as 2026-11-24T08:30:00Z is needed."),
    "Invalid RFC3339 encoded date": N_("A day such as 2026-11-24 is needed."),
}


def sentence(text: str, kind: object = None) -> str:
    """Return msgspec's message about a value that is not of the kind as a sentence for people."""
    if text in _SHAPES:
        return _SHAPES[text]
    if text.startswith("Invalid enum value") and (enum := _enum_in(kind)) is not None:
        return Phrase("One of %(values)s is needed.", values=", ".join(str(each.value) for each in enum))
    _, _, pattern = text.partition("matching regex ")
    if pattern:
        return _PATTERNS.get(pattern, N_("This is not of the right form."))
    for limit, words in _LIMITS:
        if found := limit.match(text):
            return words(int(found[1]))
    kinds = re.match(r"Expected `(.+)`, got `(.+)`", text)
    if kinds:
        wanted = " or ".join(_KINDS.get(each.strip(), each.strip()) for each in kinds[1].split("|"))
        return f"{wanted[0].upper()}{wanted[1:]} is needed, not {_KINDS.get(kinds[2], kinds[2])}."
    return text.replace("`", "").rstrip(".") + "."


def _enum_in(kind: object) -> type[Enum] | None:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return next((found for each in typing.get_args(kind) if (found := _enum_in(each)) is not None), None)


def code_faults(body: Struct, at: str = "") -> list[Fault]:
    """Return a fault for each member that must be a standard's code (currency, country) and is not."""
    found = []
    for name in _coded(type(body)):
        found += _code_faults(type(body), name, getattr(body, name), f"{at}/{name}")
    return found


def _code_faults(kind: type[Struct], name: str, value: object, where: str) -> list[Fault]:
    what = _coded(kind).get(name)
    if what is None or not isinstance(value, str) or value in known(what):
        return []
    return [Fault("unknown_code", Phrase(_UNKNOWN[what], code=value[:64]), pointer=where)]


@cache
def _coded(kind: type[Struct]) -> dict[str, str]:
    found = {}
    for name, hint in typing.get_type_hints(kind, include_extras=True).items():
        for meta in _metas(hint):
            if meta.extra and "one_of" in meta.extra:
                found[name] = meta.extra["one_of"]
    return found


def _metas(hint: object) -> list[Meta]:
    found = [each for each in getattr(hint, "__metadata__", ()) if isinstance(each, Meta)]
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) in (typing.Union, typing.Annotated):
        for option in typing.get_args(hint):
            found += _metas(option) if option is not hint else []
    return found
