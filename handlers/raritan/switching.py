"""Switching one outlet of a Xerus PDU: find it, check that it may be switched, command it once, and
read its state.

The identity "7" is the outlet at the index 6 of getOutlets of the primary unit; "2.7" that of link
unit 2. A well-known id is documented by the vendor, and has the same index: /model/pdu/0/outlet/6.
A Bulk is one POST with many calls; a Pending is a queued call, which has the answer after the bulk.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Optional

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus

from ..shared.errors import NamedSetting, NoSuchOutlet, Unsupported
from ..shared.switching import switch
from ..shared.unknown_states import reason_sentences
from . import states
from .discovery import ListedUnit, UnitFinder
from .link_units_setting import HIGHEST_LINK, LINK_UNITS, LinkUnitSelection
from .rpc import Agent, Bulk, Pending
from .rpc.pdumodel import Outlet, Pdu
from .switch_checks import raise_if_locked, raise_if_numbering_differs, why_refused
from .units import PRIMARY, XerusUnit

LOGGER = get_logger(__name__)
# a branch circuit: of power meter 1 with the position 7, on link unit 2 "2.p1.7"
_CIRCUIT = re.compile(r"(?:[1-9][0-9]{0,2}\.)?p[0-9]{1,5}\.[0-9]{1,5}")
_IDENTITY = re.compile(r"(?:([1-9][0-9]{0,2})\.)?([1-9][0-9]{0,3})")


class _QueuedReading(NamedTuple):
    """The calls of one reading of the outlet, which have their answers after the bulk."""

    state: Pending[Outlet.State]
    #: the relays that its unit reports as failed
    failures: states.Failures


def switch_outlet(
    agent: Agent,
    link_units: LinkUnitSelection,
    identity: str,
    target: Outlet.PowerState,
    deadline: float,
    pause: float,
) -> EnumPowerStatus:
    """Switch the outlet to `target`. Returns the wanted state, or UNKNOWN if it was not seen within
    `deadline` seconds; between two readings it waits `pause` seconds.

    > POST /bulk: getOutlets, getSettings of /model/pdu/0 ...    which outlet is "7"?
    > POST /bulk: getMetaData, getState of that outlet           may it be switched?
    > POST /bulk: setPowerState {"pstate": 0}, getState          sent once
    < {"_ret_": 0}, {"_ret_": {"available": true, "powerState": 1, ...}}
    > POST /bulk: getState                                       until it is 0
    < {"_ret_": {"available": true, "powerState": 0, ...}}

    Raises Unreachable if the device could not be asked, or if the outlet may or may not have
    switched. After any other error the outlet has not switched.
    """
    listed_unit, index = _locate_switchable(agent, link_units, identity)
    command = _OutletCommand(agent, listed_unit, index, target)
    target_status = EnumPowerStatus.DOWN
    if target == Outlet.PowerState.PS_ON:
        target_status = EnumPowerStatus.UP
    status = switch(
        command.write, command.read_state, target_status, deadline=deadline, pause=pause
    )
    for sentence in reason_sentences([(identity, command.reason)]):
        LOGGER.warning(agent.login.quoted(sentence))
    if command.may_not_read_failures:
        LOGGER.warning(states.NO_FAILURES)
    return status


def _locate(identity: str, agent: Agent, selection: LinkUnitSelection) -> tuple[XerusUnit, int]:
    """The unit and the position, from 0, that an identity names. Sends nothing.

    >>> agent = Agent("https", "192.0.2.7")
    >>> unit, index = _locate("2.7", agent, LinkUnitSelection(all=True))
    >>> unit.link_id, index
    (2, 6)

    Raises NoSuchOutlet if it is not valid ("A7") or its link unit is excluded by `selection`,
    Unsupported if it names a branch circuit ("p1.7").
    """
    if _CIRCUIT.fullmatch(identity):
        raise Unsupported(
            f"{identity} is the identity of a branch circuit, which is metered and has no relay"
        )
    match = _IDENTITY.fullmatch(identity)
    link_id = PRIMARY
    if match is not None and match[1]:
        link_id = int(match[1])
    if match is None or link_id == 1 or link_id > HIGHEST_LINK:
        raise NoSuchOutlet(
            f"{identity[:20]!r} is not an outlet of this PDU: identities have the form '7', on link"
            " units '2.7'"
        )
    if link_id != PRIMARY and not selection.all and link_id not in selection.ids:
        raise NoSuchOutlet(
            (
                f"outlet {identity} is on link unit {link_id}, which ",
                NamedSetting(LINK_UNITS.key, noun="the handler setting "),
                f" ({selection}) does not include",
            )
        )
    outlet_number = int(match[2])
    return XerusUnit(link_id, agent), outlet_number - 1


def _locate_switchable(
    agent: Agent, link_units: LinkUnitSelection, identity: str
) -> tuple[ListedUnit, int]:
    """The unit and the position, from 0, of the outlet, if it may be switched: 2 round trips.

    > POST /bulk: getOutlets and getSettings of /model/pdu/0, getMetaData of the well-known id
          /model/pdu/0/outlet/6; for link unit 2 those of /model/pdu/2, with getOutlets of
          /model/pdu/0 and getStatus of /cascade
    > POST /bulk: getMetaData and getState of the reference that getOutlets returned
    < {"_ret_": {"label": "7", "isSwitchable": true, ...}}, {"_ret_": {"powerState": 1, ...}}

    Raises NoSuchOutlet, Unsupported, Refused or Denied if it does not exist or may not be switched.
    """
    unit, index = _locate(identity, agent, link_units)
    selection = LinkUnitSelection()
    if unit.link_id != PRIMARY:
        selection = LinkUnitSelection(ids=(unit.link_id,))
    bulk = Bulk(agent)
    units = UnitFinder(agent, selection)
    units.ask(bulk)
    settings = bulk.add(unit.proxy(Pdu).getSettings)
    well_known = bulk.add(unit.proxy(Outlet, f"/outlet/{index}").getMetaData)
    bulk.perform()
    listed_units = units.list_units(may_lack_link_units=True)
    listed_unit = _listed_with(index, unit, listed_units)
    outlet = listed_unit.outlets[index]
    metadata = bulk.add(outlet.getMetaData)
    state = bulk.add(outlet.getState)
    bulk.perform()
    raise_if_numbering_differs(identity, well_known, metadata, agent.login.quoted)
    raise_if_locked(identity, settings, metadata, state)
    return listed_unit, index


def _listed_with(index: int, unit: XerusUnit, listed_units: list[ListedUnit]) -> ListedUnit:
    """The one of `listed_units` that is `unit`, if its list has an outlet at `index`. Raises
    NoSuchOutlet if not.

    listed_units       outlet   returned
    0 with 8 outlets   7        unit 0
    0 with 8 outlets   9        NoSuchOutlet: the unit has fewer outlets (8)
    0 with 8 outlets   2.7      NoSuchOutlet: the PDU has no link unit 2
    """
    outlet = f"outlet {unit.identity(index)}"
    for listed_unit in listed_units:
        if listed_unit.unit.link_id == unit.link_id:
            if index < len(listed_unit.outlets):
                return listed_unit
            raise NoSuchOutlet(
                f"{outlet}: the unit has fewer outlets ({len(listed_unit.outlets)}); check the port"
                " in DCImanager"
            )
    raise NoSuchOutlet(
        f"{outlet}: the PDU has no link unit {unit.link_id}; check the port in DCImanager"
    )


class _OutletCommand:
    """The command to one outlet to go on or off (`target`). `write` keeps the reading that came
    with its answer as `_first_reading`, which the next `read_state` returns; None before and after.
    `read_state` sets `reason` and `may_not_read_failures`.

    write()         > setPowerState {"pstate": 0}, getState    sent once
    read_state()    UP: the state in that answer
    read_state()    > getState; DOWN
    reason          "", or why the last reading shows no certain state
    """

    def __init__(
        self, agent: Agent, listed_unit: ListedUnit, index: int, target: Outlet.PowerState
    ) -> None:
        self._agent = agent
        self._target_state = target
        self._listed_unit = listed_unit
        self._index = index
        self._outlet = listed_unit.outlets[index]
        self._first_reading: Optional[_QueuedReading] = None
        #: why the last reading shows no certain state; "" if it shows one
        self.reason = ""
        #: whether the account may not read the relays' failures
        self.may_not_read_failures = False

    def write(self) -> None:
        """Send the command and a first reading in one bulk, whose calls the unit runs in order: 1
        round trip. The reading is kept for the next `read_state`.

        > POST /bulk: setPowerState {"pstate": 0}, getState, getFailures of /hwhealth
        < {"_ret_": 0}, {"_ret_": {"available": true, "powerState": 0, ...}}, {"_ret_": []}

        Raises Refused for a result code other than 0 (Outlet.idl 3.0.4).
        """
        bulk = Bulk(self._agent)
        answer = bulk.add(self._outlet.setPowerState, self._target_state)
        reading = self._queue_reading(bulk)
        bulk.perform()
        result_code = answer.get()
        if result_code != 0:
            identity = self._listed_unit.unit.identity(self._index)
            raise why_refused(f"outlet {identity} was", result_code)
        self._first_reading = reading

    def read_state(self) -> EnumPowerStatus:
        """The state now, and sets `reason` and `may_not_read_failures`. The first call after
        `write` returns the state in the answer to the command; later ones, or without an answer,
        read it anew (1 round trip):

        > POST /bulk: getState, getFailures of /hwhealth
        < {"_ret_": {"available": true, "powerState": 0, ...}}, {"_ret_": []}
        """
        reading = self._first_reading
        self._first_reading = None
        if reading is None:
            bulk = Bulk(self._agent)
            reading = self._queue_reading(bulk)
            bulk.perform()
        outlet_count = len(self._listed_unit.outlets)
        missing_code = self._listed_unit.missing_code
        reasons = states.relay_reasons(reading.failures, missing_code, outlet_count)
        relay_reason = reasons[self._index]
        self.may_not_read_failures = states.may_not_read_failures(reading.failures)
        outlet_state = reading.state.get()
        self.reason = states.unknown_reason(outlet_state, relay_reason)
        return states.decode_status(outlet_state, relay_reason)

    def _queue_reading(self, bulk: Bulk) -> _QueuedReading:
        """Queue getState of the outlet and getFailures of its unit."""
        return _QueuedReading(
            state=bulk.add(self._outlet.getState),
            failures=states.queue_hardware_failures(bulk, self._listed_unit.unit),
        )
