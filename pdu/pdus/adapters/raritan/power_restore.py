"""What the outlets of a Xerus PDU do when power comes back, for tools; in no archive.

Source: Outlet.idl (Settings: startupState; sequenceDelay in ms), Pdu.idl (Settings: startupState;
inRushGuardDelay in ms; powerOnDelay, whose unit it does not say; outletPowerStateSequence, outlets
from 0, empty for their own order; latchingRelays).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.raritan.handler import Session
from handlers.raritan.rpc import Bulk
from handlers.raritan.rpc.pdumodel import Outlet, Pdu

from ..power_restore import LAST, NOT_KNOWN, OFF, ON, OutletRestorePolicy
from .nameplate import find_units

_MS = 1000.0
_OF_PDU = {
    Pdu.StartupState.SS_ON: ON,
    Pdu.StartupState.SS_OFF: OFF,
    Pdu.StartupState.SS_LASTKNOWN: LAST,
}
_OF_OUTLET = {
    Outlet.StartupState.SS_ON: ON,
    Outlet.StartupState.SS_OFF: OFF,
    Outlet.StartupState.SS_LASTKNOWN: LAST,
}


def read_power_restore(session: Session) -> Mapping[str, OutletRestorePolicy]:
    """By identity: 1 round trip for every 300 calls besides those that find the units.

    An outlet or unit that refuses is left out. Raises the errors of handlers/shared/errors.py.
    """
    bulk = Bulk(session.agent)
    units = [unit for unit in find_units(session) if unit.has_pdu]
    of_units = [bulk.add(unit.unit.proxy(Pdu).getSettings) for unit in units]
    of_outlets = [bulk.add_each(Outlet.getSettings, unit.outlets) for unit in units]
    bulk.perform()
    policies: dict[str, OutletRestorePolicy] = {}
    for unit, unit_settings, outlet_settings in zip(units, of_units, of_outlets):
        if unit_settings.error is None and all(
            response.error is None for response in outlet_settings
        ):
            outlets = [response.get() for response in outlet_settings]
            policies.update(zip(unit.identities(), unit_policies(unit_settings.get(), outlets)))
    return policies


def unit_policies(
    unit: Pdu.Settings, outlets: Sequence[Outlet.Settings]
) -> list[OutletRestorePolicy]:
    """One unit's outlets, in their order.

    The sequence waits after each outlet for its own delay and the guard's: one of them at least,
    both at most. Outlets that stay off may be left out of it. Latching relays keep their position,
    and the rest does not apply.
    """
    if unit.latchingRelays:
        return [OutletRestorePolicy(LAST, 0.0, 0.0)] * len(outlets)
    states = [
        _OF_PDU.get(unit.startupState, NOT_KNOWN)
        if outlet.startupState is Outlet.StartupState.SS_PDUDEF
        else _OF_OUTLET.get(outlet.startupState, NOT_KNOWN)
        for outlet in outlets
    ]
    own_order = list(range(len(outlets)))
    order = list(unit.outletPowerStateSequence) or own_order
    if sorted(order) != own_order:
        return [OutletRestorePolicy(state, is_sequence=True) for state in states]
    policies = dict[int, OutletRestorePolicy]()
    # in ms
    earliest, latest = unit.powerOnDelay, unit.powerOnDelay * 1000
    for place in order:
        policies[place] = OutletRestorePolicy(
            states[place], earliest / _MS, latest / _MS, is_sequence=True
        )
        waits = unit.inRushGuardDelay, outlets[place].sequenceDelay
        latest += sum(waits)
        if states[place] == ON:
            earliest += max(waits)
    return [policies[place] for place in own_order]
