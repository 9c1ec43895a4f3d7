"""LibreNMS's own answers of the recordings judge what is read of them."""

from __future__ import annotations

from typing import Protocol

import pytest

from tests import foreign_files
from tests.foreign_files import librenms, readings
from tests.foreign_files.librenms import Difference, Sensor
from tests.handlers.snmp import recorded
from tests.simulators.snmp_units import fixture

ANSWERED = foreign_files.names("snmp/answers")
OUTLET_CURRENT = "1.3.6.1.4.1.850.100.1.10.2.1.13"
OUTLET_STATE = "1.3.6.1.4.1.850.100.1.10.2.1.2"


class Compare(Protocol):
    """Compares a synthetic unit, as if it were a walk, with one sensor."""

    def __call__(
        self, kind: str, oid: str, value: float, word: str = ""
    ) -> librenms.Comparison: ...


@pytest.mark.parametrize("name", recorded.WALKS)
@pytest.mark.against("recordings of real units, in memory")
def test_what_is_read_of_a_walk_is_written_down(name: str) -> None:
    expected = readings.expected()[name]
    device = librenms.device_of(name, recorded.rows(name))
    flags = {flag: expected.get(flag, False) for flag in ("metered_only", "named")}
    assert readings.of_device(device, **flags) == expected


@pytest.mark.parametrize("name", ANSWERED)
@pytest.mark.against("LibreNMS's own answers of recordings of real units")
def test_each_value_that_differs_from_librenms_has_its_reason(name: str) -> None:
    answers = librenms.sensors(foreign_files.text("snmp/answers", f"{name}.json"))
    comparison = librenms.compare(name, recorded.rows(name), answers)
    differences = {
        (name, difference.kind, difference.where) for difference in comparison.differences
    }
    places = {place for place in librenms.known_differences() if place[0] == name}
    assert differences == places, comparison.differences


def test_each_known_difference_is_of_a_walk_and_quotes_a_source() -> None:
    for (walk, kind, _), reason in librenms.known_differences().items():
        assert walk in ANSWERED
        assert kind in ("current", "power", "power_consumed", "state")
        assert "MIB" in reason or "The walk" in reason, walk


@pytest.fixture
def compare(monkeypatch: pytest.MonkeyPatch) -> Compare:
    """Make a comparison with one sensor."""
    monkeypatch.setattr(readings, "expected", lambda: {"unit": {}})

    def with_sensor(kind: str, oid: str, value: float, word: str = "") -> librenms.Comparison:
        unit = fixture("tripplite-12x-ups")
        sensor = Sensor(kind, oid, (value,), word)
        return librenms.compare("unit", dict(unit.rows), [sensor])

    return with_sensor


def test_an_equal_value_and_a_value_with_another_unit(compare: Compare) -> None:
    assert compare("current", f"{OUTLET_CURRENT}.1", 1.2).equal == {"current": 1}
    assert compare("current", f"{OUTLET_CURRENT}.1", 12).differences == [
        Difference("current", OUTLET_CURRENT, "12", "1.2")
    ]


def test_a_total_is_compared_if_no_object_is_the_same(compare: Compare) -> None:
    assert compare("current", "1.3.6.1.4.1.99999.1.0", 1.9).equal == {"current": 1}
    assert compare("power", "1.3.6.1.4.1.99999.1.0", 7).differences == [
        Difference("power", "total", "7", "431")
    ]


def test_a_state_that_contradicts_librenms_is_a_difference(compare: Compare) -> None:
    assert compare("state", f"{OUTLET_STATE}.1", 2, "outletOn").equal == {"state": 1}
    assert compare("state", f"{OUTLET_STATE}.2", 1, "on").differences == [
        Difference("state", OUTLET_STATE, "on", "off")
    ]
    assert compare("state", f"{OUTLET_STATE}.2", 1, "warning") == ({}, [])
