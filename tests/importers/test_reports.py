"""Reports: kept as JSON and told again in any language; what a run that went on did as a whole."""

import json

from kanwerk.core.languages import Phrase, gettext, written_in
from kanwerk.importers.people import STRANGERS
from kanwerk.importers.report import Report, kept, phrase


def test_a_kept_sentence_is_told_in_any_language() -> None:
    sentence = Phrase("assignments to %(strangers)s", strangers=STRANGERS)
    again = phrase(json.loads(json.dumps(kept(sentence))))
    assert again == "assignments to people who are no users of this space"
    with written_in("de-DE"):
        assert gettext(again) == "Zuweisungen an Personen, die in diesem Space kein Konto haben"


def test_what_somebody_wrote_is_not_translated() -> None:
    sentence = Phrase("There is no client %(name)s.", name="Tasks")
    with written_in("de-DE"):
        assert gettext(phrase(kept(sentence))) == "Es gibt keinen Kunden Tasks."


def test_a_report_comes_back_as_it_was() -> None:
    report = Report()
    report.count("tasks", "created", 3)
    report.note("tasks without a title", "line 3")
    report.lead_to("projects", "a")
    again = Report.of(json.loads(json.dumps(report.kept())))
    assert again.text() == report.text()
    assert again == report


def test_a_run_that_went_on_tells_of_both() -> None:
    first, second = Report(), Report()
    first.count("tasks", "created", 200)
    first.count("projects", "created")
    first.note("tasks without a title", "line 3")
    second.count("tasks", "created", 50)
    second.count("tasks", "unchanged", 210)
    second.count("projects", "unchanged")
    second.note("tasks without a title", "line 9", 2)
    both = second.after(first)
    assert both.counts["tasks"] == {"created": 250, "unchanged": 10}
    assert both.counts["projects"] == {"created": 1, "unchanged": 0}
    assert both.notes["tasks without a title"].count == 2
