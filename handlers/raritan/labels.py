"""Labels of outlets and branch circuits: identity, number printed on the unit, and
configured name.
"""

from __future__ import annotations

from ..dcimanager import Label, label
from . import panels
from .discovery import discover_units
from .link_units_setting import LinkUnitSelection
from .outlet_numbering import queue_list_proofs
from .rpc import Agent, answered_field
from .rpc.pdumodel import Outlet


def labels(agent: Agent, selection: LinkUnitSelection) -> list[Label]:
    """The label of every outlet and branch circuit, in the order of `status`."""
    units, bulk = discover_units(agent, selection)
    unit_calls = [
        (
            listed_unit,
            bulk.add_each(Outlet.getMetaData, listed_unit.outlets),
            bulk.add_each(Outlet.getSettings, listed_unit.outlets),
        )
        for listed_unit in units
    ]
    without_outlets = panels.units_without_outlets(bulk, units)
    list_proofs = queue_list_proofs(bulk, units)
    bulk.perform()
    for proof in list_proofs:
        proof.raise_unless_whole()
    circuit_labels = panels.read_panel_labels(bulk, without_outlets)
    label_list: list[Label] = []
    for listed_unit, metadata, settings in unit_calls:
        for identity, metadata_call, settings_call in zip(
            listed_unit.identities(), metadata, settings
        ):
            number = answered_field(metadata_call, "label") or ""
            name = answered_field(settings_call, "name") or ""
            label_list.append(label(identity, number, name))
        label_list += circuit_labels.get(listed_unit.unit.link_id, [])
    return label_list
