import json
from typing import Any

import pytest

from tests.cast import Troupe, code, faults

WRITES = [
    ("POST", "/clients", "name"),
    ("PATCH", "/clients/{client}", "name"),
    ("PUT", "/clients/external/x", "name"),
    ("POST", "/business-fields", "name"),
    ("POST", "/users", "first_name"),
    ("PATCH", "/users/{owner}", "title"),
    ("POST", "/tokens", "name"),
    ("PATCH", "/spaces/{space}", "name"),
    ("PATCH", "/spaces/{space}/invoicing", "city"),
    ("PATCH", "/clients/{client}/invoicing", "city"),
]


def send(agency: Troupe, method: str, path: str, body: Any) -> Any:
    where = path.format(client=agency.client_id, owner=agency.owner.id, space=agency.space_id)
    return agency.owner.ask(method, where, body)


UNREADABLE = ["a\x00b", "a\x1bb", "a\nb", "\x7f", "a\x85b", "", "   ", "\u200b\ufeff", "\u2028"]


@pytest.mark.parametrize(("method", "path", "member"), WRITES)
def test_what_cannot_be_read_is_no_name(agency: Troupe, method: str, path: str, member: str) -> None:
    last = agency.owner.last
    for text in UNREADABLE:
        assert f"/{member}" in faults(send(agency, method, path, {member: text})), repr(text)
    assert agency.owner.last == last


@pytest.mark.parametrize(("method", "path", "member"), WRITES)
def test_a_value_of_the_wrong_type_is_refused(agency: Troupe, method: str, path: str, member: str) -> None:
    last = agency.owner.last
    for value in (7, 1.5, True, [], {}, ["x"], {"a": 1}):
        assert faults(send(agency, method, path, {member: value}))[f"/{member}"] == "type", value
    assert agency.owner.last == last


@pytest.mark.parametrize("escaped", [r"\ud800", r"\udc00", r"a\ud800b", r"\ud83d"])
def test_half_a_character_is_unreadable(agency: Troupe, escaped: str) -> None:
    answer = agency.owner.post("/clients", f'{{"name": "{escaped}"}}'.encode())
    assert answer.status_code in (400, 422)
    raw = '{"name": "\ud800"}'.encode("utf-8", "surrogatepass")
    assert agency.owner.post("/clients", raw).status_code == 400


def test_characters_beyond_the_first_plane_are_kept(agency: Troupe) -> None:
    name = "🏡 \U0001f469\u200d\U0001f4bb אבג"
    client = agency.owner.post("/clients", {"name": name}).json()
    assert agency.owner.get(f"/clients/{client['id']}").json()["name"] == name


def test_a_name_of_one_megabyte_is_refused(agency: Troupe) -> None:
    for method, path, member in WRITES:
        assert f"/{member}" in faults(send(agency, method, path, {member: "x" * 1_000_000}))


@pytest.mark.parametrize("depth", [100, 400, 500, 600, 800, 950, 990, 1_000, 10_000, 100_000])
def test_deep_json_is_refused_and_never_an_error_of_ours(agency: Troupe, depth: int) -> None:
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        deep = opening * depth + "1" + closing * depth
        for path, body in (
            ("/clients", deep),
            ("/clients", f'{{"name": {deep}}}'),
            ("/clients", f'{{"name": "x", "more": {deep}}}'),
            ("/clients/bulk", f'{{"items": [{deep}]}}'),
            ("/clients/bulk", f'{{"items": [{{"name": "x", "more": {deep}}}]}}'),
        ):
            answer = agency.owner.post(path, body.encode())
            assert answer.status_code in (400, 422), (path, answer.text[:200])


def test_a_member_that_stands_twice_is_taken_once(agency: Troupe) -> None:
    answer = agency.owner.post("/clients", b'{"name": "One", "name": "Two"}')
    assert answer.status_code in (201, 400, 422)


@pytest.mark.parametrize("number", ["1e999", "-0", "99999999999999999999999999", "1.0", "0.1"])
def test_odd_numbers_are_refused_where_a_whole_one_is_due(agency: Troupe, number: str) -> None:
    raw = f'{{"payment_term_days": {number}}}'.encode()
    answer = agency.owner.patch(f"/clients/{agency.client_id}/invoicing", raw)
    assert answer.status_code in ((200, 422) if number == "-0" else (400, 422)), answer.text
    raw = f'{{"weekly_seconds": {number}}}'.encode()
    assert agency.owner.patch(f"/users/{agency.owner.id}", raw).status_code in (200, 400, 422)


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=%0A",
        "q=%FF",
        "q=%ED%A0%80",
        "sort=%00",
        "cursor=%00",
        "ids=%00",
        "segment=%00",
        "%00=1",
        "limit=%00",
    ],
)
def test_a_query_of_broken_characters_is_refused(agency: Troupe, query: str) -> None:
    assert agency.owner.get(f"/clients?{query}").status_code in (400, 422)


@pytest.mark.parametrize(
    "query", ["&", "=", "&&limit=5", "limit", "limit=", "q", "?", "limit=5&", "a=1&a=2", "%"]
)
def test_an_odd_query_is_no_error_of_ours(agency: Troupe, query: str) -> None:
    assert agency.owner.get(f"/clients?{query}").status_code in (200, 422)


@pytest.mark.parametrize("segment", ["%FF", "%ED%A0%80", "%C3", "%", "%zz"])
def test_a_path_of_broken_characters_is_refused(agency: Troupe, segment: str) -> None:
    assert agency.owner.put(f"/clients/external/{segment}", {"name": "X"}).status_code in (201, 400, 404, 422)
    assert agency.owner.get(f"/clients/{segment}").status_code in (400, 404)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("If-Match", ""),
        ("If-Match", "ä"),
        ("If-Match", '"' * 5000),
        ("If-Match", ",,,"),
        ("If-None-Match", ""),
        ("If-None-Match", "ä"),
        ("Accept", ";;;"),
        ("Accept", "ä"),
        ("Content-Type", "application/json;charset"),
        ("Content-Length", "x"),
        ("X-Forwarded-For", "ä, ,"),
        ("Cookie", "\x01=;;;"),
    ],
)
def test_an_odd_header_is_no_error_of_ours(agency: Troupe, name: str, value: str) -> None:
    client = f"/clients/{agency.client_id}"
    assert agency.owner.get(client, headers={name: value}).status_code in (200, 406)
    answer = agency.owner.patch(client, {"name": "X"}, headers={name: value})
    assert answer.status_code in (200, 400, 406, 412, 415)


def test_a_huge_query_is_no_error_of_ours(agency: Troupe) -> None:
    assert agency.owner.get("/clients?q=" + "x" * 50_000).status_code in (200, 422)
    answer = agency.owner.get("/clients?" + "&".join(f"p{i}=1" for i in range(5_000)))
    assert answer.status_code == 422


def test_what_looks_like_sql_is_text(agency: Troupe) -> None:
    name = "'; DROP TABLE clients; -- %s :name {x} \\"
    client = agency.owner.post("/clients", {"name": name, "external_id": name}).json()
    assert (client["name"], client["external_id"]) == (name, name)
    found = agency.owner.get("/clients", q=name, external_id=name)
    assert [each["id"] for each in found.json()["data"]] == [client["id"]]


def test_json_with_a_byte_order_mark_is_unreadable(agency: Troupe) -> None:
    answer = agency.owner.post("/clients", b"\xef\xbb\xbf" + json.dumps({"name": "x"}).encode())
    assert (answer.status_code, code(answer)) == (400, "unreadable")
