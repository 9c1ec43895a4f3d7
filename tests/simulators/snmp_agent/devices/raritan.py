"""Raritan PX2 and later, from PDU2-MIB.

The state is a value of the MIB's enumeration for sensors: on 7, off 8, unavailable -1. The command
is off 0, on 1, cycle 2. Numeric sensors report their number of decimal digits. A three-phase inlet
reports its highest line current; its poles are the lines and the neutral.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..device import GAUGE, Device, Effect, Rule, When
from ..model import Model, Relay
from .rows import Rows, deciamps, energy_tenths, off_at_first

_PDU = "1.3.6.1.4.1.13742.6"
UNIT = f"{_PDU}.3.2.2.1"
OUTLET, SWITCHING = f"{_PDU}.3.5.3.1", f"{_PDU}.4.1.2.1"
OUTLET_SENSOR, OUTLET_DIGITS = f"{_PDU}.5.4.3.1", f"{_PDU}.3.5.4.1.7"
INLET_SENSOR, INLET_DIGITS = f"{_PDU}.5.2.3.1", f"{_PDU}.3.3.4.1.7"
POLE_SENSOR, POLE_DIGITS = f"{_PDU}.5.2.4.1", f"{_PDU}.3.3.6.1.7"
_CURRENT, _POWER, _ENERGY, _ON_OFF = 1, 5, 8, 14
_NORMAL, _ON, _OFF = 4, 7, 8
_AVAILABLE, _STATE, _VALUE = ".2", ".3", ".4"
_SIGNED_MINIMUM = ".27"  # of the sensors' configuration
_CYCLE_S = 1.0
_NEUTRAL_MA = 250
_CAPABILITIES, _CAPABILITY_OCTETS = ".10", 10
# sensor types besides A, W, Wh and on/off
PX4_SENSORS = (2, 3, 4, 6, 7, 9, 23, 24, 25, 26, 27, 28, 29)


def px(
    outlets: int = 24, relay_s: float = 0.0, units: int = 1, more: tuple[int, ...] = ()
) -> Model:
    """A three-phase PX3. An outlet's identity is pdu.outlet; the `units` linked units are pdu 1, 2,
    …

    `more`: further sensor types of each outlet. The outlets then have outletDeviceCapabilities.
    """
    rows = Rows()
    rows.system("Raritan PX3 - Firmware Version 3.6.10.5-45910", "1.3.6.1.4.1.13742.6", "px3")
    numbers = {f"{unit}.{n}": n for unit in range(1, units + 1) for n in range(1, outlets + 1)}
    for unit in range(1, units + 1):
        rows.put(f"{UNIT}.2.{unit}", 1, GAUGE)  # inletCount
        rows.put(f"{UNIT}.4.{unit}", outlets, GAUGE)  # outletCount
        mine = [n for index, n in numbers.items() if index.startswith(f"{unit}.")]
        _inlet(
            rows,
            f"{unit}.1",
            [sum(deciamps(n) * 100 for n in mine if n % 3 == line) for line in range(3)],
            sum(energy_tenths(n) for n in mine) * 100,
        )
    rows.column(f"{OUTLET}.2", {index: str(n) for index, n in numbers.items()})
    rows.column(
        f"{OUTLET}.3", {index: "" if n % 2 else f"server {n}" for index, n in numbers.items()}
    )
    rows.column(f"{OUTLET}.28", dict.fromkeys(numbers, 1))
    rows.column(
        f"{SWITCHING}.2", {index: 0 if off_at_first(n) else 1 for index, n in numbers.items()}
    )
    rows.column(
        f"{SWITCHING}.3", {index: _OFF if off_at_first(n) else _ON for index, n in numbers.items()}
    )
    rows.column(f"{SWITCHING}.5", dict.fromkeys(numbers, 2))  # not suspended
    for index, n in numbers.items():
        _sensors(
            rows,
            OUTLET_SENSOR,
            OUTLET_DIGITS,
            index,
            {
                _CURRENT: (deciamps(n) * 100, 3),
                _POWER: (deciamps(n) * 23, 0),
                _ENERGY: (energy_tenths(n) * 100, 0),
                **dict.fromkeys(more, (7, 1)),
            },
        )
        if more:
            rows.put(
                f"{OUTLET}{_CAPABILITIES}.{index}",
                capabilities(_CURRENT, _POWER, _ENERGY, _ON_OFF, *more),
            )
            rows.put(f"{OUTLET_DIGITS}.{index}.{_ON_OFF}", 0, GAUGE)
        rows.put(f"{OUTLET_SENSOR}{_AVAILABLE}.{index}.{_ON_OFF}", 1)
        rows.put(f"{OUTLET_SENSOR}{_STATE}.{index}.{_ON_OFF}", _OFF if off_at_first(n) else _ON)
        rows.put(f"{OUTLET_SENSOR}{_VALUE}.{index}.{_ON_OFF}", 0, GAUGE)
    return Model(
        "raritan-px2",
        Device(rows, _rules(numbers, relay_s)),
        {
            index: Relay(f"{SWITCHING}.3.{index}", on=(str(_ON),), off=(str(_OFF),))
            for index in numbers
        },
        load=[
            (f"{POLE_SENSOR}{_VALUE}.{unit}.1.{line}.{_CURRENT}", "0.001")
            for unit in range(1, units + 1)
            for line in (1, 2, 3)
        ],
        energy=[
            (f"{INLET_SENSOR}{_VALUE}.{unit}.1.{_ENERGY}", "0.001") for unit in range(1, units + 1)
        ],
        port_energy={
            index: (f"{OUTLET_SENSOR}{_VALUE}.{index}.{_ENERGY}", "0.001") for index in numbers
        },
        labels={index: str(n) if units == 1 else index for index, n in numbers.items()},
    )


def capabilities(*types: int) -> bytes:
    """outletDeviceCapabilities, BITS: the bit of a sensor type is its number minus 1 (rmsCurrent,
    type 1: bit 0).
    """
    number = sum(1 << (8 * _CAPABILITY_OCTETS - kind) for kind in types)
    return number.to_bytes(_CAPABILITY_OCTETS, "big")


def _rules(numbers: Mapping[str, int], relay_s: float) -> tuple[Rule, ...]:
    """A command changes the relay and the on/off sensor, whose row has one arc more than the
    outlet's.
    """
    states, commands = (
        {"0": str(_OFF), "1": str(_ON), "2": str(_OFF)},
        {
            "0": "0",
            "1": "1",
            "2": "0",
        },
    )
    rules = []
    for index in numbers:
        shown = (f"{SWITCHING}.3.{index}", f"{OUTLET_SENSOR}{_STATE}.{index}.{_ON_OFF}")
        effects = [Effect(oid, mapping=states, after=relay_s) for oid in shown]
        effects += [Effect(oid, mapping={"2": str(_ON)}, after=relay_s + _CYCLE_S) for oid in shown]
        effects += [
            Effect(f"{SWITCHING}.2.{index}", mapping=commands, after=relay_s),
            Effect(f"{SWITCHING}.2.{index}", mapping={"2": "1"}, after=relay_s + _CYCLE_S),
        ]
        rules.append(
            Rule(
                f"{SWITCHING}.2.{index}",
                allow=("0", "1", "2"),
                keep=False,
                effects=tuple(effects),
                when=(When(f"{OUTLET}.28.{index}", ("1",)),),
                otherwise="inconsistentValue",
            )
        )
    return tuple(rules)


def _inlet(rows: Rows, index: str, lines_ma: list[int], energy_wh: int) -> None:
    rows.put(f"{_PDU}.3.3.3.1.5.{index}", 4)  # inletPoleCount
    _sensors(
        rows,
        INLET_SENSOR,
        INLET_DIGITS,
        index,
        {
            _CURRENT: (max(lines_ma), 3),
            _POWER: (sum(lines_ma) * 23 // 100, 0),
            _ENERGY: (energy_wh, 0),
        },
    )
    for pole, current in enumerate((*lines_ma, _NEUTRAL_MA), 1):
        _sensors(rows, POLE_SENSOR, POLE_DIGITS, f"{index}.{pole}", {_CURRENT: (current, 3)})
        # inletPoleLine: 1 to 3, and 4 is the neutral
        rows.put(f"{_PDU}.3.3.5.1.1.{index}.{pole}", pole)


def _sensors(
    rows: Rows, table: str, digits: str, index: str, values: dict[int, tuple[int, int]]
) -> None:
    """`values`: sensor type -> (value, decimal digits)."""
    for kind, (value, places) in values.items():
        rows.put(f"{table}{_AVAILABLE}.{index}.{kind}", 1)
        rows.put(f"{table}{_STATE}.{index}.{kind}", _NORMAL)
        rows.put(f"{table}{_VALUE}.{index}.{kind}", value, GAUGE)
        rows.put(f"{digits}.{index}.{kind}", places, GAUGE)
        rows.put(f"{digits.rpartition('.')[0]}{_SIGNED_MINIMUM}.{index}.{kind}", 0)
