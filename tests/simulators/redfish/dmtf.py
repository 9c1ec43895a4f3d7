"""A published tree of resources: a folder with one index.json for each resource, as DMTF publishes
its mockups.

Outlets published as On or Off are simulated: their states and figures follow commands. The answers
also differ from these files in the root's protocol features, in ETags and in properties set by
PATCH.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, Callable, Optional

from ..clockwork import Clockwork
from .model import Model
from .plant import Outlet
from .resources import power_words
from .site import V1, protocol_features

Json = dict[str, Any]


class Tree:
    """`made`: path → a function that returns the resource's body.

    `outlets`: path → the simulated outlet.
    """

    def __init__(self, folder: Path, model: Model, clockwork: Clockwork) -> None:
        self._model = model
        self.made: dict[str, Callable[[], Json]] = {}
        self.outlets: dict[str, Outlet] = {}
        self._read: dict[str, Json] = {}
        for file in sorted(folder.rglob("index.json")):
            try:
                body: Json = json.loads(file.read_text(encoding="utf-8"))
            except ValueError as error:
                raise ValueError(f"{file}: {error}") from None
            if "@odata.id" not in body:  # such as /redfish and the OData service document
                continue
            path = str(body["@odata.id"]).rstrip("/")
            self._read[path] = body
            self.made[path] = partial(self._body, path)
            if str(body.get("@odata.type")).startswith("#Outlet."):
                self.outlets[path] = _outlet(body, len(self.outlets), clockwork)
        if V1 not in self._read:
            raise ValueError(f"{folder} has no service root")

    def rack_pdus(self) -> dict[str, dict[str, Outlet]]:
        """Id of a rack PDU with outlets → its outlets by their id."""
        front = f"{V1}/PowerEquipment/RackPDUs/"
        found: dict[str, dict[str, Outlet]] = {}
        for path, outlet in self.outlets.items():
            if path.startswith(front):
                found.setdefault(path[len(front) :].split("/")[0], {})[outlet.id] = outlet
        return found

    def target(self, path: str) -> Optional[str]:
        """The target of the outlet's PowerControl action, None without one."""
        action: Optional[Json] = self._read[path].get("Actions", {}).get("#Outlet.PowerControl")
        return str(action["target"]) if action else None

    def load_a(self, pdu: str) -> Optional[float]:
        """The sum of the mains' line currents in A; None unless all have a reading.

        Switching an outlet does not change it.
        """
        lines = []
        for path, body in self._read.items():
            if path.startswith(f"{V1}/PowerEquipment/RackPDUs/{pdu}/Mains/"):
                figures = body.get("PolyPhaseCurrentAmps", {})
                lines += [
                    figure.get("Reading") for line, figure in figures.items() if line != "Neutral"
                ]
        return round(sum(lines), 3) if lines and None not in lines else None

    def energy_kwh(self, pdu: str) -> Optional[float]:
        metrics = self._read.get(f"{V1}/PowerEquipment/RackPDUs/{pdu}/Metrics", {})
        reading = metrics.get("EnergykWh", {}).get("Reading")
        return None if reading is None else float(reading)

    def _body(self, path: str) -> Json:
        body = self._read[path]
        if path == V1:
            return {**body, "ProtocolFeaturesSupported": protocol_features(self._model)}
        outlet = self.outlets.get(path)
        if outlet is None or not outlet.switchable:
            return body
        shown = {**body, **power_words(outlet, self._model)}
        if outlet.on is False:
            for name in ("CurrentAmps", "PowerWatts"):
                if name in shown:
                    shown[name] = {**shown[name], "Reading": 0.0}
        return shown


def _outlet(body: Json, number: int, clockwork: Clockwork) -> Outlet:
    state = {"On": True, "Off": False}.get(str(body.get("PowerState")))
    outlet = Outlet(body["Id"], clockwork, state, number)
    outlet.amperes = float(body.get("CurrentAmps", {}).get("Reading") or 0.0)
    energy = body.get("EnergykWh", {}).get("Reading")
    outlet.metered = energy is not None
    outlet.wh = 1000.0 * energy if energy else 0.0
    return outlet
