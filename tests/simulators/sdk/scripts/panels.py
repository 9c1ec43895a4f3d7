"""The SDK reads a power meter controller and changes a panel."""

from __future__ import annotations

from typing import Any, Optional

from .script import module


def read(agent: Any, given: Any) -> dict[str, Any]:
    """Each meter by number: class, id, line currents in A, counter in Wh, and its circuits by
    position: name, A, Wh.
    """
    controller = module("pdumodel").PowerMeterController("/model/pmc", agent)
    return {
        str(number): {
            "class": type(meter).__name__,
            "id": meter.getConfig().powerMeterId,
            "lines": [
                pole.current.getReading().value
                for pole in meter.getPoles()
                if pole.current is not None
            ],
            "wh": _value(meter.getSensors().activeEnergy),
            "circuits": _circuits(meter),
        }
        for number, meter in controller.getPowerMeters().items()
    }


def change(agent: Any, given: Any) -> dict[str, Any]:
    """Changes the number of positions of panel 1."""
    panel = module("pdumodel").PowerMeterController("/model/pmc", agent).getPowerMeters()[1]
    settings = panel.getPanelSettings()
    before, settings.panelSize = settings.panelSize, 84
    return {
        "before": before,
        "set": panel.setPanelSettings(settings),
        "after": panel.getPanelSettings().panelSize,
    }


def _circuits(meter: Any) -> dict[str, Any]:
    if type(meter) is not module("pdumodel").Panel:
        return {}
    return {
        str(position): [
            circuit.getSettings().name,
            _value(circuit.getSensors().current),
            _value(circuit.getSensors().activeEnergy),
        ]
        for position, circuit in meter.getCircuits().items()
    }


def _value(sensor: Any) -> Optional[float]:
    return None if sensor is None else float(sensor.getReading().value)
