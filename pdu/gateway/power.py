"""What is said of a machine's power, and what is asked for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from handlers.shared.meter_figures import MeterFigures
from pdu_common.helper import EnumPowerStatus

from ..pdus.states import DOWN, UNKNOWN, UP, word
from ..site.drawing.drawing import Cord

ON, OFF, RESTART = "on", "off", "restart"
ACTIONS = (ON, OFF, RESTART)


class CordState(NamedTuple):
    """One outlet of a machine."""

    cord: Cord
    state: EnumPowerStatus
    #: why it is not known, or why it was not proven; "" if there is nothing to say
    reason: str = ""
    figures: MeterFigures = MeterFigures()


class MachineState(NamedTuple):
    """A machine as its outlets report it."""

    #: UP: all outlets are on. DOWN: all are off. UNKNOWN: anything else
    state: EnumPowerStatus
    cords: Sequence[CordState]
    #: how old the oldest of the readings is, in seconds
    age_s: float = 0.0

    @property
    def power_w(self) -> Optional[float]:
        """The measured power of all outlets together, in W; None if one is not measured."""
        return _sum([cord.figures.power_w for cord in self.cords])

    @property
    def current_a(self) -> Optional[float]:
        """The measured current of all outlets together, in A; None if one is not measured."""
        return _sum([cord.figures.current_a for cord in self.cords])

    @property
    def reason(self) -> str:
        """Why the state is unknown; "" if it is known."""
        if self.state is not UNKNOWN:
            return ""
        why = [f"{cord.cord}: {cord.reason}" for cord in self.cords if cord.reason]
        every = ", ".join(f"{cord.cord} is {word(cord.state)}" for cord in self.cords)
        return "; ".join(why) or every


class PowerRequest(NamedTuple):
    """What a client asks for."""

    machine: str
    #: one of ACTIONS
    action: str
    #: between off and on of a restart, in seconds
    pause_s: float = 0.0


class PowerOutcome(NamedTuple):
    """The result of a command."""

    #: the command's number in the journal
    id: str
    request: PowerRequest
    #: whether every outlet reported the wanted state after the command
    is_done: bool
    #: the machine's state after it
    state: EnumPowerStatus
    cords: Sequence[CordState] = ()
    #: why it is not done
    reason: str = ""
    #: whether an earlier request by the same key switched, and this one sent nothing
    is_repeated: bool = False


def combine_cords(of_cords: Iterable[EnumPowerStatus]) -> EnumPowerStatus:
    """The state of a machine with outlets in these states."""
    states = set(of_cords)
    return states.pop() if len(states) == 1 else UNKNOWN


def machine_state(cords: Sequence[CordState], age_s: float = 0.0) -> MachineState:
    """The machine with these cords."""
    return MachineState(combine_cords(cord.state for cord in cords), cords, age_s)


def goal(action: str) -> EnumPowerStatus:
    """The state in which an action ends."""
    return DOWN if action == OFF else UP


def cord_document(cord: CordState, with_figures: bool = False) -> Mapping[str, Any]:
    """An outlet for answers and the journal."""
    document: dict[str, Any] = {"outlet": str(cord.cord), "state": word(cord.state)}
    if cord.reason:
        document["reason"] = cord.reason
    if with_figures:
        document.update(cord.figures._asdict())
    return document


def _sum(figures: Sequence[Optional[float]]) -> Optional[float]:
    values = [figure for figure in figures if figure is not None]
    # rounded, because binary fractions of a sum of decimals would look like a measurement
    return round(sum(values), 3) if values and len(values) == len(figures) else None
