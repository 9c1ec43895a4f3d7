"""A handler for an invented PDU over HTTP, by the vendor's page "Creating a PDU handler".

GET /status answers {"outlets": [{"id": "1", "on": true, "a": 0.8, "kwh": 1.2}, ...]};
POST /relay/1 with turn=on or turn=off switches. Both want Basic authentication.
"""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.request
from typing import Any, Optional

from common.logger import get_logger
from pdu_common.base_pdu import BasePdu
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)

CONFIRM_SECONDS = 10.0
PAUSE_SECONDS = 0.5
TIMEOUT_SECONDS = 10.0
logger = get_logger("volt")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could take the login to another host."""

    def redirect_request(self, *_: Any) -> None: ...


# a proxy would see the password
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())


def make_handler(pdu_data: Any) -> BasePdu:
    """The handler of one PDU. Sends nothing."""
    return VoltPdu(pdu_data)


class VoltPdu(BasePdu):
    """An invented PDU."""

    def status(self) -> PduView:
        """Every outlet with its state. An error of a read is raised: an empty or shorter list would
        cut servers off from their ports.
        """
        logger.info("status")
        view = PduView()
        for outlet in self._outlets():
            view.ports.append(PduPortView(identity=outlet["id"], power_status=_state(outlet)))
        return view

    def port_up(self, pdu_port_data: PduPortView) -> PduPortView:
        """Switch an outlet on."""
        return self._switch(pdu_port_data, EnumPowerStatus.UP)

    def port_down(self, pdu_port_data: PduPortView) -> PduPortView:
        """Switch an outlet off."""
        return self._switch(pdu_port_data, EnumPowerStatus.DOWN)

    def statistic(self) -> PduStatisticView:
        """Load in A, energy in kWh, in total and by outlet. A missing figure raises: a sum without
        it would be too small.
        """
        logger.info("statistic")
        outlets = self._outlets()
        view = PduStatisticView()
        view.load = sum(float(outlet["a"]) for outlet in outlets)
        view.total_consumption = sum(float(outlet["kwh"]) for outlet in outlets)
        for outlet in outlets:
            port = PduPortStatisticView(identity=outlet["id"], consumption=float(outlet["kwh"]))
            view.ports.append(port)
        return view

    def _outlets(self) -> list[dict[str, Any]]:
        outlets: list[dict[str, Any]] = json.loads(self._answer("/status"))["outlets"]
        if not outlets:
            raise RuntimeError(f"{self.pdu_data.ip} lists no outlets")
        return outlets

    def _outlet_state(self, identity: str) -> EnumPowerStatus:
        for outlet in self._outlets():
            if outlet["id"] == identity:
                return _state(outlet)
        raise RuntimeError(f"{self.pdu_data.ip} has no outlet {identity}")

    def _switch(self, port: PduPortView, wanted: EnumPowerStatus) -> PduPortView:
        """Send the command once, then read until the device reports the wanted state. If it does
        not in time, the state is UNKNOWN: neither the wish nor an old reading.
        """
        logger.info(f"outlet {port.identity} to {wanted.name}")
        self._outlet_state(port.identity)  # raises if there is no such outlet
        body = b"turn=on" if wanted == EnumPowerStatus.UP else b"turn=off"
        self._answer(f"/relay/{port.identity}", body)
        end = time.monotonic() + CONFIRM_SECONDS
        while True:
            port.power_status = self._outlet_state(port.identity)
            if port.power_status == wanted:
                return port
            if time.monotonic() > end:
                port.power_status = EnumPowerStatus.UNKNOWN
                return port
            time.sleep(PAUSE_SECONDS)

    def _answer(self, path: str, body: Optional[bytes] = None) -> str:
        """The answer to a GET, or with a body to a POST. No error names the password."""
        settings = self.pdu_data.custom_params
        login = f"{settings['username']}:{settings['password']}".encode()
        address = f"http://{self.pdu_data.ip}:{settings.get('port', '80')}{path}"
        request = urllib.request.Request(address, data=body)
        request.add_header("Authorization", f"Basic {base64.b64encode(login).decode()}")
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                text: str = answer.read().decode()
                return text
        except urllib.error.HTTPError as error:
            with error:
                raise RuntimeError(f"{self.pdu_data.ip}: {path}: HTTP {error.code}") from None


def _state(outlet: dict[str, Any]) -> EnumPowerStatus:
    """The state of an outlet. A false DOWN would show a running server as off."""
    if outlet.get("on") is True:
        return EnumPowerStatus.UP
    if outlet.get("on") is False:
        return EnumPowerStatus.DOWN
    return EnumPowerStatus.UNKNOWN
