"""Finding the units behind one address, with their outlets: the primary unit, which has the
address and the link id 0, and the link units that are cascaded behind it, with link ids from 2 on.
The setting `link_units` (`selection`) says which link units are read: none, all, or some ids.

A Bulk is one POST with many calls; a Pending is a queued call, which has the answer once the bulk
was sent: `error`, or `get()`, which raises that error. An error of a link unit is raised, so that
the list of outlets is not shortened.
"""

from __future__ import annotations

from typing import NamedTuple, Optional

from ..shared.errors import Denied, NamedSetting, PduHandlerError, Unreachable
from .link_units_setting import LINK_UNITS, LOWEST_LINK, LinkUnitSelection
from .rpc import Agent, Bulk, JsonRpcSyntaxException, Pending, present
from .rpc.cascading import CascadeManager
from .rpc.pdumodel import Outlet, Pdu
from .units import PRIMARY, MissingObjectCode, XerusUnit, is_missing_object_error

# the highest link id documented up to firmware 3.6; newer firmware may have higher ones
_LAST_USUAL_LINK = 8
_LinkStatus = CascadeManager.LinkUnitStatus
#: by ordinal, because an unlisted one equals UNKNOWN, and is no status that we know to be usable
_USABLE = {
    status.value for status in (_LinkStatus.OK, _LinkStatus.FIRMWARE_MISMATCH, _LinkStatus.UNKNOWN)
}
_LinkUnitsById = dict[int, CascadeManager.LinkUnit]


class ListedUnit(NamedTuple):
    """A unit that answered.

    An outlet's identity ends with its position in `outlets`, from 1. Its state is read and changed
    through the reference there:

        outlets of link unit 2   identity
        /link/2/tfwopaque/x      2.1
        /link/2/tfwopaque/y      2.2

    Well-known ids (`/model/pdu/2/outlet/0`) number the outlets too. Whether both ways agree is
    checked before an outlet is switched.
    """

    unit: XerusUnit
    #: the references that `getOutlets` returned
    outlets: list[Outlet]
    missing_code: MissingObjectCode
    #: whether the unit has its object `/model/pdu/...`
    has_pdu: bool = True

    def identities(self) -> list[str]:
        """The identity of each outlet."""
        return [self.unit.identity(index) for index in range(len(self.outlets))]


class _AskedUnit(NamedTuple):
    """A unit that may exist, with its queued calls."""

    unit: XerusUnit
    outlets: Pending[list[Outlet]]
    missing_code: MissingObjectCode


class UnitFinder:
    """Finds the primary unit and the link units of the setting `link_units`, in three steps. The
    queued calls are kept between them: `_asked_units` has getOutlets of each unit, the primary
    first; `_cascade_status` is getStatus of /cascade, None if no link units are wanted.

    finder.ask(bulk)           queues getOutlets of /model/pdu/0, 2, 3 ... 8
    bulk.perform()
    finder.ask_unusual(bulk)   queues that of link units above 8, if any are linked
    bulk.perform()
    finder.list_units()        [ListedUnit of 0, ListedUnit of 2]
    """

    def __init__(self, agent: Agent, selection: LinkUnitSelection) -> None:
        self._agent = agent
        self._selection = selection
        link_ids = selection.ids
        if selection.all:
            link_ids = tuple(range(LOWEST_LINK, _LAST_USUAL_LINK + 1))
        #: the units whose outlets are asked for, the primary unit first; some may not exist
        self.candidates = [XerusUnit(link_id, agent) for link_id in (PRIMARY, *link_ids)]
        self._asked_units: list[_AskedUnit] = []
        self._cascade_status: Optional[Pending[CascadeManager.Status]] = None

    def ask(self, bulk: Bulk) -> None:
        """Queue getOutlets of each candidate; if the setting has link units, also the list of
        those that are linked (firmware 3.6 and later).
        """
        # > getOutlets of /model/pdu/0, of /model/pdu/2 ...
        # < {"_ret_": [{"rid": "/tfwopaque/x", "type": "pdumodel.Outlet:3.0.4"}, ...]}
        # > getStatus of /cascade
        # < {"_ret_": {"role": 1, "linkUnits": [{"key": 2, "value": {"status": 1, ...}}], ...}}
        self._ask_outlets(bulk, self.candidates)
        if self._selection.all or self._selection.ids:
            manager = CascadeManager("/cascade", self._agent)
            self._cascade_status = bulk.add(manager.getStatus)

    def ask_unusual(self, bulk: Bulk) -> list[XerusUnit]:
        """If the setting is `link_units=yes`, queue getOutlets of the linked units with ids above
        8, which `ask` left out. Returns these units, and adds them to `candidates`; [] with
        another setting.

            linkUnits of getStatus     2, 9
            queued                     getOutlets of /model/pdu/9
            returned                   [XerusUnit 9]
        """
        if not self._selection.all:
            return []
        candidate_ids = [unit.link_id for unit in self.candidates]
        units: list[XerusUnit] = []
        linked_units = self._linked_units() or {}
        for link_id in sorted(linked_units):
            if link_id >= LOWEST_LINK and link_id not in candidate_ids:
                units.append(XerusUnit(link_id, self._agent))
        self.candidates += units
        self._ask_outlets(bulk, units)
        return units

    def list_units(
        self, *, may_lack_pdu: bool = False, may_lack_link_units: bool = False
    ) -> list[ListedUnit]:
        """The primary unit and the link units of the setting, with their outlets.

            link_units=2,3   getOutlets of 0 and 2   linkUnits   returned
                             answered                2           Unreachable: 3 is not linked
                             answered                2           [0, 2] with may_lack_link_units

        With `may_lack_pdu`, a primary unit that does not have `/model/pdu/0` is no error here: it
        may be a power meter controller, whose figures do not need that object. The caller must
        then check that it is one.

        Raises Unreachable or Denied for a link unit that does not answer or is not usable, or that
        the setting names and the PDU does not have, and the errors of other answers.
        """
        link_units = self._linked_units()
        units: list[ListedUnit] = []
        for unit, answer, missing_code in self._asked_units:
            link_id = unit.link_id
            is_primary = link_id == PRIMARY
            if is_primary and may_lack_pdu and missing_code.is_in(answer.error):
                units.append(ListedUnit(unit, [], missing_code, has_pdu=False))
            elif is_primary or _has_link_unit(link_id, answer, link_units):
                outlets = unit.each_once(answer.get(), "getOutlets")
                units.append(ListedUnit(unit, outlets, missing_code))
            elif link_id in self._selection.ids and not may_lack_link_units:
                raise _unusable(link_id, "is not linked to the PDU", None)
        return units

    def _ask_outlets(self, bulk: Bulk, units: list[XerusUnit]) -> None:
        """Queue two calls to each of these units, and keep them in `_asked_units`: getOutlets, and
        one for an object that no unit has, whose error shows the unit's code for that.

        > getOutlets of /model/pdu/2; getMetaData of /model/pdu/2/outlet/99999
        """
        for unit in units:
            outlets = bulk.add(unit.proxy(Pdu).getOutlets)
            asked_unit = _AskedUnit(unit, outlets, MissingObjectCode(bulk, unit))
            self._asked_units.append(asked_unit)

    def _linked_units(self) -> Optional[_LinkUnitsById]:
        """The linked units by id, from the answer to getStatus:

        {"linkUnits": [{"key": 2, "value": {"status": 1, ...}}]}     {2: LinkUnit}
        HTTP 404, or the error for an object that the unit lacks     None: firmware before 3.6
        getStatus was not asked                                      None
        any other error, or no linkUnits                             raises that error, or
                                                                     JsonRpcSyntaxException

        It raises, because without the list a unit that does not answer looks like one that is not
        linked.
        """
        cascade = self._cascade_status
        if cascade is None:
            return None
        primary = self._asked_units[0]
        if primary.missing_code.is_in(cascade.error):
            return None
        return read_linked_units(cascade.get(), self._agent)


def _has_link_unit(
    link_id: int, answer: Pending[list[Outlet]], link_units: Optional[_LinkUnitsById]
) -> bool:
    """Whether the PDU has this link unit. `link_units` is the list in the primary unit's answer to
    getStatus, None where the firmware has no list; `answer` is the link unit's to getOutlets.

        status in the list   getOutlets     returned
        OK                   [...]          True
        OK                   an error       Unreachable
        UNREACHABLE          any            Unreachable
        not listed           [] or error    False
        not listed           [...]          Unreachable: these outlets would vanish
        no list (None)       [...]          True
        no list (None)       HTTP 404       False

    Raises Unreachable or, if the account may not read the unit, Denied.
    """
    if link_units is None:
        return _has_listed_outlets(link_id, answer)
    if link_id not in link_units:
        if answer.error is None and answer.get():
            raise _unusable(link_id, "lists outlets, but the PDU does not list the unit", None)
        return False
    status = link_units[link_id].status
    if answer.error is not None or status.value not in _USABLE:
        raise _unusable(link_id, _trouble(status), answer.error)
    return True


def _has_listed_outlets(link_id: int, answer: Pending[list[Outlet]]) -> bool:
    """Whether a link unit is there by its own answer to getOutlets.

    {"_ret_": [...]}    True
    HTTP 404            False
    error -32000        raises Unreachable, or Denied if the account may not read it
    """
    if is_missing_object_error(answer.error):
        return False
    if answer.error is not None:
        raise _unusable(link_id, "does not list its outlets", answer.error)
    return True


def read_linked_units(status: CascadeManager.Status, agent: Agent) -> _LinkUnitsById:
    """The linked units by id, from the answer to getStatus of /cascade.

    >>> LinkUnit = CascadeManager.LinkUnit
    >>> status = CascadeManager.Status(linkUnits={2: LinkUnit(host="192.0.2.8")})
    >>> sorted(read_linked_units(status, Agent("https", "192.0.2.7")))
    [2]

    Raises JsonRpcSyntaxException without the field `linkUnits`, which each CascadeManager.idl
    has.
    """
    if not present(status, "linkUnits"):
        error = JsonRpcSyntaxException("the list of link units is missing")
        raise error.at(agent.netloc, "getStatus /cascade")
    return status.linkUnits


def discover_units(agent: Agent, selection: LinkUnitSelection) -> tuple[list[ListedUnit], Bulk]:
    """The units that answered, and an empty bulk to which the caller adds its calls.

    > POST /bulk: getOutlets of /model/pdu/0, and getMetaData of an outlet that no unit has;
          with link_units=yes also of /model/pdu/2 ... 8, and getStatus of /cascade
    < {"_ret_": [{"rid": "/tfwopaque/pdumodel.Outlet:3.0.4/outlet.0",
          "type": "pdumodel.Outlet:3.0.4"}, ...]}                       Pdu.idl 6.5.7
    > POST /bulk: getOutlets of /model/pdu/9   only if link ids above 8 are linked
    """
    bulk = Bulk(agent)
    units = UnitFinder(agent, selection)
    units.ask(bulk)
    bulk.perform()
    if units.ask_unusual(bulk):
        bulk.perform()
    return units.list_units(may_lack_pdu=True), bulk


def _unusable(link_id: int, trouble: str, error: Optional[PduHandlerError]) -> PduHandlerError:
    """The error for a link unit that the PDU has, but that cannot be read: `error`, of its answer,
    if that is Denied; else Unreachable with `trouble`, the words that follow "link unit 3", and
    what to do.

    >>> error = _unusable(3, "is unreachable", None)
    >>> print("".join(map(str, error.parts)))
    link unit 3 is unreachable: get it working, or change the handler setting 'link_units' to the \
ids of the other link units (or to no)
    """
    if isinstance(error, Denied):
        return error
    reason = () if error is None else (" (", *error.parts, ")")
    return Unreachable(
        (
            f"link unit {link_id} {trouble}",
            *reason,
            ": get it working, or change ",
            NamedSetting(LINK_UNITS.key, noun="the handler setting "),
            " to the ids of the other link units (or to no)",
        )
    )


def _trouble(status: CascadeManager.LinkUnitStatus) -> str:
    """What is wrong with a link unit that has this status and does not list its outlets, for an
    error.

    >>> _trouble(_LinkStatus.OK), _trouble(_LinkStatus.ACCESS_DENIED)
    ('does not list its outlets', 'has the status access denied')
    >>> _trouble(_LinkStatus(77))  # of newer firmware
    'has the status unknown 77'
    """
    if status.value in _USABLE:
        return "does not list its outlets"
    if status == _LinkStatus.UNREACHABLE:
        return "is unreachable"
    words = status.name.lower().replace("_", " ")
    if status.value != int(status):
        words = f"{words} {status.value}"
    return f"has the status {words}"
