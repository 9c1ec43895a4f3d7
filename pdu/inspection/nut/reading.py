"""Reads variables, commands and descriptions of a NUT server's devices, for `pdu record` and `pdu
identify`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Callable

from handlers.nut import requests
from handlers.nut.client import NutClient
from handlers.nut.devices import read_names
from handlers.nut.outlets import NutDevice, decode_outlets
from handlers.nut.requests import NutRequest
from handlers.shared.settings import Settings

# a missing description, in lower case; upsd sends the first two
_NONE = ("description unavailable", "unavailable", "")


@dataclass
class ServerDevice:
    """What a NUT server lists of one device: `ServerDevice("rack1", "left PDU", {"outlet.1.status":
    "on"}, {"outlet.1.load.off": "Turn off the load"})`.
    """

    name: str
    description: str = ""
    #: variable -> value
    variables: dict[str, str] = field(default_factory=dict)
    #: instant command -> description
    commands: dict[str, str] = field(default_factory=dict)
    #: variables that can be set
    writable: list[str] = field(default_factory=list)
    #: variable -> description
    descriptions: dict[str, str] = field(default_factory=dict)

    def decode(self, settings: Settings) -> NutDevice:
        """The device as the handler decodes it with these settings: outlets with states, and
        totals. Raises ProtocolError and Unsupported for variables that it cannot use.

        >>> from handlers.nut.settings import SETTINGS
        >>> rack1 = ServerDevice("rack1", variables={"device.type": "pdu", "outlet.1.status": "on"})
        >>> [outlet.state for outlet in rack1.decode(Settings({}, SETTINGS)).outlets]
        [True]
        """
        writable = {name: self.variables.get(name, "") for name in self.writable}
        return decode_outlets(self.variables, list(self.commands), writable, settings)


def read_devices(client: NutClient, settings: Settings) -> list[ServerDevice]:
    """What the server lists of each device that the handler reads: all, or that of the setting
    `device`. Usually 3 round trips, 2 with this setting, and up to 2 for each device.

        > LIST UPS                                   < UPS rack1 "left PDU"
        > LIST VAR rack1, LIST CMD rack1, LIST RW rack1
        > GET DESC rack1 outlet.1.status, ...        < DESC rack1 outlet.1.status "Outlet status"
        [ServerDevice("rack1", "left PDU", {"outlet.1.status": "on"}, ...)]
    """
    names = list(read_names(client, settings).values())
    description_by_name = client.answer(requests.list_ups())
    server_devices: list[ServerDevice] = []
    for name, snapshot in client.snapshots(names, writable=True).items():
        variables = dict(sorted(snapshot.variables.items()))
        device = ServerDevice(
            name=name,
            description=_description(description_by_name.get(name, "")),
            variables=variables,
            commands=_descriptions(client, requests.get_cmddesc, name, snapshot.commands),
            writable=sorted(snapshot.writable),
            descriptions=_descriptions(client, requests.get_desc, name, list(variables)),
        )
        server_devices.append(device)
    return server_devices


def _descriptions(
    client: NutClient,
    make: Callable[[str, str], NutRequest[str]],
    device: str,
    names: Sequence[str],
) -> dict[str, str]:
    """Name -> description of these variables or commands of a device; "" for one that the server
    refuses or does not have. `make`: the request for one, GET DESC or GET CMDDESC, of the names of
    the device and of the variable or command.

        > GET DESC rack1 outlet.1.status         < DESC rack1 outlet.1.status "Outlet status"
        > GET DESC rack1 outlet.1.desc           < ERR VAR-NOT-SUPPORTED
        {"outlet.1.status": "Outlet status", "outlet.1.desc": ""}
    """
    request_by_name = {name: make(device, name) for name in names}
    answers = client.ask(*request_by_name.values())
    descriptions: dict[str, str] = {}
    for name, request in request_by_name.items():
        is_refused = answers.failure(request) is not None
        descriptions[name] = "" if is_refused else _description(answers[request])
    return descriptions


def _description(description: str) -> str:
    """A description, "" for the words by which a server says that there is none.

    >>> _description("Outlet status"), _description("Description unavailable")
    ('Outlet status', '')
    """
    return "" if description.strip().lower() in _NONE else description
