"""Compares what status and statistic of a handler returned with what the simulated PDU has.

States are by the name of an outlet: True is on, False is off, None is neither. Figures are by name:
"load" in A, "total_consumption" and "consumption of outlet 1" in kWh. `TrueFigures` has for each
name the values that are right, as a total may be measured in several ways; none if the PDU does not
measure it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Optional

from handlers.dcimanager import Figures
from handlers.shared.meter_figures import measured
from pdu_common.helper import EnumPowerStatus

from ...recordings.simulated_pdu import MeasuredSums, States

#: whether an outlet is on, by the word for its state; None for an unknown one
ON = {EnumPowerStatus.UP: True, EnumPowerStatus.DOWN: False}
#: for people, whether an outlet is on
STATE_WORDS: Mapping[Optional[bool], str] = {True: "on", False: "off", None: "unknown"}
#: by the name of a figure, each value that is right for it, in A or kWh
TrueFigures = Mapping[str, Sequence[float]]
_LOAD, _ENERGY = "load", "total_consumption"
_UNITS = {_LOAD: "A"}
# a figure may be rounded to a tenth; two outlets of a unit differ by more
_ROUNDING = 0.051
# as a part of the figure: a load in whole amperes is wrong, an energy in whole kWh is not
_MOST_DEVIATION = {"A": 0.002, "kWh": 0.01}


def name_of_energy(outlet: str) -> str:
    """The name of the consumption of an outlet."""
    return f"consumption of outlet {outlet}"


def true_figures_of(sums: MeasuredSums) -> TrueFigures:
    """What the PDU measures, by the names of figures, in A and kWh. `sums`: of its tables of
    meters.

    >>> true_figures_of(MeasuredSums([2.5], [20.0], {"1": 7.5}))
    {'load': [2.5], 'total_consumption': [20.0], 'consumption of outlet 1': [7.5]}
    """
    named: dict[str, Sequence[float]] = {_LOAD: sums.load_a, _ENERGY: sums.energy_kwh}
    for outlet, energy_kwh in sums.outlet_kwh.items():
        named[name_of_energy(outlet)] = [energy_kwh]
    return named


def named_figures(figures: Figures) -> dict[str, float]:
    """The figures that statistic returned, by name, in A and kWh, without those that have no value.

    >>> named_figures(Figures(2.5, None, {}))
    {'load': 2.5}
    """
    named = {_LOAD: measured(figures.load_a), _ENERGY: measured(figures.energy_kwh)}
    for outlet, port in figures.ports.items():
        named[name_of_energy(outlet)] = measured(port.energy_kwh)
    return {name: value for name, value in named.items() if value is not None}


def has_meter(true_figures: TrueFigures) -> bool:
    """Whether the PDU measures anything."""
    return any(true_figures.values())


def problem_of_figures(figures: Figures, true_figures: TrueFigures) -> str:
    """What is wrong with the figures that statistic returned: the first two that are like none of
    the right values; "" if there is none. A figure that the PDU does not measure is not compared.

    >>> problem_of_figures(Figures(2500.0, 20.0, {}), {"load": [2.5], "total_consumption": [20.0]})
    'returned load 2500 A; the PDU measures 2.5 A'
    >>> problem_of_figures(Figures(2.5, None, {}), {"load": [2.5]})
    ''
    """
    problems: list[str] = []
    for name, value in named_figures(figures).items():
        real_values = true_figures.get(name, ())
        unit = _UNITS.get(name, "kWh")
        is_right = any(_is_like(value, real_value, unit) for real_value in real_values)
        if real_values and not is_right:
            alternatives = [f"{real_value:.10g}" for real_value in dict.fromkeys(real_values)]
            measures = f"the PDU measures {' or '.join(alternatives)} {unit}"
            problems.append(f"{name} {value:.10g} {unit}; {measures}")
    return f"returned {'; '.join(problems[:2])}" if problems else ""


def _is_like(value: float, real_value: float, unit: str) -> bool:
    """Whether a figure is the PDU's, but for rounding: to a tenth, or up to 0.2 % of a load in "A"
    and 1 % of an energy in "kWh".

    >>> _is_like(2.5, 2.54, "A"), _is_like(3.0, 2.54, "A")
    (True, False)
    """
    tolerance = max(_ROUNDING, _MOST_DEVIATION[unit] * real_value)
    return abs(value - real_value) <= tolerance


def unknown_figures(figures: Figures, true_figures: TrueFigures) -> list[str]:
    """The names of the figures that the handler gave, and that the PDU is not known to measure.

    >>> unknown_figures(Figures(2.5, 20.0, {}), {"load": [2.5]})
    ['total_consumption']
    """
    return [name for name in named_figures(figures) if not true_figures.get(name)]


def problem_of_states(
    states: Sequence[tuple[str, EnumPowerStatus]],
    real_states: States,
    *,
    is_well: bool,
    absent_outlets: Collection[str] = (),
    has_changed_number: bool = False,
) -> str:
    """The first problem of the states that a handler returned: wrong outlets, or a state that is
    not the real one. "" for none.

    >>> up, down = EnumPowerStatus.UP, EnumPowerStatus.DOWN
    >>> problem_of_states([("1", up)], {"1": True}, is_well=True)
    ''
    >>> problem_of_states([("1", down)], {"1": True}, is_well=True)
    'returned outlet 1 off, and it is on'
    >>> problem_of_states([("1", up)], {"1": True, "2": None}, is_well=False)
    'returned 1 outlets, without 2'

    `states`: the handler's; `real_states`: the PDU's, None for one that is neither on nor off.
    `is_well`: the PDU has no fault, so that an UNKNOWN state is a problem, too. `absent_outlets`:
    the handler may leave them out. `has_changed_number`: a number in the PDU's answer was changed,
    which may be a figure, the name of an outlet, or the states of several outlets as its bits: one
    other name and two wrong states are no problem then.
    """
    names = [name for name, _ in states]
    expected_names = [name for name in real_states if name in names or name not in absent_outlets]
    is_renamed = has_changed_number and len(names) == len(expected_names)
    if sorted(names) != sorted(expected_names) and not is_renamed:
        return _problem_of_names(names, expected_names)
    problems: list[str] = []
    for name, state in states:
        on = ON.get(state)
        real_on = real_states.get(name, on)
        must_be_real = on is not None or is_well
        if on is not real_on and must_be_real:
            text = f"returned outlet {name} {STATE_WORDS[on]}, and it is {STATE_WORDS[real_on]}"
            problems.append(text)
    if has_changed_number and len(problems) > 1:
        return ""
    return problems[0] if problems else ""


def _problem_of_names(names: Sequence[str], expected_names: Sequence[str]) -> str:
    """What is wrong with a list of outlets that is not the PDU's: some are missing, foreign or
    there twice.

    >>> _problem_of_names(["1"], ["1", "2"]), _problem_of_names(["1", "1"], ["1"])
    ('returned 1 outlets, without 2', 'returned an outlet twice')
    """
    missing = [name for name in expected_names if name not in names]
    if missing:
        return f"returned {len(names)} outlets, without {', '.join(missing[:5])}"
    foreign = [name for name in names if name not in expected_names]
    if foreign:
        return f"returned outlets that the PDU does not have: {', '.join(foreign[:5])}"
    return "returned an outlet twice"
