"""Why an outlet is not switched: what can be seen before the command, and what the device answers to it."""
from __future__ import annotations

from typing import Dict

from ..errors import Denied, Refused, Unsupported
from .rpc.bulk import Pending
from .rpc.idl import present
from .rpc.pdumodel import Outlet, Pdu

_REASONS: Dict[int, str] = {
    Outlet.ERR_OUTLET_NOT_SWITCHABLE: "it cannot be switched: this outlet has no relay, or the unit is metered only",
    Outlet.ERR_LOAD_SHEDDING_ACTIVE: "load shedding is active: end it on the PDU first",
    Outlet.ERR_OUTLET_DISABLED: "its switching is disabled on the PDU: enable the outlet there",
    Outlet.ERR_OUTLET_NOT_OFF: "it is not off",
    Outlet.ERR_RELAY_CONTROL_DISABLED: "relay control is inhibited in the PDU's settings: allow it there",
}


def refused(identity: str, code: int) -> Refused:
    """The error for a result code other than 0."""
    reason = _REASONS.get(code, "the PDU gives no known reason")
    return Refused(f"outlet {identity} was not switched: {reason} (result code {code})", str(code))


def refuse_before(identity: str, wanted: Outlet.PowerState, settings: Pending[Pdu.Settings],
                  metadata: Pending[Outlet.MetaData], state: Pending[Outlet.State]) -> None:
    """Raise where the device already says that it will not switch, so that nothing is written.

    What it does not say (an older firmware has no such field, or the account may not read the PDU's settings) does not
    stop anything; an outlet that the account may not read does, since it could not be read back either.
    """
    for answer in (metadata, state):
        if isinstance(answer.error, Denied):
            raise answer.error
    if metadata.error is None and present(metadata.get(), "isSwitchable") and not metadata.get().isSwitchable:
        raise Unsupported(f"outlet {identity} cannot be switched: it has no relay, or the unit is metered only")
    if settings.error is None and present(settings.get(), "inhibitRelayControl") and settings.get().inhibitRelayControl:
        raise refused(identity, Outlet.ERR_RELAY_CONTROL_DISABLED)
    if state.error is None and wanted == Outlet.PowerState.PS_ON and state.get().isLoadShed:
        raise refused(identity, Outlet.ERR_LOAD_SHEDDING_ACTIVE)
