"""What an outlet's state means to DCImanager: on, off, or not known. Pure."""
from __future__ import annotations

from pdu_common.helper import EnumPowerStatus

from .rpc.pdumodel import Outlet

_STATES = {Outlet.PowerState.PS_ON: EnumPowerStatus.UP, Outlet.PowerState.PS_OFF: EnumPowerStatus.DOWN}


def status(state: Outlet.State) -> EnumPowerStatus:
    """UNKNOWN where the relay board does not answer, while a cycle or a delayed switching on is under way, where fields
    are missing or contradict one another, and for power states of firmware to come."""
    if not state.available:                     # nor where the field is missing
        return EnumPowerStatus.UNKNOWN
    if state.cycleInProgress:
        return EnumPowerStatus.UNKNOWN          # off now, and on again in a moment
    on = state.powerState == Outlet.PowerState.PS_ON
    if state.switchOnInProgress and not on or on and (state.isSuspended or state.isLoadShed):
        return EnumPowerStatus.UNKNOWN          # waiting for its turn; or off and on at once
    return _STATES.get(state.powerState, EnumPowerStatus.UNKNOWN)
