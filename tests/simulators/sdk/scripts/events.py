"""The SDK causes events and polls them."""

from __future__ import annotations

from typing import Any

from .script import module


def listen(agent: Any, given: Any) -> list[dict[str, Any]]:
    """Switches off and renames outlet 1, and sets a threshold of its current sensor.

    Returns all events of the outlet, and the ReadingChangedEvents and UserEvents of the sensor.
    """
    event, idl, sensors = module("event"), module("idl"), module("sensors")
    outlet = module("pdumodel").Outlet("/model/outlet/0", agent)
    current = outlet.getSensors().current
    service = event.Service("/eventservice", agent)
    channel = service.createChannel()
    channel.demandEvent(idl.Event, outlet)
    channel.demandEvents(
        [
            event.Channel.EventSelect(sensors.NumericSensor.ReadingChangedEvent, current),
            event.Channel.EventSelect(event.UserEvent, current),
        ]
    )
    outlet.setPowerState(outlet.PowerState.PS_OFF)
    settings = outlet.getSettings()
    settings.name = "web"
    outlet.setSettings(settings)
    thresholds = current.getThresholds()
    thresholds.upperCritical, thresholds.upperCriticalActive = 5.0, True
    current.setThresholds(thresholds)
    more, events = channel.pollEvents()
    assert not more and channel.pollEventsNb() == (False, [])
    assert service.destroyChannel(channel) == 0
    return [_shown(one) for one in events]


def by_type(agent: Any, given: Any) -> list[str]:
    """Switches outlet 2 off, then on. Returns the sources of the events.

    Demands the StateChangedEvents of outlets and of state sensors. Cancels those of state sensors
    before it switches on.
    """
    event, sensors, pdumodel = module("event"), module("sensors"), module("pdumodel")
    channel = event.Service("/eventservice", agent).createChannel()
    channel.demandEventTypes(
        [pdumodel.Outlet.StateChangedEvent, sensors.StateSensor.StateChangedEvent]
    )
    outlet = pdumodel.Outlet("/model/outlet/1", agent)
    outlet.setPowerState(outlet.PowerState.PS_OFF)
    found = [one.source.target.rpartition("/")[2] for one in channel.pollEvents()[1]]
    channel.cancelEventType(sensors.StateSensor.StateChangedEvent)
    outlet.setPowerState(outlet.PowerState.PS_ON)
    return found + [one.source.target.rpartition("/")[2] for one in channel.pollEvents()[1]]


def _shown(event: Any) -> dict[str, Any]:
    shown = {"class": type(event).__name__, "source": event.source.target.rpartition("/")[2]}
    if hasattr(event, "actUserName"):
        shown["by"] = [event.actUserName, event.actIpAddr]
    if hasattr(event, "newState"):
        shown["states"] = [event.oldState.powerState.val, event.newState.powerState.val]
    if hasattr(event, "newReading"):
        shown["value"] = event.newReading.value
    if hasattr(event, "newSettings"):
        shown["names"] = [event.oldSettings.name, event.newSettings.name]
    if hasattr(event, "newThresholds"):
        shown["limits"] = [event.oldThresholds.upperCritical, event.newThresholds.upperCritical]
    if hasattr(event, "cycle"):
        shown["command"] = [event.state.val, event.cycle]
    return shown
