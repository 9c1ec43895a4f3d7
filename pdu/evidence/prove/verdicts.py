"""Which promises a unit's answers keep. Pure: from the readings and commands of a proof alone, so
that `evidence` comes to the same verdicts years later.

Each verdict is kept, broken or not tried; what the figures cannot decide is not tried, with the
reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Callable, NamedTuple, Optional

from handlers.shared.meter_figures import MeterFigures

from .document import (
    BROKEN,
    KEPT,
    NOT_TRIED,
    PromiseVerdict,
    ProvenCommand,
    ProvenOutlet,
    ProvenReading,
    UnitProof,
)
from .meters import VOLTS, MeterResolution, is_nothing
from .promises import BY_KEY, READING

#: phases of readings and commands
FIRST, SECOND, RECORDED = "first", "second", "recorded"
CONTRACT, RESTORED = "contract", "restored"
#: a command without a usable answer ends with one of these
UNANSWERED = ("unreachable", "protocol")
#: below this, `meters.py` counts a current as none, in A
THRESHOLD_A = 0.02
# a figure must have fallen to less than this part, in the meter's worst rounding
_LEFT_AFTER_FALL = 0.5
# A mistake of scale is a factor of 10. Phase angles, three lines, the unit's own consumption and
# meters that renew their figures at different times stay below 3.
_MOST_FACTOR = 3.0
# differences below these decide nothing: the unit itself, the meters' steps
_SLACK_A, _SLACK_W = 0.5, 60.0
# apparent volts: at most what a three-phase unit has (480 V), with the meters' error; at least an
# idle supply's, whose power factor is low
_MOST_V, _LEAST_V = 600.0, 20.0
# below this the meters' steps decide the quotient, in A
_LEAST_A = 0.5
# the counter must be expected to move by so many of its steps
_LEAST_STEPS = 3.0
_SHORTEST_WATCH_S = 30.0
# figures of an inlet that are the sums of its outlets, to the last digit, are no second witness
_EQUAL_WITHIN = 1e-6
# the outlet's load must be so many times as large as what the inlet's steps and noise may hide
_LEAST_SIGNAL = 2.0
# unit -> the figures of an outlet and of the inlet
_QUANTITIES = {"W": ("power_w", "power_w"), "A": ("current_a", "load_a")}
# the display of a unit is rounded, and the load moves
_DISPLAY_A, _DISPLAY_SHARE = 0.3, 0.2


class _Finding(NamedTuple):
    verdict: str
    finding: str
    figures: dict[str, float] = {}


def _kept(finding: str, **figures: float) -> _Finding:
    return _Finding(KEPT, finding, figures)


def _broken(finding: str, **figures: float) -> _Finding:
    return _Finding(BROKEN, finding, figures)


def _undecided(finding: str, **figures: float) -> _Finding:
    return _Finding(NOT_TRIED, finding, figures)


def _first_reading(proof: UnitProof, phase: str) -> Optional[ProvenReading]:
    return next(iter(proof.readings_in(phase)), None)


def _first_states(proof: UnitProof, phase: str) -> Optional[ProvenReading]:
    """The first reading of a phase, if its states were read."""
    reading = _first_reading(proof, phase)
    return reading if reading is not None and reading.outlets else None


# ---- reading -------------------------------------------------------------------------------------


def _judge_list(proof: UnitProof) -> _Finding:
    first = _first_reading(proof, FIRST)
    if first is None or (first.failure_kind and not first.outlets):
        why = "it was not read" if first is None else f"{first.failure_kind}: {first.failure}"
        return _broken(f"the unit's own answers give no list: {why}")
    outlet_count = len(first.outlets)
    if proof.owner.outlets is None:
        return _undecided(
            f"{_outlets(outlet_count)} listed; nobody counted the front", listed=outlet_count
        )
    if proof.owner.outlets != outlet_count:
        return _broken(
            f"{_outlets(outlet_count)} listed, and the front has {proof.owner.outlets}",
            listed=outlet_count,
            front=proof.owner.outlets,
        )
    return _kept(f"{_outlets(outlet_count)} listed, as many as the front has", listed=outlet_count)


def _judge_states(proof: UnitProof) -> _Finding:
    first, dark = _first_states(proof, FIRST), proof.owner.dark
    if first is None:
        return _undecided("no states were read")
    if dark is None:
        return _undecided("nobody said which outlets are dark")
    dark_names = {outlet.strip() for outlet in dark}
    names = {name for outlet in first.outlets for name in (outlet.number, outlet.identity)}
    strange = sorted(dark_names - names)
    if strange:
        return _broken(f"the owner names outlet {', '.join(strange)}, which is not listed")
    wrong: list[str] = []
    for outlet in first.outlets:
        is_dark = (outlet.number or outlet.identity) in dark_names or outlet.identity in dark_names
        if outlet.state != "unknown" and (outlet.state == "off") is not is_dark:
            wrong.append(f"outlet {outlet.identity} is told as {outlet.state}, and it is not")
    if wrong:
        return _broken("; ".join(wrong[:5]), wrong=len(wrong))
    return _kept("every outlet is as the owner sees it", dark=len(dark_names))


def _judge_second_reading(proof: UnitProof) -> _Finding:
    first, second = _first_states(proof, FIRST), _first_reading(proof, SECOND)
    if first is None:
        return _undecided("no states were read")
    own_readings = [
        reading
        for reading in proof.readings
        if reading.phase in (FIRST, SECOND, CONTRACT, RESTORED)
    ]
    for reading in own_readings:
        difference = _renumbering(first, reading)
        if difference:
            return _broken(difference, after_s=reading.at_s)
    if second is None:
        return _undecided("there was no second reading")
    if not second.outlets:
        return _broken(f"the second reading failed: {second.failure_kind}: {second.failure}")
    changes = _state_changes(first, second)
    if changes:
        return _broken("; ".join(changes[:5]), moved=len(changes))
    return _kept(f"the same outlets and states after {second.at_s:.0f} s", after_s=second.at_s)


def _renumbering(first: ProvenReading, now: ProvenReading) -> str:
    was, identities = ([outlet.identity for outlet in reading.outlets] for reading in (first, now))
    if not identities or identities == was:
        return ""
    return (
        f"the outlets were renumbered: {_few(was)} at first, {_few(identities)} {now.at_s:.0f} s"
        " later"
    )


def _state_changes(first: ProvenReading, second: ProvenReading) -> list[str]:
    return [
        f"outlet {was.identity} was {was.state}, and {now.state} {second.at_s:.0f} s later"
        for was, now in zip(first.outlets, second.outlets)
        if was.state != now.state
    ]


def readings_agree(first: ProvenReading, second: ProvenReading) -> bool:
    """Whether two readings list the same outlets with the same states. Whoever switches a unit that
    changes by itself may switch another outlet than he means.
    """
    return bool(second.outlets) and not (
        _renumbering(first, second) or _state_changes(first, second)
    )


def _judge_recording(proof: UnitProof) -> _Finding:
    first, recording = _first_states(proof, FIRST), _first_reading(proof, RECORDED)
    if first is None:
        return _undecided("no states were read")
    if recording is None:
        return _undecided("; ".join(proof.notes[:2]) or "there is no recording")
    if recording.failure_kind:
        return _broken(f"it cannot be read: {recording.failure_kind}: {recording.failure}")
    # somebody may have switched one while it was recorded
    second = _first_reading(proof, SECOND) or first
    if _state_list(recording) not in (_state_list(first), _state_list(second)):
        return _broken("its states are not those that the unit reported")
    return _kept(f"{_outlets(len(recording.outlets))} with the same states")


def _judge_load(proof: UnitProof) -> _Finding:
    display_a = proof.owner.load_a
    loads = [
        reading.load_a
        for reading in (_first_reading(proof, FIRST), _first_reading(proof, SECOND))
        if reading is not None and reading.load_a is not None
    ]
    if not loads:
        return _undecided("the unit reports no load")
    if display_a is None:
        return _undecided(f"{loads[0]:g} A; nobody compared it with a display", load_a=loads[0])
    near = min(loads, key=lambda value: abs(value - display_a))
    if abs(near - display_a) > max(_DISPLAY_A, _DISPLAY_SHARE * max(display_a, near)):
        return _broken(f"{near:g} A are told, and the display shows {display_a:g} A", load_a=near)
    return _kept(f"{near:g} A, as the display shows", load_a=near)


def _judge_sums(proof: UnitProof) -> _Finding:
    first = _first_states(proof, FIRST)
    if first is None:
        return _undecided("no figures were read")
    sums: list[_Finding] = []
    power_w = _sum(outlet.power_w for outlet in first.outlets)
    if power_w is not None and first.power_w is not None:
        slack_w = _SLACK_W + len(first.outlets)
        sums.append(_compare_sums(power_w, first.power_w, slack_w, "W"))
    current_a = _sum(outlet.current_a for outlet in first.outlets)
    if current_a is not None and first.load_a is not None:
        slack_a = _SLACK_A + 0.01 * len(first.outlets)
        sums.append(_compare_sums(current_a, first.load_a, slack_a, "A"))
    for verdict in (BROKEN, KEPT, NOT_TRIED):
        for comparison in sums:
            if comparison.verdict == verdict:
                return comparison
    return _undecided("the unit does not meter each outlet and the inlet")


def _compare_sums(outlets: float, inlet: float, slack: float, unit: str) -> _Finding:
    figures = {"outlets": outlets, "inlet": inlet}
    words = f"the outlets carry {outlets:g} {unit} together, the inlet {inlet:g} {unit}"
    low, high = sorted((outlets, inlet))
    if high > _MOST_FACTOR * low + slack:
        return _Finding(BROKEN, f"{words}: a factor of {high / max(low, 1e-9):.3g}", figures)
    # small loads would hide a wrong scale
    if high <= slack / (10 / _MOST_FACTOR - 1):
        return _Finding(NOT_TRIED, f"{words}: too little to tell", figures)
    return _Finding(KEPT, words, figures)


def _judge_watts(proof: UnitProof) -> _Finding:
    first = _first_states(proof, FIRST)
    if first is None:
        return _undecided("no figures were read")
    pairs = [
        (f"outlet {outlet.identity}", outlet.current_a, outlet.power_w) for outlet in first.outlets
    ]
    pairs.append(("the unit", first.load_a, first.power_w))
    volts: list[float] = []
    has_both = False
    for name, amperes, power in pairs:
        if amperes is None or power is None:
            continue
        has_both = True
        # of a small current, the meter's step decides the quotient
        if amperes < _LEAST_A:
            if power > _MOST_V * _LEAST_A:
                return _broken(f"{name} takes {power:g} W at {amperes:g} A", power_w=power)
            continue
        quotient = power / amperes
        if not _LEAST_V <= quotient <= _MOST_V:
            return _broken(
                f"{name} takes {power:g} W at {amperes:g} A: {quotient:.4g} V", volts=quotient
            )
        volts.append(quotient)
    if not has_both:
        return _undecided("nothing is metered in both W and A")
    if not volts:
        return _undecided("too little flows to tell")
    return _kept(f"{min(volts):.3g} to {max(volts):.3g} V", least_v=min(volts), most_v=max(volts))


def _judge_energy(proof: UnitProof) -> _Finding:
    first, second = _first_states(proof, FIRST), _first_states(proof, SECOND)
    if first is None or second is None:
        return _undecided("there are not two readings")
    seconds = second.at_s - first.at_s
    if seconds < _SHORTEST_WATCH_S:
        return _undecided("the readings are too near to each other")
    unit_figures = (first.energy_kwh, second.energy_kwh, first.power_w, second.power_w)
    pairs = [("the unit", *unit_figures)]
    pairs += [
        (f"outlet {was.identity}", was.energy_kwh, now.energy_kwh, was.power_w, now.power_w)
        for was, now in zip(first.outlets, second.outlets)
        if was.identity == now.identity
    ]
    energies = [figure for pair in pairs for figure in pair[1:3] if figure is not None]
    if not energies:
        return _undecided("the unit has no energy counter")
    step = _step_kwh(energies)
    ratios: list[float] = []
    for name, was_kwh, now_kwh, was_w, now_w in pairs:
        if was_kwh is None or now_kwh is None:
            continue
        rise = now_kwh - was_kwh
        if rise < -step / 2:
            return _broken(f"the counter of {name} went back by {-rise:g} kWh", rise_kwh=rise)
        if was_w is None or now_w is None:
            continue
        power_kwh = (was_w + now_w) / 2 * seconds / 3.6e6
        figures = {"rise_kwh": rise, "expected_kwh": power_kwh, "seconds": seconds}
        movement = ""
        if rise > _MOST_FACTOR * power_kwh + 2 * step:
            movement = f"rose by {rise:g} kWh in {seconds:.0f} s"
        elif power_kwh < _LEAST_STEPS * step:
            continue
        elif rise <= 0:
            movement = "stands still: it is frozen"
        elif rise < power_kwh / _MOST_FACTOR - step:
            movement = f"rose by only {rise:g} kWh in {seconds:.0f} s"
        if movement:
            words = f"the counter of {name} {movement}, where its power makes {power_kwh:.3g} kWh"
            return _Finding(BROKEN, words, figures)
        ratios.append(rise / power_kwh)
    if not ratios:
        return _undecided(f"the counters' step of {step:g} kWh is too coarse for {seconds:.0f} s")
    return _kept(
        f"{_counters(len(ratios))} rose as the power says",
        least=min(ratios),
        most=max(ratios),
        seconds=seconds,
    )


# ---- switching -----------------------------------------------------------------------------------


class _CommandReadings(NamedTuple):
    """A command of the contract, and the readings until the next one."""

    command: ProvenCommand
    readings: Sequence[ProvenReading]

    @property
    def word(self) -> str:
        return "on" if self.command.on else "off"

    def seen_at(self, outlet: str) -> Optional[float]:
        """When a reading first had the wanted state, in s after the command; None: never."""
        for reading in self.readings:
            outlet_reading = reading.outlet(outlet)
            if outlet_reading is not None and outlet_reading.state == self.word:
                return reading.at_s - self.command.at_s
        return None


def _stages(proof: UnitProof) -> list[_CommandReadings]:
    commands = [command for command in proof.commands if command.phase == CONTRACT]
    ends = [*(command.at_s for command in commands[1:]), float("inf")]
    restore_times = [command.at_s for command in proof.commands if command.phase == RESTORED]
    last = min(restore_times, default=float("inf"))
    return [
        _CommandReadings(
            command,
            [
                reading
                for reading in proof.readings_in(CONTRACT)
                if command.at_s < reading.at_s <= min(end, last)
            ],
        )
        for command, end in zip(commands, ends)
    ]


def _reading_before(proof: UnitProof) -> Optional[ProvenReading]:
    """The last reading before the first command."""
    begin = min((item.at_s for item in proof.commands if item.phase == CONTRACT), default=0.0)
    readings = [item for item in proof.readings_in(CONTRACT) if item.at_s <= begin and item.outlets]
    return readings[-1] if readings else None


def _judge_switching(proof: UnitProof) -> _Finding:
    stages = _stages(proof)
    if not stages:
        return _undecided("no command was sent")
    for stage in stages:
        command = stage.command
        if command.failure_kind in UNANSWERED:
            return _undecided("a command was not answered")
        if command.failure_kind:
            return _broken(f"{stage.word}: {command.failure_kind}: {command.failure}")
        if command.state == stage.word:
            continue
        late = stage.seen_at(proof.outlet)
        if late is not None:
            return _broken(
                f"outlet {proof.outlet} was reported {stage.word} only {late:.1f} s after the"
                " command: it is late",
                late_s=late,
            )
        wait_s = max(
            (reading.at_s - command.at_s for reading in stage.readings), default=command.seconds
        )
        return _broken(
            f"outlet {proof.outlet} was not reported {stage.word} in {wait_s:.0f} s: its relay does"
            " not follow, or the unit does not carry out the command",
            waited_s=wait_s,
        )
    if len(stages) < 4:
        return _undecided(f"{len(stages)} of 4 commands were sent")
    longest = max(stage.command.seconds for stage in stages)
    return _kept(f"4 commands, each reported within {longest:.1f} s", longest_s=longest)


def _judge_answers(proof: UnitProof) -> _Finding:
    stages = _stages(proof)
    if not stages:
        return _undecided("no command was sent")
    for stage in stages:
        if stage.command.failure_kind in UNANSWERED:
            seen_at_s = stage.seen_at(proof.outlet)
            later = (
                "the outlet was not seen to switch"
                if seen_at_s is None
                else f"{seen_at_s:.0f} s later the outlet was reported {stage.word}"
            )
            return _broken(
                f"the command {stage.word} was not answered ({stage.command.failure}); {later}"
            )
    words = [stage.word for stage in stages if stage.command.unanswered]
    if words:
        return _kept(
            f"the command {words[0]} had no usable answer, and a reading showed it carried out",
            unanswered=len(words),
        )
    return _kept(f"{len(stages)} of {len(stages)}", commands=len(stages))


def _judge_staying(proof: UnitProof) -> _Finding:
    stages = [stage for stage in _stages(proof) if stage.command.state == stage.word]
    if not stages:
        return _undecided("no state was reported")
    for stage in stages:
        for reading in stage.readings:
            outlet = reading.outlet(proof.outlet)
            if outlet is None or outlet.state != stage.word:
                now = "not listed" if outlet is None else outlet.state
                if outlet is None and reading.failure_kind:
                    continue  # a reading that failed tells nothing
                seconds = reading.at_s - stage.command.at_s - stage.command.seconds
                return _broken(
                    f"outlet {proof.outlet} was reported {stage.word}, and {now} {seconds:.1f} s"
                    " later: it falls back",
                    after_s=seconds,
                )
    if not any(stage.readings for stage in stages):
        return _undecided("there was no second reading")
    return _kept(f"after each of {len(stages)} commands", commands=len(stages))


def _judge_meter(proof: UnitProof) -> _Finding:
    reading_before = _reading_before(proof)
    outlet = reading_before.outlet(proof.outlet) if reading_before is not None else None
    if reading_before is None or outlet is None:
        return _undecided("the outlet was not read before")
    was = MeterFigures(outlet.current_a, outlet.power_w)
    if not was.has_load:
        return _undecided("the unit does not meter the outlet")
    # only the first reading decides the step: a stuck meter would make it finer
    steps = MeterResolution().finer(
        MeterFigures(item.current_a, item.power_w) for item in reading_before.outlets
    )
    if not carries(was, steps):
        return _undecided(f"nothing flowed before ({was}): plug something in")
    times: list[float] = []
    for stage in _stages(proof):
        if stage.command.on or stage.command.state != "off":
            continue
        now: Optional[MeterFigures] = None
        for item in stage.readings:
            later = item.outlet(proof.outlet)
            load = MeterFigures() if later is None else MeterFigures(later.current_a, later.power_w)
            if not load.has_load:
                continue
            now = load
            if _fell(was, now, steps):
                times.append(item.at_s - stage.command.at_s)
                break
        else:
            if now is None:
                return _undecided("the outlet's meter was not read while it was off")
            return _broken(
                f"outlet {proof.outlet} is reported off, and its meter shows {now} as before"
                f" ({was}): its relay is stuck, its meter is frozen, or the unit echoes the command"
            )
    if not times:
        return _undecided("the outlet was not reported off")
    longest = max(times)
    inlet = _inlet_follows(proof, reading_before, outlet)
    if inlet is not None:
        return inlet
    return _kept(
        f"it fell from {was} within {longest:.1f} s, and the inlet fell and rose with it",
        longest_s=longest,
    )


def carries(draw: MeterFigures, steps: MeterResolution) -> bool:
    """Whether power surely flows: the figure is no rounding of nothing. Watts are preferred to
    amperes, because the filter of an idle supply draws reactive current.
    """
    if draw.power_w is not None:
        return draw.power_w >= max(VOLTS * THRESHOLD_A, 2 * steps.power_w)
    return draw.current_a is not None and draw.current_a >= max(THRESHOLD_A, 2 * steps.current_a)


def _fell(load_before: MeterFigures, load_after: MeterFigures, steps: MeterResolution) -> bool:
    """Whether the outlet carried power that it does not carry any more."""
    if not carries(load_before, steps) or not is_nothing(load_after, THRESHOLD_A):
        return False
    pairs = (
        (load_before.power_w, load_after.power_w, steps.power_w),
        (load_before.current_a, load_after.current_a, steps.current_a),
    )
    for was, now, step in pairs:
        if was is not None and now is not None:
            return abs(now) + step <= _LEFT_AFTER_FALL * was
    return False


class _InletLook(NamedTuple):
    """One reading in one quantity."""

    at_s: float
    #: the outlet under test
    outlet_value: float
    #: what the inlet shows beyond all its outlets
    inlet_minus_outlets: float


class _InletSeries(NamedTuple):
    """The readings of a unit in one quantity."""

    unit: str
    looks: Sequence[_InletLook]
    #: how far roundings may move a rest
    step: float


def _inlet_series(
    proof: UnitProof, reading_before: ProvenReading, unit: str
) -> Optional[_InletSeries]:
    """None if the unit's inlet shows no figure, or a sum of its outlets."""
    outlet_figure, inlet_figure = _QUANTITIES[unit]
    identities = {
        item.identity for item in reading_before.outlets if getattr(item, outlet_figure) is not None
    }
    looks: list[_InletLook] = []
    for item in proof.readings:
        if item.phase not in (FIRST, SECOND, CONTRACT):
            continue
        figure_by_identity = {
            outlet.identity: getattr(outlet, outlet_figure) for outlet in item.outlets
        }
        # a unit may show no figure of an outlet that is off
        figures = {
            name: 0.0
            if name == proof.outlet and figure_by_identity[name] is None
            else figure_by_identity[name]
            for name in identities & figure_by_identity.keys()
        }
        inlet = getattr(item, inlet_figure)
        if inlet is None or len(figures) < len(identities) or None in figures.values():
            continue
        own_figure = figures.get(proof.outlet, 0.0)
        looks.append(_InletLook(item.at_s, own_figure, inlet - math.fsum(figures.values())))
    if all(abs(look.inlet_minus_outlets) < _EQUAL_WITHIN for look in looks):
        return None
    early = [item for item in proof.readings if item.outlets and item.at_s <= reading_before.at_s]
    inlet_steps = MeterResolution().finer(MeterFigures(item.load_a, item.power_w) for item in early)
    steps = MeterResolution().finer(
        MeterFigures(item.current_a, item.power_w) for item in reading_before.outlets
    )
    fine, coarse = (
        (steps.power_w, inlet_steps.power_w)
        if unit == "W"
        else (steps.current_a, inlet_steps.current_a)
    )
    step = math.hypot(coarse, fine * math.sqrt(len(identities)))
    return _InletSeries(unit, sorted(looks, key=lambda look: look.at_s), step)


def _inlet_follows(
    proof: UnitProof, reading_before: ProvenReading, outlet: ProvenOutlet
) -> Optional[_Finding]:
    """Why the outlet's own meter proves nothing; None if the inlet fell and rose with it. Power
    that still flows, flows through the inlet.
    """
    series = [_inlet_series(proof, reading_before, unit) for unit in _QUANTITIES]
    judgements = [
        _judge_inlet(proof, reading_before, outlet, item) for item in series if item is not None
    ]
    if not judgements:
        return _undecided(
            "the outlet's meter fell, and no meter of the inlet's own shows whether the load did"
        )
    # in W, then in A; what one cannot decide the other may
    return next(
        (item for item in judgements if item is None or item.verdict == BROKEN), judgements[0]
    )


def _judge_inlet(
    proof: UnitProof, reading_before: ProvenReading, outlet: ProvenOutlet, series: _InletSeries
) -> Optional[_Finding]:
    """As `_inlet_follows`, in one quantity: what the inlet shows beyond all outlets stays as it was
    while the outlet falls and rises.
    """
    load, unit = getattr(outlet, _QUANTITIES[series.unit][0]) or 0.0, series.unit
    still = [look.inlet_minus_outlets for look in series.looks if look.at_s <= reading_before.at_s]
    for stage in _stages(proof):
        # the last reading: an inlet's meter may be later than those of the outlets
        times = {reading.at_s for reading in stage.readings}
        looks = [look for look in series.looks if look.at_s in times]
        if not still or not looks:
            return _undecided("the inlet was not read after each command")
        rise = looks[-1].inlet_minus_outlets - math.fsum(still) / len(still)
        noise = max(still) - min(still) + series.step
        if load < _LEAST_SIGNAL * noise:
            return _undecided(
                f"the inlet's steps and noise of {noise:.3g} {unit} hide the outlet's"
                f" {load:.4g} {unit}: plug in more"
            )
        if not stage.command.on and rise - noise >= load / 2:
            return _broken(
                f"outlet {proof.outlet} is reported off and its meter fell, and the inlet still"
                f" carries its {load:.4g} {unit}: its relay is stuck, and its figures follow the"
                " command"
            )
        if abs(rise) + noise >= load / 2:
            return _undecided(
                f"the inlet did not {'rise' if stage.command.on else 'fall'} surely with the"
                f" outlet's {load:.4g} {unit}: it shows {rise:+.4g} {unit} beyond its outlets"
            )
        if stage.command.on and looks[-1].outlet_value < load / 2:
            return _undecided(
                "the inlet did not rise again when the outlet was switched on: what is plugged in"
                " draws nothing by itself"
            )
    return None


def _judge_darkness(proof: UnitProof) -> _Finding:
    is_dark = proof.owner.seen_dark
    if is_dark is None:
        return _undecided("nobody looked")
    if not is_dark:
        return _broken(
            f"outlet {proof.outlet} was reported off, and was not: the unit echoes the command, or"
            " its relay is stuck"
        )
    return _kept("the owner saw it")


def _judge_neighbours(proof: UnitProof) -> _Finding:
    reading_before, stages = _reading_before(proof), _stages(proof)
    if reading_before is None or not stages:
        return _undecided("no command was sent")
    state_by_identity = _neighbour_states(proof, reading_before)
    for stage in stages:
        for item in stage.readings:
            changes = _neighbour_changes(state_by_identity, item)
            if changes:
                identity, now = changes[0]
                return _broken(
                    f"outlet {identity} went {now} after the command {stage.word} to outlet"
                    f" {proof.outlet}",
                    moved=len(changes),
                )
    if not state_by_identity:
        return _undecided("the unit has no other outlet")
    return _kept(f"{_outlets(len(state_by_identity))} stayed", outlets=len(state_by_identity))


def _neighbour_states(proof: UnitProof, reading: ProvenReading) -> dict[str, str]:
    return {item.identity: item.state for item in reading.outlets if item.identity != proof.outlet}


def _neighbour_changes(
    state_by_identity: dict[str, str], now: ProvenReading
) -> list[tuple[str, str]]:
    return [
        (outlet.identity, outlet.state)
        for outlet in now.outlets
        if outlet.identity in state_by_identity
        and "unknown" not in (outlet.state, state_by_identity[outlet.identity])
        and outlet.state != state_by_identity[outlet.identity]
    ]


def _judge_restoration(proof: UnitProof) -> _Finding:
    reading_before, readings = _reading_before(proof), proof.readings_in(RESTORED)
    if reading_before is None:
        return _undecided("no command was sent")
    last = readings[-1] if readings else None
    outlet = None if last is None else last.outlet(proof.outlet)
    if last is None or outlet is None:
        return _broken(f"outlet {proof.outlet} could not be read at the end: look at it")
    if outlet.state != "on":
        return _broken(f"outlet {proof.outlet} was on, and is {outlet.state}: look at it")
    changes = _neighbour_changes(_neighbour_states(proof, reading_before), last)
    if changes:
        return _broken(f"outlet {changes[0][0]} is {changes[0][1]}, and was not: look at it")
    return _kept("all outlets are as they were")


# ---- words and numbers ---------------------------------------------------------------------------


def _sum(figures: Iterable[Optional[float]]) -> Optional[float]:
    """The sum, None if one is missing or there is none."""
    values = list(figures)
    known_values = [value for value in values if value is not None]
    return sum(known_values) if known_values and len(known_values) == len(values) else None


def _step_kwh(energies: Sequence[float]) -> float:
    for step in (1.0, 0.1, 0.01, 0.001):
        if all(abs(energy / step - round(energy / step)) < 1e-6 for energy in energies):
            return step
    return 0.001


def _state_list(reading: ProvenReading) -> list[str]:
    return [outlet.state for outlet in reading.outlets]


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")


def _outlets(number: int) -> str:
    return f"{number} outlet{'' if number == 1 else 's'}"


def _counters(number: int) -> str:
    return f"{number} counter{'' if number == 1 else 's'}"


_Judge = Callable[[UnitProof], _Finding]
#: each promise of `PROMISES`, in its order, and the function that judges it
_JUDGES: tuple[tuple[str, _Judge], ...] = (
    ("list", _judge_list),
    ("states", _judge_states),
    ("twice", _judge_second_reading),
    ("recording", _judge_recording),
    ("load", _judge_load),
    ("sums", _judge_sums),
    ("watts", _judge_watts),
    ("energy", _judge_energy),
    ("switches", _judge_switching),
    ("answered", _judge_answers),
    ("stays", _judge_staying),
    ("meter", _judge_meter),
    ("dark", _judge_darkness),
    ("neighbours", _judge_neighbours),
    ("restored", _judge_restoration),
)


def judge_proof(proof: UnitProof) -> tuple[PromiseVerdict, ...]:
    """One verdict for each promise. `proof.verdicts` is not read."""
    verdicts: list[PromiseVerdict] = []
    for key, judge in _JUDGES:
        obstacle = "" if BY_KEY[key].needs == READING else _why_not_switched(proof)
        verdict, finding, figures = _undecided(obstacle) if obstacle else judge(proof)
        rounded = {name: round(value, 6) for name, value in figures.items()}
        verdicts.append(PromiseVerdict(key, verdict, finding, rounded))
    return tuple(verdicts)


def _why_not_switched(proof: UnitProof) -> str:
    """Empty if commands were sent."""
    first, second = _first_states(proof, FIRST), _first_states(proof, SECOND)
    if proof.outlet and proof.readings_in(CONTRACT):
        return ""
    if not proof.outlet:
        return "nothing was switched: give --outlet"
    if first is not None and second is not None and not readings_agree(first, second):
        return "nothing was switched: two readings did not agree"
    return "nothing was switched: the reading failed before"
