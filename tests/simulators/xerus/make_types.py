"""Writes types.json: the methods, fields and type versions of each firmware generation of the
simulator.

    python -m tests.simulators.xerus.make_types

It reads releases.json, a table of the vendor's interface definitions over ten releases (names and
types only). Types and methods that the simulator does not use are left out. Each generation is
represented by one release. The mask of a method or field has one character for each generation, 1
if the generation has it: "0011" is "from 4.0".
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional

RELEASES = ("3.3.0", "3.6.0", "4.0.0", "4.4.1")
TARGET = Path(__file__).with_name("types.json")
#: types by release, derived from the vendor\'s SDKs: facts, no text of theirs
SCHEMA = Path(__file__).with_name("releases.json")

SERVED = (
    "pdumodel.Pdu",
    "pdumodel.Outlet",
    "pdumodel.Inlet",
    "pdumodel.OverCurrentProtector",
    "pdumodel.TransferSwitch",
    "pdumodel.EDevice",
    "pdumodel.OverCurrentProtectorTripSensor",
    "pdumodel.TypeBResidualCurrentNumericSensor",
    "pdumodel.ResidualCurrentStateSensor",
    "pdumodel.Controller",
    "pdumodel.PowerMeterController",
    "pdumodel.PowerMeter",
    "pdumodel.Panel",
    "pdumodel.Circuit",
    "sensors.Sensor",
    "sensors.NumericSensor",
    "sensors.AccumulatingNumericSensor",
    "sensors.StateSensor",
    "sensors.Switch",
    "peripheral.DeviceManager",
    "peripheral.DeviceSlot",
    "hmi.InternalBeeper",
    "bulkrpc.BulkRequest",
    "session.SessionManager",
    "devsettings.Snmp",
    "servermon.ServerMonitor",
    "firmware.Firmware",
    "firmware.FirmwareUpdateStatus",
    "cert.ServerSSLCert",
    "rawcfg.RawConfiguration",
    "bulkcfg.BulkConfiguration",
    "cascading.CascadeManager",
    "net.Net",
    "fitness.HardwareHealth",
    "datetime.DateTime",
    "event.Service",
    "event.Channel",
)
# Value objects: the device in a peripheral slot, and the events of the simulated unit.
VALUES = (
    "peripheral.Device",
    "idl.Event",
    "event.UserEvent",
    "pdumodel.Outlet.StateChangedEvent",
    "pdumodel.Outlet.PowerControlEvent",
    "pdumodel.Outlet.SettingsChangedEvent",
    "pdumodel.Pdu.SettingsChangedEvent",
    "pdumodel.Pdu.LoadSheddingModeChangedEvent",
    "sensors.NumericSensor.ReadingChangedEvent",
    "sensors.NumericSensor.StateChangedEvent",
    "sensors.NumericSensor.ThresholdsChangedEvent",
    "sensors.AccumulatingNumericSensor.ResetEvent",
    "sensors.StateSensor.StateChangedEvent",
)
# Methods that the simulated unit lacks, for example those for the factory. It answers them with
# "Method not found".
NOT_SERVED = {
    "degauss",
    "finalizeLink",
    "getActiveCertChainPEM",
    "getActiveNtpServers",
    "getBridgeSlaveCount",
    "getCommunicationStatus",
    "getController",
    "getDefaultThresholds",
    "getDetectableDevices",
    "getDeviceConfig",
    "getDeviceTypeInfos",
    "getDiscoveredPackageInfos",
    "getFeaturePorts",
    "getFirmwareUpdateState",
    "getInlet",
    "getInrushWaveform",
    "getLastResetTime",
    "getLastTransferReason",
    "getLastTransferWaveform",
    "getLinePairs",
    "getLinkPortStatus",
    "getMACs",
    "getNetworkConfigInterface",
    "getNetworkConfigServices",
    "getParameters",
    "getPendingCertChainPEM",
    "getPendingRequestPEM",
    "getPrimaryUnitSettings",
    "getProperties",
    "getRemoteHubPorts",
    "getSensorPorts",
    "getSessionHistory",
    "getSupportedKeyInfos",
    "getSupportedLinkUnitTypes",
    "getSupportedRoles",
    "getTripCause",
    "getTripEventInformation",
    "getTripWaveform",
    "getWaveform",
    "isLoadSheddingActive",
    "isTypeChangeAllowed",
    "enterRS485ConfigModeAndAssignCtrlBoardAddress",
    "enterRS485ConfigModeAndAssignSCBoardAddress",
    "leaveRS485ConfigMode",
    "getSensorLogger",
    "getAlertedSensorManager",
    "getPowerShelfManager",
    "getGatewaySensorManager",
    "getDiscoveredPackages",
    "getSensorHubs",
    "getPortFuse",
    "getFuse",
    "generateScepKey",
    "installScepCertChain",
    "hardFactoryReset",
    "manufacturingReset",
    "getNetworkConfigIP",
    "setNetworkConfigIP",
    "getNetworkConfigIPv6",
    "setNetworkConfigIPv6",
    "getNetworkConfigRoutesIPv4",
    "setNetworkConfigRoutesIPv4",
    "getNetworkConfigRoutesIPv6",
    "setNetworkConfigRoutesIPv6",
    "setNetworkConfigWLan",
    "scanMeterBoard",
    "createPowerMeter",
    "createPanel",
    "deletePowerMeter",
    "createCircuit",
    "deleteCircuit",
    "getEnergyPulseSettings",
    "setEnergyPulseSettings",
    "addCascadeLinkUnit",
    "addLinkPortLinkUnit",
    "addSecureSerialLinkUnit",
    "addZigbeeLinkUnit",
    "subscribe",
    "setEnabled",
    "getPoleWaveform",
    "setServiceModeEnabled",
    "getPorts",
    "setType",
    "startSelfTest",
    "addLinkUnit2",
    "setPrimaryUnitSettings",
    "getActiveKeyPEM",
    "getPendingKeyPEM",
    "setPendingCertChainPEM",
    "setPendingKeyAndCertChainPEM",
    "factoryReset",
    "setNetworkConfigLan",
    "setNetworkConfigServices",
    "setPolicy",
    "createRoleFull",
    "deleteRole",
    "renameAccount",
    "getAccountsByRole",
    "setDefaultPreferences",
    "setPreferences",
    "getDeviceSlot",
    "assignAddress",
    "setName",
    "setDetectionMode",
    "muteCurrentActivation",
    "setLogLevelForAllCtxNames",
    "muteBuzzer",
    "setParameters",
    "unsubscribe",
    "pushEvent",
    "pushEvents",
}
_NAME = re.compile(r"[A-Za-z_][\w.]*")

Variants = list[dict[str, Any]]


def _variant(variants: Variants, release: str) -> Optional[dict[str, Any]]:
    return next((one for one in variants if release in one["releases"]), None)


def _masked(per_release: Sequence[Sequence[tuple[str, Any]]]) -> list[list[Any]]:
    """Rows of several releases as one list of [mask, *row].

    A row that a release adds follows its predecessor in that release.
    """
    merged: list[tuple[str, Any]] = []
    for rows in per_release:
        place = 0
        for row in rows:
            if row in merged:
                place = merged.index(row) + 1
            else:
                merged.insert(place, row)
                place += 1
    return [["".join("1" if row in rows else "0" for rows in per_release), *row] for row in merged]


def _fields(variants: Variants) -> list[list[Any]]:
    found = [_variant(variants, release) for release in RELEASES]
    return _masked([list(one["fields"].items()) if one else [] for one in found])


def _base(schema: dict[str, Any], value: str) -> Optional[str]:
    base: str = schema["valueobjects"][value][0]["base"]
    return base if base in VALUES else None


def _all_fields(schema: dict[str, Any], value: str) -> list[list[Any]]:
    base = _base(schema, value)
    return _fields(schema["valueobjects"][value]) + (_all_fields(schema, base) if base else [])


def _interface(variants: Variants) -> dict[str, Any]:
    found = [_variant(variants, release) for release in RELEASES]
    versions = [one["releases"][release] if one else None for one, release in zip(found, RELEASES)]
    methods = _masked(
        [
            (
                [
                    (name, [method["in"], method["out"]])
                    for name, method in one["methods"].items()
                    if name not in NOT_SERVED
                ]
                if one
                else []
            )
            for one in found
        ]
    )
    base = next(one["base"] for one in found if one)
    return {"versions": versions, "base": base, "methods": methods}


def _names(value: Any) -> set[str]:
    return set(_NAME.findall(json.dumps(value)))


def build(schema: dict[str, Any]) -> dict[str, Any]:
    """The compact table of the served interfaces and value objects, and of all types
    that they use.
    """
    table: dict[str, Any] = {
        "releases": list(RELEASES),
        "interfaces": {},
        "structs": {},
        "enums": {},
        "values": {},
    }
    for name in SERVED:
        table["interfaces"][name] = _interface(schema["interfaces"][name])
    for name in VALUES:
        table["values"][name] = {"base": _base(schema, name), "fields": _all_fields(schema, name)}
    waiting, seen = _names(table), set(SERVED)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in schema["structs"]:
            table["structs"][name] = _fields(schema["structs"][name])
            waiting |= _names(table["structs"][name])
        elif name in schema["enums"]:
            found = [_variant(schema["enums"][name], release) for release in RELEASES]
            table["enums"][name] = [len(one["values"]) if one else 0 for one in found]
    for kind in ("structs", "enums"):
        table[kind] = dict(sorted(table[kind].items()))
    return table


def text(table: dict[str, Any]) -> str:
    """JSON with one line for each type, so that the file is small and a change
    touches few lines.
    """
    parts = []
    for kind, content in table.items():
        if isinstance(content, dict):
            rows = ",\n".join(
                f"{json.dumps(name)}:{json.dumps(value, separators=(',', ':'))}"
                for name, value in content.items()
            )
            parts.append(f"{json.dumps(kind)}:{{\n{rows}\n}}")
        else:
            parts.append(f"{json.dumps(kind)}:{json.dumps(content)}")
    return "{" + ",\n".join(parts) + "}\n"


def main() -> None:
    argparse.ArgumentParser(
        description="Writes the simulator's table of types from releases.json."
    ).parse_args()
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    TARGET.write_text(text(build(schema)), encoding="utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
