"""A Shelly Pro 4PM as the maker's pages have it (shelly-api-docs.shelly.cloud/gen2: Switch, Shelly,
Authentication, Common Errors), with the names of the fields of a real Power Strip Gen4
(home-assistant/core, power_strip_gen4.json). On a real unit the user is always `admin`.
"""

from __future__ import annotations

import json
from typing import Any, Union

from tests.simulators.digest_access import DigestAccess
from tests.simulators.unit_pdu import VOLTS, UnitPdu
from tests.simulators.unit_servers import Reply


class SimulatedPdu(UnitPdu):
    """A unit with relays, which it counts from 0, and a meter of each."""

    # outlets are keys
    NUMBERS = ()
    FIGURES = ("current", "total", "apower")

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        access = DigestAccess("shellypro4pm-aabbccddeeff", "SHA-256")
        self.challenge = access.challenge
        self.user = access.user

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        """A command or a resource; None for another path."""
        if (method, path) == ("POST", "/rpc/Switch.Set"):
            return self._switch(json.loads(body))
        resources: dict[str, Any] = {
            "/rpc/Shelly.GetStatus": {
                "ble": {},
                "cloud": {"connected": False},
                **{f"switch:{number - 1}": self._status(number) for number in self.on},
                "sys": {"mac": "AABBCCDDEEFF", "restart_required": False, "uptime": 4658036},
            },
            "/rpc/Shelly.GetConfig": {
                "ble": {"enable": False},
                **{f"switch:{number - 1}": self._config(number) for number in self.on},
                "sys": {"device": {"name": "rack-1", "mac": "AABBCCDDEEFF"}},
            },
            "/rpc/Shelly.GetDeviceInfo": {
                "name": "rack-1",
                "id": "shellypro4pm-aabbccddeeff",
                "mac": "AABBCCDDEEFF",
                "model": "SPSW-104PE16EU",
                "gen": 2,
                "ver": "1.4.4",
                "app": "Pro4PM",
                "auth_en": True,
            },
        }
        if method != "GET" or path not in resources:
            return None
        return json.dumps(resources[path]).encode()

    def _switch(self, parameters: dict[str, Any]) -> Union[bytes, Reply]:
        number = parameters["id"] + 1
        if number not in self.on:
            error = {"code": -105, "message": f"Argument 'id', value {parameters['id']} not found!"}
            return Reply(500, json.dumps(error).encode())
        was_on = self.on[number]
        self.turn(number, parameters["on"])
        return json.dumps({"was_on": was_on}).encode()

    def _status(self, number: int) -> dict[str, Any]:
        on = self.on[number]
        return {
            "id": number - 1,
            "source": "init",
            "output": on,
            "apower": self.power_mw(number) / 1000,
            "voltage": float(VOLTS),
            "current": self.current_ma(number) / 1000,
            "freq": 50.0,
            "pf": 1.0 if on else 0.0,
            "aenergy": {
                "total": float(self.energy_wh(number)),
                "by_minute": [15.068, 15.429, 15.504],
                "minute_ts": 1762082640,
            },
            "temperature": {"tC": 47.1, "tF": 116.8},
        }

    def _config(self, number: int) -> dict[str, Any]:
        return {
            "id": number - 1,
            "name": self.names[number],
            "in_mode": "detached",
            "initial_state": "restore_last",
            "auto_on": False,
            "auto_on_delay": 60.0,
            "power_limit": 3360,
            "current_limit": 16.0,
        }
