"""The units behind one address, their outlets, and the identities of outlets: "7", on link unit 2 "2.7"."""
from __future__ import annotations

import re
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple, Type, TypeVar

from ..errors import Denied, Named, NoSuchOutlet, PduHandlerError, Refused, Unreachable
from .settings import LINK_UNITS, LinkUnits
from .rpc import Agent, Bulk, Interface, Pending, present
from .rpc.cascading import CascadeManager
from .rpc._runtime.errors import JsonRpcSyntaxException, leaves_open
from .rpc.pdumodel import Outlet, Pdu

I = TypeVar("I", bound=Interface)
OWN = 0
_FIRST_LINK, _LAST_USUAL_LINK = 2, 8            # documented up to firmware 3.6; newer firmware may link more
_IDENTITY = re.compile(r"(?:([1-9]\d{0,2})\.)?([1-9]\d{0,3})")
_LinkStatus = CascadeManager.LinkUnitStatus
_USABLE = (_LinkStatus.OK, _LinkStatus.FIRMWARE_MISMATCH, _LinkStatus.UNKNOWN)


class Unit(NamedTuple):
    """One unit by its link id; 0 is the one that is addressed."""

    link: int
    agent: Agent

    def path(self, rest: str = "") -> str:
        """A well-known resource id below this unit's PDU."""
        return f"/model/pdu/{self.link}{rest}"

    def proxy(self, kind: Type[I], rest: str = "") -> I:
        """A proxy for a well-known resource id."""
        return kind(self.path(rest), self.agent)

    def mine(self, reference: I) -> I:
        """A reference that this unit handed out, with the prefix `/link/<id>` on link units.

        Whether such references carry the prefix is not documented. Without it they would address the unit itself.
        """
        if self.link == OWN or reference.target.startswith((f"/link/{self.link}/", self.path("/"))):
            return reference
        return type(reference)(f"/link/{self.link}{reference.target}", self.agent, reference.wire_type)

    def identity(self, index: int) -> str:
        """Position in getOutlets + 1, the link id before it on link units."""
        return f"{self.link}.{index + 1}" if self.link != OWN else str(index + 1)


def locate(identity: str, agent: Agent, wanted: LinkUnits) -> Tuple[Unit, int]:
    """The unit and the position, from 0, of an outlet. Raises NoSuchOutlet for what is no identity of this device."""
    found = _IDENTITY.fullmatch(identity)
    link = int(found.group(1) or OWN) if found else OWN
    if found is None or link == 1:
        raise NoSuchOutlet(f"outlet {identity[:20]!r} is no outlet of this PDU: outlets are named '7', on link units '2.7'")
    if link != OWN and not wanted.all and link not in wanted.ids:
        raise NoSuchOutlet((f"outlet {identity} is on link unit {link}, which ", Named(LINK_UNITS.key, noun="the handler setting "),
                            f" ({wanted}) leaves out"))
    return Unit(link, agent), int(found.group(2)) - 1


class Present(NamedTuple):
    """A unit that answered, with its outlets as `getOutlets` handed them out.

    An outlet's identity is its position here, and it is read, checked and switched by this reference. Well-known ids
    (`/outlet/0`) number the outlets too; whether both numberings agree is checked before a command.
    """

    unit: Unit
    outlets: List[Outlet]

    @classmethod
    def of(cls, unit: Unit, handed_out: Sequence[Outlet]) -> Present:
        """Raises JsonRpcSyntaxException where an outlet is listed twice: one relay would be two ports."""
        outlets = [unit.mine(outlet) for outlet in handed_out]
        if len({outlet.target for outlet in outlets}) != len(outlets):
            raise JsonRpcSyntaxException("the PDU lists one of its outlets twice").at(unit.agent.host, f"getOutlets {unit.path()}")
        return cls(unit, outlets)

    def identities(self) -> List[str]:
        """The identity of each outlet."""
        return [self.unit.identity(index) for index in range(len(self.outlets))]


class UnitDiscovery:
    """Finds the units behind one address: `ask` queues the calls, `present` reads the answers."""

    def __init__(self, agent: Agent, wanted: LinkUnits) -> None:
        self._agent, self._wanted = agent, wanted
        usual = tuple(range(_FIRST_LINK, _LAST_USUAL_LINK + 1)) if wanted.all else wanted.ids
        self.asked = [Unit(link, agent) for link in (OWN, *usual)]
        self._outlets: List[Tuple[Unit, Pending[List[Outlet]]]] = []
        self._cascade: Optional[Pending[CascadeManager.Status]] = None

    def ask(self, bulk: Bulk) -> None:
        """One call for each unit that may be there, and one for the list of linked ones."""
        self._outlets = [(unit, bulk.add(unit.proxy(Pdu).getOutlets)) for unit in self.asked]
        if self._wanted.all or self._wanted.ids:
            self._cascade = bulk.add(CascadeManager("/cascade", self._agent).getStatus)

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


def absent(error: Optional[PduHandlerError]) -> bool:
    """Whether the device answered that it has no such object or method. A failure does not prove that."""
    return isinstance(error, Refused) and not isinstance(error, Denied) and not leaves_open(error)


def discovered(agent: Agent, wanted: LinkUnits) -> Tuple[List[Present], Bulk]:
    """The units that are there, and an empty bulk: 1 round trip, 2 where there are link ids beyond the usual ones."""
    # > POST /bulk: getOutlets of /model/pdu/0 and of each link unit that may be there; getStatus of /cascade where there may be any
    # < {"_ret_": [{"rid": "/tfwopaque/pdumodel.Outlet:3.0.4/outlet.0", "type": "pdumodel.Outlet:3.0.4"}, ...]}    Pdu.idl 6.5.7
    bulk, units = Bulk(agent), UnitDiscovery(agent, wanted)
    units.ask(bulk)
    bulk.perform()
    if units.ask_unusual(bulk):
        bulk.perform()
    return units.present(), bulk
