"""Beside each identity: the number printed on the unit and the owner's name."""
from __future__ import annotations

from typing import List

from ..host import Label, label
from .link_units import LinkUnits
from .rpc import Agent
from .rpc.pdumodel import Outlet
from .units import discovered, without_outlets


def labels(agent: Agent, wanted: LinkUnits) -> List[Label]:
    """Of every outlet and branch circuit, in the order of `status`."""
    units, bulk = discovered(agent, wanted)
    asked = [(there, bulk.each(Outlet.getMetaData, there.outlets), bulk.each(Outlet.getSettings, there.outlets))
             for there in units]
    bare = without_outlets(bulk, units)
    bulk.perform()
    found = {there.unit.link: [
        label(identity, "" if printed.error else printed.get().label, "" if named.error else named.get().name)
        for identity, printed, named in zip(there.identities(), metadata, names)] for there, metadata, names in asked}
    if bare:
        from . import panels
        found.update(panels.labels(bulk, bare))
    return [one for of_unit in found.values() for one in of_unit]
