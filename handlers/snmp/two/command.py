"""Switches one outlet: checks, the write, and the confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Optional

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus

from ...dcimanager.snmp import LONGEST_SECONDS, Snmp
from ...shared.doubts import doubt_sentences
from ...shared.errors import NoSuchOutlet, PduHandlerError, ProtocolError, Unsupported
from ...shared.switching import switch
from .. import command_locks
from ..device import family_title
from ..reader import Lost
from ..settings import FamilySelection
from ..switching import _FEWER_OUTLETS, _raise_if_unproven, _some, _unlock
from .chains import InChain
from .family import UNKNOWN, Decision, VarBind, State
from .objects import Scalar
from .tables import Tables, objects_of
from .unit import Unit

LOGGER = get_logger(__name__)


class _Command:
    """A command to one outlet."""

    def __init__(self, unit: Unit, identity: str, *, automatic: bool, unproven: bool) -> None:
        outlets = unit.outlets
        assert outlets and outlets.states and outlets.control
        self.unit, self.outlets, self.identity = unit, outlets, identity
        self.states: State = outlets.states
        self.control = outlets.control
        if unproven:
            self.control = getattr(self.control, "with_unproven_limits", self.control)
        self.guards = [guard for guard in outlets.guards if not (automatic and guard.automatic)]
        self.reason = ""
        column = next(objects_of([self.states.source]))
        self.chained = column if isinstance(column, InChain) else None

    def varbinds(self, tables: Tables, *, up: bool) -> list[VarBind]:
        """The writes. Raises Unsupported if the outlet must not be switched."""
        for condition in self.unit.conditions:
            masked = condition.masked(tables, {self.identity: "1"}, self.states.source)
            value = masked[self.identity]
            if isinstance(value, Lost):
                raise Unsupported(f"outlet {self.identity} is not switched: {value.reason}")
        for guard in self.guards:
            guard.raise_if_forbidden(tables, self.identity)
        return self.control.varbinds(tables, self.identity, up=up)

    def row(self, tables: Tables) -> Optional[str]:
        """The outlet's row now."""
        if self.chained is None:
            return self.identity
        return self.chained.chain.row_of(tables, self.identity, self.chained.column)

    def state(self, row: str, varbinds: list[VarBind], target: EnumPowerStatus) -> EnumPowerStatus:
        """The outlet's state after the write. UNKNOWN if it is `target` and something contradicts
        that: its row is another outlet's now, or another outlet does not read as written."""
        decision = self._decision(self.unit.tables.again(self.identity), row, varbinds, target)
        if decision.state is target and self.chained:
            # a unit that was away for the first reading alone showed another outlet's state
            again = self._reported(self.unit.tables.again(self.identity), row)
            decision = decision if again.state is target else again
        self.reason = decision.reason
        return decision.state

    def _reported(self, tables: Tables, row: str) -> Decision:
        source = self.chained.column if self.chained else self.states.source
        value = tables.one_row(row)[source].get(row)
        if value is None or self.states.is_absent(value):
            return Decision(UNKNOWN, "the answers have no row of the outlet")
        return self.states.reported(tables, value)

    def _decision(
        self, tables: Tables, row: str, varbinds: list[VarBind], target: EnumPowerStatus
    ) -> Decision:
        reported = self._reported(tables, row)
        if reported.state is not target:
            return reported
        # only now, what contradicts it is of interest
        missing = Decision(UNKNOWN, "the answers have no row of the outlet")
        decision = self.states.decisions(tables, self.unit.conditions).get(self.identity, missing)
        if decision.state is not target:
            return decision
        if self.row(tables) != row:
            return Decision(UNKNOWN, "its row is another outlet's now")
        if not self.control.is_carried_out(tables, self.identity, varbinds):
            return Decision(UNKNOWN, "another outlet of the same write does not read as written")
        return decision


def switch_outlet(
    snmp: Snmp,
    unit: Unit,
    choice: FamilySelection,
    identity: str,
    target: EnumPowerStatus,
    deadline: float,
    pause: float,
) -> EnumPowerStatus:
    """Write the outlet's absolute state once, then read the outlet until it has that state or
    `deadline` seconds have passed; see switching.switch_outlet."""
    may_be_unproven = choice.switches_unproven(unit.family)
    before = _state_before(unit, identity, may_be_unproven=may_be_unproven)
    command = _Command(unit, identity, automatic=choice.switch_automatic, unproven=may_be_unproven)
    needs_turn = command.control.writes_neighbours
    with command_locks.lock_outlet(snmp.name, snmp.remaining()) if needs_turn else nullcontext():
        tables = unit.tables.again(outlet=identity)
        row = command.row(tables) or identity
        varbinds = command.varbinds(tables, up=target is EnumPowerStatus.UP)
        if not command.control.covers(unit.states, identity, varbinds):
            raise ProtocolError(_FEWER_OUTLETS)
        *unlocking, varbind = varbinds
        _unlock(snmp, unlocking)
        # raises Unreachable, before the command is sent, if the time is over
        snmp.check()
        snmp.extend(LONGEST_SECONDS)
        status = switch(
            lambda: _send(snmp, varbind, command.control.obstacle),
            lambda: command.state(row, varbinds, target),
            target,
            deadline=deadline,
            pause=pause,
            settling=command.outlets.settling_s,
            before=before,
        )
    for sentence in doubt_sentences([(identity, command.reason)]):
        LOGGER.warning(snmp.quoted(sentence))
    return status


def _send(snmp: Snmp, varbind: VarBind, obstacle: str) -> None:
    """Send the command. Raises what `Snmp.set` raises, with what else may be the reason."""
    try:
        snmp.set(*varbind)
    except PduHandlerError as error:
        if obstacle:
            error.set_reason((obstacle, "; ", *error.parts))
        raise


def _state_before(unit: Unit, identity: str, *, may_be_unproven: bool) -> EnumPowerStatus:
    """The state at the start of the call. Raises NoSuchOutlet or Unsupported if the outlet does not
    exist or must not be switched."""
    outlets = unit.outlets
    if identity not in unit.states:
        raise NoSuchOutlet(
            f"the PDU has no outlet {identity[:40]!r}; it has {_some(list(unit.states))}"
        )
    if outlets is None or outlets.control is None or outlets.states is None:
        raise Unsupported(
            f"this PDU is read as {family_title(unit.family)}: its outlets show no state or"
            " cannot be switched"
        )
    value = outlets.states.rows(unit.tables).get(identity)
    if value is None or (isinstance(value, Lost) and not value.is_unanswered):
        raise Unsupported(
            f"outlet {identity} reports no state and is therefore not switched: it has no relay, or"
            " the device does not show its state"
        )
    if not may_be_unproven:
        _raise_if_unproven(unit.family)
    if isinstance(outlets.control.at, Scalar) and len(unit.states) > 1:
        raise Unsupported(
            f"outlet {identity} is not switched: the command of the profile"
            f" '{unit.family.key}' writes one object, a Scalar, for all {len(unit.states)}"
            " outlets of this PDU"
        )
    return unit.states[identity].state
