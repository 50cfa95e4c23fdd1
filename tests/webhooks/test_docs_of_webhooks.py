"""What docs/webhooks.md promises: every event is in its table, and its receiver runs as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

from kanwerk.core.events import KINDS
from tests.cast import Troupe, made
from tests.serving import free_port
from tests.webhooks.conftest import Post, subscribe

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text("utf-8")
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| `(\w+)` \|$", re.MULTILINE)


def test_every_event_is_told_with_the_shape_of_its_record() -> None:
    told = {name: (re.findall(r"`(\w+)`", verbs), shape) for name, verbs, shape in ROW.findall(PAGE)}
    assert told == {name: (list(kind.verbs), kind.read.full.struct.__name__) for name, kind in KINDS.items()}


def test_the_receiver_of_the_page_verifies_what_it_gets(agency: Troupe, post: Post) -> None:
    found = re.search(r"```python receiver\n(.*?)```", PAGE, re.DOTALL)
    assert found
    port = free_port()
    webhook = subscribe(agency.owner, f"http://127.0.0.1:{port}/", "client.created")
    program = f"SECRET, PORT = {webhook['secret']!r}, {port}\n{found[1]}"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            made(agency.owner.post("/clients", {"name": "Cedar"}))
            sequence = agency.owner.last
            assert process.stdout is not None
            post.until(lambda: delivered(agency), seconds=40)
            assert process.stdout.readline().split() == [str(sequence), "client.created", "Cedar"]
        finally:
            process.kill()


def delivered(agency: Troupe) -> bool:
    wanted = "SELECT 1 FROM webhook_deliveries WHERE status = 'delivered'"
    return bool(agency.house.database.read(wanted, {}))
