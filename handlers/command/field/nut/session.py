"""A session with a NUT server by the handler's settings, and what each of its devices has."""
from __future__ import annotations

from contextlib import contextmanager
from typing import Dict, Iterator, List, Tuple

from .... import host
from ....errors import PduHandlerError
from ....nut import devices, messages
from ....nut.client import NutClient
from ....nut.connection import PORT as NUT_PORT
from ....nut.settings import DEVICE, PASSWORD, PORT, SETTINGS, USERNAME, tls_of
from ....settings import HOST, TIMEOUT, Settings
from .dump import Device

_NONE = ("description unavailable", "unavailable", "")         # what upsd says where it has no description


@contextmanager
def session(data: object, method: str) -> Iterator[Tuple[NutClient, Settings]]:
    """One connection, which is always closed. Errors name the host and the method."""
    address = ""
    try:
        settings = Settings(host.settings(data, own=(DEVICE.key,)), SETTINGS)
        address, port = host.host_and_port(settings[HOST] or host.address(data))
        with NutClient(address, settings[PORT] or port or NUT_PORT, username=settings[USERNAME], password=settings[PASSWORD],
                       tls=tls_of(settings), timeout=settings[TIMEOUT]) as client:
            yield client, settings
    except PduHandlerError as error:
        error.at(address, method)
        raise


def everything(client: NutClient, settings: Settings) -> List[Device]:
    """The devices that the handler reads: variables, commands, writable variables, descriptions. 4 round trips, and 1 for each
    device."""
    names = list(devices.names(client, settings).values())
    described = client.devices()
    found = []
    for name, seen in client.snapshots(names, writable=True).items():
        variables = dict(sorted(seen.variables.items()))
        found.append(Device(name, _said(described.get(name, "")), variables, client.commands(name, describe=True),
                            sorted(seen.writable), _descriptions(client, name, list(variables))))
    return found


def _descriptions(client: NutClient, name: str, variables: List[str]) -> Dict[str, str]:
    asked = {variable: messages.get_desc(name, variable) for variable in variables}
    answers = client.ask(*asked.values())
    return {variable: "" if answers.failure(request) else _said(answers[request]) for variable, request in asked.items()}


def _said(description: str) -> str:
    return "" if description.strip().lower() in _NONE else description
