"""The catalogues of texts: found in the code, brought up to date, compiled, by bin/translate and bin/setup.

Texts are found in templates (``_``, ``ngettext``, ``N_``) and in Python, there also where a text is handed to
what shows it to people: ``Redirect``, ``invalid``, ``Fault`` and the problems.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from kanwerk.core import problems
from kanwerk.core.languages import FOLDER, LANGUAGES

PACKAGE = Path(__file__).parent
DOMAIN = "kanwerk"
# Which arguments of a call are texts.
_PLURAL = (0, 1)
PLACES: dict[str, tuple[int, ...]] = {
    "_": (0,),
    "N_": (0,),
    "gettext": (0,),
    "Phrase": _PLURAL,
    "ngettext": _PLURAL,
    "Redirect": (1,),
    "invalid": (1,),
    "invalid_parameter": (1,),
    "Fault": (1,),
    "note": (0,),
    "taken": (2,),
    "_refused": (0,),
    **{
        name: (0,)
        for name, kind in vars(problems).items()
        if isinstance(kind, type) and issubclass(kind, problems.Problem)
    },
}
# Names of variables that hold a text before it is raised.
VARIABLES = ("message", "sentence")
# What speaks to operators and to other programs alone.
NOT_SHOWN = {"seeds", "migrations", "translating.py", "config.py", "server.py", "cli.py"}
NOT_SHOWN |= {"commands.py", "import_commands.py"}
# Importers that only the command line runs.
COMMANDS_ALONE = {"kanbert.py", "far_fields.py", "other_server.py"}
API_ALONE = {
    "params.py",
    "idempotency.py",
    "asked.py",
    "bulk.py",
    "routes.py",
    "gate.py",
    "callers.py",
    "reads.py",
}
HEADER = """# {name} texts of Kanwerk. How to translate: docs/translating.md
msgid ""
msgstr ""
"Project-Id-Version: Kanwerk\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
Message = str | tuple[str, str]


def texts() -> Catalog:
    """Return all texts of the code, each with the files it stands in."""
    found = Catalog(domain=DOMAIN)
    for path in sorted(PACKAGE.rglob("*")):
        place = path.relative_to(PACKAGE)
        if path.suffix in (".html", ".txt") and place.parts[0] == "templates":
            messages = of_template(path.read_bytes())
        elif path.suffix == ".py" and _shown(place):
            messages = of_module(path.read_text("utf-8"))
        else:
            continue
        for message in messages:
            found.add(message, locations=[(place.as_posix(), 0)])
    return found


def _shown(place: Path) -> bool:
    """Whether people see what a module says: in the API's answers texts are English."""
    return (
        place.parts[0] not in NOT_SHOWN
        and place.name not in API_ALONE | COMMANDS_ALONE
        and not place.name.endswith("api.py")
    )


def of_template(source: bytes) -> Iterator[Message]:
    """Yield the texts of a template; a plural is a pair."""
    for _line, name, told, _comments in babel_extract(BytesIO(source), ("_", "ngettext", "N_"), (), {}):
        if name == "ngettext" and isinstance(told, tuple) and isinstance(told[0], str):
            yield told[0], str(told[1])
        else:
            text = told[0] if isinstance(told, tuple) else told
            if isinstance(text, str):
                yield text


def of_module(source: str) -> Iterator[Message]:
    """Yield the texts of a module; a plural is a pair."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in VARIABLES:
            yield from _constants(node.value)
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            given = [node.args[at] for at in PLACES.get(name, ()) if at < len(node.args)]
            if PLACES.get(name) == _PLURAL and len(given) > 1:
                one, many = ([*_constants(each)] for each in given)
                yield from zip(one, many, strict=True)
            else:
                yield from (text for each in given for text in _constants(each))


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)


def catalogue(language: str) -> Catalog:
    """Return a language's catalogue as it stands in its file; an empty one where there is none."""
    path = place_of(language)
    if not path.exists():
        return Catalog(language, domain=DOMAIN)
    with path.open("rb") as file:
        return read_po(file, language, DOMAIN)


def place_of(language: str, suffix: str = ".po") -> Path:
    """Return where a language's catalogue is."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}{suffix}"


def written(kept: Catalog) -> bytes:
    """Return a catalogue as its file holds it: without dates and line numbers, so that branches merge."""
    out = BytesIO()
    write_po(
        out, kept, omit_header=True, sort_by_file=True, include_lineno=False, ignore_obsolete=True, width=110
    )
    name = LANGUAGES.get(str(kept.locale), str(kept.locale))
    head = HEADER.format(name=name, language=kept.locale, plurals=kept.plural_forms)
    return head.encode() + out.getvalue()


def update(*, say: bool = True) -> int:
    """Bring the catalogues up to date with the code, and say which texts they lack; return how many."""
    wanted, lacking = texts(), 0
    for language in LANGUAGES:
        if language == "en":
            continue
        kept = catalogue(language)
        kept.update(wanted, no_fuzzy_matching=True)
        place_of(language).parent.mkdir(parents=True, exist_ok=True)
        place_of(language).write_bytes(written(kept))
        for message in kept:
            if message.id and (message.fuzzy or not _whole(message.string)):
                lacking += 1
                if say:
                    print(f"{language}: {message.id!r}")  # noqa: T201  # for who translates
    return lacking


def _whole(told: object) -> bool:
    return all(told) if isinstance(told, tuple | list) else bool(told)


def take_from(ref: str) -> None:
    """Fill what is not translated with what another branch's catalogues say: for merges of both."""
    for language in LANGUAGES:
        path = place_of(language)
        if not path.exists():
            continue
        told = subprocess.run(  # noqa: S603  # a name of git's, given by who translates
            ["git", "show", f"{ref}:./{path.name}"],  # noqa: S607  # the git of who translates
            cwd=path.parent,
            check=True,
            capture_output=True,
        )
        kept, theirs = catalogue(language), read_po(BytesIO(told.stdout), language, DOMAIN)
        for message in kept:
            other = theirs.get(message.id)
            if message.id and other is not None and not _whole(message.string):
                message.string = other.string
        path.write_bytes(written(kept))


def build() -> None:
    """Compile the catalogues for gettext."""
    for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po"):
        language = path.parent.parent.name
        made = path.with_suffix(".part")
        with made.open("wb") as file:
            write_mo(file, catalogue(language))
        made.replace(path.with_suffix(".mo"))


if __name__ == "__main__":
    if sys.argv[1:] == ["compile"]:
        build()
    else:
        for ref in sys.argv[1:]:
            update(say=False)
            take_from(ref)
        found = update()
        build()
        sys.exit(f"{found} texts are not translated" if found else None)
