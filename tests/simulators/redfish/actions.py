"""The actions of resources."""

from __future__ import annotations

import re
from typing import Any, Callable, Protocol

from .errors import Refusal
from .model import Model
from .plant import Outlet

Json = dict[str, Any]
CONTROL, RESET = "Outlet.PowerControl", "Outlet.ResetMetrics"
RESET_ALL, RESTART = "PowerDistributionMetrics.ResetMetrics", "Manager.Reset"
_LONGEST_S = 7 * 86400  # the simulator's own limit: no document states the range
_HPE_NUMBERS = {"OnDelay": "on_delay", "OffDelay": "off_delay", "RebootDelay": "cycle_delay"}
_HPE_TEXTS = {"StartupState": ("startup", "last"), "OutletName": ("name", "")}


class Counters(Protocol):
    def reset(self) -> None: ...


class Control:
    """Carries out actions.

    Switching commands have the form `model.body`. `writes`: the accepted actions, except
    restarts.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self.writes: list[tuple[str, str]] = []
        self.ignores = False  # acknowledges switching without effect

    def switch(self, identity: str, outlet: Outlet, body: Json) -> float:
        """Carries out Outlet.PowerControl; returns the seconds that this takes."""
        verb = self._hpe(outlet, body) if self._model.body == "hpe" else self._verb(body)
        if outlet.locked:
            raise Refusal(409, "ResourceInUse")
        self.writes.append((identity, verb))
        if self._model.body == "hpe" and not self.ignores:
            _configure(outlet, body)
        return 0.0 if self.ignores else outlet.switch(verb, self._model.relay_delay)

    def reset(self, identity: str, counters: Counters, body: Json) -> float:
        """Carries out ResetMetrics of an outlet or a PDU, which takes 0 s."""
        self.writes.append((identity, "ResetMetrics"))
        counters.reset()
        return 0.0

    def restart(self, reboot: Callable[[], None], body: Json) -> float:
        """Carries out Manager.Reset. Raises Refusal for any ResetType but ForceRestart."""
        if body.get("ResetType", "ForceRestart") != "ForceRestart":
            raise Refusal(
                400, "ActionParameterValueNotInList", str(body["ResetType"]), "ResetType", RESTART
            )
        reboot()
        return 0.0

    def _verb(self, body: Json) -> str:
        unknown = set(body) - {"PowerState"}
        if unknown:
            raise Refusal(400, "ActionParameterUnknown", CONTROL, sorted(unknown)[0])
        if "PowerState" not in body:
            raise Refusal(400, "ActionParameterMissing", CONTROL, "PowerState")
        if body["PowerState"] not in self._model.verbs:
            raise Refusal(
                400, "ActionParameterValueNotInList", str(body["PowerState"]), "PowerState", CONTROL
            )
        return str(body["PowerState"])

    @staticmethod
    def _hpe(outlet: Outlet, body: Json) -> str:
        verbs = {"on": "On", "off": "Off", "reboot": "PowerCycle"}
        for name, allowed in (("OutletNumber", [outlet.number + 1]), ("OutletStatus", list(verbs))):
            if name not in body:
                raise Refusal(400, "PropertyMissing", name)
            if body[name] not in allowed:
                raise Refusal(400, "PropertyValueNotInList", str(body[name]), name)
        for name in _HPE_NUMBERS:
            seconds = body.get(name, 0)
            if type(seconds) is not int:
                raise Refusal(400, "PropertyValueTypeError", str(seconds), name)
            if not 0 <= seconds <= _LONGEST_S:
                raise Refusal(400, "PropertyValueOutOfRange", str(seconds), name)
        return verbs[body["OutletStatus"]]


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
    found = re.search(r"/([^/]+)/Outlets/([^/]+)$", path)
    assert found is not None, path
    return f"{found[1]}.{found[2]}" if several else found[2]
