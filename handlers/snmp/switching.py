"""Switches one outlet: checks, the write, and the confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Optional

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus

from ..dcimanager.rows import Raw
from ..dcimanager.snmp import LONGEST_SECONDS, Snmp
from ..shared.doubts import doubt_sentences
from ..shared.errors import NamedSetting, NoSuchOutlet, PduHandlerError, ProtocolError, Unsupported
from ..shared.switching import switch
from . import command_locks
from .controls import Control, Order
from .device import SnmpDevice, family_title
from .evidence import LAST_SEARCH, repository
from .outlets import Outlets
from .profile import Profile
from .reader import Reader
from .settings import SWITCH_UNPROVEN, FamilySelection
from .states import Decision, State

LOGGER = get_logger(__name__)
# Limit for the write, in seconds after the start of the call: later, nobody expects it any more.
PLAN_SECONDS = 60.0
_FEWER_OUTLETS = (
    "one write sets all outlets of this unit at once, and right before it the device listed fewer"
    " outlets than at the start of the call: nothing was written; poll it again"
)


class SwitchCall(NamedTuple):
    """One call of `port_up` or `port_down`."""

    snmp: Snmp  #: its requests, with their deadline
    device: SnmpDevice  #: the device, as it was read at the start of the call
    choice: FamilySelection  #: the handler's settings


@dataclass
class _Command:
    """A command to one outlet."""

    outlets: Outlets
    states: State  #: those of `outlets`
    control: Control
    identity: str
    row: str  #: the outlet's row in the table of the states, right before the write
    orders: list[Order]
    #: why the last reading gave no state
    reason: str = ""

    def state(self, reader: Reader, target: EnumPowerStatus) -> EnumPowerStatus:
        """The outlet's state after the write; see `_decision`."""
        decision = reader.decide(partial(self._decision, reader, target))
        if decision.state is target and self.outlets.has_moving_rows:
            # a unit that was away for the first reading alone showed another outlet's state
            reported_again = self.outlets.reported_at(reader.fresh_reader(), self.row)
            if reported_again.state is not target:
                decision = reported_again
        self.reason = decision.reason
        return decision.state

    def _decision(self, reader: Reader, target: EnumPowerStatus) -> Decision:
        """The outlet's state after the write. UNKNOWN if it is `target` and something contradicts
        that: its row is another outlet's now, or another outlet does not read as written."""
        reported = self.outlets.reported_at(reader, self.row)
        if reported.state is not target:
            return reported
        # only now, what contradicts it is of interest
        decision = self.states.state_of(reader, self.identity)
        if decision.state is not target:
            return decision
        if self.outlets.row_of(reader, self.identity) != self.row:
            return Decision(EnumPowerStatus.UNKNOWN, "its row is another outlet's now")
        if not self.control.is_carried_out(reader, self.identity, self.orders):
            return Decision(
                EnumPowerStatus.UNKNOWN, "another outlet of the same write does not read as written"
            )
        return decision


def switch_outlet(
    call: SwitchCall, identity: str, target: EnumPowerStatus, deadline: float, pause: float
) -> EnumPowerStatus:
    """Write the outlet's absolute state once, then read the outlet until it has that state or
    `deadline` seconds have passed.

    Returns `target` or UNKNOWN. Raises NoSuchOutlet if the outlet does
    not exist, and Unsupported if it must not be switched: nothing was written then. The text of an
    Unreachable says so if the outlet may have switched. If a write repeats other outlets' states,
    commands take turns (command_locks.py), and the state is `target` only if all read as written.
    In a chain whose rows are numbered consecutively, the row is looked up right before the write,
    and the state is `target` only if it still is the outlet's after it.

    Half of the families pay at most 6 of the platform's calls: sysObjectID, the outlet's row, what
    guards it, the write, and the row again until it is `target`.
    """
    snmp, device, choice = call
    may_be_unproven = choice.switches_unproven(device.profile)
    choose = partial(_switchable_outlet, device, identity, may_be_unproven=may_be_unproven)
    outlet = device.reader.decide(choose)
    outlets, control = outlet.outlets, outlet.control
    if choice.switch_automatic:
        control = control.ignore_automatic()
    if may_be_unproven:
        control = control.use_unproven_limits()
    with _turn(snmp, control):
        reader = device.reader
        if not outlets.is_row_read_last(reader, identity):
            reader = reader.fresh_reader()
        # without a row, `orders` raises
        row = reader.decide(partial(outlets.row_of, reader, identity)) or identity
        is_up = target is EnumPowerStatus.UP
        orders = reader.decide(partial(control.orders, reader, identity, up=is_up))
        if not control.covers(device.states, identity, orders):
            raise ProtocolError(_FEWER_OUTLETS)
        command = _Command(
            outlets=outlets,
            states=outlet.states,
            control=control,
            identity=identity,
            row=row,
            orders=orders,
        )
        *unlocking_orders, command_order = orders
        _unlock(snmp, unlocking_orders)
        # raises Unreachable, before the command is sent, if the time is over
        snmp.check()
        snmp.extend(LONGEST_SECONDS)
        status = switch(
            lambda: _send_command(snmp, command_order, control),
            lambda: command.state(device.reader.fresh_reader(), target),
            target,
            deadline=deadline,
            pause=pause,
            settling=outlets.settling_s,
            before=outlet.state_before,
        )
    for sentence in doubt_sentences([(identity, command.reason)]):
        LOGGER.warning(snmp.quoted(sentence))
    return status


def _turn(snmp: Snmp, control: Control) -> AbstractContextManager[None]:
    """The time in which no other command of this process writes the device's outlets, if one write
    sets several."""
    if not control.writes_neighbours:
        return nullcontext()
    return command_locks.lock_outlet(snmp.name, snmp.remaining())


def _send_command(snmp: Snmp, order: Order, control: Control) -> None:
    """Send the command. Raises what `Snmp.set` raises, with what else may be the reason."""
    oid, value = order
    try:
        snmp.set(oid, value)
    except PduHandlerError as error:
        if control.obstacles:
            error.set_reason((control.obstacles, "; ", *error.parts))
        raise


def _unlock(snmp: Snmp, orders: Sequence[Order]) -> None:
    """Send what precedes the command. Raises what `Snmp.set` raises, which says that no command was
    sent."""
    for oid, value in orders:
        try:
            snmp.set(oid, value)
        except PduHandlerError as error:
            error.set_reason(("the command was not sent: ", *error.parts))
            error.may_have_executed = False
            raise


class _SwitchableOutlet(NamedTuple):
    """How an outlet is read and switched."""

    outlets: Outlets
    states: State  #: those of `outlets`
    control: Control  #: that of `outlets`
    #: at the start of the call
    state_before: EnumPowerStatus


def _switchable_outlet(
    device: SnmpDevice, identity: str, *, may_be_unproven: bool
) -> _SwitchableOutlet:
    """How the outlet is read and switched. Raises NoSuchOutlet or Unsupported if it does not exist
    or must not be switched. `may_be_unproven`: also one of a family whose commands are unproven."""
    outlets = device.outlets
    if identity not in device.states:
        raise NoSuchOutlet(
            f"the PDU has no outlet {identity[:40]!r}; it has {_some(list(device.states))}"
        )
    if outlets is None or outlets.control is None or outlets.states is None:
        raise Unsupported(
            f"this PDU is read as {family_title(device.profile)}: its outlets show no state or"
            " cannot be switched"
        )
    value = _value_of_state(device, outlets.states, identity)
    if value is None:
        raise Unsupported(
            f"outlet {identity} reports no state and is therefore not switched: it has no relay, or"
            " the device does not show its state"
        )
    if not may_be_unproven:
        _raise_if_unproven(device.profile)
    if outlets.control.has_one_object and len(device.states) > 1:
        raise Unsupported(
            f"outlet {identity} is not switched: the command of the profile"
            f" '{device.profile.key}' writes one object, a Scalar, for all {len(device.states)}"
            " outlets of this PDU"
        )
    # What could contradict its state must be readable before the command, not only after it.
    decision = outlets.states.state_by_value(device.reader, identity, value)
    return _SwitchableOutlet(
        outlets=outlets,
        states=outlets.states,
        control=outlets.control,
        state_before=decision.state,
    )


def _value_of_state(device: SnmpDevice, states: State, identity: str) -> Optional[Raw]:
    """The value of the outlet's state, as it was read at the start of the call; None for an outlet
    that other tables show and that has no state."""
    if device.is_own_row:
        return states.row_from(device.reader, identity)
    return states.rows_from(device.reader).get(identity)


def _raise_if_unproven(profile: Profile) -> None:
    """Raise Unsupported for a family that is switched only with the owner's word."""
    if profile.is_proven:
        return
    raise Unsupported(
        (
            f"the family '{profile.key}' is unproven: no recording of a real unit shows its"
            f" states, and {_programs_known(profile)}, so it is only read. Try an idle outlet"
            f" (pdu off snmp HOST OUTLET -s {SWITCH_UNPROVEN.key}=yes), then set ",
            NamedSetting(SWITCH_UNPROVEN.key, "yes", "the handler setting "),
            f" or build the archive with --switch-unproven {profile.key}. {profile.note}".rstrip(),
        )
    )


def _programs_known(profile: Profile) -> str:
    """The sentence with the public programs that were found to switch the family's outlets."""
    searched = f"public code was searched on {LAST_SEARCH} for what its commands write"
    if not profile.programs:
        return f"{searched}: no program was found"
    return f"{searched}: one program was found ({repository(profile.programs[0])}), not two"


def _some(identities: list[str]) -> str:
    """The identities for an error; of more than four the first two and the last."""
    if len(identities) <= 4:
        return ", ".join(identities) or "none"
    return f"{', '.join(identities[:2])} … {identities[-1]} ({len(identities)} outlets)"
