"""JAWS as its public clients know it: a CDU with one unit and one cord, and lines of which the
fourth is the neutral.

Source of its identifiers and fields: the answers of a PRO2 in the tests of napalm-servertech-pro2
(monitor_cords.json: the cord "AA"; monitor_outlets.json: "AA1"), and of the fake PDU of
Cray-HPE/hms-redfish-translation-layer (monitor_outlets.json, monitor_lines.json,
monitor_units.json: the units "A" and "B").
"""

from __future__ import annotations

import json
import re
from typing import Any, Union

from tests.simulators.unit_pdu import VOLTS, UnitPdu
from tests.simulators.unit_servers import Reply

_SEVERAL = 1000  # the neutral's current, in mA: no part of the load


class SimulatedPdu(UnitPdu):
    """A PRO2 with a main unit, to whose first cord all outlets belong."""

    NUMBERS = ("id",)
    FIGURES = ("current", "energy", "active_power")

    def identity(self, number: int) -> str:
        return f"AA{number}"

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        """A command or one of the lists; None for another path."""
        outlet = re.fullmatch(r"/jaws/control/outlets/AA(\d+)", path)
        if outlet:
            return self._control(method, int(outlet[1]), body)
        lists: dict[str, list[dict[str, Any]]] = {
            "/jaws/monitor/outlets": [self._outlet(number, on) for number, on in self.on.items()],
            "/jaws/monitor/lines": [
                self._line(1, self.total_ma()),
                self._line(2, 0),
                self._line(4, _SEVERAL),
            ],
            "/jaws/monitor/cords": [
                {
                    "id": "AA",
                    "name": "Master_Cord_A",
                    "status": "Normal",
                    "state": "On",
                    "active_power": self.total_ma() * VOLTS // 1000,
                    "energy": self.total_wh() / 1000,
                    "power_capacity": 8600,
                    "power_utilized": 9.5,
                }
            ],
            "/jaws/monitor/units": [
                {"id": "A", "name": "Master", "status": "Normal", "type": "Master"}
            ],
            "/jaws/monitor/system": [],
        }
        if path not in lists:
            return None
        return json.dumps(lists[path]).encode() if method == "GET" else Reply(405)

    def _control(self, method: str, number: int, body: bytes) -> Reply:
        """Switches an outlet."""
        if method != "PATCH":
            return Reply(405)
        if number not in self.on:
            return Reply(404)
        try:
            fields = json.loads(body)
        except ValueError:
            return Reply(400)
        if set(fields) != {"control_action"}:
            return Reply(409)
        if fields["control_action"] not in ("on", "off"):
            return Reply(400)
        self.turn(number, fields["control_action"] == "on")
        return Reply(204)

    def _outlet(self, number: int, on: bool) -> dict[str, Any]:
        return {
            "id": self.identity(number),
            "name": self.names[number],
            "state": "On" if on else "Off",
            "control_state": "Idle On" if on else "Idle Off",
            "status": "Normal",
            "active_power": self.power_mw(number) // 1000,
            "current": self.current_ma(number) / 1000,
            "energy": self.energy_wh(number),
            "voltage": float(VOLTS),
            "socket_type": "C13",
        }

    def _line(self, number: int, current_ma: int) -> dict[str, Any]:
        return {
            "id": f"AA{number}",
            "name": f"AA:L{number}",
            "status": "Normal",
            "state": "On",
            "current": current_ma / 1000,
        }
