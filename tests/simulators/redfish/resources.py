"""The resources of one PDU.

Source: DMTF's PowerDistribution v1.6.0, Outlet v1.4.4, Circuit v1.9.0, PowerDistributionMetrics
v1.4.0, ActionInfo v1.5.0.

HPE G2, firmware 2.0, as its clients read it: outlets are listed under `Outlets` and branches under
`Branch` (Cray-HPE's hms-smd), some Ids are empty (hms-hmcollector), the target is
OUTLET7/Outlet.PowerControl, and a command has the outlet's configuration (public scripts).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Callable

from .actions import CONTROL
from .figures import ENABLED, Json, Sensors
from .model import Model
from .plant import HERTZ, RATED_AMPS, VOLTS, Outlet, Plant

Make = Callable[[], Json]
_WIRING = {1: "OnePhase3Wire", 3: "ThreePhase5Wire"}
_PLUG = {1: "IEC_60309_332P6", 3: "IEC_60309_532P6"}
_WORDS = {True: "On", False: "Off"}
# the key of HPE's list of these
_HPE_KEYS = {"Outlets": "Outlets", "Branches": "Branch"}
_HPE_UNNAMED = 2  # of each four outlets, the one that has no Id, from 0
_MOVING = {True: "PoweringOn", False: "PoweringOff"}


def link(path: str) -> Json:
    return {"@odata.id": path}


def collection(path: str, kind: str, name: str, ids: Iterable[str]) -> Json:
    members = [link(f"{path}/{id}") for id in ids]
    return {
        "@odata.id": path,
        "@odata.type": f"#{kind}.{kind}",
        "Name": name,
        "Members@odata.count": len(members),
        "Members": members,
    }


def hpe_list(path: str, name: str, key: str, ids: Iterable[str]) -> Json:
    """A collection of HPE's, whose members are under `key`, and are not counted."""
    return {"@odata.id": path, "Name": name, key: [link(f"{path}/{id}") for id in ids]}


def head(path: str, kind: str, id: str, name: str) -> Json:
    """The properties that every resource but a collection has; `kind` has the form
    "Outlet.v1_4_4".
    """
    return {
        "@odata.id": path,
        "@odata.type": f"#{kind}.{kind.split('.')[0]}",
        "Id": id,
        "Name": name,
    }


def hpe_outlet(outlet: Outlet) -> Json:
    """HPE's own properties of an outlet, as public scripts use them."""
    return {
        "OutletNumber": outlet.number + 1,
        "StartupState": outlet.startup,
        "OutletName": outlet.name,
        "OnDelay": int(outlet.on_delay),
        "OffDelay": int(outlet.off_delay),
        "RebootDelay": int(outlet.cycle_delay),
        "OutletStatus": "on" if outlet.on else "off",
    }


def power_words(outlet: Outlet, model: Model) -> Json:
    """The properties that show an outlet's state, and whether it is about to switch."""
    words: Json = {"PowerState": _WORDS[bool(outlet.on)]}
    if outlet.target is not None and model.transition == "words":
        words["PowerState"] = _MOVING[outlet.target]
    if model.transition != "silent":
        words["PowerStateInTransition"] = outlet.moving
    return words


class PduResources:
    """`bodies`: path → a function that returns the resource's current body."""

    def __init__(self, plant: Plant, model: Model, chassis: str) -> None:
        self.plant = plant
        self.pdu = plant.pdu
        self._model = model
        self.path = plant.pdu.path
        self.chassis = f"/redfish/v1/Chassis/{chassis}"
        self.sensors = Sensors(f"{self.chassis}/Sensors", plant.pdu.in_sensors)
        self._info = f"{self.path}/OutletPowerControlActionInfo"
        self.bodies: dict[str, Make] = {self.path: self._body}
        self._lists: list[str] = []
        for name, kind, ids, make in (
            ("Outlets", "OutletCollection", self.pdu.outlets, self._outlet),
            ("Branches", "CircuitCollection", self.pdu.branches, self._branch),
            ("Mains", "CircuitCollection", self.pdu.mains, self._main),
        ):
            if not ids:
                continue
            self._lists.append(name)
            path = f"{self.path}/{name}"
            title = f"{name} of PDU {self.pdu.id}"
            self.bodies[path] = (
                partial(hpe_list, path, title, _HPE_KEYS[name], ids)
                if model.is_hpe and name in _HPE_KEYS
                else partial(collection, path, kind, title, ids)
            )
            self.bodies.update((f"{path}/{id}", partial(make, id)) for id in ids)
        self.bodies[f"{self.path}/Metrics"] = self._metrics
        if model.values == "info":
            self.bodies[self._info] = self._action_info
        for body in list(self.bodies.values()):
            body()  # adds the sensors of the excerpts in the body
        self.sensors.complete = True
        self.bodies.update(
            (f"{self.sensors.path}/{name}", body) for name, body in self.sensors.bodies.items()
        )
        self.bodies[self.sensors.path] = partial(
            collection, self.sensors.path, "SensorCollection", "Sensors", list(self.sensors.bodies)
        )

    def target(self, outlet: str) -> str:
        return f"{outlet}/{CONTROL}" if self._model.is_hpe else f"{outlet}/Actions/{CONTROL}"

    def outlet_path(self, id: str) -> str:
        return f"{self.path}/Outlets/{id}"

    # -- the PDU

    def _body(self) -> Json:
        pdu = self.pdu
        body = {
            **head(self.path, "PowerDistribution.v1_6_0", pdu.id, f"PDU {pdu.id}"),
            "EquipmentType": pdu.kind,
            "Manufacturer": pdu.manufacturer,
            "Model": pdu.model,
            "SerialNumber": pdu.serial,
            "PartNumber": f"{pdu.model}-01",
            "FirmwareVersion": "1.2.3",
            "UUID": str(uuid.uuid5(uuid.NAMESPACE_OID, pdu.serial)),
            "UserLabel": f"PDU {pdu.id}",
            "Status": ENABLED,
            "PowerCapacityVA": int(RATED_AMPS * VOLTS * pdu.phases),
            "Links": {"Chassis": [link(self.chassis)]},
        }
        body.update((name, link(f"{self.path}/{name}")) for name in self._lists)
        body["Metrics"] = link(f"{self.path}/Metrics")
        if pdu.kind == "AutomaticTransferSwitch":
            body["TransferConfiguration"] = {
                "ActiveMainsId": pdu.mains[0],
                "PreferredMainsId": pdu.mains[0],
                "AutoTransferEnabled": True,
            }
        return body

    def _metrics(self) -> Json:
        see = self.sensors.excerpt
        plant = self.plant
        name = f"Metrics of PDU {self.pdu.id}"
        return {
            **head(f"{self.path}/Metrics", "PowerDistributionMetrics.v1_4_0", "Metrics", name),
            "PowerWatts": see("Power", "Power", "Total", lambda: plant.load() * VOLTS),
            "EnergykWh": see("Energy", "EnergykWh", "Total", lambda: plant.counted_wh() / 1000),
            "PowerLoadPercent": see("Load", "Percent", "Total", plant.load_percent),
        }

    def _action_info(self) -> Json:
        return {
            **head(
                self._info,
                "ActionInfo.v1_5_0",
                "OutletPowerControlActionInfo",
                "Parameters of Outlet.PowerControl",
            ),
            "Parameters": [
                {
                    "Name": "PowerState",
                    "Required": True,
                    "DataType": "String",
                    "AllowableValues": list(self._model.verbs),
                }
            ],
        }

    # -- circuits

    def _circuit(
        self,
        place: str,
        id: str,
        kind: str,
        read: Callable[[], Mapping[int, float]],
    ) -> Json:
        """The common part of mains and branches."""
        lines = read()
        three = len(lines) == 3
        body = {
            **head(f"{self.path}/{place}/{id}", "Circuit.v1_9_0", id, f"{kind} {id}"),
            "CircuitType": kind,
            "UserLabel": id,
            "Status": ENABLED,
            "PhaseWiringType": _WIRING[3 if three else 1],
            "VoltageType": "AC",
            "NominalVoltage": "AC400V" if three else "AC230V",
            "RatedCurrentAmps": RATED_AMPS if kind == "Mains" else 16,
            "BreakerState": "Normal",
            "PowerState": "On",
            "PowerEnabled": True,
            "PowerStateInTransition": False,
            "PowerControlLocked": False,
            "PowerRestorePolicy": "LastState",
            "ElectricalContext": "Total" if three else f"Line{min(lines)}",
        }
        see = self.sensors.excerpt
        front = f"{place}{id}"

        def amps(line: int) -> Callable[[], float]:
            return lambda: read()[line]

        body["PolyPhaseCurrentAmps"] = {
            f"Line{line}": see(f"Current{front}L{line}", "Current", f"Line{line}", amps(line))
            for line in lines
        }
        body["PolyPhaseVoltage"] = {
            f"Line{line}ToNeutral": see(
                f"Voltage{front}L{line}", "Voltage", f"Line{line}ToNeutral", lambda: VOLTS
            )
            for line in lines
        }
        if three:
            body["PolyPhaseCurrentAmps"]["Neutral"] = see(
                f"Current{front}N", "Current", "Neutral", lambda: neutral(read())
            )
        else:
            line = min(lines)
            body["CurrentAmps"] = see(
                f"Current{front}L{line}", "Current", f"Line{line}", amps(line)
            )
            body["Voltage"] = see(
                f"Voltage{front}L{line}", "Voltage", f"Line{line}ToNeutral", lambda: VOLTS
            )
        body["PowerWatts"] = see(
            f"Power{front}",
            "Power",
            body["ElectricalContext"],
            lambda: sum(read().values()) * VOLTS,
        )
        return body

    def _main(self, id: str) -> Json:
        plant = self.plant
        see = self.sensors.excerpt
        body = self._circuit("Mains", id, "Mains", partial(plant.main_lines, id))
        body.update(
            PlugType=_PLUG[self.pdu.phases],
            NominalFrequencyHz=HERTZ,
            Links={},
        )
        body["EnergykWh"] = see(
            f"EnergyMains{id}", "EnergykWh", "Total", lambda: plant.main_wh(id) / 1000
        )
        body["FrequencyHz"] = see(f"FrequencyMains{id}", "Frequency", "Total", lambda: HERTZ)
        return body

    def _branch(self, id: str) -> Json:
        plant = self.plant
        body = self._circuit("Branches", id, "Branch", partial(plant.branch_lines, id))
        body["Links"] = {
            "Outlets": [link(self.outlet_path(outlet.id)) for outlet in plant.on_branch(id)]
        }
        return body

    # -- outlets

    def _outlet(self, id: str) -> Json:
        outlet = self.plant.outlets[id]
        path = self.outlet_path(id)
        three = len(outlet.lines) == 3
        branch = self.plant.branch_of.get(id)
        body = {
            **head(path, "Outlet.v1_4_4", id, f"Outlet {id}"),
            "UserLabel": outlet.name,
            "Status": ENABLED,
            "VoltageType": "AC",
            "PhaseWiringType": "ThreePhase4Wire" if three else "OnePhase3Wire",
            "OutletType": "IEC_60320_C13",
            "NominalVoltage": "AC400V" if three else "AC230V",
            "RatedCurrentAmps": 10,
            "ElectricalContext": "Total" if three else f"Line{outlet.lines[0]}",
            "Links": (
                {"BranchCircuit": link(f"{self.path}/Branches/{branch}")}
                if branch is not None
                else {}
            ),
        }
        body.update(self._power(outlet, path))
        if self.pdu.outlets_metered:
            body.update(self._readings(outlet))
        if self._model.is_hpe:
            body.update(hpe_outlet(outlet))
            if outlet.number % 4 == _HPE_UNNAMED:
                body["Id"] = ""
        return body

    def _power(self, outlet: Outlet, path: str) -> Json:
        if not outlet.switchable:
            return {}
        power = {
            **power_words(outlet, self._model),
            "PowerEnabled": True,
            "PowerOnDelaySeconds": outlet.on_delay,
            "PowerOffDelaySeconds": outlet.off_delay,
            "PowerCycleDelaySeconds": outlet.cycle_delay,
            "PowerRestorePolicy": "LastState",
            "PowerControlLocked": outlet.locked,
        }
        control: Json = {"target": self.target(path)}
        if self._model.values == "allowable":
            control["PowerState@Redfish.AllowableValues"] = list(self._model.verbs)
        elif self._model.values == "info":
            control["@Redfish.ActionInfo"] = self._info
        power["Actions"] = {
            "#Outlet.PowerControl": control,
        }
        return power

    def _readings(self, outlet: Outlet) -> Json:
        see = self.sensors.excerpt
        id = outlet.id
        readings: Json = {
            "PolyPhaseCurrentAmps": {
                f"Line{line}": see(f"Current{id}L{line}", "Current", f"Line{line}", outlet.current)
                for line in outlet.lines
            },
            "PowerWatts": see(f"Power{id}", "Power", "Total", outlet.watts),
            "EnergykWh": see(f"Energy{id}", "EnergykWh", "Total", lambda: outlet.wh / 1000),
            "FrequencyHz": see(f"Frequency{id}", "Frequency", "Total", lambda: HERTZ),
        }
        if len(outlet.lines) == 1:
            line = outlet.lines[0]
            readings["CurrentAmps"] = see(
                f"Current{id}L{line}", "Current", f"Line{line}", outlet.current
            )
            readings["Voltage"] = see(
                f"Voltage{id}", "Voltage", f"Line{line}ToNeutral", lambda: VOLTS
            )
        return readings


def neutral(lines: Mapping[int, float]) -> float:
    """The current of the neutral, for line currents 120° apart."""
    a, b, c = (lines[line] for line in (1, 2, 3))
    return float(max(0.0, a**2 + b**2 + c**2 - a * b - b * c - a * c) ** 0.5)
