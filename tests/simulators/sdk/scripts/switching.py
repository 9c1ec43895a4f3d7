"""The SDK switches outlets, sets thresholds and names, sends bulk requests and reads
the topology.
"""

from __future__ import annotations

import time
from typing import Any

from .script import module

_PATIENCE = 50.0  # seconds


def _pdu(agent: Any) -> Any:
    return module("pdumodel").Pdu("/model/pdu/0", agent)


def _states(outlets: list[Any]) -> list[int]:
    return [outlet.getState().powerState.val for outlet in outlets]


def _code(result: Any) -> Any:
    return getattr(result, "val", result)


def single(agent: Any, given: Any) -> dict[str, Any]:
    """Switches outlets off and on. `given` is a list of outlet numbers from 0."""
    power = module("pdumodel").Outlet.PowerState
    outlets = _pdu(agent).getOutlets()
    codes = {
        number: [
            outlets[number].setPowerState(power.PS_OFF),
            outlets[number].getState().powerState.val,
            outlets[number].setPowerState(power.PS_ON),
            outlets[number].getState().powerState.val,
        ]
        for number in given
    }
    return {"codes": codes, "unstick": outlets[0].unstick()}


def many(agent: Any, given: Any) -> dict[str, Any]:
    """Sets the sequence, then switches all outlets off, some on, and all on; returns the states
    after each step.
    """
    power = module("pdumodel").Outlet.PowerState
    pdu = _pdu(agent)
    outlets = pdu.getOutlets()
    settings = pdu.getSettings()
    settings.outletPowerStateSequence = [0, 0, 1]
    refused = pdu.setSettings(settings)
    settings.outletPowerStateSequence = list(reversed(range(len(outlets))))
    settings.inRushGuardDelay = 20
    found: dict[str, Any] = {
        "refused": refused,
        "settings": pdu.setSettings(settings),
        "kept": pdu.getSettings().outletPowerStateSequence,
    }
    found["all off"] = [pdu.setAllOutletPowerStates(power.PS_OFF), _states(outlets)]
    pdu.setMultipleOutletPowerStates([1, 0], power.PS_ON, False)
    found["some on"] = _states(_settled(pdu, outlets))
    pdu.setAllOutletPowerStates(power.PS_ON)
    found["all on"] = _states(_settled(pdu, outlets))
    return found


def cancelled(agent: Any, given: Any) -> dict[str, Any]:
    power = module("pdumodel").Outlet.PowerState
    pdu = _pdu(agent)
    outlets = pdu.getOutlets()
    pdu.setAllOutletPowerStates(power.PS_OFF)
    settings = pdu.getSettings()
    settings.outletPowerStateSequence = list(reversed(range(len(outlets))))
    settings.inRushGuardDelay = 60000
    pdu.setSettings(settings)
    pdu.setAllOutletPowerStates(power.PS_ON)
    before, _ = pdu.getOutletSequenceState(), pdu.cancelOutletSequence()
    after = pdu.getOutletSequenceState()
    return {
        "before": [before.sequenceRunning, before.nextOutletToSwitch, before.outletsRemaining],
        "after": [after.sequenceRunning, after.outletsRemaining],
        "states": _states(outlets),
    }


def cycles(agent: Any, given: Any) -> dict[str, Any]:
    """Power-cycles one outlet with a long off time, then one, several and all outlets with an off
    time of 0 s.
    """
    pdu = _pdu(agent)
    outlets = pdu.getOutlets()
    settings = pdu.getSettings()
    settings.cycleDelay, settings.inRushGuardDelay = 3600, 0
    pdu.setSettings(settings)
    codes = [outlets[0].cyclePowerState()]
    state = outlets[0].getState()
    found = {"off while cycling": [state.powerState.val, state.cycleInProgress]}
    settings.cycleDelay = 0
    pdu.setSettings(settings)
    codes += [
        outlets[0].cyclePowerState(),
        pdu.cycleMultipleOutletPowerStates([1, 2], True),
        pdu.cycleAllOutletPowerStates(),
    ]
    return {**found, "codes": codes, "states": _states(_settled(pdu, outlets))}


def _settled(pdu: Any, outlets: list[Any]) -> list[Any]:
    deadline = time.monotonic() + _PATIENCE
    while pdu.getOutletSequenceState().sequenceRunning:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the sequence still runs after {_PATIENCE:g} s")
        time.sleep(0.05)
    return outlets


def thresholds(agent: Any, given: Any) -> dict[str, Any]:
    """Sets limits for an outlet's current.

    Resets the energy counter and, with SDK 4.0 or newer, the current's extremes.
    """
    outlet = module("pdumodel").Outlet("/model/pdu/0/outlet/0", agent)
    sensors = outlet.getSensors()
    limits = sensors.current.getThresholds()
    limits.upperWarning, limits.upperWarningActive = 0.1, True
    found: dict[str, Any] = {
        "set": sensors.current.setThresholds(limits),
        "above": sensors.current.getReading().status.aboveUpperWarning,
    }
    limits.upperCritical, limits.upperCriticalActive = 0.05, True
    found["wrong order"] = sensors.current.setThresholds(limits)
    limits.upperCritical = 1e9
    found["out of range"] = sensors.current.setThresholds(limits)
    before = sensors.activeEnergy.getReading().value
    sensors.activeEnergy.resetValue()
    found["energy"] = [before, sensors.activeEnergy.getReading().value]
    found["types"] = [
        type(sensors.current).__name__,
        type(sensors.activeEnergy).__name__,
        type(sensors.outletState).__name__,
    ]
    if hasattr(sensors.current, "getMinMax"):
        found["seen"] = sensors.current.getMinMax().maxReading
        sensors.current.resetMinMax()
    return found


def names(agent: Any, given: str) -> list[str]:
    """Sets the names of unit, inlet and outlet, and reads them back."""
    pdu = _pdu(agent)
    found = []
    for thing in (pdu, pdu.getInlets()[0], pdu.getOutlets()[0]):
        settings = thing.getSettings()
        settings.name = given
        assert thing.setSettings(settings) == 0
        found.append(thing.getSettings().name)
    return found


def bulk(agent: Any, given: Any) -> dict[str, Any]:
    """Reads every outlet's state in one request, together with a call that fails."""
    outlets = _pdu(agent).getOutlets()
    helper = module("").BulkRequestHelper(agent)
    for outlet in outlets:
        helper.add_request(outlet.getState)
    missing = module("pdumodel").Outlet("/model/pdu/0/outlet/999", agent)
    helper.add_request(missing.getState)
    answers = helper.perform_bulk(raise_subreq_failure=False)
    return {
        "states": [answer.powerState.val for answer in answers[:-1]],
        "missing": isinstance(answers[-1], Exception),
    }


def topology(agent: Any, given: Any) -> dict[str, Any]:
    """Reads which part feeds which.

    If the PDU has a transfer switch, transfers to source 1, then tries 7, which is missing.
    """
    pdu = _pdu(agent)
    outlet, inlets = pdu.getOutlets()[0], pdu.getInlets()
    inlet, protector, _ = outlet.getIOP()
    parent = outlet.getParents()[0]
    found: dict[str, Any] = {
        "inlet": inlet == inlets[0],
        "protector": protector is not None,
        "child": outlet in parent.getChildren(),
        "inlet has parents": inlets[0].getParents(),
    }
    switches = pdu.getTransferSwitches()
    if switches:
        found["sources"] = [
            switches[0].getSensors().selectedSource.getState().value,
            switches[0].transferToSource(1, False),
            switches[0].getSensors().selectedSource.getState().value,
            switches[0].transferToSource(7, False),
        ]
        found["log"] = [
            [_code(entry.reason), entry.oldInlet, entry.newInlet]
            for entry in switches[0].getTransferLog()
        ]
    return found
