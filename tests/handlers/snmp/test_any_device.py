"""Devices with random rows, and synthetic units with random values in some objects: reading them
raises only errors of handlers/shared/errors.py.

An outlet has the same state whether it is read alone or with all others.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Sequence

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp import metering
from handlers.snmp.chains import InChain
from handlers.snmp.controls import Control
from handlers.snmp.device import (
    NOT_DECIDED,
    SnmpDevice,
    needed_sources,
    read_states,
    read_without_states,
)
from handlers.snmp.labels import outlet_labels
from handlers.snmp.objects import Scalar
from handlers.snmp.outlets import Outlets
from handlers.snmp.parts import parts_of
from handlers.snmp.profile import Profile, oids
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import ALL_STATES
from handlers.snmp.tables import ROOT, Tables, objects_of, tables_of_device
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.memory import Memory, Value, plain
from tests.handlers.snmp.units import FAMILIES, FIXTURES, find, memory, unit_id
from tests.simulators.snmp_units import Fixture

DEVICES = 20
READABLE = [
    unit
    for unit in FIXTURES
    if unit.expected.outlets
    or unit.expected.load_a
    or unit.expected.power_w
    or unit.expected.energy_kwh
]
VALUES: Sequence[Value] = (
    *("0", "1", "2", "3", "12.5", "-0", "+1", "--", "٣", "0x00ff", "9999999999999999999"),
    *("ON", "OFF", "on", "off", "A", "1,0,1", "1,0,-1", ""),
    *("Total.Power.Active.Value", "Phase L1.Current.Value", b"\xff\xfe"),
    *(0, 1, 2, 3, 7, 8, 12, 257, 259, -1, -300, 2**64 - 1, -(2**63)),
)


def random_device(profile: Profile, root: str, chance: random.Random) -> Memory:
    """A device that has most of the objects of a family, each with a value from VALUES."""
    indexes = [random_index(chance) for _ in range(chance.randint(1, 6))]
    scalars = {part.oid for part in parts_of(profile) if isinstance(part, Scalar)}
    instance_oids: list[str] = []
    for oid in sorted(set(oids(profile))):
        full_oid = root + oid.removeprefix(ROOT) if oid.startswith(ROOT) else oid
        if oid in scalars:
            instance_oids.append(full_oid)
        else:
            instance_oids += [f"{full_oid}.{index}" for index in indexes]
    objects: dict[str, Value] = {}
    for oid in instance_oids:
        if chance.random() < 0.9:
            objects[oid] = chance.choice(VALUES)
    return Memory(objects)


def random_index(chance: random.Random) -> str:
    """An index of one to four arcs."""
    arc_count = chance.choice((1, 1, 2, 3, 4))
    arcs = [chance.choice((0, 1, 2, 3, 4, 5, 8, 14, 24, 300)) for _ in range(arc_count)]
    return ".".join(map(str, arcs))


def disturbed(unit: Fixture, chance: random.Random) -> Memory:
    """A synthetic unit without some of its objects, and with values from VALUES in some others."""
    share = chance.choice((0.01, 0.05, 0.2))
    objects: dict[str, Value] = {}
    for oid, row in unit.rows.items():
        is_lost = chance.random() <= share / 2
        if is_lost:
            continue
        is_changed = chance.random() < share
        objects[oid] = chance.choice(VALUES) if is_changed else plain(row)
    return Memory(objects)


@pytest.mark.sample(8)
@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)
def test_any_rows_are_read_or_refused(profile: Profile) -> None:
    chance = random.Random(profile.key)
    for _ in range(DEVICES):
        root = chance.choice(profile.roots).oid if profile.roots else ""
        _read_or_refused(profile, random_device(profile, root, chance), root)


@pytest.mark.sample(10)
@pytest.mark.parametrize("unit", READABLE, ids=unit_id)
def test_a_unit_with_random_values_in_some_objects_is_read_or_refused(unit: Fixture) -> None:
    chance = random.Random(unit.name)
    root = find(unit, memory(unit)).tables.reading.root
    outcomes = [
        _read_or_refused(FAMILIES[unit.key], disturbed(unit, chance), root) for _ in range(DEVICES)
    ]
    assert any(outcomes), "no device had outlets or meters: the test would prove nothing"


def _read_or_refused(profile: Profile, memory: Memory, root: str) -> bool:
    """Read the device; an error other than PduHandlerError fails the test.

    Return whether it has outlets or meters.
    """
    has_any = False
    for read in (read_states, read_without_states):
        with contextlib.suppress(PduHandlerError):
            device = read(
                profile, tables_of_device(memory, root, needed_sources(profile, ALL_STATES))
            )
            if device:
                has_any = True
                _try_calls(device)
    return has_any


def _try_calls(device: SnmpDevice) -> None:
    """What calls and tools read, and what a command to each of three outlets would: its state is
    that of the status."""
    for call in (metering.read_statistic, outlet_labels):
        with contextlib.suppress(PduHandlerError):
            call(device)
    if device.outlets is None or device.outlets.states is None:
        return
    states = device.outlets.states
    decisions = states.decisions(device.tables)
    for identity in list(decisions)[:3]:
        alone = states.decisions(device.tables.again().one_row(identity)).get(identity, NOT_DECIDED)
        # of a single unit's rows, a status does not read the number of each, as a command does
        may_be_unknown = isinstance(next(objects_of([states.source])), InChain)
        if alone.state is not EnumPowerStatus.UNKNOWN or not may_be_unknown:
            assert alone.state is decisions[identity].state, identity
        if device.outlets.control is not None:
            _try_command(device.outlets, device.outlets.control, device.tables, identity)


def _try_command(outlets: Outlets, control: Control, tables: Tables, identity: str) -> None:
    """What a command reads before and after its write."""
    with contextlib.suppress(PduHandlerError):
        varbinds = outlets.varbinds(tables.again().one_row(identity), identity, up=False)
        control.covers([identity], identity, varbinds)
        control.is_carried_out(tables.again().one_row(identity), identity, varbinds)
