"""What a reading costs, and when the whole nameplate is read again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

import pytest

from pdu.energy.journal.clocks import Instant
from pdu.energy.meter import pdu_reading
from pdu.energy.meter.pdu_reading import KnownPdu, known_for_next_poll, take
from pdu.pdus.polling import Target, poll
from pdu.site.owner_files import OwnerFiles
from tests.pdu.monitoring.halls import Hall, hall

from .readings import reading, silent, taken

#: requests of a poll as the exporter makes it, of the first poll of a meter, and of each next one
COSTS = {"nut": (2, 2, 2), "raritan": (4, 11, 9), "redfish": (5, 6, 6), "snmp": (14, 26, 20)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall")) as made:
        yield made


def target(whole: Hall, handler: str) -> Target:
    (found,) = OwnerFiles(str(whole.one(handler)), str(whole.logins)).pdus()
    return found


def fresh(known: Optional[KnownPdu]) -> KnownPdu:
    """As if the poll had ended only now: simulated units do not grow older."""
    assert known is not None
    return known._replace(mono=Instant.now().mono)


@pytest.mark.parametrize("handler", COSTS)
def test_what_a_poll_of_a_meter_costs_besides_dcimanagers_calls(whole: Hall, handler: str) -> None:
    pdu, peer = target(whole, handler), whole.peers[handler]

    def requests() -> int:
        return peer.books().requests

    begin = requests()
    assert poll(pdu).failure is None
    plain = requests()
    first = take(pdu, None)
    middle = requests()
    second = take(pdu, fresh(known_for_next_poll(first, None)))
    assert first.reading.failure is None and second.reading.failure is None
    assert (plain - begin, middle - plain, requests() - middle) == COSTS[handler]
    assert second.reading.plate.family == first.reading.plate.family != ""


def test_the_serial_number_is_read_again_if_the_unit_may_be_another_one(whole: Hall) -> None:
    pdu = target(whole, "snmp")
    first = take(pdu, None)
    known = fresh(known_for_next_poll(first, None))
    assert first.reading.plate.firmware and first.reading.plate.uptime_s == 86400.0

    def is_whole(changed: Optional[KnownPdu]) -> bool:
        return bool(take(pdu, changed).reading.plate.firmware)

    assert not is_whole(known)
    lower = {identity: kwh + 0.1 for identity, kwh in known.registers.items()}
    for doubtful in (
        None,
        known._replace(uptime_s=90_000.0),
        known._replace(uptime_s=80_000.0),
        known._replace(uptime_s=None),
        known._replace(registers={**known.registers, "1": lower["1"]}),
        known._replace(registers={**known.registers, "": lower[""]}),
        known._replace(whole=known.whole - pdu_reading.WHOLE_EACH_S - 1.0),
    ):
        assert is_whole(doubtful), doubtful


def test_what_the_next_poll_should_know() -> None:
    first = known_for_next_poll(taken(reading(uptime=50.0)), None)
    assert first == KnownPdu(1000.5, 50.0, {"1": 2.0, "2": 3.0, "": 1.0}, 1000.0)
    later = known_for_next_poll(taken(reading(uptime=350.0), mono=1300.0), first)
    assert later is not None and (later.mono, later.whole) == (1300.5, 1000.0)
    after = known_for_next_poll(taken(reading(), mono=5000.0), later)
    assert after is not None and after.whole == 5000.0
    assert known_for_next_poll(taken(silent()), later) is None
