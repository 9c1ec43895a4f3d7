"""Reads variables, commands and descriptions of a NUT server's devices, for `pdu record` and `pdu
identify`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable

from handlers.nut import devices, requests
from handlers.nut.client import NutClient
from handlers.nut.responses import NutRequest
from handlers.shared.settings import Settings

from .dump import RecordedDevice

# a missing description, in lower case; upsd sends the first two
_NONE = ("description unavailable", "unavailable", "")


def read_devices(client: NutClient, settings: Settings) -> list[RecordedDevice]:
    """The devices that the handler reads: variables, commands, writable variables, descriptions.

    Usually 3 round trips, 2 with the setting `device`, and up to 2 for each device.
    """
    names = list(devices.read_names(client, settings).values())
    description_by_name = client.answer(requests.list_ups())
    recorded_devices = []
    for name, snapshot in client.snapshots(names, writable=True).items():
        variables = dict(sorted(snapshot.variables.items()))
        recorded_devices.append(
            RecordedDevice(
                name,
                _description(description_by_name.get(name, "")),
                variables,
                _descriptions(client, requests.get_cmddesc, name, snapshot.commands),
                sorted(snapshot.writable),
                _descriptions(client, requests.get_desc, name, list(variables)),
            )
        )
    return recorded_devices


def _descriptions(
    client: NutClient,
    make: Callable[[str, str], NutRequest[str]],
    device: str,
    names: Sequence[str],
) -> dict[str, str]:
    """The descriptions of variables or commands, for which `make` makes the requests."""
    request_by_name = {name: make(device, name) for name in names}
    answers = client.ask(*request_by_name.values())
    return {
        name: "" if answers.failure(request) else _description(answers[request])
        for name, request in request_by_name.items()
    }


def _description(description: str) -> str:
    return "" if description.strip().lower() in _NONE else description
