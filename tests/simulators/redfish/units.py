"""Models: services with the features that DSP0266 and DMTF's schemas allow, each named by its
feature. A model that is named by a maker says whose published clients its form is from: `hpe`.
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


def basic_only() -> Model:
    """Only basic login; $expand has two levels and no "~". The Ids of outlets are numbers."""
    pdu = Pdu(
        outlets=tuple(str(number) for number in range(1, 13)),
        mains=("I1",),
        branches=("C1", "C2", "C3"),
    )
    return Model((pdu,), login="basic", expand=Expand(links=False, max_levels=2))


def hpe() -> Model:
    """HPE G2, firmware 2.0: lists with names of its own, outlets without an Id, and outlet control
    with the vendor's own body, which overwrites start-up state, name and delays. Source: Cray-HPE's
    hms-smd and hms-hmcollector, and public scripts for P9S15A and P9R82A (`resources`, `actions`).
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


def action_info() -> Model:
    """The action refers to an ActionInfo instead of listing its values. Ids have underscores."""
    branches = tuple(f"L{line}_F{fuse}" for fuse in (1, 2) for line in (1, 2, 3))
    outlets = tuple(f"{branch}_{outlet}" for branch in branches for outlet in (10, 20, 30))
    return Model((Pdu(outlets=outlets, branches=branches),), values="info", expand=None)


def sensors_only() -> Model:
    """Only sensors have readings (Sensor, DataSourceUri of an excerpt); $expand has one level."""
    return Model(
        (Pdu(in_sensors=True),),
        verbs=("On", "Off"),
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
        basic_only,
        hpe,
        action_info,
        sensors_only,
        four_wire,
        metered,
        several,
        floor,
        transfer_switch,
        delayed,
    )
}
