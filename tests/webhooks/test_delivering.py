import asyncio
import json
from datetime import datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from kanwerk.webhooks.dispatch import Dispatcher
from tests.cast import Person, Troupe, made
from tests.conftest import Hands
from tests.webhooks.conftest import Post, subscribe
from tests.webhooks.receiver import OK, Receiver, answering, silent


def test_what_happens_is_sent_signed_as_the_log_has_it(
    agency: Troupe, post: Post, receiver: Receiver
) -> None:
    webhook = subscribe(agency.owner, receiver)
    before = agency.owner.last
    made(agency.member.post("/clients", {"name": "Cedar"}))
    agency.owner.patch(f"/users/{agency.member.id}", {"hourly_rate": "95.00"})
    post.until()
    events = agency.owner.events(before)
    assert [each.opened(webhook["secret"]) for each in receiver.got] == events
    assert [each.id for each in receiver.got] == [event["id"] for event in events]


def test_a_webhook_hears_of_its_types_only_and_of_nothing_from_before(
    agency: Troupe, post: Post, receiver: Receiver
) -> None:
    made(agency.owner.post("/clients", {"name": "Before"}))
    subscribe(agency.owner, receiver, "task.*", "client.deleted")
    made(agency.owner.post("/clients", {"name": "Not asked for"}))
    agency.owner.patch(f"/tasks/{agency.task_id}", {"title": "Asked for"})
    agency.owner.delete(f"/clients/{agency.other_client_id}")
    post.until()
    assert sorted(types(receiver)) == ["client.deleted", "task.updated"]


def test_a_webhook_sees_what_its_creator_may_see_now(agency: Troupe, post: Post, receiver: Receiver) -> None:
    machine = agency.with_scopes("webhooks:write", "clients:read", "events:read")
    webhook = subscribe(machine, receiver)
    client = made(agency.owner.post("/clients", {"name": "Seen"}))["id"]
    agency.owner.patch(f"/users/{agency.member.id}", {"hourly_rate": "95.00"})
    made(agency.owner.post("/tasks", {"project_id": agency.project_id, "title": "Unseen"}))
    post.until()
    assert [each.opened(webhook["secret"])["data"]["id"] for each in receiver.got] == [client]
    listed = agency.owner.get(f"/webhooks/{webhook['id']}/deliveries", limit=500).json()["data"]
    assert {each["status"] for each in listed} == {"delivered", "skipped"}


def test_a_failure_is_tried_again_with_the_same_id_and_the_times_of_the_contract(
    agency: Troupe, post: Post, receiver: Receiver, hands: Hands
) -> None:
    receiver.manner = answering("500 Oops", b"x" * 9000)
    webhook = subscribe(agency.owner, receiver, "client.created")
    made(agency.owner.post("/clients", {"name": "Cedar"}))
    waits = (5, 30, 120, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 86_400)
    for attempts, seconds in enumerate(waits, 1):
        post.until()
        (shown,) = deliveries(agency.owner, webhook)
        assert (shown["status"], shown["attempts"], shown["response_code"]) == ("pending", attempts, 500)
        assert len(shown["response_body"]) == 4096
        wait = datetime.fromisoformat(shown["next_attempt_at"]) - hands.at
        assert 0.8 * seconds <= wait.total_seconds() <= 1.2 * seconds
        hands.move(seconds=seconds * 1.21)
    post.until()
    (shown,) = deliveries(agency.owner, webhook)
    assert (shown["status"], shown["attempts"], shown["next_attempt_at"]) == ("failed", 12, None)
    assert len({each.id for each in receiver.got}) == 1
    assert len(receiver.got) == 12


def test_410_switches_off_at_once_and_says_so(agency: Troupe, post: Post, receiver: Receiver) -> None:
    receiver.manner = answering("410 Gone")
    webhook = subscribe(agency.owner, receiver, "client.created")
    for name in ("One", "Two"):
        made(agency.owner.post("/clients", {"name": name}))
    post.until()
    shown = agency.owner.get(f"/webhooks/{webhook['id']}").json()
    assert (shown["active"], shown["disabled_reason"]) == (False, "gone")
    last = agency.owner.events()[-1]
    assert last["type"] == "webhook.updated"
    assert last["changes"]["active"] == {"from": True, "to": False}
    assert "secret" not in last["data"]


def test_five_days_of_failure_only_switch_off(
    agency: Troupe, post: Post, receiver: Receiver, hands: Hands, same_clock: None
) -> None:
    receiver.manner = answering("503 Busy")
    webhook = subscribe(agency.owner, receiver, "client.created")
    for day in range(7):
        for number in range(3):
            made(agency.owner.post("/clients", {"name": f"Client {day} {number}"}))
        post.until()
        if day < 5:
            assert agency.owner.get(f"/webhooks/{webhook['id']}").json()["active"], day
        hands.move(days=1)
    shown = agency.owner.get(f"/webhooks/{webhook['id']}").json()
    assert (shown["active"], shown["disabled_reason"]) == (False, "failing")
    receiver.manner = OK
    assert agency.owner.patch(f"/webhooks/{webhook['id']}", {"active": True}).status_code == 200
    heard = len(receiver.got)
    client = made(agency.owner.post("/clients", {"name": "Mended"}))["id"]
    post.until()
    assert [each.opened(webhook["secret"])["data"]["id"] for each in receiver.got[heard:]] == [client]


def test_a_delivery_and_the_log_since_a_number_are_sent_again(
    agency: Troupe, post: Post, receiver: Receiver
) -> None:
    webhook = subscribe(agency.owner, receiver, "client.*")
    after = agency.owner.last
    for name in ("One", "Two", "Three"):
        made(agency.owner.post("/clients", {"name": name}))
    post.until()
    first = [each.id for each in receiver.got]
    one = deliveries(agency.owner, webhook)[-1]
    path = f"/webhooks/{webhook['id']}"
    assert agency.owner.post(f"{path}/deliveries/{one['id']}/replay").status_code == 200
    post.until()
    assert [each.id for each in receiver.got[3:]] == [one["event_id"]]
    answer = agency.owner.post(f"{path}/replay", {"after_sequence": after}).json()
    assert answer["after_sequence"] == after
    post.until()
    assert [each.id for each in receiver.got[4:]] == first


def test_a_test_is_signed_too(agency: Troupe, post: Post, receiver: Receiver) -> None:
    webhook = subscribe(agency.owner, receiver, "client.*")
    assert agency.owner.post(f"/webhooks/{webhook['id']}/test").status_code == 200
    post.until()
    event = receiver.got[0].opened(webhook["secret"])
    assert (event["type"], event["sequence"], event["data"]["id"]) == ("webhook.test", 0, webhook["id"])


def test_a_new_secret_signs_beside_the_old_one_for_a_day(
    agency: Troupe, post: Post, receiver: Receiver, hands: Hands, same_clock: None
) -> None:
    webhook = subscribe(agency.owner, receiver, "client.created")
    rotated = agency.owner.post(f"/webhooks/{webhook['id']}/rotate-secret").json()["secret"]
    assert rotated != webhook["secret"]
    made(agency.owner.post("/clients", {"name": "Both"}))
    post.until()
    for secret in (webhook["secret"], rotated):
        assert opened(receiver, secret)["data"]["name"] == "Both"
    hands.move(hours=24.1)
    made(agency.owner.post("/clients", {"name": "New only"}))
    post.until()
    assert opened(receiver, rotated)["data"]["name"] == "New only"
    with pytest.raises(WebhookVerificationError):
        opened(receiver, webhook["secret"])


def test_a_webhook_ends_with_its_creator(agency: Troupe, post: Post, receiver: Receiver) -> None:
    webhook = subscribe(agency.admin, receiver, "client.created")
    assert agency.owner.delete(f"/users/{agency.admin.id}").status_code == 204
    made(agency.owner.post("/clients", {"name": "Unheard"}))
    post.until()
    assert receiver.got == []
    shown = agency.owner.get(f"/webhooks/{webhook['id']}").json()
    assert (shown["active"], shown["disabled_reason"]) == (False, "creator_deactivated")


def test_a_slow_receiver_delays_nobody_else(agency: Troupe, post: Post, receiver: Receiver) -> None:
    with Receiver(silent) as slow:
        subscribe(agency.owner, slow, "client.created")
        subscribe(agency.owner, receiver, "client.created")
        for number in range(30):
            made(agency.owner.post("/clients", {"name": f"Client {number}"}))
        post.until(lambda: len(receiver.got) == 30, seconds=10)
        assert slow.open <= 10


def test_what_was_deleted_in_the_middle_is_let_go(agency: Troupe, post: Post, receiver: Receiver) -> None:
    receiver.manner = answering("200 OK", after=0.3)
    webhook = subscribe(agency.owner, receiver, "client.created")
    other = subscribe(agency.owner, receiver, "client.created")
    for number in range(12):
        made(agency.owner.post("/clients", {"name": f"Client {number}"}))

    async def deleting() -> None:
        while not receiver.got:  # noqa: ASYNC110  # it is another thread's
            await asyncio.sleep(0.01)
        assert (await agency.owner.asking("DELETE", f"/webhooks/{webhook['id']}")).status_code == 204

    task = agency.house.loop.create_task(deleting())
    post.until()
    agency.house.run(asyncio.wait_for(task, 5))
    assert agency.owner.get(f"/webhooks/{webhook['id']}").status_code == 404
    assert {each["status"] for each in deliveries(agency.owner, other)} == {"delivered"}
    post.until()
    counted = "SELECT count(*) FROM webhook_deliveries"
    assert agency.house.database.read(counted, {})[0][0] == 12


@pytest.mark.parametrize("leap", [{"days": 400}, {"days": -400}])
def test_a_clock_that_leaps_and_comes_back_loses_nothing(
    agency: Troupe, post: Post, receiver: Receiver, hands: Hands, leap: dict[str, int]
) -> None:
    receiver.manner = answering("500 Oops")
    webhook = subscribe(agency.owner, receiver, "client.created")
    made(agency.owner.post("/clients", {"name": "Before"}))
    post.until()
    hands.move(**leap)
    made(agency.owner.post("/clients", {"name": "Far away"}))
    post.until()
    hands.move(days=-leap["days"])
    receiver.manner = OK
    made(agency.owner.post("/clients", {"name": "After"}))
    post.until()
    hands.move(days=2)
    post.until()
    assert agency.owner.get(f"/webhooks/{webhook['id']}").json()["active"]
    assert {each["status"] for each in deliveries(agency.owner, webhook)} == {"delivered"}


def test_two_dispatchers_share_the_work_and_lose_nothing(
    agency: Troupe, post: Post, receiver: Receiver
) -> None:
    subscribe(agency.owner, receiver, "client.created")
    items = [{"name": f"Client {number}"} for number in range(200)]
    assert agency.owner.post("/clients/bulk", {"items": items}).status_code == 200

    async def both() -> None:
        async with asyncio.timeout(30):
            working = [asyncio.create_task(Dispatcher(agency.house.runtime).run()) for _ in range(2)]
            while len({each.id for each in receiver.got}) < 200:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)

    agency.house.run(both())
    post.until()
    assert len({each.id for each in receiver.got}) == 200


def deliveries(person: Person, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    return person.everything(f"/webhooks/{webhook['id']}/deliveries")


def opened(receiver: Receiver, secret: str) -> dict[str, Any]:
    return receiver.got[-1].opened(secret)


def types(receiver: Receiver) -> list[str]:
    return [json.loads(each.body)["type"] for each in receiver.got]
