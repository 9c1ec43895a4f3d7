"""No sum shrinks because a row is missing from an answer, and no energy becomes another counter
because the first is not measured once.

`python -m tests.partial` runs the same trial with every row of the large recordings, and prints how
many there were.
"""

from __future__ import annotations

import pytest

from handlers.snmp.reader import Reader
from handlers.snmp.sources import Complete
from tests.handlers.snmp import recorded
from tests.partial import nut, raritan, redfish, snmp
from tests.partial.__main__ import main
from tests.partial.outcome import Outcome
from tests.recordings import fixture

# units whose MIB has a number of rows, or where rows follow in the same table, which tells that one
# is missing in all columns
COUNTED = frozenset(
    (
        "apc-ats apc-cpdu apc-easy-epdu apc-rpdu_total cyberpower-ats cyberpower-epdu2 "
        "dell-rpdu dell-rpdu_metered eaton-epdu eaton-epdu_input eaton-power-pdu enlogic "
        "enlogic-esp enlogic-pod geist-v5_delta gude-epc gude-epc_822x gude-epc_ports gude-pdu "
        "gude-pdu_818x hpe-mapdu3 ipoman panduit-g5 planet-ipm raritan-px1 raritan-px2_breakers "
        "schleifenbauer sentry3"
    ).split()
)
# units whose rows are numbered without a gap, which tells of each row but the last
NUMBERED = frozenset(
    (
        "apc-isx-modular cpi-econnect_lines cpi-econnect_metered geist-v5 hpe-mapdu2 liebert-mph "
        "liebert-mph_metered powertek-simple tripplite-products"
    ).split()
)
# firmware before 3.0 looks like this one without the sensors' minimum: it has no signed readings
LIKE_OLDER = {"raritan-px2_signed": {"power", "energy"}}
_SUMS = ("load_a", "power_w", "energy_kwh")
# of a recording with thousands of objects, so many are tried
MOST = 12


# recordings of units that meter nothing
WITHOUT_SUMS = ("apc_emu", "apc_masterswitch2", "digital-loggers")


def with_sums() -> list[snmp.Unit]:
    """The units whose fixture has the truth of a sum."""
    return [
        unit
        for unit in snmp.made()
        if any(getattr(fixture(unit.name).expected, figure) is not None for figure in _SUMS)
    ]


def faults(outcome: Outcome) -> tuple[str, ...]:
    """What became another sum or counter."""
    return (*outcome.shrunk, *outcome.jumped)


def test_the_units_that_are_counted_or_numbered_exist() -> None:
    assert {unit.name for unit in snmp.made()} >= COUNTED | NUMBERED


@pytest.mark.sample(12)
@pytest.mark.parametrize("unit", with_sums(), ids=lambda unit: unit.name)
def test_no_sum_of_an_snmp_family_shrinks_or_jumps(unit: snmp.Unit) -> None:
    outcome = snmp.run(unit)
    assert outcome.rows > 0 and faults(outcome) == ()
    assert unit.name not in COUNTED or not outcome.whole_shrunk
    missed = {line.partition(" without ")[2] for line in outcome.whole_shrunk}
    assert unit.name not in NUMBERED or len(missed) <= 1


@pytest.mark.sample(4)
@pytest.mark.against("recordings of real units, in memory")
@pytest.mark.parametrize("name", recorded.ALL)
def test_no_sum_of_a_recorded_snmp_unit_shrinks_or_jumps(name: str) -> None:
    outcome = snmp.run(snmp.of_recording(name), MOST)
    assert (outcome.rows > 0) is (name not in WITHOUT_SUMS) and faults(outcome) == ()


@pytest.mark.sample(24)
@pytest.mark.parametrize("unit", snmp.made(), ids=lambda unit: unit.name)
def test_no_state_turns_and_no_total_becomes_another_without_an_object(unit: snmp.Unit) -> None:
    turned = list(snmp.hidden(unit))
    assert {line.split()[1] for line in turned} == LIKE_OLDER.get(unit.name, set()), turned


@pytest.mark.against("recordings of real units, in memory")
@pytest.mark.parametrize("name", recorded.WALKS)
def test_nothing_turns_without_an_object_of_a_recorded_unit(name: str) -> None:
    recorded.rows(name)
    assert list(snmp.hidden(snmp.of_recording(name))) == []


@pytest.mark.parametrize("name", nut.made())
def test_no_sum_of_nut_shrinks_or_jumps(name: str) -> None:
    outcome = nut.run(name, nut.made()[name])
    assert outcome.rows > 0 and faults(outcome) == ()


@pytest.mark.against("NUT dumps of real devices, in memory")
@pytest.mark.parametrize("name", nut.DUMPS)
def test_no_sum_of_a_recorded_nut_device_shrinks_or_jumps(name: str) -> None:
    outcome = nut.run(name, nut.dump(name))
    assert outcome.rows > 0 and faults(outcome) == ()


@pytest.mark.parametrize("name", redfish.made())
def test_no_sum_of_redfish_shrinks_or_jumps(name: str) -> None:
    outcome = redfish.run(name, redfish.made()[name])
    assert outcome.rows > 0 and faults(outcome) == ()


@pytest.mark.parametrize("name", raritan.made())
def test_no_sum_of_a_xerus_unit_shrinks_or_jumps(name: str) -> None:
    outcome = raritan.run(name, raritan.made()[name])
    assert outcome.rows > 0 and faults(outcome) == ()


def test_the_trial_finds_a_sum_that_shrinks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the comparison of a table's columns, a row is missed."""
    monkeypatch.setattr(Reader, "lacks_rows", lambda reader: False)
    monkeypatch.setattr(Complete, "rows", lambda self, reader: self.source.rows(reader))
    unit = next(unit for unit in snmp.made() if unit.name == "sentry3")
    assert any("load 14.1 -> 10 " in line for line in snmp.run(unit).shrunk)


def test_the_program_prints_how_many_rows_and_counters_it_tried(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["raritan"]) == 0
    heads, figures, *absent, end = capsys.readouterr().out.splitlines()
    assert heads.split()[:5] == ["handler", "units", "rows", "shown", "shrunk"]
    assert figures.split()[:3] == ["raritan", "3", "81"]
    assert end.startswith("0 wrong")
    assert len(absent) == (0 if all(map(recorded.available, recorded.ALL)) else 1)
