"""Devices with random rows, and synthetic units with random values in some objects: reading them
raises only errors of handlers/shared/errors.py.

An outlet has the same state whether it is read alone or with all others.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Mapping, Sequence

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp import metering
from handlers.snmp.device import SnmpDevice, read_by_states, read_without_states
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.profile import Profile, oids
from handlers.snmp.profiles import PROFILES
from handlers.snmp.reader import Reader
from handlers.snmp.sources import ByUnit, Scalar
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.every_part import EVERY_PART
from tests.handlers.snmp.memory import Memory, Value, plain
from tests.handlers.snmp.units import FAMILIES, FIXTURES, find, memory, unit_id
from tests.recordings import Fixture

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
    *"0 1 2 3 ON OFF on off A 12.5 -0 +1 -- ٣ 1,0,1 1,0,-1 0x00ff 9999999999999999999".split(),
    *(0, 1, 2, 3, 7, 8, 12, 257, 259, -1, -300, 2**64 - 1, -(2**63)),
    *("", b"\xff\xfe", "Total.Power.Active.Value", "Phase L1.Current.Value"),
)


def device(objects_of: Mapping[str, bool], root: str, chance: random.Random) -> Memory:
    """A device that has most of the objects, with indexes of one to four arcs and values from
    VALUES.

    `objects_of`: the OIDs of a family, and whether each is a scalar.
    """
    indexes = [
        ".".join(
            str(chance.choice((0, 1, 2, 3, 4, 5, 8, 14, 24, 300)))
            for _ in range(chance.choice((1, 1, 2, 3, 4)))
        )
        for _ in range(chance.randint(1, 6))
    ]
    objects: dict[str, Value] = {}
    for oid, is_scalar in objects_of.items():
        full = root + oid[1:] if oid.startswith("~") else oid
        if is_scalar:
            objects[full] = chance.choice(VALUES)
        else:
            objects.update(
                {
                    f"{full}.{index}": chance.choice(VALUES)
                    for index in indexes
                    if chance.random() < 0.9
                }
            )
    return Memory({oid: value for oid, value in objects.items() if chance.random() < 0.95})


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
@pytest.mark.parametrize("profile", (*PROFILES, EVERY_PART), ids=lambda profile: profile.key)
def test_any_rows_are_read_or_refused(profile: Profile) -> None:
    chance = random.Random(profile.key)
    scalars = {part.oid for part in parts_of(profile) if isinstance(part, Scalar)}
    objects_of = {oid: oid in scalars for oid in sorted(set(oids(profile)))}
    for _ in range(DEVICES):
        root = chance.choice(profile.roots).oid if profile.roots else ""
        _read_or_refused(profile, Reader(device(objects_of, root, chance), root))


@pytest.mark.sample(10)
@pytest.mark.parametrize("unit", READABLE, ids=unit_id)
def test_a_unit_with_random_values_in_some_objects_is_read_or_refused(unit: Fixture) -> None:
    chance = random.Random(unit.name)
    root = find(unit, memory(unit)).reader.root
    outcomes = [
        _read_or_refused(FAMILIES[unit.key], Reader(disturbed(unit, chance), root))
        for _ in range(DEVICES)
    ]
    assert any(outcomes), "no device had outlets or meters: the test would prove nothing"


def _read_or_refused(profile: Profile, reader: Reader) -> bool:
    """Read the device; an error other than PduHandlerError fails the test.

    Return whether outlets or meters were found.
    """
    has_any = False
    for found_by in (read_by_states, read_without_states):
        with contextlib.suppress(PduHandlerError):
            snmp_device = found_by(profile, reader)
            if snmp_device:
                has_any = True
                _read(snmp_device)
    return has_any


def _read(found: SnmpDevice) -> None:
    for call in (metering.read_statistic, metering.labels):
        with contextlib.suppress(PduHandlerError):
            call(found)
    if found.outlets is None or found.outlets.states is None:
        return
    state_by_outlet = found.outlets.states.read_from(found.reader)
    for identity in list(state_by_outlet)[:3]:
        state = found.outlets.states.state_of(found.reader.fresh_reader(), identity).state
        # of a single unit's rows, a status does not read the number of each, as a command does
        is_doubted = state is EnumPowerStatus.UNKNOWN and isinstance(
            found.outlets.states.source, ByUnit
        )
        assert is_doubted or state is state_by_outlet[identity], identity
        if found.outlets.control is None:
            continue
        with contextlib.suppress(PduHandlerError):
            orders = found.outlets.control.orders(found.reader.fresh_reader(), identity, up=False)
            assert orders
            found.outlets.control.is_carried_out(found.reader.fresh_reader(), identity, orders)
