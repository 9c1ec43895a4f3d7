"""Each family has a unit to try a handler on, which is found by the objects of its states."""

from __future__ import annotations

from typing import Optional

import pytest

from handlers.dcimanager import Figures, MeterFigures
from handlers.snmp.profiles import PROFILES
from handlers.snmp.reader import Reader
from pdu.cli.states import DOWN, UNKNOWN, UP
from pdu.recordings.snmp.recorded_rows import RecordedRows
from pdu.recordings.snmp.recording_format import find_device
from pdu.workshop.handler.comparisons import compare_figures
from pdu.workshop.handler.larger_snmp_units import energy_figures, load_figures
from pdu.workshop.handler.rules import BROKEN, KEPT
from pdu.workshop.handler.snmp_units import (
    TrialUnit,
    family_device,
    requested_device,
)

FAMILIES = [
    profile.key for profile in PROFILES if any(outlets.states for outlets in profile.outlets)
]
# a unit of these has one or two outlets
_FEW_OUTLETS = {"apc-ems-outlet", "snr-erd-pro-mini", "snr-erd-relay"}
# a unit of these is a chain, which has no total of this kind
_NO_ENERGY_OF_A_CHAIN = {"digipower"}
# the load of a unit of these is near a whole number, or one of its meters is
_WHOLE_AMPERES = {
    *("cyberpower-ats", "dell-rpdu", "eaton-pulizzi", "hpe-ipdu", "ipoman", "planet-ipm"),
    *("powertek-pwt2", "riedo-updu", "sentry3", "sinetica-hawk", "synaccess-netbooter"),
    *("lantronix-slc", "sentry4", "ts-bspdu", "wti-power"),
}


@pytest.mark.parametrize("key", FAMILIES)
def test_the_unit_of_a_family_has_each_state_its_own_figures_and_is_found_by_its_states(
    key: str,
) -> None:
    device = family_device(key)
    assert device is not None
    unit = TrialUnit(device.rows, key)
    has_few_outlets = key in _FEW_OUTLETS
    assert set(unit.states().values()) == {UP, DOWN, UNKNOWN} or has_few_outlets
    read_device = find_device(device.rows, key).device
    assert read_device is not None
    outlets, sums = read_device.outlets, unit.measured_sums()
    assert outlets is not None
    assert outlets.states is not None
    assert bool(sums.load_a) == bool(load_figures(read_device))
    has_energy = key not in _NO_ENERGY_OF_A_CHAIN and bool(energy_figures(read_device))
    assert bool(sums.energy_kwh) == has_energy
    if outlets.control is not None:
        assert unit.switchable_outlet(DOWN)
        assert unit.switchable_outlet(UP) or has_few_outlets
    # the columns and scalars of the states alone
    memory = RecordedRows(device.rows)
    outlets.states.source.rows(Reader(memory, read_device.reader.root))
    device_by_states = requested_device(frozenset(memory.answers))
    assert device_by_states is not None
    # families may read one table; then either unit has it
    objects = set(memory.oids_in_answers())
    assert device_by_states.key == key or objects <= device_by_states.rows.keys()


@pytest.mark.parametrize("key", FAMILIES)
def test_energies_of_other_outlets_and_whole_amperes_are_told_from_the_units_own(key: str) -> None:
    device = family_device(key)
    assert device is not None
    sums = TrialUnit(device.rows, key).measured_sums()
    load_a = sums.load_a[0] if sums.load_a else None
    energies = list(sums.outlet_kwh.values())

    def result(load: Optional[float], outlet_kwh: list[float]) -> str:
        ports = {
            identity: MeterFigures(energy_kwh=kwh)
            for identity, kwh in zip(sums.outlet_kwh, outlet_kwh)
        }
        return compare_figures(Figures(load, None, ports), sums).result

    if load_a is not None:
        assert result(load_a, energies) == KEPT
        for load in sums.load_a:
            assert result(load // 1, energies) == BROKEN or key in _WHOLE_AMPERES
        if len(energies) > 1:
            assert result(load_a, [*energies[1:], energies[0]]) == BROKEN
            assert result(load_a, energies[::-1]) == BROKEN


def test_more_than_half_of_the_units_are_as_large_as_a_racks() -> None:
    outlets = {}
    for key in FAMILIES:
        device = family_device(key)
        assert device is not None
        outlets[key] = len(TrialUnit(device.rows, key).states())
    large = [key for key, number in outlets.items() if number >= 12]
    assert len(large) > len(FAMILIES) / 2, outlets
    device = family_device("rpcm")
    assert device is not None
    unit = TrialUnit(device.rows, "rpcm")
    first_outlets = ["12", "7", "1"]
    assert unit.outlets_to_switch()[:3] == first_outlets
    assert sorted(map(int, unit.outlets_to_switch())) == list(range(1, 13))
    energies = unit.measured_sums().outlet_kwh
    assert len({*energies.values()}) == 12
    assert min(energies.values()) > 10_000
