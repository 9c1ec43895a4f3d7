"""Link units: which of them are there, and what is an error instead of a shorter list."""
from __future__ import annotations

from typing import Dict, List, Optional

from common.logger import get_logger

from ..errors import Denied, Named, PduHandlerError, Unreachable
from .link_units import LINK_UNITS, LinkUnits
from .readings import absent
from .rpc import Agent, Bulk, Pending, present
from .rpc.cascading import CascadeManager
from .rpc.pdumodel import Pdu
from .units import OWN, Present, Unit, UnitDiscovery

LOGGER = get_logger(__name__)
_FIRST_LINK, _LAST_USUAL_LINK = 2, 8            # documented up to firmware 3.6; newer firmware may link more
_LinkStatus = CascadeManager.LinkUnitStatus
_USABLE = (_LinkStatus.OK, _LinkStatus.FIRMWARE_MISMATCH, _LinkStatus.UNKNOWN)


class LinkedUnits(UnitDiscovery):
    """The unit itself, and its link units: those with the ids that the owner named, or all."""

    def __init__(self, agent: Agent, wanted: LinkUnits) -> None:
        super().__init__(agent)
        self._agent, self._wanted = agent, wanted
        usual = tuple(range(_FIRST_LINK, _LAST_USUAL_LINK + 1)) if wanted.all else wanted.ids
        self.asked += [Unit(link, agent) for link in usual]
        self._cascade: Optional[Pending[CascadeManager.Status]] = None

    def ask(self, bulk: Bulk) -> None:
        """One call for each unit that may be there, and one for the list of linked ones."""
        super().ask(bulk)
        # > getStatus of /cascade
        # < {"_ret_": {"role": 1, "linkUnits": [{"key": 2, "value": {"host": ..., "status": 1, ...}}], ...}}
        self._cascade = bulk.add(CascadeManager("/cascade", self._agent).getStatus)     # cascading.CascadeManager, from 3.6

    def ask_unusual(self, bulk: Bulk) -> List[Unit]:
        """Linked units with ids beyond the usual ones: asked now, and returned."""
        asked = [unit.link for unit in self.asked]
        known = self._known()
        more = [Unit(link, self._agent) for link in sorted(known or ()) if link not in asked and link >= _FIRST_LINK] \
            if self._wanted.all else []
        self.asked += more
        self._outlets += [(unit, bulk.add(unit.proxy(Pdu).getOutlets)) for unit in more]
        return more

    def present(self) -> List[Present]:
        """The units that answered. A link unit that is listed but does not answer raises; one that is not listed is left out."""
        known = self._known()
        unknown = [link for link in self._wanted.ids if known is not None and link not in known]
        if unknown:
            LOGGER.warning(f"link_units names {', '.join(map(str, unknown))}, and the PDU has no such link unit: left out")
        out = []
        for unit, answer in self._outlets:
            if unit.link == OWN or known is None and answer.error is None:
                out.append(Present.of(unit, answer.get()))
            elif known is None and not absent(answer.error):
                raise self._silent(unit.link, "unreachable", answer.error)
            elif known is not None and unit.link in known:
                status = known[unit.link].status
                if answer.error is not None or status not in _USABLE:
                    raise self._silent(unit.link, status.name.lower().replace("_", " "), answer.error)
                out.append(Present.of(unit, answer.get()))
        return out

    def _known(self) -> Optional[Dict[int, CascadeManager.LinkUnit]]:
        """The linked units by id; None where the firmware has no list of them (before 3.6).

        A list that cannot be read raises: without it, a unit that does not answer looks like one that is not linked.
        """
        if self._cascade is None or absent(self._cascade.error):
            return None
        status = self._cascade.get()
        return status.linkUnits if present(status, "linkUnits") else None

    @staticmethod
    def _silent(link: int, state: str, error: Optional[PduHandlerError]) -> PduHandlerError:
        if isinstance(error, Denied):
            return error
        reason = (" (", *error.parts, ")") if error is not None else ()
        return Unreachable((f"link unit {link} is {state}", *reason, ": bring it back, or name the other link units in ",
                            Named(LINK_UNITS.key, noun="the handler setting "), " (or no)"))
