"""Each documented job that the vendor's SDK does on the simulated unit of its release."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, Callable

import pytest

from tests.processes import sdk
from tests.processes.worker import Worker

from ..xerus import GENERATIONS, MeterModel, Model, XerusPdu, image

pytestmark = pytest.mark.against("the vendor's SDK")
Workers = Callable[[str], Worker]

# Nine outlets: a unit with fewer has no overcurrent protectors.
MODEL = Model(
    outlets=9,
    phases=3,
    inlets=2,
    transfer_switch=True,
    in_rush_guard_ms=0,
    cycle_delay_s=0,
    disabled=(3,),
    not_switchable=(4,),
    meters=(MeterModel(1, circuits=()),),
)
SENSORS = ["NumericSensor", "AccumulatingNumericSensor", "StateSensor"]
# job → the first firmware that has it, and the result
JOBS: dict[str, tuple[str, Any]] = {
    "switching": ("3.3", [[0, 3, 1], [0, 1, 1]]),
    "several": ("3.3", [[0, 1, 0], [0, 0, 0], [0, 1, 0], [0, 1, 0], [0, 1, 1]]),
    "sequence": ("3.3", [[1, 0, 0, 0], True, 1, False]),
    "sensors": ("3.3", [1000.5, [0, 1.0], SENSORS]),
    "slots": ("3.3", [["sensor 1", "sensor 2", "sensor 3", ""], True, 17.93]),
    "events": (
        "3.3",
        [
            ["PowerControlEvent", "outlet.0", "admin"],
            ["ReadingChangedEvent", "O0Current", None],
            ["StateChangedEvent", "outlet.0", None],
        ],
    ),
    "snmp": ("3.3", [[1, 0], "public", True]),
    "servers": ("3.3", [[1, "192.0.2.1", 1]]),
    "session": ("3.3", [0, True, "admin"]),
    "raw": ("3.6", [[5, 11, 0], "rack 7"]),
    "bulk_configuration": ("3.6", [13, 10, 0, 0]),
    "files": ("3.6", ["1f8b", True, 3, 12]),
    "network": ("3.6", [[300, 0], True, True]),
    "link_units": ("3.6", [[0, 0], [4, 6, 7, 0], [2, 3], 0]),
}


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """A function that returns the process with a generation's SDK."""
    started: dict[str, Worker] = {}

    def worker(generation: str) -> Worker:
        if generation not in started:
            folder = sdk.needed(sdk.RELEASES[generation])
            started[generation] = Worker(folder, "tests.simulators.sdk.script")
        return started[generation]

    yield worker
    for process in started.values():
        process.stop()


def result_of(workers: Workers, pdu: XerusPdu, url: str, job: str, *arguments: Any) -> Any:
    worker = workers(pdu.site.firmware.generation)
    return worker.order("tests.simulators.sdk.jobs", job, url, pdu.user, pdu.password, *arguments)


CASES = [(job, release) for job in JOBS for release in GENERATIONS if release >= JOBS[job][0]]


@pytest.mark.parametrize("job, generation", CASES)
def test_a_job_has_the_documented_result(workers: Workers, job: str, generation: str) -> None:
    _, expected = JOBS[job]
    links = {2: Model(outlets=2)}
    with XerusPdu(MODEL, generation, links, http_port=0, enforce_https=False) as pdu:
        url = f"http://{pdu.host}:{pdu.http_port}"
        assert result_of(workers, pdu, url, job) == expected


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_interface_has_the_version_of_the_sdks_release(
    workers: Workers, generation: str
) -> None:
    with XerusPdu(MODEL, generation) as pdu:
        firmware = pdu.site.firmware
        interfaces = sorted({served.interface for served in pdu.units[0].objects()})
        types = {name: firmware.type_id(name) for name in interfaces if firmware.version(name)}
        assert result_of(workers, pdu, pdu.url, "types", list(types)) == types


def test_a_firmware_update_ends_with_the_new_version_and_a_restart(workers: Workers) -> None:
    data = base64.b64encode(image("4.4.99.5-60000", 300_000)).decode()
    with XerusPdu(MODEL, update_seconds=0.1) as pdu:
        assert result_of(workers, pdu, pdu.url, "firmware", data) == [True, "4.4.99.5-60000", 0]
        assert pdu.boots() == 1


def test_a_certificate_is_checked_installed_and_used(workers: Workers) -> None:
    with XerusPdu(MODEL) as pdu:
        (key, chain), (other, _), before = *(pdu.authority.issue() for _ in "12"), pdu.fingerprint
        pems = [part.decode() for part in (key, chain, other)]
        codes = [5, 4, 3, 0, 2, 0, 200]
        assert result_of(workers, pdu, pdu.url, "certificate", *pems) == [codes, True, True]
        assert pdu.fingerprint != before


def test_the_sdk_follows_the_redirect_from_http_to_https(workers: Workers) -> None:
    with XerusPdu(MODEL, http_port=0) as pdu:
        url = f"http://{pdu.host}:{pdu.http_port}"
        assert result_of(workers, pdu, url, "session") == JOBS["session"][1]
