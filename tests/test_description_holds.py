"""The description against a running server: schemathesis asks what it allows, and what it does not."""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.serving import COMMAND, serving

# All checks are on. Beyond their defaults, what fits the description may meet a stale tag (412) or a rule it
# cannot express (422).
CONFIGURATION = """
[auth.openapi.token]
bearer = "{token}"

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "429", "412", "422"]

# It takes the token in the link of a new file for the file's id, and misses a file of that id. That a new
# record is there is tested for each noun by its own tests.
[checks.ensure_resource_availability]
enabled = false
"""
# So many for each operation and kind of test, on the file; with KANWERK_TEST_EXAMPLES as many as one likes.
EXAMPLES = int(os.environ.get("KANWERK_TEST_EXAMPLES", "3"))
# Each request comes from an address of its own: the limit on failed tries would end the run.
HOOKS = """
import itertools

import schemathesis

NUMBERS = itertools.count(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    number = next(NUMBERS)
    case.headers["X-Forwarded-For"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "examples"),
    [("sqlite", EXAMPLES), ("postgresql", 1)],
    indirect=["engine"],
    ids=["sqlite", "postgresql"],
)
def test_every_operation_does_what_the_description_says(engine: Any, tmp_path: Path, examples: int) -> None:
    token = engine.cast()["agency"]["people"]["owner"]["token"]
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION.format(token=token))
    (tmp_path / "asking.py").write_text(HOOKS)
    with engine.copy(tmp_path) as url, serving(tmp_path, url, KANWERK_TRUSTED_PROXIES="127.0.0.1") as server:
        words = [
            "--max-examples",
            str(examples),
            "--generation-deterministic",
            "--no-color",
            "--continue-on-failure",
        ]
        done = subprocess.run(
            [COMMAND.with_name("schemathesis"), "run", f"{server.address}/api/v1/openapi.json", *words],
            cwd=tmp_path,
            env={**os.environ, "SCHEMATHESIS_HOOKS": "asking", "PYTHONPATH": str(tmp_path), "COLUMNS": "110"},
            capture_output=True,
            text=True,
            timeout=3600,
            check=False,
        )
        server.stop()
        answered = Counter(json.loads(line).get("status") for line in server.logged)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert answered[200] > 100
    assert not [status for status in answered if status is not None and status >= 500]
