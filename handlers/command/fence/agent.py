"""What the fence agent does with a machine's outlets.

A machine is off if every outlet that feeds it is proven off; it is on if one of them is. What is
not proven is a failure, so that the cluster does not start a service twice.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, NamedTuple, Optional, TypeVar

from pdu_common.helper import EnumPowerStatus

from ...errors import SettingsError, printable
from ..fleet import opening
from ..fleet.polling import Target, poll
from ..fleet.reading import Reading, failure
from ..hall.drawing import Cord
from ..states import DOWN, UP, word
from .contract import CURRENT

# between two readings of a meter: some renew their figures every two or three seconds
_METER_S = 3.0
# so many successive readings without current prove that there is none
_PROOFS = 2
_MOST_AT_ONCE = 32

T = TypeVar("T")


class FenceNotProven(Exception):
    """What was asked for did not happen, or nobody can say that it did."""


class MachineOutlets(NamedTuple):
    """The outlets of one machine, on the PDUs of the list."""

    #: how messages name it
    machine: str
    cords: Sequence[Cord]
    #: by the PDU's name
    targets: Mapping[str, Target]


class PowerOffProof(NamedTuple):
    """What proves that a machine has no power."""

    confirm: str
    #: in A
    threshold: float
    #: how long the meters may take to fall, in s
    timeout_s: float


def proof_of(options: Mapping[str, str]) -> PowerOffProof:
    """Raises SettingsError."""
    threshold = _number(options, "threshold", 0.001, 10.0)
    return PowerOffProof(
        options["confirm"], threshold, _number(options, "power_timeout", 0.0, 600.0)
    )


def pause_of(options: Mapping[str, str]) -> float:
    """How long `reboot` leaves a machine off, in s. Raises SettingsError."""
    return _number(options, "power_wait", 0.0, 600.0)


def _number(options: Mapping[str, str], key: str, least: float, most: float) -> float:
    try:
        number = float(options[key])
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise SettingsError(f"{key} must be a number from {least:g} to {most:g}")
    return number


def off(outlets: MachineOutlets, proof: PowerOffProof) -> None:
    """Switch every outlet off, whatever it reads now, and prove it.

    Each outlet gets one command; that of a PDU that fails keeps no other from its own. Raises
    NotProven.
    """
    _switch(outlets, False)
    if proof.confirm == CURRENT:
        _without_current(outlets, proof)


def on(outlets: MachineOutlets) -> None:
    """Switch every outlet on. Raises FenceNotProven unless all of them are seen on."""
    _switch(outlets, True)


def is_on(outlets: MachineOutlets) -> bool:
    """Whether the machine has a feed that is on. Raises FenceNotProven if that is not known: off is
    the answer only if every outlet reports it.
    """
    readings = _read(outlets)
    states = {cord: _state(readings[cord.pdu], cord) for cord in outlets.cords}
    if UP in states.values():
        return True
    unknown = [cord for cord, state in states.items() if state is not DOWN]
    if unknown:
        raise FenceNotProven("; ".join(_why_unknown(readings[cord.pdu], cord) for cord in unknown))
    return False


def check(outlets: MachineOutlets, proof: PowerOffProof) -> None:
    """Read every PDU, and raise NotProven if `off` could not be carried out and proven there: the
    PDU fails, has not the outlet or, with confirm=current, does not meter it.
    """
    readings = _read(outlets)
    wrong: list[str] = []
    for cord in outlets.cords:
        reading = readings[cord.pdu]
        found = reading.outlet(cord.outlet)
        if reading.failure is not None:
            wrong.append(f"{cord}: {reading.failure.reason}")
        elif found is None:
            wrong.append(f"{cord}: the PDU has no such outlet")
        elif proof.confirm == CURRENT and found.current_a is None:
            wrong.append(f"{cord}: {_UNMETERED}")
    if wrong:
        raise FenceNotProven("; ".join(wrong))


def answer(targets: Mapping[str, Target]) -> None:
    """Read every PDU. Raises FenceNotProven if one fails."""
    with ThreadPoolExecutor(min(len(targets), _MOST_AT_ONCE)) as pool:
        readings = dict(zip(targets, pool.map(poll, targets.values())))
    wrong = [
        f"{printable(name, 60)}: {one.failure.reason}"
        for name, one in readings.items()
        if one.failure is not None
    ]
    if wrong:
        raise FenceNotProven("; ".join(wrong))


_UNMETERED = "no current is known of this outlet; without a meter, use confirm=state"


def _switch(outlets: MachineOutlets, want_on: bool) -> None:
    wanted = UP if want_on else DOWN

    def one_pdu(name: str) -> list[str]:
        wrong: list[str] = []
        for cord in outlets.cords:
            if cord.pdu != name:
                continue
            try:
                state = opening.switch(outlets.targets[name], cord.outlet, want_on)
            except (Exception, SystemExit) as error:  # anybody may have written the archive
                reason = failure(error).reason
                wrong.append(f"{cord}: {reason}; it may or may not have switched {word(wanted)}")
                continue
            if state is not wanted:
                wrong.append(f"{cord} was not seen {word(wanted)} after the command")
        return wrong

    wrong = [one for found in _of_each(outlets, one_pdu).values() for one in found]
    if wrong:
        raise FenceNotProven("; ".join(wrong))


def _without_current(outlets: MachineOutlets, proof: PowerOffProof) -> None:
    """Read the meters until each reads no current in successive readings.

    It begins when all outlets are off: a supply that was idle takes the load when the other loses
    its feed.
    """
    end = time.monotonic() + proof.timeout_s
    proofs = 0
    while True:
        wrong = _with_current(outlets, proof)
        proofs = 0 if wrong else proofs + 1
        if proofs == _PROOFS:
            return
        if wrong and time.monotonic() >= end:
            raise FenceNotProven(f"switched off, but {'; '.join(wrong)}")
        time.sleep(_METER_S)


def _with_current(outlets: MachineOutlets, proof: PowerOffProof) -> list[str]:
    readings = _read(outlets)
    wrong: list[str] = []
    for cord in outlets.cords:
        reading = readings[cord.pdu]
        found = reading.outlet(cord.outlet)
        if reading.failure is not None:
            wrong.append(f"{cord} could not be read: {reading.failure.reason}")
        elif found is None or found.current_a is None:
            wrong.append(f"{cord}: {_UNMETERED}")
        elif found.state is not DOWN:
            wrong.append(f"{cord} is not off any more")
        elif abs(found.current_a) >= proof.threshold:
            wrong.append(f"{cord} carries {found.current_a:g} A")
    return wrong


def _read(outlets: MachineOutlets) -> dict[str, Reading]:
    """A reading of each PDU, by its name: 1 `status` and 1 `statistic` of each."""
    return _of_each(outlets, lambda name: poll(outlets.targets[name]))


def _of_each(outlets: MachineOutlets, work: Callable[[str], T]) -> dict[str, T]:
    """What `work` returns for the name of each PDU, all at the same time."""
    names = list(dict.fromkeys(cord.pdu for cord in outlets.cords))
    with ThreadPoolExecutor(min(len(names), _MOST_AT_ONCE)) as pool:
        return dict(zip(names, pool.map(work, names)))


def _state(reading: Reading, cord: Cord) -> Optional[EnumPowerStatus]:
    found = reading.outlet(cord.outlet)
    return None if found is None else found.state


def _why_unknown(reading: Reading, cord: Cord) -> str:
    if reading.answered or reading.failure is None:
        return f"{cord}: its state is unknown, or the PDU has no such outlet"
    return f"{cord}: {reading.failure.reason}"
