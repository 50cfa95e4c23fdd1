"""No text escapes the catalogues: each rule is proven by examples that break it."""

from pathlib import Path

import pytest

from tests.translations.wording import composed, untold

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "kanwerk"
TEMPLATES = sorted(path for path in (PACKAGE / "templates").rglob("*") if path.is_file())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_template_tells_all_its_texts(path: Path) -> None:
    assert untold(path.read_text("utf-8")) == []


def test_no_module_puts_texts_together() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): faults
        for path in sorted(PACKAGE.rglob("*.py"))
        if (faults := composed(path.read_text("utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Nothing here</p>", ["Nothing here"]),
        ("<p>{{ name }} is back.</p>", ["… is back."]),
        ("{% if here %}yes{% endif %}", ["…yes"]),
        ('<button aria-label="Close">+</button>', ['aria-label="Close"']),
        ('<input placeholder="Search {{ what }}">', ['placeholder="Search \ufffc"']),
        ('<form data-guard="Leave without saving?">', ['data-guard="Leave without saving?"']),
        ('<img alt="A chart" title="{{ _("Chart") }}">', ['alt="A chart"']),
        ('{{ "Switch off" if on else "Switch on" }}', ['"Switch off"', '"Switch on"']),
        ('{{ button("Save") }}', ['"Save"']),
        ('{{ field("name", _("Name"), values, errors, note="optional") }}', ['"optional"']),
        ('{{ tiles("a", _("As what?"), [("b", "Guest", "")], values, errors) }}', ['"Guest"']),
        ('{{ button(_("Edit"), attributes={"aria-label": "Edit the client"}) }}', ['"Edit the client"']),
        ('{{ _("Added %(by)s", by="by somebody") }}', ['"by somebody"']),
        ('{{ text | default("Nothing yet") }}', ['"Nothing yet"']),
    ],
)
def test_a_text_that_nobody_could_translate_is_found(source: str, found: list[str]) -> None:
    assert untold(source) == found


def test_a_text_told_while_macros_are_loaded_is_found() -> None:
    source = '{%- set NAMES = {"a": _("First")} -%}{%- macro name(a) -%}{{ NAMES[a] }}{%- endmacro -%}'
    assert untold(source) == ["_() outside of a macro: mark it with N_ and tell it where it is shown"]
    assert untold(source.replace("_(", "N_(").replace("{{ NAMES[a] }}", "{{ _(NAMES[a]) }}")) == []


@pytest.mark.parametrize(
    "source",
    [
        '<p class="soft small">{{ _("Nothing here") }}</p>',
        '<a href="/{{ space.slug }}/clients" data-key="g c" data-live="task">{{ icon("arrow-left") }}</a>',
        '{% set class = "button button--primary" %}<span class="{{ class }}">-</span> · {{ 5 }}',
        '<title>{% block title %}{{ _("Sign in") }} · Kanwerk{% endblock %}</title>',
        "{% block page_class %}page--reading{% endblock %}{# Takes: nothing at all. #}",
        '{{ button(_("Edit"), here ~ "/edit", "pencil", attributes={"autocomplete": "given-name"}) }}',
    ],
)
def test_what_nobody_reads_is_no_text(source: str) -> None:
    assert untold(source) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('Redirect(url, f"Added {name}.")', ["line 1: f'Added {name}.'"]),
        ('Redirect(url, "Added " + name)', ["line 1: 'Added ' + name"]),
        ('Redirect(url, text="Added {}".format(name))', ["line 1: 'Added {}'.format(name)"]),
        (
            'Redirect(url, "Off." if off else f"{name} is on.")',
            ["line 1: 'Off.' if off else f'{name} is on.'"],
        ),
        ('Phrase(f"Added {name}.")', ["line 1: f'Added {name}.'"]),
        ('Redirect(url, "Saved.")', []),
        ('Redirect(url, Phrase("Added %(name)s.", name=name))', []),
        ("Redirect(url, problem.detail)", []),
    ],
)
def test_a_text_that_is_put_together_is_found(source: str, found: list[str]) -> None:
    assert composed(source) == found
