"""Switches one outlet: checks, the write, and the confirmation.

    get state.7 -> off, get lock.7 -> no; set outletCtl.7 = 1; get state.7 -> on

`tables` are the device's answers: `tables[source]` are the rows of an object, {"7": 1};
`tables.one_row("7")` reads this outlet alone, by GET, and `tables.again()` asks anew, as after a
write. A VarBind is an object to write, with its value. A `Decision` is the state of an outlet and
why it is UNKNOWN. A unit that has one object for the states of all its outlets is written with all
of them: one that the write leaves out would be switched off (`writes_neighbours`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import NamedTuple, Optional

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus

from ..dcimanager.snmp import LONGEST_SECONDS, Snmp
from ..shared.errors import NamedSetting, NoSuchOutlet, PduHandlerError, ProtocolError, Unsupported
from ..shared.switching import switch
from ..shared.unknown_states import reason_sentences
from . import command_locks
from .cells import Missing, Rows, is_unanswered
from .chains import InChain
from .controls import Control, VarBind, writes_scalar
from .device import SnmpDevice
from .evidence import LAST_SEARCH, repository
from .profile import Profile, family_title
from .settings import SWITCH_UNPROVEN, FamilySelection
from .states import UNKNOWN, Decision, State
from .tables import Tables, object_of

LOGGER = get_logger(__name__)
# Limit for the write, in seconds after the start of the call: later, nobody expects it any more.
PLAN_SECONDS = 60.0
_NO_ROW = Decision(UNKNOWN, "the answers have no row of the outlet")
_FEWER_OUTLETS = (
    "one write sets all outlets of this unit at once, and right before it the device listed fewer"
    " outlets than at the start of the call: nothing was written; poll it again"
)


class SwitchCall(NamedTuple):
    """What one call of `port_up` or `port_down` works with."""

    snmp: Snmp  #: its requests, with their deadline
    device: SnmpDevice  #: the device, as it was read at the start of the call
    choice: FamilySelection  #: the handler's settings


class _Command:
    """A command to one outlet: what is written, and the outlet's state before and after it.
    `device` is the device as it was read at the start of the call, `states` tells what its values
    mean, `control` what is written. The `identity` of the outlet names its row, "7". But where one
    table numbers the outlets of all units of a chain, the row of "2.7" is 15 while unit 1 has 8
    outlets, and changes when a unit joins or leaves: `chain_states` is then the column of states,
    and the row is looked up again; else it is None.
    """

    def __init__(
        self, device: SnmpDevice, identity: str, *, automatic: bool, unproven: bool
    ) -> None:
        """`automatic`: the owner allows to end an automatic mode. `unproven`: the owner allows the
        commands of this family although they are unproven, so that the limits seen on units hold
        in place of those of the MIB."""
        outlets = device.outlets
        assert outlets and outlets.states and outlets.control
        if unproven:
            outlets = replace(outlets, control=outlets.control.with_unproven_limits())
        assert outlets.states and outlets.control
        self.device, self.outlets, self.identity = device, outlets, identity
        self.states: State = outlets.states
        self.control: Control = outlets.control
        self.is_automatic_ended = automatic
        column = object_of(self.states.source)
        self.chain_states = column if isinstance(column, InChain) else None

    def varbinds(self, tables: Tables, *, up: bool) -> list[VarBind]:
        """What to write to switch the outlet on (`up`) or off: each object and its value, the
        command last. Raises Unsupported if a condition or a guard forbids it.

            outlet 7, up     [("1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.7", 1)]
            unit state.7 reads "no communication"   Unsupported: nothing is written
        """
        own_row: Rows = {self.identity: "1"}  # a condition looks at no value of these rows
        for condition in self.device.conditions:
            reasons = condition.reasons_not_current(tables, own_row, self.states.source)
            reason = reasons.get(self.identity)
            if reason is not None:
                raise Unsupported(f"outlet {self.identity} is not switched: {reason}")
        return self.outlets.varbinds(
            tables, self.identity, up=up, is_automatic_ended=self.is_automatic_ended
        )

    def row(self, tables: Tables) -> Optional[str]:
        """The row of the states' table that is the outlet's now; None if it has none there.

        outlet "7" of a unit                                            "7", nothing is sent
        outlet "2.7" of a chain, get number.15 -> 7, get unit.15 -> 2   "15"
        """
        if self.chain_states is None:
            return self.identity
        return self.chain_states.chain.row_of(tables, self.identity, self.chain_states.column)

    def raise_if_row_moved(self, tables: Tables, row: str) -> None:
        """Raise ProtocolError if this row of a chain is no longer the outlet's right before the
        write. It is asked again only if another request followed the one that showed it.

            get unit.15 -> 2, then get guard.15; now get unit.15 -> 2    nothing is raised
            get unit.15 -> 2, then get guard.15; now get unit.15 -> 3    ProtocolError
        """
        if self.chain_states is None or self.chain_states.chain.is_checked_last(tables, row):
            return
        if self.row(tables.again()) != row:
            raise ProtocolError(
                f"the row of outlet {self.identity} became another outlet's: nothing was written;"
                " poll it again"
            )

    def decision_after_write(
        self, row: str, varbinds: list[VarBind], target: EnumPowerStatus
    ) -> Decision:
        """The state of the outlet after `varbinds` were written to its `row`, and the reason of one
        that is UNKNOWN. Reads the device anew; in a chain twice. For `target` UP:

            the row reads off                            DOWN
            it reads on                                  UP
            it reads on and is another outlet's now      UNKNOWN
            it reads on, another outlet of the same
            write does not read as written               UNKNOWN
        """
        tables = self.device.tables.again().one_row(self.identity)  # nothing is read yet
        decision = self._checked_state(tables, row, varbinds, target)
        if decision.state is not target or self.chain_states is None:
            return decision
        # while a unit of a chain is away, its row shows another outlet: read it once more
        second_tables = self.device.tables.again().one_row(self.identity)
        second_decision = self._state_in_row(second_tables, row)
        return decision if second_decision.state is target else second_decision

    def _state_in_row(self, tables: Tables, row: str) -> Decision:
        """The state that a row of the states' table says, by one GET; no condition is looked at.

        get state.7 -> 1         UP
        get state.7 -> nothing   UNKNOWN, "the answers have no row of the outlet"
        """
        source = self.chain_states.column if self.chain_states else self.states.source
        value = tables.one_row(row)[source].get(row)
        if value is None or self.states.is_absent(value):
            return _NO_ROW
        return self.states.reported(tables, value)

    def _checked_state(
        self, tables: Tables, row: str, varbinds: list[VarBind], target: EnumPowerStatus
    ) -> Decision:
        """The outlet's state after `varbinds` were written to its `row`. If the row says the
        `target`, all else that could contradict it is read, too. For `target` UP:

            row 7 off                                        DOWN; nothing else is asked
            row 7 on, "communicates" reads no                UNKNOWN
            row 7 on, and now another outlet's               UNKNOWN
            row 7 on, row 8 of the same write not so         UNKNOWN
            row 7 on, and nothing of these                   UP
        """
        decision = self._state_in_row(tables, row)
        if decision.state is target:  # only then, what contradicts it is of interest
            decisions = self.states.decisions(tables, self.device.conditions)
            decision = decisions.get(self.identity, _NO_ROW)
        if decision.state is not target:
            return decision
        if self.row(tables) != row:
            return Decision(UNKNOWN, "its row is another outlet's now")
        if not self.control.is_carried_out(tables, self.identity, varbinds):
            return Decision(UNKNOWN, "another outlet of the same write does not read as written")
        return decision


def switch_outlet(
    call: SwitchCall, identity: str, target: EnumPowerStatus, deadline: float, pause: float
) -> EnumPowerStatus:
    """Switch one outlet for DCImanager: write its state once, then read it until it has that
    state or `deadline` seconds have passed, at most `pause` seconds apart. `target`: UP or DOWN.

        get state.7 -> off; set outletCtl.7 = 1; get state.7 -> off; get state.7 -> on   UP
        get state.7 -> off; set outletCtl.7 = 1; get state.7 -> off until the deadline   UNKNOWN

    Returns `target` or UNKNOWN. Raises NoSuchOutlet if the outlet does not exist, and Unsupported
    if it must not be switched: nothing was written then. The text of an Unreachable says so if the
    outlet may have switched. If a write repeats other outlets' states, commands take turns, and the
    state is `target` only if all read as written. In a chain whose rows are numbered consecutively,
    the row is looked up right before the write, and the state is `target` only if it still is the
    outlet's after it.

    Half of the families pay at most 6 of the platform's calls: sysObjectID, the outlet's row, what
    guards it, the write, and the row again until it is `target`.
    """
    snmp, device, choice = call
    may_be_unproven = choice.switches_unproven(device.profile)
    before = _state_before(device, identity, may_be_unproven=may_be_unproven)
    command = _Command(
        device, identity, automatic=choice.switch_automatic, unproven=may_be_unproven
    )
    turn: AbstractContextManager[None] = nullcontext()
    if command.control.writes_neighbours:
        turn = command_locks.lock_outlet(snmp.name, snmp.remaining())
    with turn:
        tables = device.tables.again().one_row(identity)
        row = command.row(tables) or identity
        varbinds = command.varbinds(tables, up=target is EnumPowerStatus.UP)
        command.raise_if_row_moved(tables, row)
        if not command.control.covers(device.decisions, identity, varbinds):
            raise ProtocolError(_FEWER_OUTLETS)
        *unlocking, varbind = varbinds
        decision = Decision(UNKNOWN, "")

        def state_now() -> EnumPowerStatus:
            nonlocal decision
            decision = command.decision_after_write(row, varbinds, target)
            return decision.state

        _unlock(snmp, unlocking)
        # raises Unreachable, before the command is sent, if the time is over
        snmp.check()
        snmp.extend(LONGEST_SECONDS)
        status = switch(
            lambda: _send(snmp, varbind, command.control.obstacle),
            state_now,
            target,
            deadline=deadline,
            pause=pause,
            settling=command.outlets.settling_s,
            before=before,
        )
    for sentence in reason_sentences([(identity, decision.reason)]):
        LOGGER.warning(snmp.quoted(sentence))
    return status


def _send(snmp: Snmp, varbind: VarBind, obstacle: str) -> None:
    """Send the command. Raises the device's error, with the family's own likely reason before it
    (`obstacle`, "" for none):

    set outletCtl.7 = 1 -> noAccess   "the card may be locked by a user; noAccess …"
    """
    try:
        snmp.set(*varbind)
    except PduHandlerError as error:
        if obstacle:
            error.set_reason((obstacle, "; ", *error.parts))
        raise


def _state_before(device: SnmpDevice, identity: str, *, may_be_unproven: bool) -> EnumPowerStatus:
    """The outlet's state at the start of the call. Raises an error before anything is written:

    outlet 7 reads on                             UP
    the device lists outlets 1 to 8, asked 9      NoSuchOutlet
    its family has no command                     Unsupported
    get state.7 -> nothing                        Unsupported
    the family's commands are unproven, and the   Unsupported
        owner has not allowed them (`may_be_unproven`)
    one object switches several outlets           Unsupported
    """
    outlets = device.outlets
    if identity not in device.decisions:
        raise NoSuchOutlet(
            f"the PDU has no outlet {identity[:40]!r}; it has {_some(list(device.decisions))}"
        )
    if outlets is None or outlets.control is None or outlets.states is None:
        raise Unsupported(
            f"this PDU is read as {family_title(device.profile)}: its outlets show no state or"
            " cannot be switched"
        )
    _raise_if_without_state(device, outlets.states, identity)
    if not may_be_unproven:
        _raise_if_unproven(device.profile)
    if writes_scalar(outlets.control) and len(device.decisions) > 1:
        raise Unsupported(
            f"outlet {identity} is not switched: the command of the profile"
            f" '{device.profile.key}' writes one object, a Scalar, for all {len(device.decisions)}"
            " outlets of this PDU"
        )
    return device.decisions[identity].state


def _raise_if_without_state(device: SnmpDevice, states: State, identity: str) -> None:
    """Raise Unsupported if the device shows no state of an outlet that it lists, so that a command
    could not be confirmed. A state that a walk has lost is asked by a GET.

    walk state {"7": NO_ANSWER}, get state.7 -> 1          nothing is raised
    walk state {"7": NO_ANSWER}, get state.7 -> nothing    Unsupported
    """
    value = states.rows(device.tables).get(identity)
    if value is not None and is_unanswered(value):
        value = device.tables.one_row(identity)[states.source].get(identity)
    if isinstance(value, Missing):
        raise Unsupported(
            f"outlet {identity} is not switched: its state is missing ({value.reason})"
        )
    if value is None:
        raise Unsupported(
            f"outlet {identity} reports no state and is therefore not switched: it has no relay, or"
            " the device does not show its state"
        )


def _unlock(snmp: Snmp, varbinds: Sequence[VarBind]) -> None:
    """Send what the device wants written before the command, such as a password: each object and
    its value. Raises the device's error, which then says that the command was not sent.

    set unlock.0 = 1 -> timeout   Unreachable("the command was not sent: …")
    """
    for oid, value in varbinds:
        try:
            snmp.set(oid, value)
        except PduHandlerError as error:
            error.set_reason(("the command was not sent: ", *error.parts))
            error.may_have_executed = False
            raise


def _raise_if_unproven(profile: Profile) -> None:
    """Raise Unsupported for a family whose commands are unproven: no recording of a real unit and
    fewer than two public programs show them. The owner allows it by `switch_unproven`.

    a family with a recording       nothing is raised
    a family with one program       "the family 'acme' is unproven: …, so it is only read. Try …"
    """
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
    """How many public programs were found that switch the family's outlets, for the error of an
    unproven family: "public code was searched on 2026-11-29 …: no program was found"."""
    search = f"public code was searched on {LAST_SEARCH} for what its commands write"
    if not profile.programs:
        return f"{search}: no program was found"
    return f"{search}: one program was found ({repository(profile.programs[0])}), not two"


def _some(identities: list[str]) -> str:
    """The identities for an error; of more than four the first two and the last:

    >>> _some(["1", "2"]), _some(["1", "2", "3", "4", "5"]), _some([])
    ('1, 2', '1, 2 … 5 (5 outlets)', 'none')
    """
    if len(identities) <= 4:
        return ", ".join(identities) or "none"
    return f"{', '.join(identities[:2])} … {identities[-1]} ({len(identities)} outlets)"
