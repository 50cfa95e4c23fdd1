from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete

from kanwerk.config import Settings
from kanwerk.live import hub, pages
from kanwerk.people.models import Session
from tests.cast import Troupe, made
from tests.live.ears import Ear, signed_in
from tests.serving import serving


def test_what_one_does_is_told_to_all_who_look(agency: Troupe) -> None:
    ears = [Ear(agency, agency.owner), Ear(agency, agency.member), Ear(agency, agency.member)]
    client = made(agency.machine.post("/clients", {"name": "Aster"}))["id"]
    agency.member.patch(f"/clients/{client}", {"name": "Aster Media"})
    for ear in ears:
        assert ear.changes(2) == [("client.created", client), ("client.updated", client)]
        (_, told, number), *_ = ear.told
        assert set(told) == {"sequence", "type", "kind", "id", "project_id"}  # and nothing of its content
        assert number == str(told["sequence"])
        assert ear.close()
    assert agency.house.runtime.state["rooms"][agency.space_id].lookers == set()


def test_a_browser_that_comes_back_is_told_what_it_missed(agency: Troupe) -> None:
    made(agency.owner.post("/clients", {"name": "Before"}))
    seen = agency.owner.last
    missed = made(agency.owner.post("/clients", {"name": "Missed"}))["id"]
    for ear in (
        Ear(agency, agency.member, last_event_id=str(seen)),
        Ear(agency, agency.member, query=f"after={seen}"),
    ):
        assert ear.changes() == [("client.created", missed)]
        assert ear.close()


@pytest.mark.parametrize("last", ["999999999", "1"])
def test_a_browser_that_missed_too_much_is_told_to_load_anew(
    agency: Troupe, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "BEHIND", 3)
    ear = Ear(agency, agency.member, last_event_id=last)
    assert ear.until(lambda: ear.told)
    assert ear.told == [("reset", {}, str(agency.owner.last))]
    assert ear.close()


@pytest.mark.parametrize("last", ["", "-1", "x", "9" * 30, "1e3", "٣"])
def test_a_strange_place_in_the_log_is_its_end(agency: Troupe, last: str) -> None:
    ear = Ear(agency, agency.member, query=f"after={last}")
    client = made(agency.owner.post("/clients", {"name": "New"}))["id"]
    assert ear.changes() == [("client.created", client)]
    assert ear.close()


def test_members_are_told_of_projects_they_see_only(agency: Troupe) -> None:
    ear = Ear(agency, agency.member)
    hidden = made(agency.owner.post("/projects", {"name": "Hidden", "visibility": "members"}))["id"]
    made(agency.owner.post("/tasks", {"project_id": hidden, "title": "Secret"}))
    shown = made(agency.owner.post("/projects", {"name": "Shown"}))["id"]
    assert ear.changes()[0] == ("project.created", shown)
    agency.owner.put(f"/projects/{hidden}/members/{agency.member.id}", {"role": "member"})
    task = made(agency.owner.post("/tasks", {"project_id": hidden, "title": "No secret"}))["id"]
    assert ear.hears("task.created", task)
    assert [each for each in ear.changes() if each[0] == "task.created"] == [("task.created", task)]
    assert ear.close()


def test_guests_are_told_what_is_external_in_their_projects_only(agency: Troupe) -> None:
    ear = Ear(agency, agency.guest)
    made(agency.owner.post("/clients", {"name": "No business of a guest"}))
    other = made(agency.owner.post("/projects", {"name": "Of the space"}))["id"]
    made(agency.owner.post("/tasks", {"project_id": other, "title": "Not theirs"}))
    agency.owner.post(f"/tasks/{agency.task_id}/comments", {"body": "Among us"})
    said = {"body": "To you", "visibility": "external"}
    comment = made(agency.owner.post(f"/tasks/{agency.task_id}/comments", said))["id"]
    assert ear.hears("comment.created", comment)
    assert ear.records <= {agency.task_id, comment}
    assert ear.close()


def test_tax_advisors_are_told_of_clients_and_not_of_work(agency: Troupe) -> None:
    ear = Ear(agency, agency.tax_advisor)
    made(agency.owner.post("/tasks", {"project_id": agency.project_id, "title": "Work"}))
    client = made(agency.owner.post("/clients", {"name": "New"}))["id"]
    assert ear.changes() == [("client.created", client)]
    assert ear.close()


def test_nothing_of_another_space_is_told(agency: Troupe, rival: Troupe) -> None:
    ear = Ear(agency, agency.owner)
    made(rival.owner.post("/clients", {"name": "Theirs"}))
    mine = made(agency.owner.post("/clients", {"name": "Ours"}))["id"]
    assert ear.changes() == [("client.created", mine)]
    assert ear.close()


def test_a_stream_ends_when_its_user_is_deactivated(agency: Troupe) -> None:
    ears = [Ear(agency, agency.member) for _ in range(3)]
    other = Ear(agency, agency.owner)
    assert agency.owner.delete(f"/users/{agency.member.id}").status_code == 204
    client = made(agency.owner.post("/clients", {"name": "Later"}))["id"]
    assert other.hears("client.created", client)
    for ear in ears:
        assert ear.ended()
        assert ear.told[-1][0] == "gone"
        assert client not in ear.records
    assert not other.task.done()
    assert other.close()


def test_rights_that_are_taken_away_are_gone_for_open_streams(agency: Troupe) -> None:
    hidden = made(agency.owner.post("/projects", {"name": "Hidden", "visibility": "members"}))["id"]
    ear = Ear(agency, agency.admin)
    task = {"project_id": hidden, "title": "While an admin"}
    first = made(agency.owner.post("/tasks", task))["id"]
    assert ear.changes() == [("task.created", first)]
    assert agency.owner.patch(f"/users/{agency.admin.id}", {"role": "member"}).status_code == 200
    second = made(agency.owner.post("/tasks", task))["id"]
    client = made(agency.owner.post("/clients", {"name": "After"}))["id"]
    assert ear.hears("client.created", client)
    assert second not in ear.records
    assert ear.close()


def test_a_stream_ends_soon_after_its_session(agency: Troupe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "HEARTBEAT_SECONDS", 0.05)
    ear = Ear(agency, agency.member)
    assert ear.until(lambda: ": still here" in ear.text)
    agency.house.in_space(agency.space_id, lambda db: db.session.execute(delete(Session)))
    assert ear.ended()
    assert ear.told[-1][0] == "gone"


def test_a_browser_that_does_not_read_is_let_go(agency: Troupe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "ROOM", 2)
    ear = Ear(agency, agency.owner)
    before = agency.owner.last
    items = [{"name": f"Client {number}"} for number in range(20)]
    assert agency.owner.post("/clients/bulk", {"items": items}).status_code == 200
    assert ear.ended()
    back = Ear(agency, agency.owner, last_event_id=str(before))
    assert len(back.changes(20)) == 20
    assert back.close()


def test_windows_of_one_user_are_bounded(agency: Troupe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST", 2)
    ears = [Ear(agency, agency.member) for _ in range(2)]
    assert Ear(agency, agency.member).status == 429
    assert ears[0].close()
    again = Ear(agency, agency.member)
    assert again.status == 200
    for ear in (ears[1], again):
        assert ear.close()


def test_strangers_hear_nothing(agency: Troupe, rival: Troupe) -> None:
    answer = agency.house.ask("GET", "/nordlicht/live")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/nordlicht/live"
    cookie = signed_in(agency, agency.owner)
    assert agency.house.ask("GET", "/rival/live", headers={"Cookie": cookie}).status_code == 404


def test_streams_reach_over_workers_and_let_the_server_stop(
    settings: Settings, tmp_path: Path, agency: Troupe
) -> None:
    cookie = signed_in(agency, agency.member)
    url = settings.database_url
    with serving(tmp_path, url, "--workers", "2", KANWERK_BACKGROUND="off") as server:
        clients = [httpx.Client(base_url=server.address, headers={"Cookie": cookie}) for _ in range(6)]
        streams = [client.stream("GET", "/nordlicht/live") for client in clients]
        lines = [stream.__enter__().iter_lines() for stream in streams]
        for each in lines:
            assert next(each).startswith("retry")
        client = server.ask(agency.machine.token, "POST", "/clients", {"name": "Aster"}).json()["id"]
        for each in lines:
            assert client in next(line for line in each if line.startswith("data"))
        assert server.stop() == 0
        for each in lines:
            assert not [line for line in each if line.startswith("data")]
        for one in clients:
            one.close()
