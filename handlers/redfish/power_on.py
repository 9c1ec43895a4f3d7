"""What the outlets of a Redfish PDU do when power comes back, for tools; in no archive.

Source: Circuit.v1 and Outlet.v1: PowerRestorePolicy (AlwaysOn, AlwaysOff, LastState),
PowerRestoreDelaySeconds (after power was restored). PowerOnDelaySeconds is after a power cycle or a
command, so it does not say when an outlet closes then.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..power_on import LAST, NOT_KNOWN, OFF, ON, OutletPowerOn, delayed
from .answers import Json
from .figures import number
from .handler import RedfishPdu
from .resources import text
from .units import outlets, units

_POLICIES = {"AlwaysOn": ON, "AlwaysOff": OFF, "LastState": LAST}


def read(pdu: RedfishPdu) -> Mapping[str, OutletPowerOn]:
    """By identity: the round trips of a `status`, and in `one_session` none more.

    Raises the errors of handlers/errors.py.
    """
    with pdu.session("power_on") as (service, given):
        return {
            name: of_outlet(one)
            for found in units(service, given.pdu)
            for name, one in outlets(service, found)
            if "PowerRestorePolicy" in one or "PowerRestoreDelaySeconds" in one
        }


def of_outlet(outlet: Json) -> OutletPowerOn:
    """One outlet; None and unknown words are not known."""
    state = _POLICIES.get(text(outlet, "PowerRestorePolicy"), NOT_KNOWN)
    return delayed(state, number(outlet.get("PowerRestoreDelaySeconds")))
