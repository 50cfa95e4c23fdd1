"""What other systems write, as we read it."""

from zoneinfo import ZoneInfo

import pytest

from kanwerk.importers.days import day
from kanwerk.importers.settling import kind_of
from kanwerk.importers.wiki import markdown

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "told",
    [
        "2024-05-03",
        "2024-05-02T22:30:00.000Z",
        "2024-05-03 14:15",
        "2024-05-03T23:30:00+02:00",
        "2024-05-03T10:00:00.000+0000",
        "03/May/24 2:15 PM",
        "03/May/2024",
        "3. Mai 2024",
        "03-May-2024",
        "May 3, 2024",
        "3.5.2024",
        "03.05.24",
        "2024/05/03",
    ],
)
def test_a_day_is_read_in_the_forms_that_systems_write(told: str) -> None:
    found = day(told, BERLIN)
    assert found is not None
    assert found.isoformat() == "2024-05-03"


@pytest.mark.parametrize(
    "told", ["", "soon", "2024-13-45", "31.02.2024", "03/04/2024", "1/Foo/24", "20240503"]
)
def test_a_day_that_is_not_certain_is_not_read(told: str) -> None:
    assert day(told, BERLIN) is None


def test_a_day_written_the_american_way_is_read_where_it_can_be_no_other() -> None:
    assert str(day("5/25/2024", BERLIN)) == str(day("25/5/2024", BERLIN)) == "2024-05-25"


@pytest.mark.parametrize(
    ("wiki", "expected"),
    [
        ("h1. Title", "# Title"),
        ("*bold* _italic_ -gone- {{mono}}", "**bold** _italic_ ~~gone~~ `mono`"),
        ("* a\n** b\n# c\n## d", "- a\n   - b\n1. c\n   1. d"),
        ("[text|https://a.example/(x)]", "[text](https://a.example/%28x%29)"),
        ("[https://a.example]", "<https://a.example>"),
        ("[x|javascript:alert(1)]", "[x|javascript:alert(1)]"),
        ("{noformat}\n*as* it is\n{noformat}", "```\n*as* it is\n```"),
        ("{quote}a\nb{quote}", "> a\n> b"),
        ("bq. said", "> said"),
        ("2 * 3 * 4 and a-b-c", "2 * 3 * 4 and a-b-c"),
        ("!shot.png|thumbnail!", "*shot.png*"),
        ("{color:red}red{color}", "red"),
        ("{code}never closed", "{code}never closed"),
    ],
)
def test_wiki_markup_becomes_markdown(wiki: str, expected: str) -> None:
    assert markdown(wiki) == expected


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Backlog", "backlog"),
        ("💡 Ideas", "backlog"),
        ("To-Do", "unstarted"),
        ("Next up", "unstarted"),
        ("Doing", "started"),
        ("Ready for review", "started"),
        ("DONE! 🎉", "done"),
        ("Erledigt", "done"),
        ("Cancelled", "cancelled"),
        ("Hund", ""),
    ],
)
def test_a_columns_name_says_its_kind(name: str, kind: str) -> None:
    assert kind_of(name) == kind
