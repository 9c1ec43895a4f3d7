"""NETIO's JSON API as the vendor describes it ("NETIO M2M API Protocol JSON", 2.4): GET /netio.json
reads the unit, POST switches its outputs.
"""

from __future__ import annotations

import json
from typing import Optional

from tests.simulators.unit_pdu import VOLTS, UnitPdu


class SimulatedPdu(UnitPdu):
    """A unit that is read as one document, with two digital inputs."""

    NUMBERS = ("ID", "NumOutputs")
    FIGURES = ("Current", "EnergyNR", "Load", "TotalCurrent", "TotalEnergyNR", "TotalLoad")

    def answer(self, method: str, path: str, body: bytes) -> Optional[bytes]:
        """The body of the answer with status 200; None for a path that the device does not have."""
        if path != "/netio.json":
            return None
        for output in json.loads(body)["Outputs"] if method == "POST" else ():
            number = output["ID"]
            action = output["Action"]
            # 2 and 3 are pulses, which end at once here; 5 and 6 do nothing
            if action in (0, 1, 4) and number in self.on:
                self.turn(number, not self.on[number] if action == 4 else action == 1)
        return json.dumps(
            {
                "Agent": {
                    "Model": "PowerPDU 8QS",
                    "DeviceName": "rack-1",
                    "Version": "4.0.5",
                    "JSONVer": "2.4",
                    "VendorID": 0,
                    "OemID": 0,
                    "SerialNumber": "24:A4:2C:3A:00:01",
                    "Uptime": 123456,
                    "NumOutputs": len(self.on),
                    "NumInputs": 2,
                },
                "GlobalMeasure": {
                    "Voltage": VOLTS,
                    "TotalCurrent": self.total_ma(),
                    "TotalLoad": sum(map(self._watts, self.on)),
                    # reset by a user
                    "TotalEnergy": 7,
                    "TotalEnergyNR": self.total_wh(),
                },
                "Outputs": [
                    {
                        "ID": number,
                        "Name": self.names[number],
                        "State": int(on),
                        "Action": 6,
                        "Delay": 5000,
                        "Current": self.current_ma(number),
                        "PowerFactor": 0.97,
                        "Load": self._watts(number),
                        "Energy": 7,
                        "EnergyNR": self.energy_wh(number),
                    }
                    for number, on in self.on.items()
                ],
                "Inputs": [
                    {"ID": number, "Name": f"input_{number}", "State": 1, "S0Counter": 0}
                    for number in (1, 2)
                ],
            }
        ).encode()

    def _watts(self, number: int) -> int:
        return self.power_mw(number) // 1000
