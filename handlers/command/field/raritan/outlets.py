"""The outlets and branch circuits of a Xerus unit and its link units, with their figures."""

from __future__ import annotations

from typing import Any, Optional

from ....raritan import metering, settings, states
from ....raritan.discovery import discovered
from ....raritan.labels import labels
from ....raritan.link_units import LinkUnits
from ....raritan.readings import amount, ask
from ....raritan.rpc import Agent
from ....raritan.rpc.pdumodel import Outlet
from ...outlet_readings import UnitReading, merged


def outlets(data: Any) -> UnitReading:
    """The outlets: the round trips of `status`, `statistic` and labels, usually 2 each, and 3 for
    the watts, over one connection. Raises the errors of handlers/errors.py.
    """
    given = settings.read(data)
    with settings.agent(data, given) as agent:
        ports = states.read(agent, given.link_units)
        load, energy, figures = metering.measured(agent, given.link_units)
        named = labels(agent, given.link_units)
        watts = _watts(agent, given.link_units)
    return UnitReading(
        load,
        None,
        energy,
        merged(
            ports,
            named,
            {one.identity: one.load_a for one in figures},
            watts,
            {one.identity: one.energy_kwh for one in figures},
        ),
    )


def _watts(agent: Agent, wanted: LinkUnits) -> dict[str, Optional[float]]:
    """The active power of each outlet that lists a sensor for it, in W; None while it is not known.

    3 round trips. Raises Denied if the account may not read a sensor.
    """
    units, bulk = discovered(agent, wanted)
    listed = [(unit, bulk.each(Outlet.getSensors, unit.outlets)) for unit in units]
    bulk.perform()
    asked = [
        (identity, ask(bulk, unit.unit, sensors.get().activePower))
        for unit, answers in listed
        for identity, sensors in zip(unit.identities(), answers)
        if sensors.error is None
    ]
    bulk.perform()
    return {identity: amount(reading).value for identity, reading in asked}
