from tests.cast import Troupe, made


def test_a_client_is_made_read_changed_and_deleted(agency: Troupe) -> None:
    client = made(agency.owner.post("/clients", {"name": "Cedar"}))
    assert agency.owner.get(f"/clients/{client['id']}").json() == client
    changed = agency.owner.patch(f"/clients/{client['id']}", {"name": "Cedar Group"}).json()
    assert changed["name"] == "Cedar Group"
    assert agency.owner.delete(f"/clients/{client['id']}").status_code == 204
    assert agency.owner.get(f"/clients/{client['id']}").status_code == 404
