"""A unit for each test, and a process for each release of the SDK."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Callable

import pytest

from tests.servers import sdk
from tests.servers.worker import Worker

from ..xerus import GENERATIONS, XerusPdu
from .models import LINKED, MODEL, SCRIPTS, Step


@pytest.fixture(params=GENERATIONS)
def generation(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def workers() -> Iterator[Callable[[str], Worker]]:
    """A function that returns the process with a generation's SDK; it starts one if none is
    running.
    """
    started: dict[str, Worker] = {}

    def worker(generation: str) -> Worker:
        if generation in started and not started[generation].is_alive:
            started.pop(generation).stop()
        if generation not in started:
            started[generation] = Worker(sdk.needed(sdk.RELEASES[generation]), f"{SCRIPTS}.script")
        return started[generation]

    try:
        yield worker
    finally:
        for one in started.values():
            one.stop()


@pytest.fixture
def pdu(generation: str) -> Iterator[XerusPdu]:
    with XerusPdu(
        MODEL, generation, links={2: LINKED}, http_port=0, reboot_seconds=1.5, update_seconds=1.5
    ) as unit:
        yield unit


@pytest.fixture
def step(workers: Callable[[str], Worker], generation: str, pdu: XerusPdu) -> Step:
    """A function that runs one step of a script: step("services", "snmp")."""

    def run(script: str, name: str, given: Any = None, address: str = pdu.url) -> Any:
        return workers(generation).order(
            f"{SCRIPTS}.{script}", name, address, pdu.user, pdu.password, given
        )

    return run
