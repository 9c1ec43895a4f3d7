"""The answer of `statistic`: which resources are read. A Member is a resource, or the error of
reading it.

The link of a PDU shows that it has the mains, branches or metrics there: if they cannot be read
(404, too), their figures are not known. Only a PDU without the link, or whose list is empty, is
read by another source. `Sensors` has the sensors that figures name: it notes those that a figure
needs and that were not read yet (`unread_sources`). A Quantity is current, power or energy.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from .. import dcimanager
from . import figures
from .figures import PduResources
from .members import Member, each_member, read_list, readable
from .outlets import read_outlets
from .pdus import (
    PDU_ERRORS,
    ServicePdu,
    name_pdu,
    raise_if_shared,
    raise_if_twice,
    read_pdus,
)
from .quantities import Sensors
from .resources import is_absent, link, text
from .sensors import read_sensors
from .service import RESOURCE_ERRORS, RedfishService
from .settings import PduChoice


def read_statistic(
    service: RedfishService, choice: PduChoice, *, with_power: bool = False
) -> dcimanager.Figures:
    """Load and energy, in total and by outlet; the power only `with_power`, which costs something
    if only sensors have it.

    Round trips: those that find the PDUs, usually 2 or 3. For each PDU up to 3 for outlets, mains
    and metrics; 1 for branches if metrics and mains lack a figure; 1 more for each further page of
    a list, and for each outlet or circuit that a list only links to. If only sensors have the
    values, 1 for each sensor, or 2 for all of a PDU.

        > GET .../RackPDUs/1/Outlets, .../RackPDUs/1/Metrics, .../RackPDUs/1/Mains
        < {"EnergykWh": {"Reading": 6468}}, {"Members": [{"Id": "AC1", "CurrentAmps": ...}]}
    """
    pdus = read_pdus(service, choice)
    raise_if_shared(pdus, [pdu.resource for pdu in pdus], "Mains", "Branches", "Metrics")
    sensors = Sensors()  # notes which sensors the figures below need
    quantities = [figures.current_of(sensors), figures.energy_of(sensors)]
    if with_power:
        quantities.append(figures.power_of(sensors))
    resources = [_read_pdu(service, pdu, pdus, quantities) for pdu in pdus]
    statistic = figures.service_figures(resources, sensors, with_power=with_power)
    if sensors.unread_sources:
        sensors.by_source.update(read_sensors(service, pdus, sensors.unread_sources))
        statistic = figures.service_figures(resources, sensors, with_power=with_power)
    outlets = itertools.chain.from_iterable(pdu.outlets for pdu in resources)
    identities = [outlet.identity for outlet in outlets]
    raise_if_twice(service, "outlets that are called", identities)
    return statistic


def _read_pdu(
    service: RedfishService,
    pdu: ServicePdu,
    pdus: Sequence[ServicePdu],
    quantities: Sequence[figures.Quantity],
) -> PduResources:
    """The resources that show the figures of one PDU of `pdus`: its branches only if metrics and
    mains lack one of `quantities`.

        > GET .../RackPDUs/1/Outlets, .../Metrics, .../Mains
        < {"Members": [{"Id": "AC1", "CurrentAmps": ..., "EnergykWh": ...}]}
        no GET .../RackPDUs/1/Branches: the mains have both quantities
    """
    resources = PduResources(pdu, is_absent=len(pdus) > 1 and is_absent(pdu.resource))
    if not resources.has_figures:
        return resources
    try:
        outlets = read_outlets(service, pdu)
    except PDU_ERRORS as error:
        raise name_pdu(error, pdus, pdu.prefix) from None
    metrics = _metrics(service, pdu)
    mains = circuits_of(service, pdu, "Mains")
    branches: Sequence[Member] = ()
    if any(figures.are_branches_needed(metrics, mains, quantity) for quantity in quantities):
        branches = circuits_of(service, pdu, "Branches")
    return resources._replace(outlets=outlets, metrics=metrics, mains=mains, branches=branches)


def circuits_of(service: RedfishService, pdu: ServicePdu, key: str) -> list[Member]:
    """The circuits that a PDU lists, with an error in place of one that cannot be read, or of a
    list that cannot be read; none where the PDU has no such list.

    A list with an Id twice cannot be read: the figures might count twice.

        > GET .../RackPDUs/1/Mains?$expand=.($levels=1)
        < {"Members": [{"Id": "AC1", "CurrentAmps": {"Reading": 4.2}}]}      one circuit, AC1
        < 503                                                                [HttpBusy(...)]
    """
    try:
        target = link(pdu.resource, key)
        if target is None:
            return []
        circuits = each_member(service, read_list(service, target))
        ids = [text(circuit, "Id") for circuit in readable(circuits)]
        raise_if_twice(service, "circuits that are called", list(filter(None, ids)))
    except RESOURCE_ERRORS as error:
        return [error]
    return circuits


def _metrics(service: RedfishService, pdu: ServicePdu) -> Member:
    """The metrics of a PDU; {} if it has none, the error if they cannot be read.

    > GET .../RackPDUs/1/Metrics
    < {"Id": "Metrics", "EnergykWh": {"Reading": 6468}}
    """
    try:
        target = link(pdu.resource, "Metrics")
        if target is None:
            return {}
        return service.get(target)
    except RESOURCE_ERRORS as error:
        return error
