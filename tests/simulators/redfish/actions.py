"""The action of outlets.

Source: Outlet v1.4.4, PowerControl. For HPE, public scripts: HPEPduPS, and others that post
OutletNumber, StartupState, OutletName, delays and OutletStatus to OUTLET1/Outlet.PowerControl.
"""

from __future__ import annotations

import re
from typing import Any

from .errors import Refusal
from .model import Model
from .plant import Outlet

Json = dict[str, Any]
CONTROL = "Outlet.PowerControl"
_HPE_NUMBERS = {"OnDelay": "on_delay", "OffDelay": "off_delay", "RebootDelay": "cycle_delay"}
_HPE_TEXTS = {"StartupState": ("startup", "last"), "OutletName": ("name", "")}
_HPE_VERBS = {"on": "On", "off": "Off", "reboot": "PowerCycle"}


class Control:
    """Carries out commands. `writes`: the accepted ones."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.writes: list[tuple[str, str]] = []

    def switch(self, identity: str, outlet: Outlet, body: Json) -> float:
        """Carries out Outlet.PowerControl; returns the seconds that this takes."""
        verb = _hpe_verb(outlet, body) if self._model.is_hpe else self._verb(body)
        if outlet.locked:
            raise Refusal(409, "ResourceInUse")
        self.writes.append((identity, verb))
        if self._model.is_hpe:
            _configure(outlet, body)
        return outlet.switch(verb, self._model.relay_delay)

    def _verb(self, body: Json) -> str:
        if set(body) != {"PowerState"} or body["PowerState"] not in self._model.verbs:
            raise Refusal(400, "ActionParameterValueNotInList")
        return str(body["PowerState"])


def _hpe_verb(outlet: Outlet, body: Json) -> str:
    if body.get("OutletNumber") != outlet.number + 1 or body.get("OutletStatus") not in _HPE_VERBS:
        raise Refusal(400, "PropertyValueNotInList")
    if any(type(body.get(name, 0)) is not int for name in _HPE_NUMBERS):
        raise Refusal(400, "PropertyValueTypeError")
    return _HPE_VERBS[body["OutletStatus"]]


def _configure(outlet: Outlet, body: Json) -> None:
    """Sets the outlet's whole configuration from the body; missing values are set to their
    defaults.
    """
    for name, attribute in _HPE_NUMBERS.items():
        setattr(outlet, attribute, float(body.get(name, 0)))
    for name, (attribute, default) in _HPE_TEXTS.items():
        setattr(outlet, attribute, body.get(name, default))


def identity_of(path: str, several: bool) -> str:
    """An outlet's identity: its id; with several PDUs, the PDU's id, a dot and the outlet's id."""
    ids = re.search(r"/([^/]+)/Outlets/([^/]+)$", path)
    assert ids is not None, path
    return f"{ids[1]}.{ids[2]}" if several else ids[2]
