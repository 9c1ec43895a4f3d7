"""Redfish: services of static resources, made from the schemas and DMTF's sample PDU. A reading is
null, or its property is missing, or a member is missing in its list.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Optional

from handlers.shared.errors import PduHandlerError
from tests import witnesses
from tests.handlers.redfish.tree import Json, Tree, dmtf, handler, outlet, serving, unit

from .outcome import Outcome

PDU = "/redfish/v1/PowerEquipment/RackPDUs/1"
Resources = dict[str, Json]
Measured = tuple[float, float]


def _circuits(key: str, amperes: tuple[float, ...]) -> Resources:
    members: list[Json] = [
        {"Id": str(n), "CurrentAmps": {"Reading": value}, "EnergykWh": {"Reading": 10.0 * n}}
        for n, value in enumerate(amperes, 1)
    ]
    return {f"{PDU}/{key}": {"Members": members, "Members@odata.count": len(members)}}


def made() -> dict[str, Resources]:
    """Services by name: with everything; without the PDU's own counter; with outlets only."""
    outlets = [
        outlet(str(n), CurrentAmps={"Reading": 1.5 * n}, EnergykWh={"Reading": 2.0 * n})
        for n in (1, 2, 3)
    ]
    links = {key: {"@odata.id": f"{PDU}/{key}"} for key in ("Mains", "Branches", "Metrics")}
    circuits = {**_circuits("Mains", (5.0, 4.5)), **_circuits("Branches", (6.0, 3.2))}
    metrics = {f"{PDU}/Metrics": {"Id": "Metrics", "EnergykWh": {"Reading": 900.0}}}
    return {
        "metrics": {**unit(outlets, **links), **circuits, **metrics},
        "mains": {**unit(outlets, Mains=links["Mains"], Branches=links["Branches"]), **circuits},
        "outlets": unit(outlets),
    }


def real() -> dict[str, Resources]:
    """DMTF's sample PDU, none where it is not available."""
    return {"DMTF's public-pdu": dmtf()} if witnesses.place(witnesses.PUBLIC_PDU) else {}


def run(name: str, resources: Resources) -> Outcome:
    """The outcome of one service."""
    tree = Tree(copy.deepcopy(resources))
    shrunk: list[str] = []
    jumped: list[str] = []
    tried = counters = 0
    with serving(tree) as address:
        base = _measured(address)
        assert base is not None
        loads = set(_other_loads(tree, address))
        for path, spot, changed in _changes(resources):
            is_energy = "EnergykWh" in spot
            tried, counters = tried + 1, counters + is_energy
            tree.resources[path] = changed
            after = _measured(address)
            tree.resources[path] = resources[path]
            if after is None:
                continue
            if after[0] not in (0.0, base[0]) and after[0] not in loads:
                shrunk.append(f"{name}: load {base[0]} -> {after[0]} with {spot}")
            # without the property the device has no such counter
            if after[1] not in (0.0, base[1]) and not spot.endswith("missing"):
                jumped.append(f"{name}: energy {base[1]} -> {after[1]} with {spot}")
    return Outcome(tried, shrunk=tuple(shrunk), counters=counters, jumped=tuple(jumped))


def _measured(address: str) -> Optional[Measured]:
    """Load and energy, 0 for one that is unset; None for an error."""
    try:
        found = handler(address).statistic()
    except PduHandlerError:
        return None
    return found.load, found.total_consumption


def _other_loads(tree: Tree, address: str) -> Iterator[float]:
    """The load from the branches, then from the outlets."""
    kept = {path: dict(one) for path, one in tree.resources.items()}
    for key in ("Mains", "Branches"):
        for one in tree.resources.values():
            one.pop(key, None)
        found = _measured(address)
        if found is not None:
            yield found[0]
    tree.resources.clear()
    tree.resources.update(kept)


def _changes(resources: Resources) -> Iterator[tuple[str, str, Json]]:
    """Path, what was changed, and the resource after it."""
    for path, resource in resources.items():
        for spot, parent, key in _readings(resource, path):
            excerpt = parent[key]
            # without the link to its own sensor, which would give the value
            for what, value in (("null", {"Reading": None}), ("missing", None)):
                parent[key] = value
                changed = copy.deepcopy(resource)
                if value is None:
                    _drop(changed)
                yield path, f"{spot} {what}", changed
                parent[key] = excerpt
        members = resource.get("Members")
        if isinstance(members, list) and "Members@odata.count" in resource:
            for n in range(len(members)):
                yield (
                    path,
                    f"member {n} of {path} missing",
                    {
                        **resource,
                        "Members": members[:n] + members[n + 1 :],
                    },
                )


def _readings(value: Any, spot: str) -> Iterator[tuple[str, Json, str]]:
    """Each excerpt of a current or an energy: where it is, the object that has it, and its key."""
    if isinstance(value, list):
        for n, one in enumerate(value):
            yield from _readings(one, f"{spot}[{n}]")
    if not isinstance(value, dict):
        return
    for key, inner in list(value.items()):
        if isinstance(inner, dict) and "Reading" in inner:
            if "Current" in spot + key or key == "EnergykWh":
                yield f"{spot}.{key}", value, key
        else:
            yield from _readings(inner, f"{spot}.{key}")


def _drop(value: Any) -> None:
    """Remove the properties that are None in objects of excerpts."""
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, (dict, list)):
            _drop(inner)
    if isinstance(value, dict):
        for key in [key for key in value if value[key] is None and _is_figure(key)]:
            del value[key]


def _is_figure(key: str) -> bool:
    return key in ("EnergykWh", "CurrentAmps") or key.startswith(("Line", "Neutral"))
