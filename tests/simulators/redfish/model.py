"""The kind of Redfish service to simulate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

METERINGS = ("none", "mains", "branch", "outlet")
FIGURES = ("inline", "sensors", "null")
LOGINS = ("both", "basic", "session")
TRANSITIONS = ("words", "flag", "silent")
VALUES = ("allowable", "info", "none")
ROOTS = ("standard", "panduit")
BODIES = ("standard", "hpe")
# The collection (PowerEquipment v1.2.3) of each simulated EquipmentType (PowerDistribution v1.6.0).
COLLECTIONS = {
    "RackPDU": "RackPDUs",
    "FloorPDU": "FloorPDUs",
    "AutomaticTransferSwitch": "TransferSwitches",
}
TWELVE = tuple(f"{bank}{number}" for bank in "ABC" for number in range(1, 5))


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name}: {value!r} is not one of {', '.join(allowed)}")


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
    """One PDU: a PowerDistribution resource.

    kind            EquipmentType mains           ids; only the first is in use branches        the
    outlets are distributed over the branches in order, the branches over the lines in turn metering
    "none"; "mains"; "branch": mains and branches; "outlet": these and each outlet switched
    false: outlets have neither PowerState nor action figures         "inline"; "sensors": only a
    DataSourceUri, the value is at the sensor; "null": Reading is null metrics         whether the
    PDU has a Metrics resource four_wire       outlets with three lines and no single current
    (ThreePhase4Wire) no_state        outlets with neither PowerState nor action locked
    outlets whose PowerControlLocked is true stuck           outlets whose contact does not follow
    commands off             outlets that are off at the start on_delay, off_delay, cycle_delay
    the outlets' Power…DelaySeconds
    """

    id: str = "1"
    kind: str = "RackPDU"
    outlets: tuple[str, ...] = TWELVE
    mains: tuple[str, ...] = ("AC1",)
    branches: tuple[str, ...] = ("A", "B", "C")
    phases: int = 3
    metering: str = "outlet"
    switched: bool = True
    figures: str = "inline"
    metrics: bool = True
    four_wire: tuple[str, ...] = ()
    no_state: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    on_delay: float = 0.0
    off_delay: float = 0.0
    cycle_delay: float = 5.0
    manufacturer: str = "Contoso"
    model: str = "SIM-3P"
    serial: str = "SIM0000001"

    def __post_init__(self) -> None:
        if self.kind not in COLLECTIONS:
            raise ValueError(f"kind: {self.kind!r} is not one of {', '.join(COLLECTIONS)}")
        _one_of("metering", self.metering, METERINGS)
        _one_of("figures", self.figures, FIGURES)
        if self.phases not in (1, 3):
            raise ValueError(f"phases: {self.phases} is neither 1 nor 3")
        if self.four_wire and self.phases != 3:
            raise ValueError("four_wire: outlets with three lines need phases=3")
        for name in ("outlets", "mains", "branches"):
            if len(set(getattr(self, name))) != len(getattr(self, name)):
                raise ValueError(f"{name}: an id occurs twice")
        for name in ("four_wire", "no_state", "locked", "stuck", "off"):
            unknown = set(getattr(self, name)) - set(self.outlets)
            if unknown:
                raise ValueError(f"{name}: no outlet {', '.join(sorted(unknown))}")

    @property
    def path(self) -> str:
        return f"/redfish/v1/PowerEquipment/{COLLECTIONS[self.kind]}/{self.id}"


@dataclass(frozen=True)
class Model:
    """One service, at one address.

    root            "standard", or "panduit": a PowerDistribution link to the rack PDUs instead of
    PowerEquipment
    expand          None: the root offers no ExpandQuery, and $expand is not supported
    ignores_expand  $expand is offered but has no effect page            members of one page of a
    collection; 0: all login           "both"; "basic"; "session" most_sessions   largest number of
    open sessions relay_delay     seconds until a contact moves, in addition to the outlet's own
    delay transition      an outlet's sign that it is about to switch: "words" (PoweringOn,
    PoweringOff, and the flag), "flag"
                    (PowerStateInTransition), "silent" (none)
    values          the form in which Outlet.PowerControl names its values: "allowable"
    (@Redfish.AllowableValues), "info"
                    (@Redfish.ActionInfo), "none"
    verbs           the values of Outlet.PowerControl body            "standard", or "hpe": a
    command has the vendor's names and resets settings that it does not contain short_targets   the
    PDUs' action targets lack /Actions/, as in DMTF's own tree task_seconds    an action is answered
    202, with a task that takes at least this long; None: without a task demand_etag     an action
    or PATCH without If-Match is answered 428; an old ETag is answered 412 in every model
    says_success    an action is answered 200 with a Success message, else 204; if there is a task,
    202 absolute        Location is an absolute URI live            energy counters rise as time
    passes
    """

    pdus: tuple[Pdu, ...] = (Pdu(),)
    root: str = "standard"
    expand: Optional[Expand] = Expand()
    ignores_expand: bool = False
    page: int = 0
    login: str = "both"
    most_sessions: int = 16
    relay_delay: float = 0.0
    transition: str = "words"
    values: str = "allowable"
    verbs: tuple[str, ...] = ("On", "Off", "PowerCycle")
    body: str = "standard"
    short_targets: bool = False
    task_seconds: Optional[float] = None
    demand_etag: bool = False
    says_success: bool = False
    absolute: bool = False
    live: bool = False
    product: str = "Simulated rack PDU"

    def __post_init__(self) -> None:
        _one_of("root", self.root, ROOTS)
        _one_of("login", self.login, LOGINS)
        _one_of("transition", self.transition, TRANSITIONS)
        _one_of("values", self.values, VALUES)
        _one_of("body", self.body, BODIES)
        if len({pdu.id for pdu in self.pdus}) != len(self.pdus):
            raise ValueError("pdus: an id occurs twice")
