"""What an import did, and what it could not bring along."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct, field

from kanwerk.core.languages import Phrase, told

EXAMPLES, LONGEST, LED_TO = 3, 80, 50
VERBS = {
    "created": Phrase("New"),
    "changed": Phrase("Changed"),
    "unchanged": Phrase("Same as before"),
    "left in the trash": Phrase("In the trash"),
    "skipped": Phrase("Left out"),
}
NOUNS = {
    "business fields": Phrase("business fields"),
    "custom fields": Phrase("custom fields"),
    "clients": Phrase("clients"),
    "projects": Phrase("projects"),
    "field values": Phrase("field values"),
    "columns": Phrase("columns"),
    "labels": Phrase("labels"),
    "tasks": Phrase("tasks"),
    "todos": Phrase("todos"),
    "comments": Phrase("comments"),
    "subtasks": Phrase("subtasks"),
    "relations": Phrase("relations"),
}
Progress = Callable[[str, int, int, "Report"], None]  # of what, how many are done, of how many, and so far


def silent(what: str, done: int, of: int, report: "Report") -> None:
    """Tell nobody."""


def told_noun(noun: str) -> str:
    """Return a noun as a phrase."""
    return NOUNS.get(noun, noun)


class Note(Struct):
    """Something that could not be brought along as it was: how often, and for example where."""

    count: int = 0
    examples: list[str] = field(default_factory=list)


class Report(Struct):
    """Counts by noun and verb, notes by their sentence, and the ids of what it leads to by noun."""

    dry: bool = False
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=dict)

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

    def lead_to(self, noun: str, record_id: str) -> None:
        """Remember a record that people will want to look at: the first of each noun."""
        found = self.ids.setdefault(noun, [])
        if len(found) < LED_TO and record_id not in found:
            found.append(record_id)

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
        for noun, ids in other.ids.items():
            for record_id in ids:
                self.lead_to(noun, record_id)

    def after(self, before: "Report") -> "Report":
        """Return what this and a run before it did that was ended in the middle: of the same file, so what
        that one made is unchanged in this one.
        """
        both = Report(dry=self.dry)
        both.merge(Report(counts=self.counts, ids=before.ids))
        both.merge(Report(ids=self.ids))
        for noun, verbs in before.counts.items():
            for verb in ("created", "changed"):
                many = verbs.get(verb, 0)
                both.count(noun, verb, many)
                both.count(noun, "unchanged", -min(many, both.counts[noun].get("unchanged", 0)))
        for sentence in [*before.notes, *self.notes]:
            notes = [each.notes[sentence] for each in (self, before) if sentence in each.notes]
            both.notes[sentence] = max(notes, key=lambda note: note.count)
        return both

    @property
    def verbs(self) -> list[str]:
        """What happened at all, in the order it is told."""
        return [verb for verb in VERBS if any(each.get(verb) for each in self.counts.values())]

    def kept(self) -> dict[str, Any]:
        """Return it as JSON can hold it, its sentences with what they were made of."""
        notes = [[kept(sentence), each.count, each.examples] for sentence, each in self.notes.items()]
        return {"dry": self.dry, "counts": self.counts, "notes": notes, "ids": self.ids}

    @classmethod
    def of(cls, told_: dict[str, Any]) -> "Report":
        """Return the report that was kept."""
        notes = {phrase(sentence): Note(count, examples) for sentence, count, examples in told_["notes"]}
        return cls(told_["dry"], told_["counts"], notes, told_["ids"])

    def text(self) -> str:
        """Return the report as lines for people."""
        lines = ["What would happen; nothing was kept:" if self.dry else "Imported:"]
        for noun in (each for each in NOUNS if each in self.counts):
            verbs = self.counts[noun]
            told_ = ", ".join(f"{verbs[verb]:,} {verb}" for verb in VERBS if verbs.get(verb))
            lines.append(f"  {noun:<16} {told_}")
        if not self.counts:
            lines.append("  nothing")
        if self.notes:
            lines.append("Worth knowing:")
        for sentence, note in self.notes.items():
            more = ", …" if note.count > len(note.examples) else ""
            examples = f" ({'; '.join(note.examples)}{more})" if note.examples else ""
            lines.append(f"  {note.count:,} x {sentence}{examples}")
        return "\n".join(lines)


class Stopped(Exception):
    """Ends an import between two of its transactions; what was done by then stays, and is reported."""

    report: Report | None = None


def kept(text: str) -> Any:
    """Return a text as JSON can hold it: a phrase with its values, so that it can be told in any language."""
    if not isinstance(text, Phrase):
        return str(text)
    values = {name: each if isinstance(each, int) else kept(each) for name, each in text.values.items()}
    return [text.message, text.many, values]


def phrase(of: Any) -> str:
    """Return the text that was kept."""
    return told(of) if isinstance(of, str) else _value(of)


def _value(of: Any) -> Any:
    """Return a value: what somebody wrote stays as it is, also where it happens to be a text of ours."""
    if not isinstance(of, list):
        return of
    message, many, values = of
    return Phrase(message, many, **{name: _value(each) for name, each in values.items()})


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
