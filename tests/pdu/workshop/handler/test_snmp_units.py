"""Each family over SNMP has a synthetic unit to try a handler on, which is found by the objects of
its states.

`family_device(key)` is that of a family, and `find_device(rows, key).device` what the family reads
of its rows. `measured_sums()` are the load in A, the energy in kWh and the energies of outlets that
a unit measures.
"""

from __future__ import annotations

from typing import Optional

import pytest

from handlers.dcimanager import Figures, MeterFigures
from handlers.snmp.device import outlet_counts
from handlers.snmp.profiles import PROFILES
from handlers.snmp.tables import tables_of_device
from pdu.recordings.snmp.recorded_rows import RecordedRows
from pdu.recordings.snmp.recording_format import find_device
from pdu.recordings.snmp.unit_objects import energy_figures, load_figures
from pdu.workshop.handler.comparisons import problem_of_figures, true_figures_of
from pdu.workshop.handler.judge import outlet_to_switch
from pdu.workshop.handler.snmp_units import family_device, requested_devices
from pdu_common.helper import EnumPowerStatus

FAMILIES = [
    profile.key for profile in PROFILES if any(outlets.states for outlets in profile.outlets)
]
# a unit of these has one or two outlets
_FEW_OUTLETS = {"apc-ems-outlet", "snr-erd-pro-mini", "snr-erd-relay"}
# a unit of these has a meter of energy in other models alone
_NO_ENERGY = {"digipower"}
# a unit of these has a part without a meter, so that there is no sum
_UNMETERED_PARTS = {"rittal-cmc3"}
# a unit of these counts something else than all outlets that it lists
_OTHER_COUNTS = {"hpe-ipdu", "synaccess-synlink"}
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
    """Its outlets are on, off and neither; it has sums where the family has meters; each outlet
    that can be switched has a command; and without the row of an outlet, its state is unknown.
    """
    device = family_device(key)
    assert device is not None
    unit = device.unit()
    has_few_outlets = key in _FEW_OUTLETS
    assert set(unit.outlet_states().values()) == {True, False, None} or has_few_outlets
    read_device = find_device(device.rows, key).device
    assert read_device is not None
    outlets, sums = read_device.outlets, unit.measured_sums()
    assert outlets is not None
    assert outlets.states is not None
    has_sums = key not in _UNMETERED_PARTS
    assert bool(sums.load_a) == (bool(load_figures(read_device)) and has_sums)
    has_energy = bool(energy_figures(read_device)) and has_sums
    assert bool(sums.energy_kwh) == has_energy or key in _NO_ENERGY
    if outlets.control is not None:
        for on in (False, True):
            outlet = outlet_to_switch(unit, on=on)
            assert unit.command_words(outlet, on=on) if outlet else has_few_outlets
    # the columns and scalars of the states alone
    memory = RecordedRows(device.rows)
    outlets.states.rows(tables_of_device(memory, read_device.tables.reading.root))
    device_by_states = next(requested_devices(frozenset(memory.answers)))
    # families may read one table; then either unit has it
    objects = set(memory.oids_in_answers())
    assert device_by_states.key == key or objects <= device_by_states.rows.keys()
    for outlet, contents in unit.without_row():
        unit.contents = contents
        assert unit.outlet_states().get(outlet) is None


@pytest.mark.parametrize("key", FAMILIES)
def test_a_unit_counts_all_outlets_that_it_lists(key: str) -> None:
    """A handler that reads as many outlets as the unit counts would else miss some."""
    device = family_device(key)
    assert device is not None
    read_device = find_device(device.rows, key).device
    assert read_device is not None
    assert read_device.outlets is not None
    if read_device.outlets.count is not None and key not in _OTHER_COUNTS:
        counts = outlet_counts(read_device.outlets, read_device.tables)
        assert sum(int(str(value)) for value in counts.values()) == len(read_device.states)


@pytest.mark.parametrize("key", FAMILIES)
def test_a_command_that_is_written_twice_is_seen_twice(key: str) -> None:
    """The unit notes each write that switches an outlet as a command, also the same one again."""
    device = family_device(key)
    assert device is not None
    for on in (False, True):
        unit = device.unit()
        outlet = outlet_to_switch(unit, on=on)
        varbinds = unit.varbinds(outlet, EnumPowerStatus.UP if on else EnumPowerStatus.DOWN)
        if outlet:
            unit.set(varbinds)
            unit.set(varbinds)
            assert [command.is_known for command in unit.commands] == [True, True]


@pytest.mark.parametrize("key", FAMILIES)
def test_energies_of_other_outlets_and_whole_amperes_are_told_from_the_units_own(key: str) -> None:
    """A handler that gives the energy of another outlet, or cuts off tenths of an ampere, is wrong
    on the unit of each family.
    """
    device = family_device(key)
    assert device is not None
    sums = device.unit().measured_sums()
    load_a = sums.load_a[0] if sums.load_a else None
    energies = list(sums.outlet_kwh.values())

    def is_right(load: Optional[float], outlet_kwh: list[float]) -> bool:
        ports = {
            identity: MeterFigures(energy_kwh=kwh)
            for identity, kwh in zip(sums.outlet_kwh, outlet_kwh)
        }
        return not problem_of_figures(Figures(load, None, ports), true_figures_of(sums))

    if load_a is not None:
        assert is_right(load_a, energies)
        for load in sums.load_a:
            assert not is_right(load // 1, energies) or key in _WHOLE_AMPERES
        if len(energies) > 1:
            assert not is_right(load_a, [*energies[1:], energies[0]])
            assert not is_right(load_a, energies[::-1])


def test_more_than_half_of_the_units_are_as_large_as_a_racks() -> None:
    """They have 12 outlets; those of an RPCM have different energies above 10,000 kWh."""
    outlets = {}
    for key in FAMILIES:
        device = family_device(key)
        assert device is not None
        outlets[key] = len(device.unit().outlet_states())
    large = [key for key, number in outlets.items() if number >= 12]
    assert len(large) > len(FAMILIES) / 2, outlets
    device = family_device("rpcm")
    assert device is not None
    unit = device.unit()
    energies = unit.measured_sums().outlet_kwh
    assert len({*energies.values()}) == 12
    assert min(energies.values()) > 10_000
