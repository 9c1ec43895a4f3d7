"""The resources of the Redfish façade as documents: each machine is a ComputerSystem. Pure.

An outlet that is on is not a server that runs: a system here is On if its outlets are. So there is
no graceful shutdown and no boot override, and the measured watts are beside it, in its chassis.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

from pdu_common.helper import EnumPowerStatus

from ..pdus.states import DOWN, UP
from .power import OFF, ON, RESTART, CordState, MachineState
from .responses import SCHEMAS
from .sessions import TIMEOUT_S

ROOT = "/redfish/v1"
SYSTEMS, CHASSIS = f"{ROOT}/Systems", f"{ROOT}/Chassis"
SERVICE = f"{ROOT}/SessionService"
SESSIONS = f"{SERVICE}/Sessions"
#: to which a login is posted: the collection, or its Members (DSP0266, POST (create))
LOGINS = (SESSIONS, f"{SESSIONS}/Members")
#: value of ResetType -> action
RESETS: Mapping[str, str] = {"On": ON, "ForceOff": OFF, "ForceRestart": RESTART}
# the schemas of the resources below
_SCHEMAS = (
    "ServiceRoot.v1_15_0",
    "ComputerSystemCollection",
    "ComputerSystem.v1_20_0",
    "ChassisCollection",
    "Chassis.v1_23_0",
    "EnvironmentMetrics.v1_3_0",
    "SessionService.v1_1_8",
    "SessionCollection",
    "Session.v1_6_0",
)
_POWER_STATES = {UP: "On", DOWN: "Off"}
_ABOUT = "Switched and measured at its outlets: On says that they are on, not that it runs."

Resource = dict[str, Any]
# what an Id may consist of besides the escape, "~" (DSP0266, 6.5)
_PLAIN = frozenset(string.ascii_letters + string.digits + "._-")


def id_of(machine: str) -> str:
    """A machine's Id: its name, with bytes that a path could not have as `~` and two hex digits."""
    if not machine.strip("."):  # clients take these for steps in the path
        return machine.replace(".", "~2E")
    return "".join(
        chr(byte) if chr(byte) in _PLAIN else f"~{byte:02X}" for byte in machine.encode()
    )


def _resource(uri: str, odata_type: str, id: str, name: str, **properties: Any) -> Resource:
    return {"@odata.id": uri, "@odata.type": f"#{odata_type}", "Id": id, "Name": name, **properties}


def _collection(uri: str, kind: str, members: Iterable[str]) -> Resource:
    links = [{"@odata.id": f"{uri}/{member}"} for member in members]
    return {
        "@odata.id": uri,
        "@odata.type": f"#{kind}Collection.{kind}Collection",
        "Name": f"{kind} collection",
        "Members": links,
        "Members@odata.count": len(links),
    }


def _link(uri: str) -> Mapping[str, str]:
    return {"@odata.id": uri}


def versions() -> Mapping[str, str]:
    """/redfish."""
    return {"v1": f"{ROOT}/"}


def root(uuid: str) -> Resource:
    """The service root. `uuid`: of this gateway."""
    return _resource(
        f"{ROOT}/",
        "ServiceRoot.v1_15_0.ServiceRoot",
        "RootService",
        "pdu gateway",
        RedfishVersion="1.18.0",
        UUID=uuid,
        Systems=_link(SYSTEMS),
        Chassis=_link(CHASSIS),
        SessionService=_link(SERVICE),
        Links={"Sessions": _link(SESSIONS)},
    )


def odata() -> Mapping[str, Any]:
    """The OData service document (DSP0266, 8.4.3)."""
    uri_by_name = {
        "Service": f"{ROOT}/",
        "Systems": SYSTEMS,
        "Chassis": CHASSIS,
        "Sessions": SESSIONS,
    }
    return {
        "@odata.context": f"{ROOT}/$metadata",
        "value": [
            {"name": name, "kind": "Singleton", "url": url} for name, url in uri_by_name.items()
        ],
    }


def metadata() -> str:
    """The OData metadata document (DSP0266, 8.4.2): where the schemas of all resources are."""
    references = "".join(
        f'<edmx:Reference Uri="{SCHEMAS}/{schema.partition(".")[0]}_v1.xml">'
        f'<edmx:Include Namespace="{schema}"/></edmx:Reference>'
        for schema in _SCHEMAS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">'
        f"{references}<edmx:DataServices>"
        '<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Service">'
        '<EntityContainer Name="Service" Extends="ServiceRoot.v1_15_0.ServiceContainer"/>'
        "</Schema></edmx:DataServices></edmx:Edmx>"
    )


def systems(machines: Iterable[str]) -> Resource:
    """The collection of systems."""
    return _collection(SYSTEMS, "ComputerSystem", map(id_of, machines))


def all_chassis(machines: Iterable[str]) -> Resource:
    """The collection of chassis."""
    return _collection(CHASSIS, "Chassis", map(id_of, machines))


def system(machine: str, state: EnumPowerStatus, is_switched: bool) -> Resource:
    """A machine. An unknown state is null; the action is there if the client may switch."""
    uri = f"{SYSTEMS}/{id_of(machine)}"
    actions: Resource = {}
    if is_switched:
        actions["#ComputerSystem.Reset"] = {
            "target": f"{uri}/Actions/ComputerSystem.Reset",
            "ResetType@Redfish.AllowableValues": list(RESETS),
        }
    return _resource(
        uri,
        "ComputerSystem.v1_20_0.ComputerSystem",
        id_of(machine),
        machine,
        Description=_ABOUT,
        SystemType="Physical",
        PowerState=_POWER_STATES.get(state),
        # sushy before 5.9 reads no system without Boot and Actions, even if nothing can be done
        Boot={"BootSourceOverrideEnabled": "Disabled", "BootSourceOverrideTarget": "None"},
        Actions=actions,
        Links={"Chassis": [_link(f"{CHASSIS}/{id_of(machine)}")]},
    )


def chassis(machine: str) -> Resource:
    """A machine's chassis, which leads to its watts."""
    uri = f"{CHASSIS}/{id_of(machine)}"
    return _resource(
        uri,
        "Chassis.v1_23_0.Chassis",
        id_of(machine),
        machine,
        Description=_ABOUT,
        ChassisType="Other",
        EnvironmentMetrics=_link(f"{uri}/EnvironmentMetrics"),
        Links={"ComputerSystems": [_link(f"{SYSTEMS}/{id_of(machine)}")]},
    )


def metrics(machine: str, state: MachineState) -> Resource:
    """What is measured at the machine's outlets. A figure is null if one of them lacks it."""
    return _resource(
        f"{CHASSIS}/{id_of(machine)}/EnvironmentMetrics",
        "EnvironmentMetrics.v1_3_0.EnvironmentMetrics",
        "EnvironmentMetrics",
        f"Outlets of {machine}",
        PowerWatts={"Reading": state.power_w},
        EnergykWh={"Reading": _energy(state.cords)},
    )


def session_service() -> Resource:
    """Where clients log in."""
    return _resource(
        SERVICE,
        "SessionService.v1_1_8.SessionService",
        "SessionService",
        "Sessions",
        ServiceEnabled=True,
        SessionTimeout=TIMEOUT_S,
        Sessions=_link(SESSIONS),
    )


def sessions(ids: Iterable[str]) -> Resource:
    """A client's own sessions."""
    return _collection(SESSIONS, "Session", ids)


def session(id: str, user: str) -> Resource:
    """A session. It never shows its token nor the client's."""
    return _resource(
        f"{SESSIONS}/{id}",
        "Session.v1_6_0.Session",
        id,
        f"Session of {user}",
        UserName=user,
        Password=None,
    )


def _energy(cords: Sequence[CordState]) -> Optional[float]:
    energies = [cord.figures.energy_kwh for cord in cords if cord.figures.energy_kwh is not None]
    return round(sum(energies), 3) if energies and len(energies) == len(cords) else None
