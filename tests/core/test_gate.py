import asyncio
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from kanwerk.config import Settings
from kanwerk.core.database import Database
from tests.cast import Person, Troupe, code
from tests.engines import Sqlite
from tests.house import House


@pytest.fixture
def tight(sqlite: Sqlite, settings: Settings, loop: asyncio.AbstractEventLoop) -> Iterator[House]:
    """A house that lets each token ask five times a minute, behind a proxy it trusts."""
    asked = replace(settings, rate_limit=(5, 60), trusted_proxies=("10.0.0.0/8",))
    with House(asked, loop) as found:
        yield found


def troupe(house: House, engine: Sqlite) -> Troupe:
    return Troupe(house, engine.cast()["agency"])


def test_every_answer_says_what_is_left_of_the_limit(tight: House, engine: Sqlite) -> None:
    owner = troupe(tight, engine).owner
    left = []
    for _ in range(5):
        answer = owner.get("/me")
        assert answer.headers["RateLimit-Policy"] == '"default";q=5;w=60'
        left.append(answer.headers["RateLimit"].split(";")[1])
    assert left == ["r=4", "r=3", "r=2", "r=1", "r=0"]
    answer = owner.get("/me")
    assert (answer.status_code, code(answer)) == (429, "too-many-requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 13
    assert answer.headers["RateLimit"].split(";")[1] == "r=0"


def test_each_token_has_a_limit_of_its_own(tight: House, engine: Sqlite) -> None:
    agency = troupe(tight, engine)
    assert [agency.owner.get("/me").status_code for _ in range(6)] == [200] * 5 + [429]
    assert agency.admin.get("/me").status_code == 200


def test_failed_tries_are_stopped_before_the_database_is_asked(
    tight: House, engine: Sqlite, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    read = Database.read

    def counted(self: Database, sql: str, parameters: dict[str, object]) -> list[tuple[object, ...]]:
        nonlocal asked
        asked += 1
        return read(self, sql, parameters)

    monkeypatch.setattr(Database, "read", counted)
    wrong = {"Authorization": "Bearer kw_guess"}
    answers = [tight.ask("GET", "/api/v1/me", headers=wrong).status_code for _ in range(61)]
    assert answers == [401] * 60 + [429]
    assert asked == 60
    refused = tight.ask("GET", "/api/v1/me")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert asked == 60
    other = tight.run(tight.send("GET", "/api/v1/me", headers=wrong, address="203.0.113.9"))
    assert other.status_code == 401


def test_an_address_is_believed_only_from_a_trusted_proxy(tight: House, engine: Sqlite) -> None:
    def tried(forwarded: str, address: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return tight.run(tight.send("GET", "/api/v1/me", headers=headers, address=address)).status_code

    assert [tried(f"192.0.2.{i}", "203.0.113.9") for i in range(61)][-1] == 429
    assert {tried(f"192.0.2.{i}", "10.0.0.1") for i in range(61)} == {401}
    assert [tried(f"{i}.1.1.1, 192.0.2.99, 10.0.0.2", "10.0.0.1") for i in range(61)][-1] == 429


def test_a_limit_can_be_switched_off(
    settings: Settings, engine: Sqlite, loop: asyncio.AbstractEventLoop
) -> None:
    with House(replace(settings, rate_limit=None), loop) as house:
        answer = troupe(house, engine).owner.get("/me")
        assert answer.status_code == 200
        assert "RateLimit" not in answer.headers


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic a2V5OnNlY3JldA==",
        "Bearer kw_",
        "Bearer kw_unknown",
        "kw_x",
        "Bearer kw_ä",
    ],
)
def test_without_a_valid_token_there_is_a_401(house: House, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = house.ask("GET", "/api/v1/me", headers=headers)
    assert (answer.status_code, code(answer)) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_cookie_is_never_taken_for_a_token(agency: Troupe, house: House) -> None:
    headers = {"Cookie": f"kanwerk_session={agency.owner.token}; token={agency.owner.token}"}
    assert house.ask("GET", "/api/v1/me", headers=headers).status_code == 401


def test_without_a_token_an_unknown_address_is_a_401_too(house: House) -> None:
    assert house.ask("GET", "/api/v1/nothing").status_code == 401


def test_any_page_may_ask_and_see_our_headers_but_without_cookies(agency: Troupe, house: House) -> None:
    for answer in (agency.owner.get("/me"), house.ask("GET", "/api/v1/me")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        exposed = answer.headers["Access-Control-Expose-Headers"]
        for name in ("ETag", "Link", "Location", "Retry-After", "X-Request-Id", "RateLimit"):
            assert name in exposed


def test_a_preflight_needs_no_token(house: House) -> None:
    headers = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization, if-match",
    }
    answer = house.ask("OPTIONS", "/api/v1/clients", headers=headers)
    assert answer.status_code == 204
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        assert method in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    for name in ("authorization", "content-type", "idempotency-key", "if-match", "if-none-match"):
        assert name in allowed


def test_head_answers_like_get_without_a_body(agency: Troupe, house: House) -> None:
    for path in ("/clients", f"/clients/{agency.client_id}", "/me", "/openapi.json"):
        get, head = agency.owner.get(path), agency.owner.ask("HEAD", path)
        assert head.status_code == 200
        for name in ("Content-Type", "Content-Length", "ETag"):
            if path not in {"/clients", "/me"}:  # whose bytes may differ by a moment
                assert head.headers.get(name) == get.headers.get(name), (path, name)
    assert house.ask("HEAD", "/healthz").status_code == 200


def test_request_ids_differ(agency: Troupe) -> None:
    ids = {agency.owner.get("/me").headers["X-Request-Id"] for _ in range(5)}
    assert len(ids) == 5


def test_health_and_readiness_need_no_token(house: House) -> None:
    assert house.ask("GET", "/healthz").status_code == 200
    assert house.ask("GET", "/readyz").status_code == 200


def test_a_house_that_is_closing_says_so(agency: Troupe, house: House) -> None:
    house.runtime.stopping = True
    answer = agency.owner.get("/me")
    house.runtime.stopping = False
    assert (answer.status_code, code(answer)) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_full_queue_of_writes_is_a_503(agency: Troupe, house: House) -> None:
    house.runtime.threads._room = 0
    answer = agency.owner.post("/clients", {"name": "Cedar"})
    reading = agency.owner.get("/clients")
    house.runtime.threads._room = 10
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert reading.status_code == 200


def test_a_person_is_not_known_from_the_query(agency: Troupe, house: House) -> None:
    someone: Person = agency.owner
    assert house.ask("GET", f"/api/v1/me?token={someone.token}").status_code == 401
