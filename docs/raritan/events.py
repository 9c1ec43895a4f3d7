"""Switches an outlet on, and waits for the unit's report.

The listener polls once a second and continues after an outage, at whose begin and end it calls
`notice`; `lost` is the time whose events are missing. It ends with the third refused login (401), a
missing right, or 10 minutes without an event service. Give it an account of its own: a unit may
block one after refused logins.

`None` means any source, if the unit has a well-known object that shows the type's version: else an
error asks for the source. A base type includes the derived ones.
"""

from dcimanager_pdu_handlers.raritan.events import Listener
from dcimanager_pdu_handlers.raritan.rpc import pdumodel
from unit import agent

on = pdumodel.Outlet.PowerState.PS_ON
outlet = pdumodel.Pdu("/model/pdu/0", agent).getOutlets()[0]
with Listener(agent, [(pdumodel.Outlet.StateChangedEvent, None)], notice=print) as events:
    outlet.setPowerState(on)
    for event in events:  # without a `break`, until the program ends
        if event.newState.powerState == on:
            print(event.source.getMetaData().label, "is on")
            break

# It prints, on a simulated PX3:
# 1 is on
