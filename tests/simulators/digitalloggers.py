"""Digital Loggers' REST API as the maker's pages have it (digital-loggers.com/rest.html and
access_tokens.html; public.digital-loggers.com, "Nonstandard 207 Multiple responses format"), with
the meters' names that PyPI power-switch-pro 1.1.1 reads. Digest login, as it leaves the factory, or
an access token; a request that changes something needs X-CSRF.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Union
from urllib.parse import parse_qs

from tests.simulators.digest_access import DigestAccess
from tests.simulators.unit_pdu import VOLTS, UnitPdu
from tests.simulators.unit_servers import USER, Reply

#: an access token of a client that may see and switch all outlets
TOKEN = "made-up-token-of-client"  # noqa: S105 (this device's)
_STATES = ("physical_state", "transient_state", "state")


class SimulatedPdu(UnitPdu):
    """A unit that feeds all outlets from one metered bus; an outlet has no meter."""

    # outlets are a list by position
    NUMBERS = ()
    FIGURES = ("bus.0.current", "bus.0.total_energy", "bus.0.power")
    OUTLET_METERS = ()

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._access = DigestAccess("Digital Loggers", "MD5")
        self.challenge = self._access.challenge
        self._has_csrf = False
        #: the outlets that the account may not see: its lists go on without a gap
        self.hidden: set[int] = set()

    def user(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        self._has_csrf = "X-CSRF" in headers
        if headers.get("Authorization") == f"Bearer {TOKEN}":
            return USER
        return self._access.user(method, path, headers)

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        """A command, a list of the outlets or the meters; None for another path."""
        switched = re.fullmatch(r"/restapi/relay/outlets/(\d+)/state/", path)
        if method == "PUT" and switched:
            return self._switch(int(switched[1]) + 1, body)
        every = re.fullmatch(r"/restapi/relay/outlets/all;/(\w+)/", path)
        if method == "GET" and every and every[1] in _STATES:
            return self._list(every[1], self.on)
        if method == "GET" and every and every[1] == "name":
            return self._list(every[1], self.names)
        if (method, path) == ("GET", "/restapi/meter/values/all;/=name,value/"):
            meters = {
                "bus.0.voltage": float(VOLTS),
                "bus.0.current": self.total_ma() / 1000,
                "bus.0.power": sum(map(self.power_mw, self.on)) / 1000,
                "bus.0.total_energy": self.total_wh() / 1000,
                "environment.0.temperature": 296.5,
            }
            values = [part for meter in meters.items() for part in meter]
            return Reply(207, json.dumps(values).encode())
        return None

    def _list(self, member: str, values: Mapping[int, Any]) -> Reply:
        """The answer for a member of all outlets that the account sees."""
        seen = [number for number in self.on if number not in self.hidden]
        links = [f"</restapi/relay/outlets/{number - 1}/{member}/>; rel=item" for number in seen]
        body = json.dumps([values[number] for number in seen]).encode()
        return Reply(207, body, {"Link": ", ".join(links)})

    def _switch(self, number: int, body: bytes) -> Reply:
        """Switches an outlet."""
        value = parse_qs(body.decode()).get("value", [""])[0]
        if not self._has_csrf:
            return Reply(400)
        if number not in self.on:
            return Reply(404)
        if value not in ("true", "false"):
            return Reply(409)
        self.turn(number, value == "true")
        return Reply(204)
