import pytest

from tests.cast import Troupe, code, made
from tests.flashes import flashes
from tests.visitor import Visitor


def types(agency: Troupe, after: int) -> list[str]:
    return [event["type"] for event in agency.owner.events(after)]


def test_what_is_in_the_trash_is_out_of_sight_unless_asked_for(agency: Troupe) -> None:
    client = f"/clients/{agency.other_client_id}"
    assert agency.member.delete(client).status_code == 204
    assert agency.member.get(client).status_code == 404
    assert agency.member.get(client, trashed=True).json()["name"] == "Birke & Söhne"
    assert agency.member.get(client, trashed=False).status_code == 404
    assert agency.other_client_id not in [each["id"] for each in agency.member.everything("/clients")]
    trash = agency.member.everything("/clients", trashed=True)
    assert [each["id"] for each in trash] == [agency.other_client_id]
    for answer in (
        agency.member.patch(client, {"name": "X"}),
        agency.member.delete(client),
        agency.member.post(f"{client}/archive"),
        agency.member.get(f"{client}/invoicing"),
        agency.member.patch(f"{client}/invoicing", {"city": "Bonn"}),
        agency.member.get(f"{client}/contacts"),
    ):
        assert answer.status_code == 404


def test_restoring_brings_a_record_back_as_it_was(agency: Troupe) -> None:
    client = f"/clients/{agency.other_client_id}"
    before = agency.member.get(client).json()
    agency.member.delete(client)
    back = agency.member.post(f"{client}/restore")
    assert back.status_code == 200
    assert back.json() | {"updated_at": ""} == before | {"updated_at": ""}
    last = agency.owner.last
    assert agency.member.post(f"{client}/restore").status_code == 200
    assert agency.owner.last == last


def test_deleting_what_others_depend_on_counts_them_first(agency: Troupe) -> None:
    client = f"/clients/{agency.client_id}"
    answer = agency.member.delete(client)
    assert (answer.status_code, code(answer)) == (409, "has-dependants")
    assert answer.json()["dependants"] == {"projects": 1, "guests": 1}
    assert agency.member.delete(client, dependants="eat").status_code == 422
    assert agency.member.get(client).status_code == 200


def test_dependants_go_along_and_come_back_with_the_same_delete(agency: Troupe) -> None:
    client, manager = (
        f"/clients/{agency.client_id}",
        f"/projects/{agency.project_id}/members/{agency.member.id}",
    )
    agency.owner.put(manager, {"role": "manager"})
    before = agency.owner.last
    assert agency.member.delete(client, dependants="trash").status_code == 204
    assert types(agency, before) == [
        *("project.deleted", "task.deleted", "task.deleted"),
        *("user.deactivated", "token.revoked", "client.deleted"),
    ]
    assert agency.guest.get("/me").status_code == 401
    before = agency.owner.last
    agency.member.post(f"{client}/restore")
    assert sorted(types(agency, before)) == [
        *("client.restored", "project.restored", "task.restored", "task.restored", "user.reactivated")
    ]
    assert [each["name"] for each in agency.member.get(client, include="projects").json()["projects"]] == [
        "Website"
    ]
    assert agency.owner.get(f"/users/{agency.guest.id}").json()["active"] is True


@pytest.mark.parametrize("visibility", ["space", "members"])
def test_projects_that_others_manage_are_not_thrown_away_with_their_client(
    agency: Troupe, visibility: str
) -> None:
    agency.owner.patch(f"/projects/{agency.project_id}", {"visibility": visibility})
    client, last = f"/clients/{agency.client_id}", agency.owner.last
    answer = agency.member.delete(client, dependants="trash")
    assert (answer.status_code, code(answer)) == (403, "forbidden")
    assert "Website" not in answer.text
    assert agency.project_id not in answer.text
    assert agency.owner.last == last
    assert agency.member.get(client).status_code == 200
    assert agency.owner.delete(client, dependants="trash").status_code == 204


def test_dependants_can_be_let_go(agency: Troupe) -> None:
    client = f"/clients/{agency.client_id}"
    before = agency.owner.last
    assert agency.member.delete(client, dependants="detach").status_code == 204
    assert types(agency, before) == ["project.updated", "user.updated", "client.deleted"]
    assert agency.owner.get(f"/users/{agency.guest.id}").json()["client_id"] is None
    agency.member.post(f"{client}/restore")
    assert agency.member.get(client, include="projects").json()["projects"] == []


def test_an_archived_client_is_read_only_and_out_of_the_list(agency: Troupe) -> None:
    client = f"/clients/{agency.other_client_id}"
    archived = agency.member.post(f"{client}/archive")
    assert archived.status_code == 200
    assert agency.member.get(client).json() == archived.json()
    assert [each["id"] for each in agency.member.everything("/clients")] == [agency.client_id]
    shown = agency.member.everything("/clients", archived=True)
    assert [each["id"] for each in shown] == [agency.other_client_id]
    answer = agency.member.patch(client, {"name": "X"})
    assert (answer.status_code, code(answer)) == (409, "archived")
    assert agency.member.patch(client, {"name": "Birke & Söhne"}).status_code == 200
    for fate in (None, "trash", "detach"):
        answer = agency.member.delete(client, dependants=fate)
        assert (answer.status_code, code(answer)) == (409, "archived")
    assert agency.member.patch(f"{client}/invoicing", {"city": "Bonn"}).status_code == 409
    last = agency.owner.last
    assert agency.member.post(f"{client}/archive").status_code == 200
    assert agency.owner.last == last
    assert agency.member.post(f"{client}/unarchive").status_code == 200
    assert agency.member.patch(client, {"name": "X"}).status_code == 200
    assert agency.member.delete(client).status_code == 204


def test_a_client_with_projects_going_on_is_archived_with_them_or_not_at_all(agency: Troupe) -> None:
    client = f"/clients/{agency.client_id}"
    answer = agency.member.post(f"{client}/archive")
    assert (answer.status_code, code(answer)) == (409, "active-projects")
    before = agency.owner.last
    assert agency.member.post(f"{client}/archive", projects="archive").status_code == 200
    assert types(agency, before) == ["project.archived", "client.archived"]
    assert agency.member.get(client, include="projects").json()["projects"] == []


def test_undoing_an_archive_brings_back_the_projects_that_went_along(agency: Troupe) -> None:
    gone = made(agency.owner.post("/projects", {"name": "Before", "client_id": agency.client_id}))
    agency.owner.post(f"/projects/{gone['id']}/archive")
    visitor = Visitor(agency, agency.owner)
    answer = visitor.post(f"/clients/{agency.client_id}/archive", {"projects": "archive"})
    [told] = flashes(answer)
    assert visitor.post(told["undo"].removeprefix("/nordlicht")).status_code == 303
    assert agency.client_id in [each["id"] for each in agency.member.everything("/clients")]
    assert agency.member.get(f"/projects/{agency.project_id}").json()["archived_at"] is None
    assert agency.member.get(f"/projects/{gone['id']}").json()["archived_at"] is not None


@pytest.mark.parametrize("projects", ["keep", "", "ARCHIVE"])
def test_projects_are_archived_or_nothing(agency: Troupe, projects: str) -> None:
    assert agency.member.post(f"/clients/{agency.client_id}/archive?projects={projects}").status_code == 422


def test_the_archive_and_the_trash_do_not_hide_each_other(agency: Troupe) -> None:
    client, project = f"/clients/{agency.client_id}", agency.project_id
    agency.owner.post(f"/projects/{project}/archive")
    assert agency.owner.delete(client, dependants="trash").status_code == 204
    assert [each["id"] for each in agency.owner.everything("/projects", trashed=True)] == [project]
    assert agency.owner.everything("/projects", archived=True) == []
    assert agency.owner.everything("/projects", trashed=True, archived=False) == []
    agency.owner.post(f"{client}/restore")
    assert [each["id"] for each in agency.owner.everything("/projects", archived=True)] == [project]
