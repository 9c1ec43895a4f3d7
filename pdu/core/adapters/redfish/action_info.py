"""The switching actions of outlets and the values that they take, for commands that
describe a PDU.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Optional, Union

from handlers.redfish import outlet_actions, resources
from handlers.redfish.responses import Json
from handlers.redfish.service import RedfishService
from handlers.shared.errors import PduHandlerError, ProtocolError

Infos = Mapping[str, Union[Json, PduHandlerError]]


def action(outlet: Json) -> Json:
    """The outlet's switching action; empty if it has none."""
    return resources.child(resources.child(outlet, "Actions"), outlet_actions.ACTION)


def infos_of(service: RedfishService, outlets: Iterable[Json]) -> Infos:
    """The resources that describe the parameters of the outlets' actions, by path: 1 round trip
    each.

    Returns the error of a single resource (such as a 404) in its place. Raises the errors of
    `RedfishService.all`.
    """
    paths: dict[str, None] = {}
    for info in (outlet_actions.info_link(action(outlet)) for outlet in outlets):
        if info is not None:
            with contextlib.suppress(ProtocolError):  # `values_of` raises it
                paths[service.path(info)] = None
    return dict(zip(paths, service.all(list(paths))))


def values_of(service: RedfishService, outlet: Json, infos: Infos) -> Optional[Sequence[str]]:
    """The values that the outlet's action takes; None without such a list.

    Raises an error if the list cannot be read.
    """
    info = outlet_actions.info_link(action(outlet))
    document = infos[service.path(info)] if info is not None else {}
    if isinstance(document, PduHandlerError):
        raise document
    return outlet_actions.allowable_values(action(outlet), document)
