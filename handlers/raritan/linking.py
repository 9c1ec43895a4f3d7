"""Finding link units. An error of a linked unit is raised, so that the list of outlets is not shortened."""
from __future__ import annotations

from typing import Dict, List, Optional

from common.logger import get_logger

from ..errors import Denied, Named, PduHandlerError, Unreachable
from .link_units import LINK_UNITS, LOWEST_LINK, LinkUnits
from .rpc import Agent, Bulk, JsonRpcSyntaxException, Pending, present
from .rpc.cascading import CascadeManager
from .rpc.pdumodel import Pdu
from .units import OWN, Present, Unit, UnitDiscovery, absent

LOGGER = get_logger(__name__)
_LAST_USUAL_LINK = 8            # the highest link id documented up to firmware 3.6; newer firmware may have higher ones
_LinkStatus = CascadeManager.LinkUnitStatus
_USABLE = (_LinkStatus.OK, _LinkStatus.FIRMWARE_MISMATCH, _LinkStatus.UNKNOWN)


class LinkedUnits(UnitDiscovery):
    """Finds the unit itself and its link units: those with the wanted ids, or all."""

    def __init__(self, agent: Agent, wanted: LinkUnits) -> None:
        super().__init__(agent)
        self._agent, self._wanted = agent, wanted
        usual = tuple(range(LOWEST_LINK, _LAST_USUAL_LINK + 1)) if wanted.all else wanted.ids
        self.asked += [Unit(link, agent) for link in usual]
        self._cascade: Optional[Pending[CascadeManager.Status]] = None

    def ask(self, bulk: Bulk) -> None:
        """Queue getOutlets of each unit in `asked`, and the list of linked units."""
        super().ask(bulk)
        # > getStatus of /cascade
        # < {"_ret_": {"role": 1, "linkUnits": [{"key": 2, "value": {"host": ..., "status": 1, ...}}], ...}}
        self._cascade = bulk.add(CascadeManager("/cascade", self._agent).getStatus)     # firmware 3.6 and later

    def ask_unusual(self, bulk: Bulk) -> List[Unit]:
        """If all link units are wanted, queue getOutlets of those that `ask` left out. Returns these units."""
        links = [unit.link for unit in self.asked]
        known = sorted(self._known() or ()) if self._wanted.all else []
        more = [Unit(link, self._agent) for link in known if link not in links and link >= LOWEST_LINK]
        self.asked += more
        self._outlets += [(unit, bulk.add(unit.proxy(Pdu).getOutlets)) for unit in more]
        return more

    def present(self, without_pdu: bool = False) -> List[Present]:
        """The unit itself and its wanted link units. Wanted ids that the PDU does not have are only logged.

        Raises Unreachable or Denied for a link unit that does not answer or is not usable, and the errors of other answers.
        """
        known = self._known()
        unknown = [unit.link for unit, answer in self._outlets if unit.link in self._wanted.ids
                   and (absent(answer.error) if known is None else unit.link not in known)]
        if unknown:
            LOGGER.warning(f"ignoring link ids that the PDU does not have: {', '.join(map(str, unknown))} (see link_units)")
        out = []
        for unit, answer in self._outlets:
            if unit.link == OWN:
                out.append(self.own(answer, without_pdu))
            elif known is None and answer.error is None:
                out.append(Present(unit, unit.each_once(answer.get(), "getOutlets")))
            elif known is None and not absent(answer.error):
                raise self._silent(unit.link, "does not list its outlets", answer.error)
            elif known is not None and unit.link in known:
                status = known[unit.link].status
                if answer.error is not None or status not in _USABLE:
                    raise self._silent(unit.link, _trouble(status), answer.error)
                out.append(Present(unit, unit.each_once(answer.get(), "getOutlets")))
        return out

    def _known(self) -> Optional[Dict[int, CascadeManager.LinkUnit]]:
        """The linked units by id; None if the firmware has no list of them (before 3.6).

        Raises if the list cannot be read, or is missing from the answer: without it, a unit that does not answer looks like one
        that is not linked.
        """
        if self._cascade is None or absent(self._cascade.error):
            return None
        return linked(self._cascade.get(), self._agent)

    @staticmethod
    def _silent(link: int, trouble: str, error: Optional[PduHandlerError]) -> PduHandlerError:
        if isinstance(error, Denied):
            return error
        reason = (" (", *error.parts, ")") if error is not None else ()
        return Unreachable((f"link unit {link} {trouble}", *reason, ": get it working, or change ",
                            Named(LINK_UNITS.key, noun="the handler setting "), " to the ids of the other link units (or to no)"))


def linked(status: CascadeManager.Status, agent: Agent) -> Dict[int, CascadeManager.LinkUnit]:
    """The linked units by id. Raises JsonRpcSyntaxException without the field `linkUnits`, which each CascadeManager.idl has."""
    if not present(status, "linkUnits"):
        raise JsonRpcSyntaxException("the list of link units is missing").at(agent.host, "getStatus /cascade")
    return status.linkUnits


def _trouble(status: CascadeManager.LinkUnitStatus) -> str:
    if status in _USABLE:
        return "does not list its outlets"
    return "is unreachable" if status == _LinkStatus.UNREACHABLE else f"has the status {status.name.lower().replace('_', ' ')}"
