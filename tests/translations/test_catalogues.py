"""Every text of the code is in every language, whole; proven by catalogues that are not."""

import gettext
import re
from collections.abc import Iterator

import pytest
from babel.messages import Catalog
from babel.messages.catalog import Message

from kanwerk import translating
from kanwerk.core.events import TYPES
from kanwerk.core.languages import FOLDER, LANGUAGES

OTHERS = [language for language in LANGUAGES if language != "en"]
NAMED = re.compile(r"%\((\w+)\)s|{(\w+)}")
TAGS = re.compile(r"<[^<>]*>")


def faults_of(kept: Catalog, wanted: Catalog) -> list[str]:
    """Say what a catalogue lacks, has too much, or says otherwise than the English text lets it."""
    ids = {_key(each.id) for each in wanted if each.id}
    found = [
        f"is not in the code any more: {each.id!r}" for each in kept if each.id and _key(each.id) not in ids
    ]
    there = {_key(each.id) for each in kept if each.id}
    found += [f"is missing: {key!r}" for key in sorted(ids - there)]
    return found + [f"{fault}: {each.id!r}" for each in kept if each.id for fault in _wrong(each, kept)]


def _key(told: object) -> str:
    return str(told[0]) if isinstance(told, tuple | list) else str(told)


def _wrong(message: Message, kept: Catalog) -> Iterator[str]:
    english = [message.id] if isinstance(message.id, str) else list(message.id)
    forms = [message.string] if isinstance(message.string, str) else list(message.string)
    if message.fuzzy:
        yield "is fuzzy"
    if not all(forms):
        yield "is not translated"
        return
    if len(english) == 2 and len(forms) != kept.num_plurals:
        yield f"has {len(forms)} forms, not {kept.num_plurals}"
    wanted = english[-1]
    for form in forms:
        if named(form, plural=len(english) == 2) != named(wanted, plural=len(english) == 2):
            yield f"names other values in {form!r}"
        if sorted(TAGS.findall(form)) != sorted(TAGS.findall(wanted)):
            yield f"has other markup in {form!r}"
        if '"' in TAGS.sub("", form) or "%" in NAMED.sub("", form).replace("%%", ""):
            yield f"has a sign that means something else in {form!r}"
        if re.search(r"[.!?:,]$", form) is None and re.search(r"[.!?]$", wanted) is not None:
            yield f"has lost its full stop in {form!r}"


def named(text: str, *, plural: bool) -> set[str]:
    """Return the values a text names; the count may be a word in some form."""
    found = {one or other for one, other in NAMED.findall(text)}
    return found - {"num"} if plural else found


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return translating.texts()


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str, wanted: Catalog) -> None:
    assert faults_of(translating.catalogue(language), wanted) == []


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_served_is_what_is_written(language: str) -> None:
    served = gettext.translation(translating.DOMAIN, FOLDER, [language])
    kept = translating.catalogue(language)
    for message in kept:
        if isinstance(message.id, str) and message.id:
            assert served.gettext(message.id) == message.string, "run bin/setup"
        elif message.id:
            one, many = message.id
            told = {served.ngettext(one, many, count) for count in range(30)}
            assert told == set(message.string), "run bin/setup"


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_is_as_bin_translate_writes_it(language: str, wanted: Catalog) -> None:
    kept = translating.catalogue(language)
    kept.update(wanted, no_fuzzy_matching=True)
    assert translating.place_of(language).read_bytes() == translating.written(kept), "run bin/translate"


def catalogue_of(**forms: object) -> tuple[Catalog, Catalog]:
    wanted, kept = Catalog(), Catalog("sk")
    wanted.add("Saved.")
    wanted.add("Added %(name)s.")
    wanted.add(("%(num)s task", "%(num)s tasks"))
    kept.add("Saved.", "Uložené.")
    kept.add("Added %(name)s.", "Pridané: %(name)s.")
    kept.add(("%(num)s task", "%(num)s tasks"), ("%(num)s úloha", "%(num)s úlohy", "%(num)s úloh"))
    return wanted, kept


def test_a_whole_catalogue_has_no_fault() -> None:
    wanted, kept = catalogue_of()
    assert faults_of(kept, wanted) == []


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ("", "is not translated: 'Added %(name)s.'"),
        ("Pridané.", "names other values in 'Pridané.': 'Added %(name)s.'"),
        ("Pridané: %(meno)s.", "names other values in 'Pridané: %(meno)s.': 'Added %(name)s.'"),
        ("<b>%(name)s</b>.", "has other markup in '<b>%(name)s</b>.': 'Added %(name)s.'"),
        ('"%(name)s".', "has a sign that means something else in '\"%(name)s\".': 'Added %(name)s.'"),
        ("%(name)s 5 %.", "has a sign that means something else in '%(name)s 5 %.': 'Added %(name)s.'"),
        ("Pridané: %(name)s", "has lost its full stop in 'Pridané: %(name)s': 'Added %(name)s.'"),
    ],
)
def test_a_translation_that_does_not_fit_is_found(told: str, fault: str) -> None:
    wanted, kept = catalogue_of()
    kept.get("Added %(name)s.").string = told  # type: ignore[union-attr]
    assert faults_of(kept, wanted) == [fault]


def test_what_is_missing_fuzzy_or_left_over_is_found() -> None:
    wanted, kept = catalogue_of()
    kept.delete("Saved.")
    kept.add("Gone", "Preč")
    kept.get("Added %(name)s.").flags.add("fuzzy")  # type: ignore[union-attr]
    kept.get("%(num)s task").string = ("%(num)s úloha", "%(num)s úloh")  # type: ignore[union-attr]
    assert sorted(faults_of(kept, wanted)) == [
        "has 2 forms, not 3: ('%(num)s task', '%(num)s tasks')",
        "is fuzzy: 'Added %(name)s.'",
        "is missing: 'Saved.'",
        "is not in the code any more: 'Gone'",
    ]


def test_texts_are_found_where_they_are_handed_over() -> None:
    module = """
message = "Said later."
raise invalid("/name", "A name is needed.")
Redirect(url, "On." if on else "Off.")
Phrase("%(num)s task", "%(num)s tasks", num=3)
Redirect(url, text)
print("Not for people")
"""
    assert sorted(map(str, translating.of_module(module))) == [
        "('%(num)s task', '%(num)s tasks')",
        "A name is needed.",
        "Off.",
        "On.",
        "Said later.",
    ]
    template = b"""<p title="{{ _("Tip") }}">{{ ngettext("%(num)s row", "%(num)s rows", n) }}</p>
{%- set NAMES = {"a": N_("First")} -%}{{ _(NAMES.a) }} {{ button(_("Edit %(name)s", name=x)) }}"""
    assert sorted(map(str, translating.of_template(template))) == [
        "('%(num)s row', '%(num)s rows')",
        "Edit %(name)s",
        "First",
        "Tip",
    ]


def test_every_event_has_a_sentence() -> None:
    source = (translating.PACKAGE / "templates/layout/activity.html").read_text("utf-8")
    told = set(re.findall(r'^  "([a-z_]+\.[a-z_]+)": N_', source, re.MULTILINE))
    assert told == {*TYPES, "integration.created", "user.added", "comment.reacted"}
