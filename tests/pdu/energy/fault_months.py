"""Months of PDUs whose registers have faults, by a physics of their own.

Written from what manuals and MIBs say of counters, and not from the law that is tried: nothing here
is imported from it but the types of readings. A machine takes a power that changes at random. A
unit integrates it exactly, shows the integral in steps, renews what it shows now and then, begins
again at 0 when its counter is full, and saves it from time to time, for a restart. Energies in Wh,
powers in W, times in s since the begin of the month.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple, Optional

from pdu.energy.readings import INLET, PduReadings, RegisterReadings

#: 2026-10-01T00:00:00Z
BEGIN = 1790812800.0
HOUR, DAY = 3600.0, 86_400.0
MONTH = 31 * DAY
#: what the breaker of an outlet allows, and that of the PDU
OUTLET_W, PDU_W = 3680.0, 22_000.0


class Machine:
    """A power that changes at random, and its exact integral."""

    def __init__(self, draw: random.Random) -> None:
        idle = draw.choice([0.0, 0.4, 6.0, 45.0, 120.0, 300.0, 800.0])
        most = min(idle * draw.uniform(1.0, 4.0), 3000.0)
        held_s = draw.choice([120.0, 1800.0, 6 * HOUR, 3 * DAY])
        self.times, self.watts = [-3 * DAY], [idle]
        while self.times[-1] < MONTH + 3 * DAY:
            self.times.append(self.times[-1] + max(draw.expovariate(1.0 / held_s), 20.0))
            is_off = draw.random() < 0.03
            self.watts.append(0.0 if is_off else draw.uniform(idle, most))
        lengths = (after - at for at, after in zip(self.times, self.times[1:]))
        parts = (watts * length / HOUR for watts, length in zip(self.watts, lengths))
        self._wh = [0.0, *accumulate(parts)]

    def power(self, time: float) -> float:
        return self.watts[bisect_right(self.times, time) - 1]

    def energy(self, time: float) -> float:
        place = bisect_right(self.times, time) - 1
        return self._wh[place] + self.watts[place] * (time - self.times[place]) / HOUR


class Meter(NamedTuple):
    """How the registers of one unit count."""

    step: int
    #: how often what it shows is renewed
    renewed_s: float
    #: how often the register is saved, for a restart
    saved_s: float
    has_power: bool
    has_identity: bool
    has_uptime: bool


class Fault(NamedTuple):
    """What happens to a whole unit or to one outlet; times are of the month."""

    kind: str
    begin: float
    end: float
    #: whether it concerns all registers
    of_unit: bool
    value: float


KINDS = (
    *("none", "none", "none", "outage", "outage", "zeros", "ones", "garbage", "reset", "restart"),
    *("exchange", "stands and catches up", "stands and loses", "jump", "unit", "a short unit"),
    *("a row in another's place", "null", "two exchanges"),
)


def fault_of(draw: random.Random, kind: str) -> Fault:
    begin = draw.uniform(-0.5 * DAY, MONTH + 0.5 * DAY)
    length = {
        "outage": draw.choice([HOUR, 8 * HOUR, 3 * DAY]),
        "stands and catches up": draw.choice([HOUR, 12 * HOUR]),
        "stands and loses": draw.choice([2 * HOUR, 12 * HOUR, 3 * DAY]),
        "unit": 100 * DAY,
        "a short unit": draw.uniform(0.2, 5.0) * HOUR,
    }.get(kind, draw.uniform(0.0, 1500.0))
    value = draw.choice([0.001, 0.01, 0.1, 10.0, 100.0, 1000.0, 0.278, 3.6])
    return Fault(kind, begin, begin + length, draw.random() < 0.6, value)


class Month(NamedTuple):
    """A PDU in a month."""

    readings: PduReadings
    #: register -> what flowed
    truth: dict[str, float]
    #: register -> why its fault may be unseen, as docs/energy.md says; "" if it is seen
    cause: dict[str, str]
    kind: str


def month_of(seed: int, kind: str = "") -> Month:
    """A PDU of four outlets and an inlet, with a fault of a kind."""
    draw = random.Random(seed)
    kind = kind or KINDS[seed % len(KINDS)]
    meter = Meter(
        draw.choice([1, 10, 100, 1000]),
        draw.choice([1.0, 60.0, 600.0]),
        draw.choice([60.0, 600.0]),
        draw.random() < 0.9,
        draw.random() < 0.7,
        draw.random() < 0.7,
    )
    faults = [fault_of(draw, kind)]
    if kind == "two exchanges":
        faults = [fault_of(draw, "exchange")._replace(of_unit=True) for _ in range(2)]
        faults.sort(key=lambda fault: fault.begin)
    times = _poll_times(draw)
    machines = {str(number): Machine(draw) for number in range(1, 5)}
    own_w = draw.uniform(2.0, 12.0)
    registers: dict[str, RegisterReadings] = {}
    truth: dict[str, float] = {}
    cause: dict[str, str] = {}
    for name in [*machines, INLET]:
        some = [*machines.values()] if name == INLET else [machines[name]]
        extra_w = own_w if name == INLET else 0.0
        mine = [fault for fault in faults if fault.of_unit or name == "1"]
        register = _Register(draw, meter, some, extra_w, mine)
        registers[name] = register.read(times)
        truth[name] = register.energy(MONTH) - register.energy(0.0)
        cause[name] = _cause(meter, mine, register)
    begins = [fault.begin for fault in faults if fault.of_unit and "exchange" in fault.kind]
    starts = begins + [fault.begin for fault in faults if fault.of_unit and fault.kind == "restart"]
    rows = [row for row, time in enumerate(times) if not _is_out(time, faults)]
    started = [
        max([start for start in starts if start <= times[row]], default=-40 * DAY) for row in rows
    ]
    return Month(
        PduReadings(
            f"rack{seed}",
            [BEGIN + times[row] - 0.5 for row in rows],
            [BEGIN + times[row] + 1.5 for row in rows],
            [
                f"S{sum(begin <= times[row] for begin in begins)}" if meter.has_identity else ""
                for row in rows
            ],
            [""] * len(rows),
            [times[row] - at if meter.has_uptime else None for row, at in zip(rows, started)],
            {
                name: RegisterReadings(
                    [register.wh[row] for row in rows],
                    [register.watts[row] for row in rows],
                    [None] * len(rows),
                )
                for name, register in registers.items()
            },
        ),
        truth,
        cause,
        kind,
    )


def _poll_times(draw: random.Random) -> list[float]:
    every = draw.choice([300.0, 900.0])
    is_scattered = draw.random() < 0.5
    phase = draw.random()
    count = int((MONTH + 2 * DAY) / every)
    return [
        -DAY + every * (number + (draw.random() if is_scattered else phase))
        for number in range(count)
    ]


def _is_out(time: float, faults: Sequence[Fault]) -> bool:
    return any(
        fault.kind == "outage" and fault.of_unit and fault.begin <= time < fault.end
        for fault in faults
    )


def _cause(meter: Meter, faults: Sequence[Fault], register: _Register) -> str:
    for fault in faults:
        is_shown = fault.of_unit and (meter.has_identity or meter.has_uptime)
        is_short = fault.end - fault.begin < 6 * HOUR
        if fault.kind == "a short unit" or (fault.kind == "stands and loses" and is_short):
            return "a wrong unit for a few hours"
        if fault.kind == "stands and loses" and register.watts(fault.begin) == 0.0:
            return "it stands where the unit shows 0 W"
        if fault.kind in ("exchange", "two exchanges", "jump") and not is_shown:
            return "another unit with a near register and no identity"
        if fault.kind in ("restart", "reset") and not (fault.of_unit and meter.has_uptime):
            return "set back with no identity"
    return ""


class _Register:
    """What one register shows."""

    def __init__(
        self,
        draw: random.Random,
        meter: Meter,
        machines: Sequence[Machine],
        extra_w: float,
        faults: Sequence[Fault],
    ) -> None:
        self._draw, self._meter, self._machines = draw, meter, machines
        self._extra_w, self._faults = extra_w, faults
        self._start = draw.uniform(0.0, 8e6)
        self._other = draw.choice([0.0, draw.uniform(0.0, 8e6)])

    def energy(self, time: float) -> float:
        flowed = sum(machine.energy(time) for machine in self._machines)
        return flowed + self._extra_w * (time + 3 * DAY) / HOUR

    def watts(self, time: float) -> float:
        return float(round(sum(machine.power(time) for machine in self._machines) + self._extra_w))

    def read(self, times: Sequence[float]) -> RegisterReadings:
        wh = [self._shown(time) for time in times]
        watts: list[Optional[float]] = [None] * len(times)
        if self._meter.has_power:
            watts = [self.watts(time) for time in times]
        return RegisterReadings(wh, watts, [None] * len(times))

    def _shown(self, time: float) -> Optional[int]:
        renewed_s = self._meter.renewed_s
        at = math.floor(time / renewed_s) * renewed_s
        value = self._start + self.energy(at)
        for fault in self._faults:
            begun, is_on = at >= fault.begin, fault.begin <= at < fault.end
            since = self._start + self.energy(fault.begin)
            if fault.kind in ("exchange", "two exchanges") and begun:
                value = value - since + self._other
            elif fault.kind == "reset" and begun:
                value -= since
            elif fault.kind == "restart" and begun:
                saved = math.floor(fault.begin / self._meter.saved_s) * self._meter.saved_s
                value -= since - (self._start + self.energy(saved))
            elif fault.kind == "stands and catches up" and is_on:
                value = since
            elif fault.kind == "stands and loses" and begun:
                value -= self.energy(min(at, fault.end)) - self.energy(fault.begin)
            elif fault.kind == "jump" and begun:
                value += self._other + 3e5
            elif fault.kind in ("unit", "a short unit") and is_on:
                value *= fault.value
            elif fault.kind == "zeros" and is_on:
                value = 0.0
            elif fault.kind == "ones" and is_on:
                return 2**32 - 1
            elif fault.kind == "garbage" and is_on:
                value = self._draw.uniform(0.0, 2e9)
            elif fault.kind == "a row in another's place" and is_on:
                value = self._start * 0.7 + 1000.0
            elif fault.kind in ("null", "outage") and is_on:
                return None
        return int(value) // self._meter.step * self._meter.step
