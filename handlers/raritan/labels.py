"""Labels of outlets and branch circuits: identity, number printed on the unit, and configured name."""
from __future__ import annotations

from typing import List

from ..host import Label, label
from .link_units import LinkUnits
from .rpc import Agent
from .rpc.pdumodel import Outlet
from .units import discovered, without_outlets


def labels(agent: Agent, wanted: LinkUnits) -> List[Label]:
    """The label of every outlet and branch circuit, in the order of `status`."""
    units, bulk = discovered(agent, wanted)
    queued = [(listed, bulk.each(Outlet.getMetaData, listed.outlets), bulk.each(Outlet.getSettings, listed.outlets))
              for listed in units]
    bare = without_outlets(bulk, units)
    bulk.perform()
    found = {listed.unit.link: [
        label(identity, "" if printed.error else printed.get().label, "" if named.error else named.get().name)
        for identity, printed, named in zip(listed.identities(), metadata, names)] for listed, metadata, names in queued}
    if bare:
        from . import panels
        found.update(panels.labels(bulk, bare))
    return [one for of_unit in found.values() for one in of_unit]
