"""A simulated Redfish unit and a client for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .redfish import RedfishService
from .redfish_client import Client


@pytest.fixture
def unit() -> Iterator[RedfishService]:
    with RedfishService() as service:
        yield service


@pytest.fixture
def client(unit: RedfishService) -> Iterator[Client]:
    with Client(unit) as connected:
        yield connected
