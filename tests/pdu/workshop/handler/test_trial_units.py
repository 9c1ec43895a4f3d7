"""Each family has a unit to try a handler on, which is found by the objects of its states."""

from __future__ import annotations

import pytest

from handlers.snmp.profiles import PROFILES
from handlers.snmp.reader import Reader
from pdu.cli.states import DOWN, UNKNOWN, UP
from pdu.recordings.snmp.recorded_rows import RecordedRows, dotted
from pdu.recordings.snmp.recording_format import find_device
from pdu.workshop.handler.trial_units import TrialUnit, family_device, requested_device

FAMILIES = [
    profile.key for profile in PROFILES if any(outlets.states for outlets in profile.outlets)
]
# a unit of these has one or two outlets
_FEW_OUTLETS = {"apc-ems-outlet", "snr-erd-pro-mini"}


@pytest.mark.parametrize("key", FAMILIES)
def test_the_unit_of_a_family_has_each_state_its_own_figures_and_is_found_by_its_states(
    key: str,
) -> None:
    device = family_device(key)
    assert device is not None
    unit = TrialUnit(device.rows, key)
    assert {*unit.states().values()} == {UP, DOWN, UNKNOWN} or key in _FEW_OUTLETS
    read = find_device(device.rows, key).device
    assert read is not None and read.outlets is not None and read.outlets.states is not None
    profile, outlets, sums = read.profile, read.outlets, unit.measured_sums()
    source = read.outlets.states.source
    assert sums.load_a or not (profile.load or profile.inlet or outlets.current)
    assert sums.energy_kwh or not (profile.energy or outlets.energy)
    if outlets.control is not None:
        assert unit.switchable_outlet(DOWN)
        assert unit.switchable_outlet(UP) or key in _FEW_OUTLETS
    # the columns and scalars of the states alone
    memory = RecordedRows(device.rows)
    source.rows(Reader(memory, read.reader.root))
    requested = requested_device(frozenset(memory.asked))
    assert requested is not None
    other = find_device(requested.rows, requested.key).device
    assert other is not None
    # families may read one table; then either unit has it
    assert requested.key == key or {*map(dotted, memory.oids_in_answers())} <= {
        *map(dotted, requested.rows)
    }
