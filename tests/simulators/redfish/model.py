"""The kind of Redfish service to simulate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

# The collection (PowerEquipment v1.2.3) of each simulated EquipmentType (PowerDistribution v1.6.0).
COLLECTIONS = {
    "RackPDU": "RackPDUs",
    "FloorPDU": "FloorPDUs",
    "AutomaticTransferSwitch": "TransferSwitches",
}
TWELVE = tuple(f"{bank}{number}" for bank in "ABC" for number in range(1, 5))


@dataclass(frozen=True)
class Expand:
    """The ExpandQuery that the root offers (DSP0266, "The $expand query parameter")."""

    all: bool = True  # ExpandAll: $expand=*
    links: bool = True  # Links: $expand=~
    no_links: bool = True  # NoLinks: $expand=.
    levels: bool = True  # Levels: ($levels=N)
    max_levels: int = 6


@dataclass(frozen=True)
class Pdu:
    """One PDU: a PowerDistribution resource. Outlets and circuits are given by their ids."""

    id: str = "1"
    kind: str = "RackPDU"  # EquipmentType
    outlets: tuple[str, ...] = TWELVE
    mains: tuple[str, ...] = ("AC1",)  # only the first is in use
    # the outlets are distributed over the branches in order, the branches over the lines in turn
    branches: tuple[str, ...] = ("A", "B", "C")
    phases: int = 3
    outlets_metered: bool = True  # mains and branches always are
    switched: bool = True  # else outlets have neither PowerState nor action
    in_sensors: bool = False  # figures only have a DataSourceUri; the value is at the sensor
    four_wire: tuple[str, ...] = ()  # with three lines and no single current
    no_state: tuple[str, ...] = ()  # with neither PowerState nor action
    locked: tuple[str, ...] = ()  # PowerControlLocked
    stuck: tuple[str, ...] = ()  # their contact does not follow commands
    off: tuple[str, ...] = ()  # at the start
    on_delay: float = 0.0  # the outlets' Power…DelaySeconds
    off_delay: float = 0.0
    cycle_delay: float = 5.0
    manufacturer: str = "Contoso"
    model: str = "SIM-3P"
    serial: str = "SIM0000001"

    @property
    def path(self) -> str:
        return f"/redfish/v1/PowerEquipment/{COLLECTIONS[self.kind]}/{self.id}"


@dataclass(frozen=True)
class Model:
    """One service, at one address."""

    pdus: tuple[Pdu, ...] = (Pdu(),)
    expand: Optional[Expand] = Expand()  # None: $expand is not supported
    ignores_expand: bool = False  # $expand is offered and has no effect
    page: int = 0  # members of one page of a collection; 0: all
    login: str = "both"  # or "basic", "session"
    relay_delay: float = 0.0  # seconds until a contact moves, beside the outlet's own delay
    # an outlet's sign that it is about to switch: "words" (PoweringOn, PoweringOff, and the flag),
    # "flag" (PowerStateInTransition), "silent" (none)
    transition: str = "words"
    # how Outlet.PowerControl names its values: "allowable" (@Redfish.AllowableValues), "info"
    # (@Redfish.ActionInfo), "none"
    values: str = "allowable"
    verbs: tuple[str, ...] = ("On", "Off", "PowerCycle")
    # lists and commands have the vendor's names, and a command resets settings that it does not
    # contain
    is_hpe: bool = False
    # an action is answered 202, with a task that takes at least this long; None: 204
    task_seconds: Optional[float] = None
    demand_etag: bool = False  # an action without If-Match is answered 428
    live: bool = False  # energy counters rise as time passes
