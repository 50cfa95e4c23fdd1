"""What is read in a template or a module that nobody could translate."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import jinja2
from jinja2 import nodes

# Attributes that people read or hear.
READ = re.compile(
    r"aria-(?:label|description|roledescription|valuetext)|placeholder|title|alt|hx-confirm|data-.*",
)
# What looks like words and is none: names of products and standards, values for machines.
NAMES = re.compile(
    r"Kanwerk|IBAN|BIC|Factur-X / ZUGFeRD|XRechnung|API|YAML|\bms\b|POST |curl -H .*|/me\b|webhook-id:"
    r"|content-type: application/json|aria-[a-z]+=\S*"
)
WORDS = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"(?:^|[^\w.-])[A-Z][a-z]+|[a-z]{2,} [a-z]{2,}")
CLASSES = re.compile(r"(?=.*-)[a-z0-9-]*(?: +[a-z0-9]+(?:--?[a-z0-9]+)*)* ?")
TELLS = {"_", "ngettext", "N_"}
# Arguments of macros that people read, by place and by name.
READ_ARGUMENTS = {
    "field": {1}, "area": {1}, "select": {1}, "switch": {1}, "tiles": {1}, "button": {0}, "crumb": {0},
    "empty": {0, 1}, "badge": {0}, "nav_link": {1}, "foot": {0}, "secret": {1}, "column": {1},
}  # fmt: skip
READ_BY_NAME = {"help", "note", "empty", "label", "text", "title"}
MARK = "\ufffc"
CLASS_BLOCKS = ("page_class", "width")  # blocks inside of an attribute
# Attributes of `data-` that hold names and addresses, for scripts.
FOR_SCRIPTS = re.compile(
    r"data-(?:cell|color|grip|key|live|live-url|live-after|theme|theme-choice|dialog|task|url|row|done|copy|kind|column|view|remember|reorder)"
)


class Looked(HTMLParser):
    """The text and the read attributes of a page with its expressions taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style")
        for name, value in attrs:
            address = (value or "").replace(MARK, "").startswith("/")
            if (
                value
                and not address
                and READ.fullmatch(name)
                and not FOR_SCRIPTS.fullmatch(name)
                and worded(value)
            ):
                self.found.append(f'{name}="{value}"')

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.silent and worded(data):
            self.found.append(" ".join(data.replace(MARK, "…").split()))


def worded(text: str) -> bool:
    """Whether there are words in a text, beside names."""
    return any(WORDS.search(NAMES.sub("", part)) for part in text.split(MARK))


def untold(source: str) -> list[str]:
    """Return what people would read in this template that is not handed to ``_``."""
    tree = jinja2.Environment().parse(source)
    page = Looked()
    page.feed("".join(_raw(tree)))
    page.close()
    return page.found + [text for node in tree.body for text in _constants(node)] + _too_early(source, tree)


def _raw(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.TemplateData):
        yield node.data
    elif isinstance(node, nodes.Expr) or (isinstance(node, nodes.Block) and node.name in CLASS_BLOCKS):
        yield MARK
    else:
        for child in node.iter_child_nodes():
            yield from _raw(child)


def _constants(node: nodes.Node, *, told: bool = False) -> Iterator[str]:
    if isinstance(node, nodes.Const):
        text = node.value
        if isinstance(text, str) and SENTENCE.search(NAMES.sub("", text)) and not CLASSES.fullmatch(text):
            yield f'"{text}"'
        return
    if isinstance(node, nodes.Call | nodes.Filter):
        name = getattr(node.node, "name", "") if isinstance(node, nodes.Call) else ""
        if name in TELLS:
            for child in (
                *node.args[2 if name == "ngettext" else 1 :],
                *(each.value for each in node.kwargs),
            ):
                yield from _constants(child)
            return
        if name in READ_ARGUMENTS:
            read = [node.args[at] for at in READ_ARGUMENTS[name] if at < len(node.args)]
            read += [each.value for each in node.kwargs if each.key in READ_BY_NAME]
            yield from (f'"{text}"' for each in read for text in _shown(each))
    if (
        isinstance(node, nodes.Pair)
        and isinstance(node.key, nodes.Const)
        and node.key.value in ("style", "class")
    ):
        return
    for child in node.iter_child_nodes():
        yield from _constants(child)


def _shown(node: nodes.Node) -> Iterator[str]:
    """Return the plain lower-case words an argument may come to; others are found anyway."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        if worded(node.value) and not SENTENCE.search(node.value):
            yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from (text for each in (node.expr1, node.expr2) if each is not None for text in _shown(each))
    elif isinstance(node, nodes.Concat):
        yield from (text for each in node.nodes for text in _shown(each))


def _too_early(source: str, tree: nodes.Template) -> list[str]:
    """Return the texts told when a file of macros is loaded: in the first reader's language, for good."""
    if "{%- extends" in source or "{% extends" in source or next(tree.find_all(nodes.Macro), None) is None:
        return []
    return [
        f"{each.node.name}() outside of a macro: mark it with N_ and tell it where it is shown"
        for assign in tree.body
        if isinstance(assign, nodes.Assign)
        for each in assign.find_all(nodes.Call)
        if isinstance(each.node, nodes.Name) and each.node.name in ("_", "ngettext")
    ]


def composed(source: str) -> list[str]:
    """Return the texts for people that a module puts together by itself, and not by a ``Phrase``."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (text := _text_of(node)) is not None:
            found += [f"line {text.lineno}: {ast.unparse(text)}"] if _built(text) else []
    return found


def _text_of(call: ast.Call) -> ast.expr | None:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name == "Redirect":
        named = {each.arg: each.value for each in call.keywords}
        return named.get("text") or (call.args[1] if len(call.args) > 1 else None)
    if name in ("Phrase", "_", "gettext", "N_"):
        return call.args[0] if call.args else None
    return None


def _built(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _built(node.body) or _built(node.orelse)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "join")
    return isinstance(node, ast.JoinedStr | ast.BinOp)
