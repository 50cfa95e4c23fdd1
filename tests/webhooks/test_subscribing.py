import json

import pytest

from tests.cast import Troupe, code, faults, made
from tests.webhooks.conftest import subscribe
from tests.webhooks.receiver import Receiver

URL = "https://hooks.example.com/kanwerk"


def test_the_secret_is_shown_once(agency: Troupe) -> None:
    body = {"url": URL, "event_types": ["*"]}
    answer = agency.owner.post("/webhooks", body, key="once")
    secret = made(answer)["secret"]
    assert secret.startswith("whsec_")
    again = agency.owner.post("/webhooks", body, key="once").json()
    assert again["secret"] is None
    shown = agency.owner.get(f"/webhooks/{again['id']}").json()
    assert list(shown) == [
        *("id", "name", "url", "event_types", "active", "disabled_reason", "created_at", "updated_at")
    ]
    assert shown["name"] == "hooks.example.com"
    log = json.dumps(agency.owner.events())
    assert secret not in log
    rotated = agency.owner.post(f"/webhooks/{again['id']}/rotate-secret").json()["secret"]
    assert rotated not in json.dumps(agency.owner.events())


@pytest.mark.parametrize(
    "url",
    [
        *("http://hooks.example.com/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/"),
        *("https://localhost/", "https://a.localhost/", "https://[::ffff:10.0.0.1]/", "ftp://example.com/"),
        *("https://user:password@example.com/", "https://example.com/#part", "https://", "https://ex ample/"),
        *(
            "https://exämple.com/",
            "https://example.com:0/",
            "https://example.com:99999/",
            "javascript:alert(1)",
        ),
        *("https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://" + "a" * 2100),
    ],
)
def test_addresses_that_nothing_is_sent_to_are_refused(agency: Troupe, url: str) -> None:
    strict = agency.house.runtime.settings
    agency.house.runtime.settings = type(strict)(
        **{name: getattr(strict, name) for name in strict.__struct_fields__} | {"webhook_allow": ()}
    )
    assert "/url" in faults(agency.owner.post("/webhooks", {"url": url, "event_types": ["*"]}))
    assert agency.owner.get("/webhooks").json()["data"] == []


def test_types_that_no_event_has_are_faults_of_their_own(agency: Troupe) -> None:
    types = ["client.*", "client.eaten", "client.*", "nothing.*"]
    answer = agency.owner.post("/webhooks", {"url": URL, "event_types": types})
    assert set(faults(answer)) == {"/event_types/1", "/event_types/2", "/event_types/3"}
    assert faults(agency.owner.post("/webhooks", {"url": URL, "event_types": []})) == {
        "/event_types": "invalid"
    }


def test_only_admins_and_integrations_with_the_scope_manage_webhooks(
    agency: Troupe, rival: Troupe, receiver: Receiver
) -> None:
    webhook = subscribe(agency.owner, receiver)
    path = f"/webhooks/{webhook['id']}"
    for person in (agency.member, agency.guest, agency.tax_advisor, agency.reader):
        assert person.get("/webhooks").status_code == 403
        assert person.get(path).status_code == 403
        assert person.post("/webhooks", {"url": URL, "event_types": ["*"]}).status_code == 403
        assert person.delete(path).status_code == 403
    for method, rest in (
        ("GET", ""),
        ("PATCH", ""),
        ("POST", "/test"),
        ("POST", "/rotate-secret"),
        ("DELETE", ""),
    ):
        body = {"name": "Mine"} if method == "PATCH" else None
        assert rival.owner.ask(method, path + rest, body).status_code == 404
    assert rival.owner.get(f"{path}/deliveries").status_code == 404
    machine = agency.with_scopes("webhooks:read", "webhooks:write")
    assert machine.get(path).status_code == 200
    assert machine.patch(path, {"active": False}).json()["active"] is False
    assert code(machine.post(f"{path}/test")) == "webhook-off"
    assert machine.delete(path).status_code == 204


def test_members_do_not_see_webhooks_in_the_log(agency: Troupe, receiver: Receiver) -> None:
    subscribe(agency.owner, receiver)
    assert [each for each in agency.member.events() if each["type"].startswith("webhook.")] == []
    assert agency.admin.events()[-1]["type"] == "webhook.created"
