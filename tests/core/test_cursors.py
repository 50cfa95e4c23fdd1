import base64
import json
from typing import Any

import pytest

from tests.cast import Person, Troupe, faults, made

SORTS = ["id", "name", "shortcode", "segment", "created_at", "updated_at"]


@pytest.fixture
def owner(agency: Troupe) -> Person:
    """The owner of a space with twenty-odd clients, some alike, some with members that are not set."""
    items = [
        {"name": f"Client {i % 7}", "shortcode": f"C{i}" if i % 3 else None, "segment": "ABC"[i % 3]}
        for i in range(20)
    ]
    assert agency.owner.post("/clients/bulk", {"items": items}).status_code == 200
    return agency.owner


def members(owner: Person, ids: list[str], sort: str) -> list[Any]:
    found = [owner.get(f"/clients/{each}").json()[sort] for each in ids]
    return [value.casefold().replace("ö", "o") if isinstance(value, str) else value for value in found]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("sign", ["", "-"])
def test_pages_put_together_are_the_list(owner: Person, sort: str, sign: str) -> None:
    whole = owner.get("/clients", sort=f"{sign}{sort}", limit=500).json()["data"]
    assert len(whole) == 22
    assert owner.everything("/clients", sort=f"{sign}{sort}", limit=3) == whole


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_list_is_sorted_by_the_member_then_by_id_and_nulls_come_last(
    owner: Person, sort: str, sign: str
) -> None:
    ids = [each["id"] for each in owner.everything("/clients", sort=f"{sign}{sort}")]
    values = members(owner, ids, sort)
    pairs = list(zip(values, ids, strict=True))
    set_ones = [pair for pair in pairs if pair[0] is not None]
    assert set_ones == sorted(set_ones, reverse=bool(sign))
    assert pairs == set_ones + [pair for pair in pairs if pair[0] is None]


@pytest.mark.parametrize("sort", ["id", "-id", "name", "-name", "shortcode", "-shortcode", "-updated_at"])
def test_nothing_is_skipped_or_doubled_while_others_come_and_go(owner: Person, sort: str) -> None:
    before = owner.everything("/clients", sort=sort)
    page = owner.get("/clients", sort=sort, limit=5).json()
    seen = page["data"]
    gone = [seen[-1]["id"], seen[1]["id"], before[7]["id"]]
    for each in gone:
        owner.delete(f"/clients/{each}", dependants="detach")
    for name in ("AAA", "Client 3", "Zeta"):
        made(owner.post("/clients", {"name": name, "shortcode": name[-3:].strip()}))
    while page["meta"]["next_cursor"]:
        page = owner.get("/clients", sort=sort, limit=5, cursor=page["meta"]["next_cursor"]).json()
        seen += page["data"]
    ids = [each["id"] for each in seen]
    assert len(ids) == len(set(ids))
    staying = [each["id"] for each in before if each["id"] not in gone]
    assert [each for each in ids if each in staying] == staying


def test_the_link_header_leads_to_the_next_page_and_the_last_page_has_none(owner: Person) -> None:
    answer = owner.get("/clients", sort="name", segment=["A", "B"], limit=10)
    link = answer.headers["Link"]
    assert link.endswith('>; rel="next"')
    path = link[1 : link.index(">")]
    assert path.startswith("/api/v1/clients?")
    following = owner.get(path.removeprefix("/api/v1")).json()
    cursor = answer.json()["meta"]["next_cursor"]
    again = owner.get("/clients", sort="name", segment=["A", "B"], limit=10, cursor=cursor)
    assert following["data"] == again.json()["data"]
    assert "Link" not in again.headers
    assert again.json()["meta"]["next_cursor"] is None


def test_a_page_that_ends_the_list_exactly_has_no_next(owner: Person) -> None:
    assert owner.get("/clients", limit=22).json()["meta"]["next_cursor"] is None
    assert owner.get("/clients", limit=21).json()["meta"]["next_cursor"] is not None


def test_a_cursor_is_url_safe(owner: Person) -> None:
    made(owner.post("/clients", {"name": "ÿÿÿ>>>???"}))
    for sort in ("name", "-name"):
        cursor = owner.get("/clients", sort=sort, limit=1).json()["meta"]["next_cursor"]
        assert all(char.isalnum() or char in "-_" for char in cursor)


def test_limit_may_change_on_the_way(owner: Person) -> None:
    whole = owner.everything("/clients", sort="name")
    first = owner.get("/clients", sort="name", limit=4).json()
    rest = owner.get("/clients", sort="name", limit=100, cursor=first["meta"]["next_cursor"]).json()
    assert first["data"] + rest["data"] == whole


def test_as_of_stays_that_of_the_first_page(owner: Person) -> None:
    first = owner.get("/clients", limit=4).json()["meta"]
    assert (
        owner.get("/clients", limit=4, cursor=first["next_cursor"]).json()["meta"]["as_of"] == first["as_of"]
    )


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/clients", {"sort": "-name"}),
        ("/clients", {"sort": "id"}),
        ("/clients", {"sort": "name", "segment": "A"}),
        ("/clients", {"sort": "name", "q": "client"}),
        ("/clients", {"sort": "name", "trashed": True}),
        ("/clients", {"sort": "name", "archived": True}),
        ("/users", {"sort": "name"}),
        ("/business-fields", {"sort": "name"}),
    ],
)
def test_a_cursor_is_bound_to_path_filters_and_sort(owner: Person, path: str, query: dict[str, Any]) -> None:
    cursor = owner.get("/clients", sort="name", limit=2).json()["meta"]["next_cursor"]
    assert faults(owner.get(path, cursor=cursor, **query)) == {"cursor": "invalid"}


def test_the_cursor_of_one_clients_contacts_does_not_lead_on_in_anothers(agency: Troupe) -> None:
    owner = agency.owner
    for i in range(2):
        body = {"first_name": f"G{i}", "last_name": "Guest", "email": f"g{i}@aster.example", "type": "guest"}
        made(owner.post("/users", body | {"client_id": agency.client_id}))
    first = owner.get(f"/clients/{agency.client_id}/contacts", limit=1).json()["meta"]["next_cursor"]
    assert owner.get(f"/clients/{agency.client_id}/contacts", limit=1, cursor=first).status_code == 200
    answer = owner.get(f"/clients/{agency.other_client_id}/contacts", limit=1, cursor=first)
    assert faults(answer) == {"cursor": "invalid"}


def test_a_tampered_cursor_is_refused(owner: Person) -> None:
    cursor = owner.get("/clients", sort="name", limit=2).json()["meta"]["next_cursor"]
    told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))

    def packed(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    tampered = [
        "",
        "!",
        "a",
        cursor[:-5],
        cursor + "x",
        packed([]),
        packed({"id": 1}),
        packed([told[0], told[1], told[2]]),
        packed([told[0], told[1], 7, told[3]]),
        packed([told[0], told[1], told[2], "no id"]),
        packed([told[0], told[1], "\x00", told[3]]),
        packed([told[0], 5, told[2], told[3]]),
        packed(["000000000000", told[1], told[2], told[3]]),
    ]
    for text in tampered:
        assert faults(owner.get("/clients", sort="name", cursor=text)) == {"cursor": "invalid"}, text


def test_a_cursor_with_another_time_in_it_is_refused(owner: Person) -> None:
    cursor = owner.get("/clients", sort="created_at", limit=2).json()["meta"]["next_cursor"]
    told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    told[2] = "yesterday"
    packed = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    assert faults(owner.get("/clients", sort="created_at", cursor=packed)) == {"cursor": "invalid"}
