"""Labels of outlets and branch circuits: identity, number printed on the unit, and
configured name.
"""

from __future__ import annotations

from ..host import Label, label
from . import panels
from .discovery import discover_units
from .link_units_setting import LinkUnitSelection
from .rpc import Agent
from .rpc.pdumodel import Outlet


def labels(agent: Agent, wanted: LinkUnitSelection) -> list[Label]:
    """The label of every outlet and branch circuit, in the order of `status`."""
    units, bulk = discover_units(agent, wanted)
    queued = [
        (
            listed,
            bulk.each(Outlet.getMetaData, listed.outlets),
            bulk.each(Outlet.getSettings, listed.outlets),
        )
        for listed in units
    ]
    without_outlets = panels.as_without_outlets(bulk, units)
    bulk.perform()
    of_circuits = panels.read_panel_labels(bulk, without_outlets)
    found: list[Label] = []
    for listed, metadata, settings in queued:
        for identity, printed, named in zip(listed.identities(), metadata, settings):
            number = "" if printed.error else printed.get().label
            name = "" if named.error else named.get().name
            found.append(label(identity, number, name))
        found += of_circuits.get(listed.unit.link_id, [])
    return found
