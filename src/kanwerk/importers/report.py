"""What an import did, and what it could not bring along."""

from collections.abc import Callable

from msgspec import Struct, field

EXAMPLES, LONGEST = 3, 80
VERBS = ("created", "changed", "unchanged", "left in the trash", "skipped")
NOUNS = (
    "business fields",
    "custom fields",
    "clients",
    "projects",
    "field values",
    "columns",
    "labels",
    "tasks",
    "todos",
    "comments",
    "subtasks",
    "relations",
)
Progress = Callable[[str, int, int], None]  # of what, how many are done, of how many


def silent(what: str, done: int, of: int) -> None:
    """Tell nobody."""


class Note(Struct):
    """Something that could not be brought along as it was: how often, and for example where."""

    count: int = 0
    examples: list[str] = field(default_factory=list)


class Report(Struct):
    """Counts by noun and verb, and notes by their sentence."""

    dry: bool = False
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)

    def count(self, noun: str, verb: str, more: int = 1) -> None:
        """Count records."""
        if more:
            of_noun = self.counts.setdefault(noun, {})
            of_noun[verb] = of_noun.get(verb, 0) + more

    def note(self, sentence: str, example: str = "", more: int = 1) -> None:
        """Note something that could not be brought along."""
        found = self.notes.setdefault(sentence, Note())
        found.count += more
        if example and len(found.examples) < EXAMPLES and (short := _short(example)) not in found.examples:
            found.examples.append(short)

    def merge(self, other: "Report") -> None:
        """Add what another report tells."""
        for noun, verbs in other.counts.items():
            for verb, more in verbs.items():
                self.count(noun, verb, more)
        for sentence, note in other.notes.items():
            found = self.notes.setdefault(sentence, Note())
            found.count += note.count
            fresh = [each for each in note.examples if each not in found.examples]
            found.examples += fresh[: EXAMPLES - len(found.examples)]

    def text(self) -> str:
        """Return the report as lines for people."""
        lines = ["What would happen; nothing was kept:" if self.dry else "Imported:"]
        for noun in (each for each in NOUNS if each in self.counts):
            verbs = self.counts[noun]
            told = ", ".join(f"{verbs[verb]:,} {verb}" for verb in VERBS if verbs.get(verb))
            lines.append(f"  {noun:<16} {told}")
        if not self.counts:
            lines.append("  nothing")
        if self.notes:
            lines.append("Worth knowing:")
        for sentence, note in self.notes.items():
            more = ", …" if note.count > len(note.examples) else ""
            examples = f" ({'; '.join(note.examples)}{more})" if note.examples else ""
            lines.append(f"  {note.count:,} x {sentence}{examples}")
        return "\n".join(lines)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
