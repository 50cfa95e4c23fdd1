"""Parameters of a query string: described once, checked strictly, all faults at once."""

import re
import typing
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

import msgspec
from msgspec import UNSET, Struct

from kanwerk.core.bodies import sentence
from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Fault, Invalid, Unreadable
from kanwerk.core.text import clean

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Param(Struct, frozen=True, kw_only=True):
    """One parameter: its name, type, what it does; ``many`` takes several values, comma-separated."""

    name: str
    type: Any = str
    description: str = ""
    default: Any = None
    many: bool = False
    most: int = 100
    one_of: Sequence[str] = ()
    required: bool = False


class Further(Protocol):
    """Parameters that are known by how their names begin."""

    prefix: str
    param: Param


def parse(raw: bytes, known: Mapping[str, Param], further: Further | None = None) -> dict[str, Any]:
    """Return ``{name: value}`` of a raw query string; ``further`` ones are known by the prefix of their name.

    ``Invalid`` with every fault: an unknown or repeated parameter, a value that is not of its type.
    """
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    for part in raw.split(b"&") if raw else ():
        if not part:
            continue
        name, _, text = (_decode(piece) for piece in part.partition(b"="))
        param = known.get(name)
        if param is None and further is not None and name.startswith(further.prefix):
            param = further.param
        if param is None:
            faults.append(
                Fault("unknown", f"There is no parameter {name[:100]!r} here.", parameter=name[:100])
            )
        elif name in found:
            faults.append(Fault("repeated", "This parameter stands twice.", parameter=name))
        else:
            try:
                found[name] = _value(text, param)
            except (ValueError, msgspec.ValidationError) as error:
                faults.append(Fault("invalid", sentence(str(error), param.type), parameter=name))
                found[name] = None
    for name, param in known.items():
        if param.required and name not in found:
            faults.append(Fault("required", "This parameter is required.", parameter=name))
    if faults:
        raise Invalid("The query has faults." if len(faults) > 1 else "The query has a fault.", errors=faults)
    return found


def _decode(piece: bytes) -> str:
    try:
        return unquote_to_bytes(piece.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        message = "The query string is not UTF-8."
        raise Unreadable(message) from None


def _value(text: str, param: Param) -> Any:
    if _CONTROL.search(text):
        message = "Control characters are not allowed."
        raise ValueError(message)
    if not param.many:
        return _one(clean(text), param)
    values = [_one(clean(piece), param) for piece in text.split(",") if piece.strip()]
    if not values:
        message = "A value is needed."
        raise ValueError(message)
    if len(values) > param.most:
        message = f"At most {param.most} values are allowed."
        raise ValueError(message)
    return list(dict.fromkeys(values))


def _one(text: str, param: Param) -> Any:
    if param.one_of and text not in param.one_of:
        message = Phrase("One of %(values)s is needed.", values=listed(param.one_of))
        raise ValueError(message)
    return to_type(text, param.type)


def to_type(text: str, kind: Any) -> Any:
    """Return the text as the type; ``ValueError`` or ``msgspec.ValidationError`` with a sentence when it is
    not.
    """
    if kind is str:
        return text
    if kind is bool:
        if text not in ("true", "false"):
            message = "Only true and false are allowed."
            raise ValueError(message)
        return text == "true"
    if kind is datetime:
        moment = msgspec.convert(text, datetime)
        if moment.tzinfo is None:
            message = "A time needs its offset, such as Z."
            raise ValueError(message)
        return moment
    found = msgspec.convert(text, kind, strict=False)
    if type(found) is int and str(found) != text:
        message = "A whole number is needed."
        raise ValueError(message)
    return found


def listed(names: Sequence[str]) -> str:
    """Return names as a person lists them."""
    return ", ".join(names)


def struct_params(kind: type[Struct]) -> list[Param]:
    """Return the parameters a Struct describes: each member's type, default and ``Meta`` description."""
    found = []
    for member in msgspec.structs.fields(kind):
        name = member.encode_name
        options = [option for option in typing.get_args(member.type) if option is not type(None)]
        optional = type(None) in typing.get_args(member.type)
        value = options[0] if optional and len(options) == 1 else member.type
        bare = value.__origin__ if typing.get_origin(value) is typing.Annotated else value
        many = typing.get_origin(bare) in (list, tuple)
        meta = next(
            (
                each
                for each in getattr(value, "__metadata__", ())
                if isinstance(each, msgspec.Meta) and each.description
            ),
            None,
        )
        whole = bare if isinstance(bare, type) and issubclass(bare, Enum) else value
        default = None if member.default is msgspec.NODEFAULT or member.default is UNSET else member.default
        found.append(
            Param(
                name=name,
                type=typing.get_args(bare)[0] if many else whole,
                many=many,
                description=(meta.description if meta else None) or "",
                default=default,
                required=member.required,
            )
        )
    return found
