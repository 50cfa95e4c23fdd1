"""Jira's wiki markup as Markdown, as far as the two mean the same; the rest stays as it is."""

import re

_BLOCK = re.compile(r"\{(code|noformat)(?::([^}\n]*))?\}(.*?)\{\1\}", re.DOTALL)
_QUOTE = re.compile(r"\{quote\}(.*?)\{quote\}", re.DOTALL)
_QUOTED_LINE = re.compile(r"^bq\.\s+", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]*h([1-6])\.[ \t]+", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*([*#]+|-)[ \t]+", re.MULTILINE)
_BOLD = re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*[^\s*])?)\*(?![\w*])")
_STRUCK = re.compile(r"(?<![\w-])-(\S(?:[^-\n]*[^\s-])?)-(?![\w-])")
_MONO = re.compile(r"\{\{([^{}\n]+)\}\}")
_NAMED = re.compile(r"\[([^|\]\n]+)\|((?:https?://|mailto:)[^|\]\s]+)(?:\|[^\]\n]*)?\]")
_BARE = re.compile(r"\[((?:https?://|mailto:)[^|\]\s]+)\]")
_PICTURE = re.compile(r"!([^!\n|]+\.\w{2,4})(?:\|[^!\n]*)?!")
_COLOR = re.compile(r"\{color(?::[^}\n]*)?\}")
_KEPT = re.compile("\x02(\\d+)\x02")


def markdown(text: str) -> str:
    """Return the text as Markdown; code stays as it is, pictures become their names."""
    kept: list[str] = []

    def keep(found: str) -> str:
        kept.append(found)
        return f"\x02{len(kept) - 1}\x02"

    text = text.replace("\x02", "").replace("\r\n", "\n")
    text = _BLOCK.sub(lambda found: keep(_fenced(found)), text)
    text = _MONO.sub(lambda found: keep(f"`{found[1]}`"), text)
    text = _NAMED.sub(lambda found: keep(f"[{found[1]}]({_address(found[2])})"), text)
    text = _BARE.sub(lambda found: keep(f"<{found[1]}>"), text)
    text = _BULLET.sub(_bullet, text)
    text = _HEADING.sub(lambda found: f"{'#' * int(found[1])} ", text)
    text = _STRUCK.sub(r"~~\1~~", _BOLD.sub(r"**\1**", text))
    text = _COLOR.sub("", _PICTURE.sub(r"*\1*", text))
    text = _QUOTED_LINE.sub("> ", text)
    text = _QUOTE.sub(lambda found: "\n".join(f"> {line}" for line in found[1].strip().splitlines()), text)
    return _KEPT.sub(lambda found: kept[int(found[1])], text)


def _fenced(found: re.Match[str]) -> str:
    language = (found[2] or "").partition("|")[0]
    language = language if re.fullmatch(r"\w{1,20}", language) else ""
    fence = "````" if "```" in found[3] else "```"
    inner = found[3].strip("\n")
    return f"{fence}{language}\n{inner}\n{fence}"


def _address(found: str) -> str:
    return found.replace("(", "%28").replace(")", "%29")


def _bullet(found: re.Match[str]) -> str:
    marks = found[1]
    return f"{'   ' * (len(marks) - 1)}{'1.' if marks.endswith('#') else '-'} "
