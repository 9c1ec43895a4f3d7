"""Units with conditions for a write: locks, an unlock before the write, writes that are accepted
and ignored.

From LIEBERT-GP-PDU-MIB, SCHLEIFENBAUER-DATABUS-MIB and Avocent's PM-MIB.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..device import GAUGE, Device, Effect, Rule, When
from ..model import Model, Relay
from .rows import Rows, deciamps, energy_tenths, indexes, off_at_first

_REBOOT_S = 1.0
_UNLOCKED_S = 10.0


def liebert(outlets: int = 16, relay_s: float = 0.0, locked: Sequence[int] = ()) -> Model:
    """Liebert MPH: state off 1, on 2, off-pending-on-delay 3; command off 0, on 1, cycle 2; a lock
    for each receptacle.

    The receptacles are on branch 2, as on a real unit. A locked one refuses commands, and one that
    is off ignores a cycle.
    """
    table, unit = "1.3.6.1.4.1.476.1.42.3.8.50.20.1", "1.3.6.1.4.1.476.1.42.3.8.30.20.1"
    name, state, command, lock, energy = (f"{table}.{column}" for column in (10, 95, 100, 105, 85))
    rows = Rows()
    rows.system("Liebert MPH2", "1.3.6.1.4.1.476.1.42", "mph2")
    numbers = dict(zip(indexes(outlets, "1.2."), range(1, outlets + 1)))
    rows.put("1.3.6.1.4.1.476.1.42.3.8.50.19.0", outlets, GAUGE)
    rows.column(name, {index: f"P{n:02}" for index, n in numbers.items()})
    rows.column(f"{table}.25", {index: f"RCP B-{n:02}" for index, n in numbers.items()})
    rows.column(f"{table}.50", dict.fromkeys(numbers, 3))  # measurement-and-control
    rows.column(f"{table}.61", {index: deciamps(n) * 10 for index, n in numbers.items()}, GAUGE)
    rows.column(f"{table}.65", {index: deciamps(n) * 23 for index, n in numbers.items()}, GAUGE)
    rows.column(energy, {index: energy_tenths(n) for index, n in numbers.items()}, GAUGE)
    rows.column(state, {index: 1 if off_at_first(n) else 2 for index, n in numbers.items()})
    rows.column(command, {index: 0 if off_at_first(n) else 1 for index, n in numbers.items()})
    rows.column(lock, {index: 2 if n in locked else 1 for index, n in numbers.items()})
    rows.put(f"{unit}.50.1.1", sum(energy_tenths(n) for n in numbers.values()), GAUGE)
    rows.put(f"{unit}.65.1.1", sum(deciamps(n) * 23 for n in numbers.values()), GAUGE)
    was_on, was_off = When(f"{state}.*", ("2",)), When(f"{state}.*", ("1",))
    unlocked = When(f"{lock}.*", ("1",))
    switch = Rule(
        f"{command}.*",
        allow=("0", "1", "2"),
        when=(unlocked,),
        otherwise="inconsistentValue",
        effects=(
            # The end of a cycle is planned first: without a relay delay, its beginning would make
            # `was_on` false.
            Effect(f"{state}.*", "2", written=("2",), after=relay_s + _REBOOT_S, when=(was_on,)),
            Effect(f"{state}.*", "1", written=("2",), after=relay_s, when=(was_on,)),
            Effect(f"{state}.*", "3", written=("1",), when=(was_off,)),
            Effect(f"{state}.*", mapping={"0": "1", "1": "2"}, after=relay_s),
        ),
    )
    rules = [
        switch,
        Rule(f"{lock}.*", allow=("1", "2")),
        Rule(f"{energy}.*", allow=("0",)),
        Rule(f"{name}.*"),
    ]
    return Model(
        "liebert-mph",
        Device(rows, rules),
        {index: Relay(f"{state}.{index}", on=("2",), off=("1",)) for index in numbers},
        load=[(f"{table}.61.{index}", "0.01") for index in numbers],
        energy=[(f"{unit}.50.1.1", "0.1")],
        port_energy={index: (f"{energy}.{index}", "0.1") for index in numbers},
        labels={index: f"B-{n}" for index, n in numbers.items()},
    )


def schleifenbauer(outlets: int = 9, relay_s: float = 0.0) -> Model:
    """Schleifenbauer: a write of 1 to an outlet's unlock object unlocks it for _UNLOCKED_S.

    Commands to a locked outlet, and a reboot of one that is off, are accepted without effect.
    """
    root, unit = "1.3.6.1.4.1.31034.12.1.1.2", 210
    state, unlock, reboot = (f"{root}.7.3.1.{column}" for column in (2, 4, 6))
    rows = Rows()
    rows.system("Schleifenbauer DPM3", "1.3.6.1.4.1.31034.11", "databus")
    numbers = dict(zip(indexes(outlets, f"{unit}."), range(1, outlets + 1)))
    rows.put(f"{root}.2.1.1.2.{unit}", outlets)
    rows.column(f"{root}.7.1.1.2", {index: f"out{n}" for index, n in numbers.items()})
    rows.column(f"{root}.7.2.1.2", {index: energy_tenths(n) // 10 for index, n in numbers.items()})
    rows.column(f"{root}.7.2.1.5", {index: deciamps(n) * 10 for index, n in numbers.items()})
    rows.column(f"{root}.7.2.1.11", {index: deciamps(n) * 23 for index, n in numbers.items()})
    rows.column(state, {index: 0 if off_at_first(n) else 1 for index, n in numbers.items()})
    rows.column(f"{root}.7.3.1.3", dict.fromkeys(numbers, 0))  # scheduled activity
    rows.column(unlock, dict.fromkeys(numbers, 0))
    rows.column(reboot, dict.fromkeys(numbers, 0))
    for line in (1, 2, 3):
        mine = [n for n in numbers.values() if n % 3 == line - 1]
        rows.put(f"{root}.6.1.1.2.{unit}.{line}", sum(energy_tenths(n) // 10 for n in mine))
        rows.put(f"{root}.6.1.1.5.{unit}.{line}", sum(deciamps(n) * 10 for n in mine))
        rows.put(f"{root}.6.1.1.10.{unit}.{line}", sum(deciamps(n) * 23 for n in mine))
    unlocked, is_on = When(f"{unlock}.*", ("1",)), When(f"{state}.*", ("1",))
    rules = [
        Rule(
            f"{unlock}.*",
            allow=("0", "1"),
            effects=(Effect(f"{unlock}.*", "0", written=("1",), after=_UNLOCKED_S, cancels=True),),
        ),
        Rule(
            f"{state}.*",
            allow=("0", "1"),
            keep=False,
            when=(unlocked,),
            effects=(Effect(f"{state}.*", after=relay_s),),
        ),
        Rule(
            f"{reboot}.*",
            allow=("1",),
            keep=False,
            when=(unlocked, is_on),
            effects=(
                Effect(f"{state}.*", "0", after=relay_s),
                Effect(f"{state}.*", "1", after=relay_s + _REBOOT_S),
            ),
        ),
    ]
    return Model(
        "schleifenbauer",
        Device(rows, rules),
        {index: Relay(f"{state}.{index}", on=("1",), off=("0",)) for index in numbers},
        load=[(f"{root}.6.1.1.5.{unit}.{line}", "0.01") for line in (1, 2, 3)],
        energy=[(f"{root}.6.1.1.2.{unit}.{line}", "1") for line in (1, 2, 3)],
        port_energy={index: (f"{root}.7.2.1.2.{index}", "1") for index in numbers},
        labels={index: str(n) for index, n in numbers.items()},
    )


def avocent(outlets: int = 10, relay_s: float = 0.0, locked: Sequence[int] = ()) -> Model:
    """Avocent PM: state off 1, on 2, locked off 3, locked on 4, going off 6, going on 7; command
    none 1, on 2, off 3, cycle 4, lock 5, unlock 6.

    Command 1 is accepted without effect. A locked outlet refuses all commands except 1 and unlock.
    """
    table = "1.3.6.1.4.1.10418.17.2.5.5.1"
    name, state, command = (f"{table}.{column}" for column in (4, 5, 6))
    rows = Rows()
    rows.system("Avocent PM3000", "1.3.6.1.4.1.10418.17.1.10", "pm3000")
    numbers = dict(zip(indexes(outlets, "1.1."), range(1, outlets + 1)))
    rows.put("1.3.6.1.4.1.10418.17.2.5.3.1.8.1.1", outlets)
    rows.column(name, {index: f"outlet{n}" for index, n in numbers.items()})
    rows.column(
        state,
        {
            index: (1 if off_at_first(n) else 2) + (2 if n in locked else 0)
            for index, n in numbers.items()
        },
    )
    rows.column(command, dict.fromkeys(numbers, 1))
    rows.column(f"{table}.50", {index: deciamps(n) for index, n in numbers.items()})
    rows.column(f"{table}.60", {index: deciamps(n) * 230 for index, n in numbers.items()})
    rows.column(f"{table}.105", {index: energy_tenths(n) * 100 for index, n in numbers.items()})
    is_on, is_off = When(f"{state}.*", ("2",)), When(f"{state}.*", ("1",))
    unlocked = When(f"{state}.*", ("3", "4"), negate=True)
    rules = [
        Rule(f"{command}.*", allow=("1",), ignore=True),
        Rule(
            f"{command}.*",
            allow=("6",),
            keep=False,
            effects=(Effect(f"{state}.*", source=f"{state}.*", mapping={"3": "1", "4": "2"}),),
        ),
        Rule(
            f"{command}.*",
            allow=("2", "3", "4", "5"),
            keep=False,
            when=(unlocked,),
            otherwise="inconsistentValue",
            effects=(
                Effect(f"{state}.*", "7", written=("2",), when=(is_off,)),
                Effect(f"{state}.*", "6", written=("3", "4"), when=(is_on,)),
                Effect(f"{state}.*", mapping={"2": "2", "3": "1", "4": "1"}, after=relay_s),
                Effect(f"{state}.*", "2", written=("4",), after=relay_s + _REBOOT_S),
                Effect(
                    f"{state}.*", source=f"{state}.*", mapping={"1": "3", "2": "4"}, written=("5",)
                ),
            ),
        ),
    ]
    return Model(
        "avocent-pm",
        Device(rows, rules),
        {
            index: Relay(f"{state}.{index}", on=("2", "4", "10"), off=("1", "3", "11"))
            for index in numbers
        },
        load=[(f"{table}.50.{index}", "0.1") for index in numbers],
        energy=[(f"{table}.105.{index}", "0.001") for index in numbers],
        port_energy={index: (f"{table}.105.{index}", "0.001") for index in numbers},
        labels={index: str(n) for index, n in numbers.items()},
    )
