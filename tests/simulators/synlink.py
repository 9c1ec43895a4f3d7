"""SynLink's web API as the maker's texts have it: synaccess-pdus.readme.io ("Outlets"),
synaccess.readme.io ("Inlet object"), synaccess.com/support/http (login).

Basic login is off, as it leaves the factory. A session is a cookie; a personal access token needs
none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Union

from tests.simulators.unit_pdu import VOLTS, UnitPdu
from tests.simulators.unit_servers import PASSWORD, READER, USER, Reply

#: the bank's serial number
BANK = 286331153
#: a personal access token of `operator`
TOKEN = "made-up-token-of-operator"  # noqa: S105 (this device's)


class SimulatedPdu(UnitPdu):
    """A switched unit with one inlet and one bank, which measures current and voltage at its
    outlets, and energy and power at its inlet.
    """

    NUMBERS = ("id", "numOutlets")
    FIGURES = (
        "currentRms",
        "inletCurrentRms",
        "inletEnergyAccumulation",
        "inletActivePower",
    )

    OUTLET_METERS = ("current_a",)

    def __init__(self, outlets: int = 8, off: Sequence[int] = ()) -> None:
        super().__init__(outlets, off)
        #: the relays that are welded shut: their outlets have voltage in either position
        self.welded: set[int] = set()
        #: the key of each session, and its account
        self.sessions: dict[str, str] = {}

    def identity(self, number: int) -> str:
        return f"{number}-{BANK}"

    def user(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        """The account of a request; a login is checked by its body."""
        if path == "/login":
            return USER
        if headers.get("Authorization") == f"Bearer {TOKEN}":
            return USER
        cookie = re.fullmatch(r"SPID=(\S+)", headers.get("Cookie", ""))
        return self.sessions.get(cookie[1], "") if cookie else ""

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        """A login, a command or a list; None for another path."""
        if path == "/login":
            return self._log_in(method, body)
        switched = re.fullmatch(r"/api/outlets/(\d+)(?:-(\d+))?", path)
        if switched and method == "PUT":
            is_of_bank = switched[2] in (None, str(BANK))
            return self._switch(int(switched[1]), body) if is_of_bank else Reply(404)
        resources: dict[str, Any] = {
            "/api/device": self._device(),
            "/api/outlets": [self.outlet(number) for number in self.on],
            "/api/inlets": [self._inlet()],
        }
        if method != "GET" or path not in resources:
            return None
        return json.dumps(resources[path]).encode()

    def _log_in(self, method: str, body: bytes) -> Reply:
        """Begins a session."""
        if method != "POST":
            return Reply(404)
        fields = json.loads(body)
        if fields["username"] not in (USER, READER) or fields["password"] != PASSWORD:
            return Reply(401)
        key = f"made-up-key-{len(self.sessions) + 1}"
        self.sessions[key] = fields["username"]
        account = {"username": fields["username"], "id": "1", "roleId": 1}
        return Reply(
            200,
            json.dumps(account).encode(),
            {"Token": key, "Set-Cookie": f"SPID={key}; path=/"},
        )

    def _switch(self, number: int, body: bytes) -> Union[bytes, Reply]:
        state = json.loads(body).get("state")
        if number not in self.on:
            return Reply(404)
        if state not in ("ON", "OFF"):
            return Reply(400)
        self.turn(number, state == "ON")
        return json.dumps(self.outlet(number)).encode()

    def _device(self) -> dict[str, Any]:
        return {
            "numBanks": 1,
            "numOutlets": len(self.on),
            "numInlets": 1,
            "inletPlug": "IEC-320 C20",
            "outletPwrMeasurementsSupported": True,
            "outletSwitchingSupported": True,
            "enclosureSerialNumber": 1024122712,
            "modelNumber": "SP-1001CA-HA",
            "controllerFirmwareVersion": "1.0.3",
            "phase": "Single Phase",
        }

    def outlet(self, number: int) -> dict[str, Any]:
        """One outlet, as the list and the answer to a command have it."""
        on = self.on[number]
        return {
            "id": self.identity(number),
            "outletName": self.names[number],
            "pwrOnState": "PREV",
            "outletIndex": number,
            "receptacle": "IEC 320 C13",
            "customRebootTimeEnabled": False,
            "customRebootTime": 5,
            "circuitVoltage": float(VOLTS),
            "currentRms": self.current_ma(number) / 1000,
            "state": "ON" if on else "OFF",
            "bankId": BANK,
            "voltageDetection": on or number in self.welded,
            "rebootStatus": "none",
            "relayHealth": "OK",
        }

    def _inlet(self) -> dict[str, Any]:
        amperes = self.total_ma() / 1000
        return {
            "id": "I1-1000029",
            "inletType": "single",
            "inletPhase": "Single Phase",
            "inletName": "IEC-320 C20 Inlet",
            "inletCurrentRms": amperes,
            "inletVoltageRms": float(VOLTS),
            "inletLineFrequency": 50.0,
            "inletPowerFactor": 1.0,
            "inletActivePower": amperes * VOLTS,
            "inletEnergyAccumulation": self.total_wh() / 1000,
        }
