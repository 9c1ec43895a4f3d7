"""The units behind one address, their outlets, and the identities of outlets: "7", on link unit 2 "2.7"."""
from __future__ import annotations

from typing import TYPE_CHECKING, List, NamedTuple, Sequence, Tuple, Type, TypeVar

from .link_units import LinkUnits
from .rpc import Agent, Bulk, Interface, JsonRpcSyntaxException, Pending
from .rpc.pdumodel import Outlet, Pdu

if TYPE_CHECKING:
    from .panels import WithoutOutlets

AnInterface = TypeVar("AnInterface", bound=Interface)
OWN = 0


class Unit(NamedTuple):
    """One unit by its link id; 0 is the one that is addressed."""

    link: int
    agent: Agent

    def path(self, rest: str = "") -> str:
        """A well-known resource id below this unit's PDU."""
        return f"/model/pdu/{self.link}{rest}"

    def proxy(self, kind: Type[AnInterface], rest: str = "") -> AnInterface:
        """A proxy for a well-known resource id."""
        return kind(self.path(rest), self.agent)

    def mine(self, reference: AnInterface) -> AnInterface:
        """A reference that this unit handed out, with the prefix `/link/<id>` on link units.

        Whether such references carry the prefix is not documented. Without it they would address the unit itself.
        """
        if self.link == OWN or reference.target.startswith((f"/link/{self.link}/", self.path("/"))):
            return reference
        return type(reference)(f"/link/{self.link}{reference.target}", self.agent, reference.wire_type)

    def identity(self, index: int) -> str:
        """Position in getOutlets + 1, the link id before it on link units."""
        return f"{self.link}.{index + 1}" if self.link != OWN else str(index + 1)


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
        there = cls(unit, [unit.mine(outlet) for outlet in handed_out])
        if len({outlet.target for outlet in there.outlets}) != len(handed_out):
            raise JsonRpcSyntaxException("it lists one of its outlets twice").at(unit.agent.host, f"getOutlets {unit.path()}")
        return there

    def identities(self) -> List[str]:
        """The identity of each outlet."""
        return [self.unit.identity(index) for index in range(len(self.outlets))]


class UnitDiscovery:
    """Finds the units behind one address: `ask` queues the calls, `present` reads the answers. This one: the unit itself."""

    def __init__(self, agent: Agent) -> None:
        self.asked = [Unit(OWN, agent)]
        self._outlets: List[Tuple[Unit, Pending[List[Outlet]]]] = []

    def ask(self, bulk: Bulk) -> None:
        """One call for each unit that may be there."""
        self._outlets = [(unit, bulk.add(unit.proxy(Pdu).getOutlets)) for unit in self.asked]

    def ask_unusual(self, bulk: Bulk) -> List[Unit]:
        """Units that the first answers name and that were not asked: asked now, and returned."""
        return []

    def present(self) -> List[Present]:
        """The units that answered."""
        return [Present.of(unit, answer.get()) for unit, answer in self._outlets]


def discovery(agent: Agent, wanted: LinkUnits) -> UnitDiscovery:
    """The discovery of the unit itself, and of link units where the owner wants them."""
    if not wanted.all and not wanted.ids:
        return UnitDiscovery(agent)
    from .linking import LinkedUnits  # most units have no links
    return LinkedUnits(agent, wanted)


def discovered(agent: Agent, wanted: LinkUnits) -> Tuple[List[Present], Bulk]:
    """The units that are there, and an empty bulk: 1 round trip, 2 where there are link ids beyond the usual ones."""
    # > POST /bulk: getOutlets of /model/pdu/0 and of each link unit that may be there; with them getStatus of /cascade
    # < {"_ret_": [{"rid": "/tfwopaque/pdumodel.Outlet:3.0.4/outlet.0", "type": "pdumodel.Outlet:3.0.4"}, ...]}    Pdu.idl 6.5.7
    bulk, units = Bulk(agent), discovery(agent, wanted)
    units.ask(bulk)
    bulk.perform()
    if units.ask_unusual(bulk):
        bulk.perform()
    return units.present(), bulk


def without_outlets(bulk: Bulk, units: Sequence[Present]) -> List[WithoutOutlets]:
    """The units that list no outlets, with the calls queued that show what they are."""
    bare = [there.unit for there in units if not there.outlets]
    if not bare:
        return []
    from .panels import WithoutOutlets  # few units are power meters
    return [WithoutOutlets(unit, bulk) for unit in bare]
