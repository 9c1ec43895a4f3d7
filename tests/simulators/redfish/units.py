"""Models: services with various Redfish features, and vendors' units as far as public material
describes them.
"""

from __future__ import annotations

from typing import Callable

from .model import Expand, Model, Pdu


def rack() -> Model:
    """A switched and metered three-phase rack PDU of 12 outlets.

    The service offers $expand, sessions and basic login.
    """
    return Model()


def plain() -> Model:
    """Like `rack`, but without $expand."""
    return Model(expand=None)


def paged() -> Model:
    """Like `rack`, but collections have at most five members on a page."""
    return Model(page=5)


def sessions_only() -> Model:
    return Model(login="session")


def xerus() -> Model:
    """Outlets 1 to 12, main I1, branches C1 to C3.

    Only basic login; $expand has two levels and no "~".
    """
    pdu = Pdu(
        outlets=tuple(str(number) for number in range(1, 13)),
        mains=("I1",),
        branches=("C1", "C2", "C3"),
        manufacturer="Raritan",
        model="PX4-5190R",
    )
    return Model((pdu,), login="basic", expand=Expand(links=False, max_levels=2))


def hpe() -> Model:
    """HPE G2, firmware 2.0: lists with names of its own, outlets without an Id, and outlet control
    with the vendor's own body, which overwrites start-up state, name and delays.
    """
    pdu = Pdu(
        outlets=tuple(f"OUTLET{number}" for number in range(1, 9)),
        manufacturer="HPE",
        model="P9R82A",
        on_delay=1.0,
        off_delay=0.0,
        cycle_delay=7.0,
    )
    return Model((pdu,), is_hpe=True, values="none", expand=None, login="basic")


def rittal() -> Model:
    """Outlet ids contain the line and the fuse (L1_F1_10).

    The action refers to an ActionInfo instead of listing its values.
    """
    branches = tuple(f"L{line}_F{fuse}" for fuse in (1, 2) for line in (1, 2, 3))
    outlets = tuple(f"{branch}_{outlet}" for branch in branches for outlet in (10, 20, 30))
    return Model(
        (Pdu(outlets=outlets, branches=branches, manufacturer="Rittal", model="PDU switched"),),
        values="info",
        expand=None,
    )


def apc() -> Model:
    """The value for a power cycle is Cycle; only sensors have readings."""
    return Model(
        (Pdu(in_sensors=True, manufacturer="APC", model="APDU10452SW"),),
        verbs=("On", "Off", "Cycle"),
        expand=Expand(all=False, links=False, levels=False, max_levels=1),
    )


def four_wire() -> Model:
    """Some outlets have three lines, the others one."""
    return Model((Pdu(four_wire=("A1", "B1", "C1")),))


def metered() -> Model:
    """Mains and branches are metered; outlets are listed without state, action or readings."""
    return Model((Pdu(outlets_metered=False, switched=False),))


def several() -> Model:
    """Three rack PDUs behind one address."""
    return Model(tuple(Pdu(id=str(number), serial=f"SIM000000{number}") for number in (1, 2, 3)))


def floor() -> Model:
    """A floor PDU: mains and branches, no outlets."""
    return Model(
        (
            Pdu(
                id="Row1",
                kind="FloorPDU",
                outlets=(),
                outlets_metered=False,
                switched=False,
                model="FLOOR-9000",
            ),
        )
    )


def transfer_switch() -> Model:
    """A transfer switch with two mains, the first in use."""
    return Model(
        (
            Pdu(
                kind="AutomaticTransferSwitch",
                mains=("AC1", "AC2"),
                branches=("A", "B"),
                phases=1,
                outlets=("A1", "A2", "A3", "B1", "B2", "B3"),
            ),
        )
    )


def delayed() -> Model:
    """On and Off take a second.

    Actions run as tasks and need If-Match. C4 is locked; B2 is off at the start.
    """
    return Model(
        (Pdu(locked=("C4",), off=("B2",)),), relay_delay=1.0, task_seconds=0.5, demand_etag=True
    )


UNITS: dict[str, Callable[[], Model]] = {
    model.__name__.replace("_", "-"): model
    for model in (
        rack,
        plain,
        paged,
        sessions_only,
        xerus,
        hpe,
        rittal,
        apc,
        four_wire,
        metered,
        several,
        floor,
        transfer_switch,
        delayed,
    )
}
