"""The description against the application: schemathesis asks what the description allows, and what it does not."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from kanwerk.app import description
from kanwerk.config import Settings
from tests.cast import Troupe
from tests.engines import Postgres, Sqlite
from tests.house import House

OPERATIONS = sorted(
    f"{method.upper()} {path}" for path, methods in description()["paths"].items() for method in methods
)
MET = ["2xx", "401", "403", "404", "409", "412", "422", "5xx"]


@pytest.fixture(scope="module")
def config() -> schemathesis.Config:
    """All checks; a request that fits the description may also meet a stale tag or a rule it cannot express."""
    return schemathesis.Config.from_dict(
        {"checks": {"positive_data_acceptance": {"expected-statuses": MET[:-1]}}}
    )
