from kanwerk.core.writes import Write
from kanwerk.projects.models import Project
from tests.cast import Troupe, code, faults


def test_a_field_of_business_is_made_once_by_fold(agency: Troupe) -> None:
    first = agency.member.post("/business-fields", {"name": "Straße"}).json()
    assert first.keys() == {"id", "name"}
    answer = agency.member.post("/business-fields", {"name": "STRASSE"})
    assert faults(answer, 409) == {"/name": "taken"}
    assert answer.json()["existing_id"] == first["id"]
    renamed = agency.member.patch(f"/business-fields/{first['id']}", {"name": "STRASSE"})
    assert renamed.status_code == 200
    agency.member.delete(f"/business-fields/{first['id']}")
    assert agency.member.post("/business-fields", {"name": "strasse"}).json()["trashed"] is True
    assert agency.member.post(f"/business-fields/{first['id']}/restore").json() == renamed.json()


def test_a_field_of_business_is_merged_into_another(agency: Troupe) -> None:
    one, other = (agency.member.post("/business-fields", {"name": name}).json()["id"] for name in "ab")
    assert agency.member.delete(f"/business-fields/{one}", merge_into=one).status_code == 422
    assert agency.member.delete(f"/business-fields/{one}", merge_into=agency.space_id).status_code == 422
    assert agency.member.delete(f"/business-fields/{one}", merge_into=other).status_code == 204
    assert agency.member.get(f"/business-fields/{one}").status_code == 404
    answer = agency.member.get(f"/business-fields/{one}", trashed=True)
    assert answer.status_code == 200
    assert code(agency.member.patch(f"/business-fields/{one}", {"name": "c"})) == "not-found"


def test_what_depends_on_a_field_is_handed_over_to_the_one_it_is_merged_into(agency: Troupe) -> None:
    one, other = (agency.member.post("/business-fields", {"name": name}).json()["id"] for name in "ab")

    def give(db: Write) -> None:
        project = db.load(Project, agency.project_id)
        changes = project.set(business_field_id=one)
        project.record("project.updated", by=db.me.actor, changes=changes)

    agency.house.in_space(agency.space_id, give)
    answer = agency.member.delete(f"/business-fields/{one}")
    assert (answer.status_code, answer.json()["dependants"]) == (409, {"projects": 1})
    before = agency.owner.last
    assert agency.member.delete(f"/business-fields/{one}", merge_into=other).status_code == 204
    told = [event["type"] for event in agency.owner.events(before)]
    assert told == ["project.updated", "business_field.deleted"]
    client = agency.member.get(f"/clients/{agency.client_id}", include="projects").json()
    assert client["projects"][0]["business_field"] == {"id": other, "name": "b"}
