"""A machine by its outlets: what switches it, and what it is by a reading. Pure, besides the
commands of `switch_by_state`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Optional

from handlers.shared.errors import printable
from pdu_common.helper import EnumPowerStatus

from ...pdus.states import DOWN, UNKNOWN, UP, word
from ..drawing.drawing import Machine
from .alive import Alive
from .meters import load_text, shows
from .outlet import AGAIN_S
from .pdu_access import (
    CommandResult,
    MachineOutlet,
    NotProven,
    OutletReading,
    PduAccess,
    PduReading,
)

UNMETERED = "no current is known of this outlet; without a meter, use confirm=state"

Readings = Mapping[str, PduReading]


class MachinePower(NamedTuple):
    """A machine with its outlets."""

    #: how messages name it
    name: str
    cords: Sequence[MachineOutlet]
    #: how many of its cords must live for it to live
    needs: int = 1
    #: whether the drawing has a machine of this name; else it is known by its outlets alone
    is_drawn: bool = True

    @classmethod
    def of(cls, machine: Machine) -> MachinePower:
        """A machine of the drawing."""
        return cls(printable(machine.name, 60), machine.cords, machine.needs)

    @property
    def pdus(self) -> list[str]:
        """The names of its PDUs."""
        return list(dict.fromkeys(cord.pdu for cord in self.cords))

    def outlets(self, pdu: str) -> set[str]:
        """Its outlets at one of them."""
        return {cord.outlet for cord in self.cords if cord.pdu == pdu}


class OffProof(NamedTuple):
    """What proves that a machine has no power."""

    #: by evidence and meters; else by the states alone
    by_current: bool = True
    #: a current below this counts as none, in A: what a meter shows of nothing is its maker's
    threshold_a: float = 0.02
    #: how long the meters may take to show a change, in s
    timeout_s: float = 20.0
    #: asks the machine itself
    alive: Optional[Alive] = None


class OutletState(NamedTuple):
    """What is known of one outlet."""

    #: UNKNOWN also for one that is reported off and is not known to be
    state: EnumPowerStatus
    #: why it is not known; "" if it is
    reason: str = ""


def find_outlet(readings: Readings, cord: MachineOutlet) -> Optional[OutletReading]:
    """One outlet of the readings; None if it was not read."""
    reading = readings.get(cord.pdu)
    return None if reading is None else reading.outlets.get(cord.outlet)


def is_carrying(readings: Readings, cord: MachineOutlet, proof: OffProof) -> bool:
    """Whether the outlet's meter shows that something flows."""
    outlet = find_outlet(readings, cord)
    return outlet is not None and shows(outlet.draw, proof.threshold_a)


# ---- what a machine is ---------------------------------------------------------------------------


def judge_outlets(
    cords: Collection[MachineOutlet], readings: Readings, proof: OffProof, doubt: str = ""
) -> dict[MachineOutlet, OutletState]:
    """What is known of a machine's outlets. This is what every command and service says.

    By current, an outlet is off only if it is reported off and its meter shows nothing, and a
    machine only without a `doubt`: why it was not proven off when it was switched last.
    """
    states = {cord: _judge_outlet(readings, cord, proof) for cord in cords}
    is_all_off = all(outlet_state.state is DOWN for outlet_state in states.values())
    if proof.by_current and doubt and is_all_off:
        doubtful = OutletState(UNKNOWN, f"it is reported off, and was not proven off: {doubt}")
        return dict.fromkeys(states, doubtful)
    return states


def _judge_outlet(readings: Readings, cord: MachineOutlet, proof: OffProof) -> OutletState:
    reading, outlet = readings.get(cord.pdu), find_outlet(readings, cord)
    if reading is not None and reading.reason:
        return OutletState(UNKNOWN, f"it could not be read: {reading.reason}")
    if outlet is None:
        return OutletState(UNKNOWN, "the PDU has no such outlet")
    if outlet.state is DOWN and proof.by_current and is_carrying(readings, cord, proof):
        return OutletState(UNKNOWN, f"it is reported off, and carries {load_text(outlet.draw)}")
    doubt = f": {outlet.ground.doubt}" if outlet.ground.doubt else ""
    return OutletState(
        outlet.state, f"its state is unknown{doubt}" if outlet.state is UNKNOWN else ""
    )


def unknown_outlets(states: Mapping[MachineOutlet, OutletState]) -> list[str]:
    """Why outlets are not known to be on or off, in sentences."""
    return list(
        dict.fromkeys(f"{cord}: {state.reason}" for cord, state in states.items() if state.reason)
    )


def ground_sentences(cords: Iterable[MachineOutlet], readings: Readings) -> list[str]:
    """What states rest on besides the position of a relay: which outlets that are off have no
    voltage behind it, and what units say against outlets.
    """
    sentences: list[str] = []
    for cord in cords:
        outlet = find_outlet(readings, cord)
        if outlet is not None and outlet.state is DOWN and outlet.ground.is_measured:
            sentences.append(f"{cord} has no voltage behind its relay")
        if outlet is not None and outlet.ground.doubt:
            sentences.append(f"{cord}: {outlet.ground.doubt}")
    return sentences


def is_on(states: Mapping[MachineOutlet, OutletState]) -> bool:
    """Whether the machine has a feed that is on. Raises NotProven if that is not known: off is the
    answer only if every outlet is off.
    """
    if any(outlet_state.state is UP for outlet_state in states.values()):
        return True
    reasons = unknown_outlets(states)
    if reasons:
        raise NotProven("; ".join(reasons))
    return False


# ---- by the states -------------------------------------------------------------------------------


def switch_by_state(machine: MachinePower, pdu_access: PduAccess, on: bool) -> Readings:
    """Send each outlet one command. Returns the last readings. Raises NotProven unless all are seen
    so, twice.
    """
    readings: Readings = {}
    wrong = list_unconfirmed(pdu_access.switch(machine.cords, on), on)
    if not wrong:
        pdu_access.sleep(AGAIN_S)
        target_state = UP if on else DOWN
        readings = pdu_access.read_pdus(machine.pdus)
        states = judge_outlets(machine.cords, readings, OffProof(by_current=False))
        wrong = unknown_outlets(states) + [
            f"{cord} is not {word(target_state)} any more"
            for cord, outlet_state in states.items()
            if outlet_state.state not in (target_state, UNKNOWN)
        ]
    if wrong:
        raise NotProven("; ".join(wrong))
    return readings


def list_unconfirmed(result_by_cord: Mapping[MachineOutlet, CommandResult], on: bool) -> list[str]:
    """Which commands were not seen to be carried out."""
    target_state = UP if on else DOWN
    return [
        f"{cord}: {result.reason}; it may or may not have switched {word(target_state)}"
        if result.reason
        else f"{cord} was not seen {word(target_state)} after the command"
        for cord, result in result_by_cord.items()
        if result.reason or result.state is not target_state
    ]
