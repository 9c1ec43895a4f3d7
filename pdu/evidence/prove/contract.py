"""Switches one outlet off, on, off and on, and stops at the first surprise.

`pdus/outlet_power.py` says when a state is read again; here is what a proof adds: the readings
seconds later, the wait for a late unit, the neighbours, the owner's look. Whatever happens,
`restore_outlets` has the last word; `watchdog` runs it in another process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable, NamedTuple, Optional

from handlers.shared.meter_figures import MeterFigures
from pdu_common.helper import EnumPowerStatus

from ...pdus import outlet_power
from ...pdus.outlet_power import target_state
from ...pdus.states import DOWN, UNKNOWN, UP, word
from .meters import MeterResolution
from .unit_reading import OutletReading, UnitAccess, UnitReading
from .verdicts import carries

#: commands that a proof sends if nothing goes wrong
COMMANDS = 4
# relays that fall back do so within a second; the proof has read once more after one
_SETTLE_S = 2.0
# a unit that is later than this does not do it
_LATE_S, _LOOK_S = 30.0, 1.0
# how long a meter may take to show a command
_METER_S = 20.0
# "on" is sent again only if the outlet still reads off so long after the last one
_RESEND_S = 15.0
#: how long the last word may take while somebody waits for it, and when nobody does, in s
SOON_S, PATIENCE_S = 60.0, 600.0
States = Mapping[str, EnumPowerStatus]


class InitialReading(NamedTuple):
    """The unit right before the first command."""

    #: the identity of the outlet that is switched
    outlet: str
    #: of all outlets
    states: States
    #: whether the outlet's meter shows that power flows
    carries: bool
    #: what it shows, and the inlet's own meter
    draw: MeterFigures = MeterFigures()
    inlet: MeterFigures = MeterFigures()


def begin(unit_access: UnitAccess, identity: str) -> tuple[Optional[OutletReading], InitialReading]:
    """Read the unit. The first is None if the outlet is not listed."""
    now = unit_access.read()
    outlet = now.outlets.get(identity)
    steps = MeterResolution().finer(outlet.draw for outlet in now.outlets.values())
    flows = outlet is not None and carries(outlet.draw, steps)
    states = {name: outlet.state for name, outlet in now.outlets.items()}
    draw = MeterFigures() if outlet is None else outlet.draw
    return outlet, InitialReading(identity, states, flows, draw, now.inlet)


def is_idle(outlet: OutletReading) -> bool:
    """Whether the outlet's meter shows that nothing flows; no meter, no proof."""
    draw: MeterFigures = outlet.draw
    return draw.has_load and not draw.current_a and not draw.power_w


def run(
    unit_access: UnitAccess,
    initial: InitialReading,
    look: Callable[[], None],
    is_guarded: Callable[[], bool],
) -> None:
    """The contract. `look` is called while the outlet is reported off for the first time. Without
    `is_guarded`, nothing is switched off.

    Ends early at the first surprise: what it was is in the unit's trace.
    """
    is_shown = False
    for on in (False, True, False, True):
        if not on and not is_guarded():
            return
        if not _is_switched(unit_access, initial.outlet, on):
            _wait_for(unit_access, initial, target_state(on))
            return
        if initial.carries:
            _wait_for_meters(unit_access, initial, on)
        if not on and not is_shown:
            is_shown = True
            look()
        unit_access.sleep(_SETTLE_S)
        now = unit_access.read()
        if now.state(initial.outlet) is not target_state(on) or _has_other_change(initial, now):
            return


def _is_switched(unit_access: UnitAccess, outlet: str, on: bool) -> bool:
    """Send one command. Returns whether the outlet is seen so, twice."""
    if unit_access.switch(outlet, on) is not target_state(on):
        return False
    unit_access.sleep(outlet_power.AGAIN_S)
    again = unit_access.read()
    return again.is_whole and again.state(outlet) is target_state(on)


def _wait_for_meters(unit_access: UnitAccess, initial: InitialReading, on: bool) -> None:
    """Read until the meters of the outlet and, which may be later, of the inlet show the command,
    or no figure any more, or the time is over. What they show is judged afterwards. What is plugged
    in need not draw anything by itself when it is switched on.
    """
    end = unit_access.monotonic() + _METER_S
    while unit_access.monotonic() < end:
        now = unit_access.read()
        outlet = now.outlets.get(initial.outlet)
        if outlet is None or _has_other_change(initial, now) or not outlet.draw.has_load:
            return
        if is_idle(outlet) and (on or _inlet_has_fallen(initial, now.inlet)):
            return
        if on and (not initial.inlet.has_load or not _inlet_has_fallen(initial, now.inlet)):
            return
        unit_access.sleep(_LOOK_S)


def _inlet_has_fallen(initial: InitialReading, inlet: MeterFigures) -> bool:
    """Whether the inlet lost half of what the outlet carried, or shows nothing of its own."""
    figures = [
        (was - now, load)
        for was, now, load in zip(initial.inlet, inlet, initial.draw)
        if was is not None and now is not None and load is not None
    ]
    return not figures or any(fall >= load / 2 for fall, load in figures)


def _wait_for(unit_access: UnitAccess, initial: InitialReading, wanted: EnumPowerStatus) -> None:
    """Read until the wanted state comes late, a neighbour moved, or the time is over."""
    end = unit_access.monotonic() + _LATE_S
    while unit_access.monotonic() < end:
        now = unit_access.read()
        if now.state(initial.outlet) is wanted or _has_other_change(initial, now):
            return
        unit_access.sleep(_LOOK_S)


def restore_outlets(
    unit_access: UnitAccess, initial: InitialReading, patience_s: float, may_be_off: bool
) -> str:
    """Let all outlets be as they began: the last word of every proof. Returns "" when they are,
    else what is wrong.

    `may_be_off`: the last command was "off", or nobody knows: it may still be carried out late, so
    "on" is sent whatever reads now. "On" is absolute, and the outlet was on. It is sent again only
    to an outlet that still reads off long after it. Neighbours
    that were on and went off get their own "on" if the outlet's has not helped: once, one by one,
    until as many outlets are on as were, because a unit may have renumbered them.
    """
    end = unit_access.monotonic() + patience_s
    sent_at: Optional[float] = None
    if may_be_off:
        unit_access.switch(initial.outlet, True)
        sent_at = unit_access.monotonic()
    switched_on: set[str] = set()
    while True:
        now = unit_access.read()
        state = now.state(initial.outlet)
        outlets_lost = [
            name
            for name, was in initial.states.items()
            if was is UP
            and name != initial.outlet
            and (outlet := now.outlets.get(name)) is not None
            and outlet.state is DOWN
        ]
        if state is UP and not outlets_lost:
            unit_access.sleep(_LOOK_S)
            again = unit_access.read()
            if again.state(initial.outlet) is UP:
                return ""
        elif state is UP:
            if sent_at is None:  # the same wrong way back, first
                unit_access.switch(initial.outlet, True)
                sent_at = unit_access.monotonic()
            else:
                left = [name for name in outlets_lost if name not in switched_on]
                if left and _count_on(now) < sum(state is UP for state in initial.states.values()):
                    unit_access.switch(left[0], True)
                    switched_on.add(left[0])
        elif sent_at is None or (state is DOWN and unit_access.monotonic() - sent_at >= _RESEND_S):
            unit_access.switch(initial.outlet, True)
            sent_at = unit_access.monotonic()
        if unit_access.monotonic() >= end:
            break
        unit_access.sleep(_LOOK_S)
    if state is not UP:
        return f"outlet {initial.outlet} was on, and is {word(state)}"
    return f"outlet {', '.join(outlets_lost)} was on, and is off"


def _count_on(now: UnitReading) -> int:
    return sum(outlet.state is UP for outlet in now.outlets.values())


def _has_other_change(initial: InitialReading, now: UnitReading) -> bool:
    """Whether another outlet changed its state."""
    return any(
        UNKNOWN not in (outlet.state, initial.states.get(name, UNKNOWN))
        and outlet.state is not initial.states[name]
        for name, outlet in now.outlets.items()
        if name != initial.outlet
    )
