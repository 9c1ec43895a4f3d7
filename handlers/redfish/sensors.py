"""Reads the sensors that figures link to. A source is the link to a sensor, as a figure has it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping

from ..shared.errors import ProtocolError
from .members import entries_of, is_full_resource
from .pdus import ServicePdu
from .resources import child, entries, link, text
from .responses import Json
from .service import SHORTCUT_ERRORS, RedfishService

# above this number, 2 requests for all sensors of a PDU cost less than a request for each sensor
_MANY = 8


def read_sensors(
    service: RedfishService, pdus: Iterable[ServicePdu], sources: Iterable[str]
) -> Mapping[str, Json]:
    """The sensors that `sources` link to, by source. Left out: a source that is no link of this
    service, and a sensor that cannot be read. Raises errors that concern the whole service: a
    refused login, 429, no answer.

    1 round trip for each sensor; above 8 sensors usually 2 for each PDU, if the service expands its
    lists of sensors.

        > GET /redfish/v1/Chassis/PDU/Sensors/AMPS1
        < {"Id": "AMPS1", "Reading": 4.2, "ReadingUnits": "A"}
    """
    path_by_source: dict[str, str] = {}
    for source in sources:
        with contextlib.suppress(ProtocolError):
            path_by_source[source] = service.path(source)
    sensor_by_path: dict[str, Json] = {}
    if len(path_by_source) > _MANY and service.expands:
        for pdu in pdus:
            with contextlib.suppress(*SHORTCUT_ERRORS):  # missing sensors are read below
                sensor_by_path.update(_listed_sensors(service, pdu))
    paths = dict.fromkeys(path_by_source.values())  # each once
    unread_paths = [path for path in paths if path not in sensor_by_path]
    for path, sensor in zip(unread_paths, service.all(unread_paths)):
        if isinstance(sensor, dict):
            sensor_by_path[path] = sensor
    sensor_by_source: dict[str, Json] = {}
    for source, path in path_by_source.items():
        if path in sensor_by_path:
            sensor_by_source[source] = sensor_by_path[path]
    return sensor_by_source


def _listed_sensors(service: RedfishService, pdu: ServicePdu) -> Iterator[tuple[str, Json]]:
    """Path and resource of the sensors that the lists of a PDU and its chassis include in full.

    > GET .../Chassis/PDU/Sensors?$expand=.($levels=1)
    < {"Members": [{"@odata.id": ".../Sensors/AMPS1", "Id": "AMPS1", "Reading": 4.2}]}
    (".../Sensors/AMPS1", {"Id": "AMPS1", ...})
    """
    for collection in sensor_collections(service, pdu):
        for sensor in entries_of(service, collection):
            if not is_full_resource(sensor) or not text(sensor, "@odata.id"):
                continue
            with contextlib.suppress(ProtocolError):
                yield service.path(sensor["@odata.id"]), sensor


def sensor_collections(service: RedfishService, pdu: ServicePdu) -> Iterator[Json]:
    """Yields the collection of sensors to which the PDU itself links, if it links to one, then that
    of each chassis that the PDU names. Usually 1 round trip for each chassis and each collection.
    For the PDU {"Links": {"Chassis": [{"@odata.id": "/redfish/v1/Chassis/PDU"}]}}:

        > GET /redfish/v1/Chassis/PDU
        < {"Sensors": {"@odata.id": "/redfish/v1/Chassis/PDU/Sensors"}}
        > GET /redfish/v1/Chassis/PDU/Sensors?$expand=.($levels=1)
        < {"Members": [{"Id": "AMPS1", "Reading": 4.2}]}         this is yielded
    """
    chassis_links = entries(child(pdu.resource, "Links"), "Chassis")
    resources = [pdu.resource]
    for chassis_link in chassis_links:
        resources.append(service.get(chassis_link.get("@odata.id")))
    for resource in resources:
        target = link(resource, "Sensors")
        if target is not None:
            yield service.get_expanded(target)
