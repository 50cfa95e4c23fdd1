"""What a form's answer has the next page say."""

from typing import Any
from urllib.parse import unquote

import msgspec
from httpx import Response


def flashes(answer: Response) -> list[dict[str, Any]]:
    """Return the messages an answer leaves for the next page, in cookies of their own."""
    found = [value for name, value in answer.cookies.items() if name.startswith("kanwerk_flash_")]
    return [each for value in found for each in msgspec.json.decode(unquote(value))]
