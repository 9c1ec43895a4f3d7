"""What the outlets of a Redfish PDU do when power comes back, for tools; in no archive.

Source: Circuit.v1 and Outlet.v1: PowerRestorePolicy (AlwaysOn, AlwaysOff, LastState),
PowerRestoreDelaySeconds (after power was restored). PowerOnDelaySeconds is after a power cycle or a
command, so it does not say when an outlet closes then.
"""

from __future__ import annotations

from collections.abc import Mapping

from handlers.redfish.figures import number
from handlers.redfish.handler import Session
from handlers.redfish.resources import text
from handlers.redfish.responses import Json
from handlers.redfish.units import read_outlets, read_units

from ..power_restore import LAST, NOT_KNOWN, OFF, ON, OutletRestorePolicy, delayed_policy

_POLICIES = {"AlwaysOn": ON, "AlwaysOff": OFF, "LastState": LAST}


def read_power_restore(session: Session) -> Mapping[str, OutletRestorePolicy]:
    """By identity: nothing besides what `status` reads.

    Raises the errors of handlers/shared/errors.py.
    """
    service, config = session
    return {
        name: restore_policy(outlet)
        for unit in read_units(service, config.pdu)
        for name, outlet in read_outlets(service, unit)
        if "PowerRestorePolicy" in outlet or "PowerRestoreDelaySeconds" in outlet
    }


def restore_policy(outlet: Json) -> OutletRestorePolicy:
    """One outlet; None and unknown words are not known."""
    state = _POLICIES.get(text(outlet, "PowerRestorePolicy"), NOT_KNOWN)
    return delayed_policy(state, number(outlet.get("PowerRestoreDelaySeconds")))
