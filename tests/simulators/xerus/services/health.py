"""/hwhealth: failures of the unit's own hardware (from firmware 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..objects import Served

if TYPE_CHECKING:
    from ..pdu import PduUnit

_OUTLET_POWER_STATE_INCONSISTENT = 5
Json = dict[str, Any]


class HardwareHealth(Served):
    """A stuck relay is an asserted failure. A failure that was read once stays listed after the
    repair, as not asserted.

    The form of an outlet's component id is not documented; `named` makes it from the number printed
    on the unit.
    """

    def __init__(self, unit: PduUnit) -> None:
        super().__init__(unit, "fitness.HardwareHealth", "hwhealth", ["/hwhealth"])
        self._relays = unit.relays.all
        self._seen: dict[int, int] = {}
        self.named = "outlet {}"

    def getFailures(self) -> list[Json]:
        for relay in self._relays:
            if relay.stuck:
                self._seen.setdefault(relay.number, len(self._seen) + 1)
        return [
            {
                "creationOrderId": order,
                "componentId": self.named.format(number + 1),
                "type": _OUTLET_POWER_STATE_INCONSISTENT,
                "description": f"Outlet {number + 1}: power state inconsistent",
                "isAsserted": self._relays[number].stuck,
                "lastAssertTimeStamp": self.unit.clockwork.wall(),
                "assertCount": 1,
            }
            for number, order in self._seen.items()
        ]
