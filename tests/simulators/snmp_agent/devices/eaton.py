"""Eaton ePDU G2/G3, from EATON-EPDU-MIB: one column for each command.

A written value of 0 or more is a delay in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..device import GAUGE, Device, Effect, Rule, When
from ..model import Model, Relay
from .rows import Rows, deciamps, energy_tenths, indexes, off_at_first

_EPDU = "1.3.6.1.4.1.534.6.6.7"
_OUTLET = f"{_EPDU}.6"
NAME, DESIGNATOR = f"{_OUTLET}.1.1.3", f"{_OUTLET}.1.1.6"
CONTROL = f"{_OUTLET}.6.1"
STATE, OFF, ON, REBOOT, REBOOT_OFF_TIME, SWITCHABLE = (
    f"{CONTROL}.{column}" for column in (2, 3, 4, 5, 8, 9)
)
CURRENT, WATTS, WATT_HOURS = f"{_OUTLET}.4.1.3", f"{_OUTLET}.5.1.3", f"{_OUTLET}.5.1.4"
INPUT_KIND = f"{_EPDU}.3.3.1.2"
INPUT_CURRENT, INPUT_WATTS, INPUT_WATT_HOURS = (
    f"{_EPDU}.3.3.1.4",
    f"{_EPDU}.3.5.1.4",
    f"{_EPDU}.3.5.1.5",
)
_IS_OFF, _IS_ON, _PENDING_OFF, _PENDING_ON = "0", "1", "2", "3"
_IDLE = "-1"
_REBOOT_OFF_S = 1.0


def epdu(outlets: int = 24, relay_s: float = 0.0, locked: Sequence[int] = ()) -> Model:
    """The identity is strapping.outlet ("0.7").

    `locked` outlets are not switchable.
    """
    rows = Rows()
    rows.system("Eaton ePDU EMA114-10", "1.3.6.1.4.1.534.6.6.7", "epdu")
    rows.put(f"{_EPDU}.1.2.1.22.0", outlets)  # outletCount
    numbers = dict(zip(indexes(outlets, "0."), range(1, outlets + 1)))
    rows.column(f"{_OUTLET}.1.1.2", {index: f"Outlet {n}" for index, n in numbers.items()})
    rows.column(NAME, {index: f"Outlet A{n}" for index, n in numbers.items()})
    rows.column(DESIGNATOR, {index: f"A{n}" for index, n in numbers.items()})
    rows.column(STATE, {index: 0 if off_at_first(n) else 1 for index, n in numbers.items()})
    for verb in (OFF, ON, REBOOT):
        rows.column(verb, dict.fromkeys(numbers, -1))
    rows.column(REBOOT_OFF_TIME, dict.fromkeys(numbers, 1))
    rows.column(SWITCHABLE, {index: 2 if n in locked else 1 for index, n in numbers.items()})
    rows.column(CURRENT, {index: deciamps(n) * 100 for index, n in numbers.items()})
    rows.column(WATTS, {index: deciamps(n) * 23 for index, n in numbers.items()})
    rows.column(WATT_HOURS, {index: energy_tenths(n) * 100 for index, n in numbers.items()}, GAUGE)
    for line in (1, 2, 3):
        rows.put(
            f"{INPUT_CURRENT}.0.1.{line}",
            sum(deciamps(n) * 100 for n in numbers.values() if n % 3 == line - 1),
        )
        rows.put(f"{INPUT_KIND}.0.1.{line}", line + 2)  # phase1, phase2, phase3
    rows.put(f"{INPUT_CURRENT}.0.1.4", 250)
    rows.put(f"{INPUT_KIND}.0.1.4", 2)  # neutral
    rows.put(f"{INPUT_WATTS}.0.1", sum(deciamps(n) * 23 for n in numbers.values()))
    rows.put(
        f"{INPUT_WATT_HOURS}.0.1", sum(energy_tenths(n) * 100 for n in numbers.values()), GAUGE
    )
    return Model(
        "eaton-epdu",
        Device(rows, _rules(relay_s)),
        {index: Relay(f"{STATE}.{index}", on=(_IS_ON,), off=(_IS_OFF,)) for index in numbers},
        load=[(f"{INPUT_CURRENT}.0.1.{line}", "0.001") for line in (1, 2, 3)],
        energy=[(f"{INPUT_WATT_HOURS}.0.1", "0.001")],
        port_energy={index: (f"{WATT_HOURS}.{index}", "0.001") for index in numbers},
        labels={index: f"A{n}" for index, n in numbers.items()},
    )


def _rules(relay_s: float) -> list[Rule]:
    # Unlike on a unit, -1 does not cancel a reboot.
    may = (When(f"{SWITCHABLE}.*", ("1",)),)
    rules = [
        _verb(OFF, _PENDING_OFF, _IS_OFF, relay_s, may),
        _verb(ON, _PENDING_ON, _IS_ON, relay_s, may),
    ]
    reboot = (
        Effect(f"{STATE}.*", _IS_OFF, after=relay_s, after_written=True),
        # A reboot also switches on an outlet that was off.
        Effect(f"{STATE}.*", _IS_ON, after=relay_s + _REBOOT_OFF_S, after_written=True),
        Effect(f"{REBOOT}.*", _IDLE, after=relay_s + _REBOOT_OFF_S, after_written=True),
    )
    rules.append(
        Rule(
            f"{REBOOT}.*",
            lowest=0,
            highest=99_999,
            when=may,
            otherwise="notWritable",
            effects=reboot,
        )
    )
    rules.append(Rule(f"{SWITCHABLE}.*", allow=("1", "2")))
    # a write resets the counter
    rules += [Rule(f"{column}.*", allow=("0",)) for column in (WATT_HOURS, INPUT_WATT_HOURS)]
    return rules


def _verb(column: str, pending: str, done: str, relay_s: float, may: tuple[When, ...]) -> Rule:
    """0 switches after `relay_s`, n after `relay_s` + n seconds. -1 cancels the command of this
    column that is shown as pending.

    With n above 0, an outlet in the opposite state is shown as pending.
    """
    opposite = _IS_ON if done == _IS_OFF else _IS_OFF
    return Rule(
        f"{column}.*",
        lowest=-1,
        highest=99_999,
        when=may,
        otherwise="notWritable",
        effects=(
            # If the state is shown as pending by this column, a command puts it back and drops
            # every planned change of it.
            Effect(f"{STATE}.*", opposite, cancels=True, when=(When(f"{STATE}.*", (pending,)),)),
            Effect(
                f"{STATE}.*",
                pending,
                when=(
                    When(f"{STATE}.*", (opposite,)),
                    When(f"{column}.*", ("-1", "0"), negate=True),
                ),
            ),
            Effect(
                f"{STATE}.*",
                done,
                after=relay_s,
                after_written=True,
                when=(When(f"{column}.*", ("-1",), negate=True),),
            ),
            Effect(f"{column}.*", _IDLE, cancels=True, after=relay_s, after_written=True),
        ),
    )
