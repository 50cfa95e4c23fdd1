"""Pages in the language, the zone and the habits of who reads them."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote, urlencode

import msgspec
import pytest
from httpx import Response

from kanwerk.core import formats, templates
from kanwerk.core.languages import LANGUAGES, Phrase, preferred, written_in
from tests.cast import Person, Troupe, made
from tests.conftest import Hands
from tests.flashes import flashes
from tests.house import House
from tests.live.ears import signed_in

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SPACE = "/nordlicht"


def speaks(agency: Troupe, person: Person, locale: str, zone: str = "Europe/Vienna") -> None:
    answer = agency.owner.patch(f"/users/{person.id}", {"locale": locale, "timezone": zone})
    assert answer.status_code == 200, answer.text


def page(agency: Troupe, person: Person, path: str, **fields: str) -> Response:
    """Ask for a page as a browser does; with fields, send them to it."""
    headers = {"Cookie": signed_in(agency, person)}
    if fields:
        body = urlencode(fields).encode()
        return agency.house.ask("POST", SPACE + path, body, headers={**headers, **FORM})
    return agency.house.ask("GET", SPACE + path, headers=headers)


def flash(answer: Response) -> str:
    assert answer.status_code == 303, answer.text
    cookie = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
    (told,) = msgspec.json.decode(unquote(cookie))
    return str(told["text"])


@pytest.mark.parametrize(
    ("locale", "language", "title", "counted"),
    [
        ("en-GB", "en", "Clients", ["1 client", "2 clients", "5 clients"]),
        ("de-AT", "de", "Kunden", ["1 Kunde", "2 Kunden", "5 Kunden"]),
        ("sk-SK", "sk", "Klienti", ["1 klient", "2 klienti", "5 klientov"]),
        ("fr-FR", "en", "Clients", ["1 client", "2 clients", "5 clients"]),
    ],
)
def test_a_list_is_in_the_readers_language_and_counts_as_it_does(
    agency: Troupe, locale: str, language: str, title: str, counted: list[str]
) -> None:
    speaks(agency, agency.member, locale)
    for name in ("Zeder 1 one two", "Zeder 2 two", "Zeder 3", "Zeder 4", "Zeder 5"):
        made(agency.owner.post("/clients", {"name": name}))
    for wanted, text in zip(("one", "two", "zeder"), counted, strict=True):
        answer = page(agency, agency.member, f"/clients?q={wanted}")
        assert f'<html lang="{language}"' in answer.text
        assert f"<title>{title} · Nordlicht</title>" in answer.text
        assert f">{text}</p>" in answer.text


@pytest.mark.parametrize(
    ("locale", "counted"),
    [
        ("de-DE", ("Du hast 1 offene Aufgabe.", "Du hast 2 offene Aufgaben.", "Du hast 5 offene Aufgaben.")),
        ("sk-SK", ("Máte 1 otvorenú úlohu.", "Máte 2 otvorené úlohy.", "Máte 5 otvorených úloh.")),
    ],
)
def test_a_home_counts_the_tasks(agency: Troupe, locale: str, counted: tuple[str, ...]) -> None:
    speaks(agency, agency.member, locale)
    for count, text in zip((1, 1, 3), counted, strict=True):
        for number in range(count):
            body = {"project_id": agency.project_id, "title": str(number), "assignee_ids": [agency.member.id]}
            made(agency.owner.post("/tasks", body))
        assert text in page(agency, agency.member, "").text


@pytest.mark.parametrize(
    ("locale", "zone", "shown"),
    [
        ("en-GB", "Europe/London", "3 Dec 2026, 23:30"),
        ("en-US", "America/New_York", "Dec 3, 2026, 6:30\u202fPM"),
        ("de-AT", "Europe/Vienna", "4. Dez. 2026, 00:30"),
        ("de-DE", "Europe/Berlin", "4. Dez. 2026, 00:30"),
        ("sk-SK", "Europe/Bratislava", "4. 12. 2026, 0:30"),
    ],
)
def test_moments_are_in_the_readers_zone_and_form(
    agency: Troupe, hands: Hands, locale: str, zone: str, shown: str
) -> None:
    speaks(agency, agency.member, locale, zone)
    hands.at = datetime(2026, 12, 3, 23, 30, tzinfo=UTC)
    client = made(agency.owner.post("/clients", {"name": "Zeder"}))
    assert f">{shown}</time>" in page(agency, agency.member, f"/clients/{client['id']}").text


@pytest.mark.parametrize(
    ("locale", "said", "added"),
    [
        ("de-DE", ["vor 3 Stunden", "Geändert", "Ansprechperson"], "hat diesen Kunden hinzugefügt"),
        ("sk-SK", ["pred 3 hodinami", "Zmenené", "Kontaktná osoba"], "pridáva tohto klienta"),
    ],
)
def test_what_happened_is_told_in_whole_sentences(
    agency: Troupe, hands: Hands, locale: str, said: list[str], added: str
) -> None:
    speaks(agency, agency.member, locale)
    client = made(agency.owner.post("/clients", {"name": "Zeder"}))
    hands.move(hours=3)
    text = page(agency, agency.member, f"/clients/{client['id']}").text
    assert f"<strong><bdi>Ola Nordby</bdi></strong> {added}" in text
    for words in said:
        assert words in text


def test_a_person_is_told_of_by_name_and_not_by_job(agency: Troupe) -> None:
    speaks(agency, agency.owner, "de-DE")
    agency.owner.patch(f"/users/{agency.member.id}", {"title": "Managing director"})
    text = page(agency, agency.owner, "").text
    assert "hat das Profil von <strong><bdi>Mia Berger</bdi></strong> geändert" in text
    assert "Managing director" not in text


def test_a_faulty_form_says_so_in_the_readers_language(agency: Troupe) -> None:
    speaks(agency, agency.member, "de-DE")
    answer = page(agency, agency.member, "/clients/new", name="", shortcode="x" * 11, segment="B")
    assert answer.status_code == 422
    assert "Diese Angabe wird gebraucht." in answer.text
    assert "Höchstens 10 Zeichen sind erlaubt." in answer.text
    answer = page(agency, agency.member, "/clients/new", name="Zeder", shortcode="ast", segment="B")
    assert answer.status_code == 409
    assert "Das Kürzel „ast“ ist vergeben." in answer.text
    speaks(agency, agency.member, "sk-SK")
    answer = page(agency, agency.member, "/clients/new", name="Zeder", shortcode="ast", segment="B")
    assert "Skratka „ast“ je už obsadená." in answer.text


def test_the_api_is_told_in_english_whatever_the_language(agency: Troupe) -> None:
    speaks(agency, agency.member, "de-DE")
    answer = agency.member.post("/clients", {"name": "Zeder", "shortcode": "ast"})
    assert answer.json()["detail"] == "The shortcode 'ast' is taken."
    assert answer.json()["errors"][0]["message"] == "The shortcode 'ast' is taken."
    told = agency.member.post("/clients/bulk", {"items": [{"name": "Zeder", "shortcode": "ast"}]}).json()
    assert [fault["message"] for fault in told["errors"]] == ["The shortcode 'ast' is taken."]


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en-GB", "Added {}."),
        ("de-DE", "{} hinzugefügt."),
        ("sk-SK", "Pridané: {}."),
    ],
)
def test_what_somebody_typed_stays_text_in_every_language(agency: Troupe, locale: str, text: str) -> None:
    speaks(agency, agency.member, locale)
    name = '<b>100% "%(name)s" %s</b> & {name}'
    answer = page(agency, agency.member, "/clients/new", name=name, segment="B")
    assert flash(answer) == text.format(name)
    shown = agency.house.ask(
        "GET",
        answer.headers["location"],
        headers={
            "Cookie": f"{signed_in(agency, agency.member)}; {answer.headers['set-cookie'].partition(';')[0]}"
        },
    )
    assert "<b>100%" not in shown.text
    assert "&lt;b&gt;100% &#34;%(name)s&#34; %s&lt;/b&gt; &amp; {name}" in shown.text


@pytest.mark.parametrize(
    ("locale", "nothing", "not_yours"),
    [
        ("de-CH", "Hier ist nichts", "Das darfst du nicht"),
        ("sk-SK", "Tu nič nie je", "Na toto nemáte právo"),
    ],
)
def test_problems_are_told_in_the_readers_language(
    agency: Troupe, locale: str, nothing: str, not_yours: str
) -> None:
    speaks(agency, agency.guest, locale)
    missing = page(agency, agency.guest, f"/clients/{agency.other_client_id}")
    assert (missing.status_code, nothing in missing.text) == (404, True)
    forbidden = page(agency, agency.guest, "/clients/new")
    assert (forbidden.status_code, not_yours in forbidden.text) == (403, True)


@pytest.mark.parametrize(
    ("wanted", "language", "title"),
    [
        (None, "en", "Sign in"),
        ("de-AT,de;q=0.9,en;q=0.8", "de", "Anmelden"),
        ("fr;q=0.9, sk;q=0.8, de;q=0.7", "sk", "Prihlásiť sa"),
        ("de;q=0.5, en-US;q=0.8", "en", "Sign in"),
        ("de;q=0, sk", "sk", "Prihlásiť sa"),
        ("zh-CN, *", "en", "Sign in"),
        ("de-<script>", "de", "Anmelden"),
        (";;q=,=,de;q=a", "en", "Sign in"),
        ("de;q=" + "9" * 400, "de", "Anmelden"),
    ],
)
def test_who_is_not_signed_in_is_told_in_the_browsers_language(
    house: House, agency: Troupe, wanted: str | None, language: str, title: str
) -> None:
    answer = house.ask("GET", "/sign-in", headers={} if wanted is None else {"Accept-Language": wanted})
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    assert f"<h1>{title}</h1>" in answer.text
    assert "Accept-Language" in answer.headers["vary"]


def test_a_wrong_password_is_refused_in_the_browsers_language(house: House, agency: Troupe) -> None:
    body = urlencode({"email": "nobody@example.com", "password": "wrong password"}).encode()
    answer = house.ask("POST", "/sign-in", body, headers={**FORM, "Accept-Language": "de"})
    assert answer.status_code == 422
    assert "Diese E-Mail-Adresse und dieses Passwort gehören nicht zusammen." in answer.text


def test_the_profile_changes_the_language(agency: Troupe) -> None:
    before = page(agency, agency.member, "/settings/profile")
    assert '<html lang="en"' in before.text
    for name in ("Deutsch (Österreich)", "Slovenčina (Slovensko)", "English (United Kingdom)"):
        assert name in before.text
    assert "Français" not in before.text
    fields = {"first_name": "Mia", "last_name": "Berger", "locale": "sk-SK", "theme": "dark"}
    assert flash_of_profile(agency, fields) == "Uložené."
    assert '<html lang="sk"' in page(agency, agency.member, "/settings/profile").text
    assert flash_of_profile(agency, fields | {"locale": "de-CH"}) == "Gespeichert."
    after = page(agency, agency.member, "/settings/profile").text
    assert '<html lang="de"' in after
    assert "Dein Profil" in after
    assert '<option value="de-CH" selected>Deutsch (Schweiz)</option>' in after


def flash_of_profile(agency: Troupe, fields: dict[str, str]) -> str:
    answer = page(agency, agency.member, "/settings/profile", **fields)
    (told,) = flashes(answer)
    return str(told["text"])


def test_countries_and_currencies_have_their_names_in_the_language(agency: Troupe) -> None:
    speaks(agency, agency.owner, "sk-SK")
    text = page(agency, agency.owner, f"/clients/{agency.client_id}/invoicing").text
    for name in (
        ">Nemecko<",
        ">Slovensko<",
        "EUR · euro",
        ">nemčina (Rakúsko)<".capitalize(),
        "Obchodné meno",
    ):
        assert name.casefold() in text.casefold(), name


def test_a_phrase_is_told_where_it_is_printed_and_nowhere_else() -> None:
    phrase = Phrase("Archived %(name)s.", name="<i>Aster</i>")
    with written_in("de-DE"):
        assert str(phrase) == "Archived <i>Aster</i>."
        assert phrase.__html__() == "&lt;i&gt;Aster&lt;/i&gt; archiviert."
        inner = Phrase("Name: %(fault)s", fault=Phrase("This shortcode is taken."))
        assert inner.__html__() == "Name: Dieses Kürzel ist vergeben."
    assert phrase.__html__() == "Archived &lt;i&gt;Aster&lt;/i&gt;."


def test_a_templates_own_markup_stays_and_values_are_escaped() -> None:
    environment = templates._environment()
    source = '{{ _("<strong>%(file)s</strong> has %(num)s row.", file=name, num=1) }}{{ _(phrase) }}'
    made_of = {"name": "<i>", "phrase": Phrase("Added %(name)s.", name="<u> 5%")}
    with written_in("en-GB"):
        assert environment.from_string(source).render(made_of) == (
            "<strong>&lt;i&gt;</strong> has 1 row.Added &lt;u&gt; 5%."
        )


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        (
            "en-GB",
            ["1,234,567", "€1,234.50", "12%", "1.5\u00a0h", "Wednesday", "Wed", "December 2026", "3 Dec"],
        ),
        (
            "de-AT",
            [
                "1.234.567",
                "€\u00a01.234,50",
                "12\u00a0%",
                "1,5\u00a0h",
                "Mittwoch",
                "Mi",
                "Dezember 2026",
                "3. Dez.",
            ],
        ),
        (
            "sk-SK",
            [
                "1\u00a0234\u00a0567",
                "1\u00a0234,50\u00a0€",
                "12\u00a0%",
                "1,5\u00a0h",
                "streda",
                "st",
                "december 2026",
                "3. 12.",
            ],
        ),
    ],
)
def test_numbers_and_days_are_written_as_the_locale_does(locale: str, shown: list[str]) -> None:
    wednesday = date(2026, 12, 2)
    with written_in(locale):
        assert [
            formats.number(1_234_567),
            formats.money("1234.50", "EUR"),
            formats.percent(0.12),
            formats.hours(5400),
            formats.weekday(wednesday),
            formats.weekday("2026-12-02", width="abbreviated"),
            formats.month(wednesday),
            formats.day("2026-12-03", year=False),
        ] == shown


def test_distances_have_no_gap_and_no_end() -> None:
    spans = [0, 1, 59, 60, 3599, 3600, 86_399, 86_400, 604_800, 2_592_000, 31_536_000, 10**10]
    for locale in ("en-GB", "de-DE", "sk-SK"):
        with written_in(locale):
            for span in spans[1:]:
                assert formats.distance(span) != formats.distance(-span)
    with written_in("en-GB"):
        assert formats.distance(-timedelta(days=3).total_seconds()) == "3 days ago"
        assert formats.distance(90) == "in 2 minutes"


@pytest.mark.parametrize(
    "locale", ["", "de", "DE-at", "xx-YY", "de-<b>", "en-GB-oxendict", "../../etc/passwd"]
)
def test_a_strange_locale_breaks_nothing(locale: str) -> None:
    with written_in(locale, "Europe/Berlin"):
        assert formats.day("2026-12-03")
        assert formats.moment("2026-12-03T10:00:00Z")
        assert formats.number(1)
    assert preferred(locale)
    assert set(LANGUAGES) == {"en", "de", "sk"}
