"""Settings: read once from ``KANWERK_…`` variables into one frozen struct."""

import ipaddress
import os
from pathlib import Path
from typing import Any, Self

from msgspec import Struct

RATES = {"second": 1, "minute": 60, "hour": 3600}


class SettingsError(Exception):
    """A setting that cannot be used; the command line says it in one line."""


class Settings(Struct, frozen=True, kw_only=True):
    """Everything an operator can set; ``docs/operating.md`` explains each."""

    data: Path = Path("data")
    database_url: str = ""
    public_url: str = ""
    rate_limit: tuple[int, int] | None = (6000, 60)
    trusted_proxies: tuple[str, ...] = ()
    smtp_url: str = ""
    mail_from: str = ""
    session_days: int = 30
    body_limit: int = 4 * 1024 * 1024
    files_url: str = ""
    file_limit: int = 5 * 1024**3
    write_queue: int = 256
    log_format: str = ""
    background: str = "on"
    webhook_allow: tuple[str, ...] = ()

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Read the environment; what is given wins over it."""
        env = {name[8:].lower(): value for name, value in os.environ.items() if name.startswith("KANWERK_")}
        found: dict[str, Any] = {name: env[name] for name in cls.__struct_fields__ if env.get(name)}
        found |= {name: value for name, value in given.items() if value is not None}
        if isinstance(found.get("rate_limit"), str):
            found["rate_limit"] = _rate(found["rate_limit"])
        for name in ("trusted_proxies", "webhook_allow"):
            if isinstance(found.get(name), str):
                found[name] = _networks(name, found[name])
        for name in ("session_days", "body_limit", "file_limit", "write_queue"):
            if isinstance(found.get(name), str):
                found[name] = _number(name, found[name])
        if found.get("background", "on") not in ("on", "off"):
            message = f"KANWERK_BACKGROUND: {found['background']!r} is neither on nor off"
            raise SettingsError(message)
        found["data"] = Path(found.get("data", "data")).expanduser().resolve()
        found["public_url"] = str(found.get("public_url", "")).rstrip("/")
        return cls(**found)

    @property
    def url(self) -> str:
        """The database's address as SQLAlchemy wants it: the one given, else a file in the data folder."""
        if not self.database_url:
            return f"sqlite:///{self.data / 'kanwerk.db'}"
        scheme, _, rest = self.database_url.partition("://")
        if scheme in ("postgres", "postgresql", "postgresql+psycopg"):
            return f"postgresql+psycopg://{rest}"
        if scheme == "sqlite":
            return self.database_url
        message = (
            f"KANWERK_DATABASE_URL: {scheme}:// is not a database Kanwerk speaks (postgresql:// or sqlite://)"
        )
        raise SettingsError(message)


def _rate(text: str) -> tuple[int, int] | None:
    if text == "off":
        return None
    count, _, unit = text.partition("/")
    if count.isascii() and count.isdigit() and int(count) and unit in RATES:
        return int(count), RATES[unit]
    message = f"KANWERK_RATE_LIMIT: {text!r} is not a rate like 6000/minute, nor off"
    raise SettingsError(message)


def _networks(name: str, text: str) -> tuple[str, ...]:
    try:
        return tuple(
            str(ipaddress.ip_network(part.strip(), strict=False)) for part in text.split(",") if part.strip()
        )
    except ValueError as error:
        message = f"KANWERK_{name.upper()}: {error}"
        raise SettingsError(message) from None


def _number(name: str, text: str) -> int:
    if text.isascii() and text.isdigit() and int(text):
        return int(text)
    message = f"KANWERK_{name.upper()}: {text!r} is not a whole number above zero"
    raise SettingsError(message)
