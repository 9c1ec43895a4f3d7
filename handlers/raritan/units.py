"""The units behind one address, their outlets, and the identities of outlets: "7", on link unit 2 "2.7"."""
from __future__ import annotations

from typing import TYPE_CHECKING, List, NamedTuple, Optional, Sequence, Tuple, Type, TypeVar

from ..errors import Denied, PduHandlerError, Refused
from .link_units import LinkUnits
from .rpc import Agent, Bulk, Interface, JsonRpcSyntaxException, Pending, leaves_open
from .rpc.pdumodel import Outlet, Pdu

if TYPE_CHECKING:
    from .panels import WithoutOutlets

AnInterface = TypeVar("AnInterface", bound=Interface)
OWN = 0


class Unit(NamedTuple):
    """One unit by its link id; 0 is the unit at the address itself."""

    link: int
    agent: Agent

    def path(self, rest: str = "") -> str:
        """The resource id of this unit's PDU or, with `rest`, a well-known id below it."""
        return f"/model/pdu/{self.link}{rest}"

    def proxy(self, kind: Type[AnInterface], rest: str = "") -> AnInterface:
        """A proxy for a well-known resource id."""
        return kind(self.path(rest), self.agent)

    def mine(self, reference: AnInterface) -> AnInterface:
        """Adds a link unit's prefix, `/link/<link id>`, to a reference whose resource id does not name the unit already.

        Whether references in answers carry the prefix is not documented. Without it they would address the primary unit.
        """
        if self.link == OWN or reference.target.startswith((f"/link/{self.link}/", self.path("/"))):
            return reference
        return type(reference)(f"/link/{self.link}{reference.target}", self.agent, reference.wire_type)

    def each_once(self, references: Sequence[AnInterface], method: str, what: str = "") -> List[AnInterface]:
        """The references from the answer to `method`, each passed through `mine`. Raises JsonRpcSyntaxException if one is listed
        twice: an outlet would be two ports, and the current of an inlet would count twice."""
        found = [self.mine(one) for one in references]
        if len({one.target for one in found}) != len(found):
            what = what or "".join(c if c.islower() else f" {c.lower()}" for c in method[len("get"):])
            of_link = f" of link unit {self.link}" if self.link != OWN else ""
            raise JsonRpcSyntaxException(f"the unit lists one of its{what} twice").at(self.agent.host, f"{method}{of_link}")
        return found

    def identity(self, index: int) -> str:
        """The identity of the outlet at this index of getOutlets: index + 1, on link units with the link id before it."""
        return f"{self.link}.{index + 1}" if self.link != OWN else str(index + 1)


class Present(NamedTuple):
    """A unit that answered, with the references that `getOutlets` returned.

    An outlet's identity ends with its position in `outlets`, from 1. Its state is read and changed through the reference there.
    Well-known ids (`/outlet/0`) number the outlets too; see `numbering`. `exists`: whether the unit has its object
    `/model/pdu/...`.
    """

    unit: Unit
    outlets: List[Outlet]
    exists: bool = True

    def identities(self) -> List[str]:
        return [self.unit.identity(index) for index in range(len(self.outlets))]


class UnitDiscovery:
    """Finds the units behind one address: `ask` queues calls, `present` reads answers. This class finds only the unit itself."""

    def __init__(self, agent: Agent) -> None:
        self.asked = [Unit(OWN, agent)]
        self._outlets: List[Tuple[Unit, Pending[List[Outlet]]]] = []

    def ask(self, bulk: Bulk) -> None:
        """Queue getOutlets of each unit in `asked`."""
        self._outlets = [(unit, bulk.add(unit.proxy(Pdu).getOutlets)) for unit in self.asked]

    def ask_unusual(self, bulk: Bulk) -> List[Unit]:
        """Queue getOutlets of further units that the first answers name, and return these units."""
        return []

    def present(self, without_pdu: bool = False) -> List[Present]:
        """The units that answered. Raises the errors of their answers; see `own` for `without_pdu`."""
        return [self.own(answer, without_pdu) for _, answer in self._outlets]

    def own(self, answer: Pending[List[Outlet]], without_pdu: bool) -> Present:
        """The unit itself. Raises the error of its answer.

        With `without_pdu`, a unit that does not have `/model/pdu/0` is no error here: it may be a power meter controller,
        whose figures do not need that object. The caller passes it to `without_outlets`, which raises for any other unit.
        """
        unit = self.asked[0]
        if without_pdu and absent(answer.error):
            return Present(unit, [], exists=False)
        return Present(unit, unit.each_once(answer.get(), "getOutlets"))


def absent(error: Optional[PduHandlerError]) -> bool:
    """Whether this error counts as proof that the device does not have the object or the method.

    Only a refusal does, except for a missing right, HTTP 429, HTTP statuses outside 4xx, and JSON-RPC internal or server errors.
    """
    return isinstance(error, Refused) and not isinstance(error, Denied) and not leaves_open(error) and error.code != "429"


def discovery(agent: Agent, wanted: LinkUnits) -> UnitDiscovery:
    """The discovery for the setting `link_units`."""
    if not wanted.all and not wanted.ids:
        return UnitDiscovery(agent)
    from .linking import LinkedUnits  # imported late: most units have no link units
    return LinkedUnits(agent, wanted)


def discovered(agent: Agent, wanted: LinkUnits) -> Tuple[List[Present], Bulk]:
    """The units that answered, and an empty bulk: 1 round trip, 2 if `link_units=yes` finds link ids above 8."""
    # > POST /bulk: getOutlets of /model/pdu/0; to look for link units, also their getOutlets and getStatus of /cascade
    # < {"_ret_": [{"rid": "/tfwopaque/pdumodel.Outlet:3.0.4/outlet.0", "type": "pdumodel.Outlet:3.0.4"}, ...]}    Pdu.idl 6.5.7
    bulk, units = Bulk(agent), discovery(agent, wanted)
    units.ask(bulk)
    bulk.perform()
    if units.ask_unusual(bulk):
        bulk.perform()
    return units.present(without_pdu=True), bulk


def without_outlets(bulk: Bulk, units: Sequence[Present]) -> List[WithoutOutlets]:
    """The units that list no outlets. Queues the calls that show their type."""
    bare = [listed.unit for listed in units if not listed.outlets]
    if not bare:
        return []
    from .panels import WithoutOutlets  # imported late: few units are power meters
    return [WithoutOutlets(unit, bulk) for unit in bare]
