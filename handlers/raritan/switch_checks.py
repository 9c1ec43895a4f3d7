"""Why an outlet is not switched: refusals before the command is sent, and the result codes of the
device. A Pending is a call with its answer: `error`, or `get()` if that is None.
"""

from __future__ import annotations

from typing import Callable

from ..shared.errors import Denied, Refused, Unsupported
from .outlet_numbering import proves_position
from .rpc import Pending, answered_field
from .rpc.pdumodel import Outlet, Pdu

_REASONS: dict[int, str] = {
    Outlet.ERR_OUTLET_NOT_SWITCHABLE: "there is no relay, or the unit is metered only",
    # deprecated in Outlet.idl 3.0.4
    Outlet.ERR_LOAD_SHEDDING_ACTIVE: "load shedding is active: end it on the PDU first",
    Outlet.ERR_OUTLET_DISABLED: (
        "the outlet is disabled: check on the PDU whether its inlet is disabled"
    ),
    Outlet.ERR_OUTLET_NOT_OFF: "the present state is not off",
    Outlet.ERR_RELAY_CONTROL_DISABLED: (
        "relay control is inhibited in the PDU's settings: allow it there"
    ),
}


def why_refused(outlets: str, code: int) -> Refused:
    """The error for a result code of setPowerState other than 0 (Outlet.idl 3.0.4). `outlets`: how
    its text begins, such as "outlet 7 was".

    >>> why_refused("outlet 7 was", Outlet.ERR_OUTLET_NOT_OFF).reason
    'outlet 7 was not switched: the present state is not off (result code 4)'
    >>> why_refused("outlet 7 was", 99).reason
    'outlet 7 was not switched: the PDU gives no known reason (result code 99)'
    """
    reason = _REASONS.get(code, "the PDU gives no known reason")
    return Refused(f"{outlets} not switched: {reason} (result code {code})", str(code))


def raise_if_numbering_differs(
    identity: str,
    well_known: Pending[Outlet.MetaData],
    entry: Pending[Outlet.MetaData],
    quote: Callable[[str], str],
) -> None:
    """Raise Unsupported unless labels prove that the outlet in the list of getOutlets is the one
    that the identity means: if the list lacks an outlet, this one is a neighbour.

        identity   label of `entry`,    label of `well_known`,
                   7th of getOutlets    /model/pdu/0/outlet/6
        7          "7"                  "7"                      returns
        7          "AA7"                "AA7"                    returns
        7          "8"                  "7"                      Unsupported: two numberings, and
                                                                 nothing shows which one is wired
        7          "7"                  cannot be read           returns
        7          "AA7"                cannot be read           Unsupported

    Raises the error of `entry`, if there is one. `quote` makes a device's text safe to print.
    """
    if entry.error is not None:
        raise entry.error
    label = answered_field(entry, "label")
    well_known_label = answered_field(well_known, "label")
    _, _, position = identity.rpartition(".")
    if proves_position(int(position), label, well_known_label):
        return
    listed_as = "without a label"
    if label:
        listed_as = f"labelled {quote(str(label))!r}"
    contradiction = "the label behind its well-known id cannot be read"
    if well_known_label is not None:
        quoted_label = quote(str(well_known_label))
        contradiction = f"its well-known id leads to the outlet labelled {quoted_label!r}"
    raise Unsupported(
        f"nothing was changed: in the PDU's list outlet {identity} is {listed_as}, but"
        f" {contradiction}; compare the labels with the numbers printed on the"
        " unit, and report its model and firmware"
    )


def raise_if_locked(
    identity: str,
    settings: Pending[Pdu.Settings],
    metadata: Pending[Outlet.MetaData],
    state: Pending[Outlet.State],
) -> None:
    """Raise Unsupported for an outlet without a relay, or Refused if relay control is inhibited, so
    that nothing is written. `settings`, `metadata` and `state`: the answers to getSettings of the
    PDU, and to getMetaData and getState of the outlet.

        getMetaData                getSettings
        {"isSwitchable": false}    any                              Unsupported
        {"isSwitchable": true}     {"inhibitRelayControl": true}    Refused
        {"isSwitchable": true}     cannot be read                   returns

    Raises Denied if the account may not read the outlet, because the result could not be checked. A
    missing field does not prevent the command: firmware may be older, or the account may not read
    the PDU's settings. Load shedding does not prevent the command: the device accepts "on" for a
    shed outlet and turns it on when shedding ends (Legrand PDU User Guide, June 2018, "Off and Lock
    Icons for Outlets").
    """
    for answer in (metadata, state):
        if isinstance(answer.error, Denied):
            raise answer.error
    if answered_field(metadata, "isSwitchable") is False:
        raise Unsupported(
            f"outlet {identity} cannot be switched: it has no relay, or the unit is metered only"
        )
    if answered_field(settings, "inhibitRelayControl"):
        raise why_refused(f"outlet {identity} was", Outlet.ERR_RELAY_CONTROL_DISABLED)
