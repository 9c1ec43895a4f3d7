"""Units without outlets: power meter controllers (BCM2, PMC), and what else an empty list of outlets can mean."""
from __future__ import annotations

from ..errors import Unsupported
from .readings import absent
from .rpc import Bulk
from .rpc.pdumodel import Pdu, PowerMeterController
from .units import OWN, Unit


class WithoutOutlets:
    """A unit that lists no outlets. Queues the calls that show its type; `check` reads them once the bulk is performed."""

    def __init__(self, unit: Unit, bulk: Bulk) -> None:
        self._unit = unit
        prefix = f"/link/{unit.link}" if unit.link != OWN else ""
        # > getPowerMeters of /model/pmc
        # < {"_ret_": [{"key": 1, "value": {"rid": ..., "type": "pdumodel.Panel:2.0.4"}}]}     PowerMeterController.idl 1.0.1
        self._meters = bulk.add(PowerMeterController(f"{prefix}/model/pmc", unit.agent).getPowerMeters)
        pdu = unit.proxy(Pdu)
        self._metadata, self._inlets = bulk.add(pdu.getMetaData), bulk.add(pdu.getInlets)

    def check(self) -> None:
        """Raises Unsupported unless the unit is a PDU with inlets and no outlets, such as an in-line meter."""
        meters = {} if absent(self._meters.error) else self._meters.get()
        metadata, inlets = self._metadata.get(), self._inlets.get()
        if inlets and not meters and not metadata.hasSwitchableOutlets and not metadata.hasMeteredOutlets:
            return
        quoted, plate = self._unit.agent.login.quoted, metadata.nameplate
        where = f"link unit {self._unit.link}" if self._unit.link != OWN else "the unit"
        raise Unsupported(
            f"{where} lists no outlets and is not known to be a type without outlets: model {quoted(plate.model)!r}, "
            f"firmware {quoted(metadata.fwRevision)!r}, inlets: {len(inlets)}, power meters and panels: {len(meters)}, says that "
            f"outlets are switchable: {_yes(metadata.hasSwitchableOutlets)}, metered: {_yes(metadata.hasMeteredOutlets)}. "
            f"Try again once it has started; configure the panels of a power meter controller; else report these figures")


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
