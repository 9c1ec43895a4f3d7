"""The lines of polls, and of what they describe."""

from __future__ import annotations

from handlers.shared.meter_figures import MeterFigures
from pdu.energy.meter.journal_writer import PduHeading, PduLines
from pdu.pdus.adapters.nameplate import Nameplate
from pdu.pdus.reading import CallError, PolledOutlet
from pdu.pdus.states import DOWN, UNKNOWN

from .readings import NOON, reading, silent, taken

UNIT = {
    "unit": 7,
    "name": "rack 1",
    "handler": "snmp",
    "address": "192.0.2.8",
    "family": "acme",
    "serial": "A1",
    "firmware": "1.0",
    "outlets": ["1", "2"],
    "names": ["server 1", "server 2"],
    "meters": [["breaker", "B1", 16.0]],
}
POLL = {
    "of": 7,
    "utc": [NOON, NOON + 0.5],
    "mono": [1000.0, 1000.5],
    "up": 100.0,
    "load": 2.5,
    "total": 1.0,
    "kwh": [2.0, 3.0],
    "amps": [1.25, 1.25],
    "watts": [287.5, 287.5],
    "meters": [2.5],
    "on": "11",
}


def unit() -> PduLines:
    return PduLines(7, PduHeading("rack 1", "snmp", "192.0.2.8"))


def test_a_unit_is_declared_before_its_first_poll_and_when_something_of_it_changes() -> None:
    made = unit()
    assert list(made.lines(taken(reading()))) == [UNIT, POLL]
    assert list(made.lines(taken(reading()))) == [POLL]
    assert list(made.lines(taken(reading(serial="B2")))) == [{**UNIT, "serial": "B2"}, POLL]
    three = list(made.lines(taken(reading(outlets=3))))
    assert three[0]["outlets"] == ["1", "2", "3"] and len(three[1]["kwh"]) == 3
    made.forget()
    assert [*made.lines(taken(reading(outlets=3)))][0] == three[0]


def test_what_a_poll_did_not_read_of_the_unit_stays_as_it_was() -> None:
    made = unit()
    list(made.lines(taken(reading())))
    bare = reading()._replace(
        labelled=False, plate=reading().plate._replace(serial="", firmware="")
    )
    assert list(made.lines(taken(bare))) == [POLL]
    (failed,) = made.lines(taken(silent()), missed=3)
    assert failed == {
        "of": 7,
        "utc": [NOON, NOON + 0.5],
        "mono": [1000.0, 1000.5],
        "missed": 3,
        "error": ["unreachable", "no answer"],
    }


def test_figures_that_are_not_reported_are_null_and_arrays_without_any_are_absent() -> None:
    made = unit()
    outlets = [
        PolledOutlet("1", DOWN, figures=MeterFigures(energy_kwh=1.5)),
        PolledOutlet("2", UNKNOWN),
    ]
    bare = reading()._replace(outlets=outlets, meters=(), load_a=None, energy_kwh=None)
    *_, poll = made.lines(taken(bare._replace(failure=CallError("protocol", "cut off"))))
    assert poll["kwh"] == [1.5, None] and poll["on"] == "0-"
    assert set(poll) == {"of", "utc", "mono", "up", "kwh", "on", "error"}


def test_energies_are_as_they_were_read_and_currents_are_rounded() -> None:
    made = unit()
    outlets = [PolledOutlet("1", DOWN, figures=MeterFigures(0.123456, energy_kwh=1234.5678901))]
    *_, poll = made.lines(taken(reading()._replace(outlets=outlets, energy_kwh=0.1 + 0.2)))
    assert (poll["kwh"], poll["amps"], poll["total"]) == ([1234.5678901], [0.123], 0.1 + 0.2)


def test_the_accuracy_is_of_the_unit_that_stated_it() -> None:
    made = unit()
    plate = reading().plate._replace(accuracy_percent=0.5)
    stating = reading()._replace(plate=plate)
    assert list(made.lines(taken(stating)))[0]["accuracy"] == 0.5
    bare = stating._replace(plate=Nameplate("acme", uptime_s=100.0))
    assert list(made.lines(taken(bare))) == [POLL] and len(list(made.lines(taken(silent())))) == 1
    # Another unit says who it is, and states none.
    assert list(made.lines(taken(reading(serial="B2")))) == [{**UNIT, "serial": "B2"}, POLL]
