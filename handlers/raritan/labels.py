"""Labels of outlets and branch circuits: identity, number printed on the unit, and
configured name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..dcimanager import Label, label
from . import panels
from .discovery import ListedUnit, discover_units
from .link_units_setting import LinkUnitSelection
from .outlet_numbering import queue_list_proofs
from .rpc import Agent, Pending, answered_field
from .rpc.pdumodel import Outlet


def labels(agent: Agent, selection: LinkUnitSelection) -> list[Label]:
    """The label of every outlet and branch circuit, in the order of their states.

    > POST /bulk: getOutlets of each unit
    > POST /bulk: getMetaData and getSettings of each outlet
    < {"_ret_": {"label": "7", ...}}, {"_ret_": {"name": "Rack 7", ...}}
    > POST /bulk: getCircuits ...    of units without outlets
    returned   [..., label("7", "7", "Rack 7")]

    Raises JsonRpcSyntaxException if the list of a unit's outlets may lack one.
    """
    units, bulk = discover_units(agent, selection)
    labelled_units = [
        _LabelledUnit(
            listed_unit,
            metadata=bulk.add_each(Outlet.getMetaData, listed_unit.outlets),
            settings=bulk.add_each(Outlet.getSettings, listed_unit.outlets),
        )
        for listed_unit in units
    ]
    without_outlets = panels.units_without_outlets(bulk, units)
    list_proofs = queue_list_proofs(bulk, units)
    bulk.perform()
    for proof in list_proofs:
        proof.raise_unless_complete()
    circuit_labels = panels.read_panel_labels(bulk, without_outlets)
    label_list: list[Label] = []
    for labelled_unit in labelled_units:
        label_list += labelled_unit.labels()
        label_list += circuit_labels.get(labelled_unit.listed_unit.unit.link_id, [])
    return label_list


class _LabelledUnit(NamedTuple):
    """A unit, and the queued calls to its outlets, getMetaData and getSettings, whose answers hold
    their labels.
    """

    listed_unit: ListedUnit
    metadata: Sequence[Pending[Outlet.MetaData]]
    settings: Sequence[Pending[Outlet.Settings]]

    def labels(self) -> list[Label]:
        """The label of each outlet; number and name are "" where they cannot be read.

        {"label": "7", ...}, {"name": "Rack 7", ...}    label("7", "7", "Rack 7")
        {"label": "8", ...}, error -32000               label("8", "8", "")
        """
        identities = self.listed_unit.identities()
        outlet_labels: list[Label] = []
        for identity, metadata, settings in zip(identities, self.metadata, self.settings):
            number = answered_field(metadata, "label") or ""
            name = answered_field(settings, "name") or ""
            outlet_labels.append(label(identity, number, name))
        return outlet_labels
