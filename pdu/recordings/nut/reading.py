"""Reads variables, commands and descriptions of a NUT server's devices, for `pdu record` and `pdu
identify`.
"""

from __future__ import annotations

from handlers.nut import devices, requests
from handlers.nut.client import NutClient
from handlers.shared.settings import Settings

from .dump import RecordedDevice

# a missing description, in lower case; upsd sends the first two
_NONE = ("description unavailable", "unavailable", "")


def everything(client: NutClient, settings: Settings) -> list[RecordedDevice]:
    """The devices that the handler reads: variables, commands, writable variables, descriptions.

    Usually 3 round trips, 2 with the setting `device`, and up to 3 for each device.
    """
    names = list(devices.read_names(client, settings).values())
    description_by_name = client.devices()
    recorded_devices = []
    for name, snapshot in client.snapshots(names, writable=True).items():
        variables = dict(sorted(snapshot.variables.items()))
        commands = {
            command: _description(about)
            for command, about in (
                client.commands(name, describe=True).items() if snapshot.commands else ()
            )
        }
        recorded_devices.append(
            RecordedDevice(
                name,
                _description(description_by_name.get(name, "")),
                variables,
                commands,
                sorted(snapshot.writable),
                _descriptions(client, name, list(variables)),
            )
        )
    return recorded_devices


def _descriptions(client: NutClient, name: str, variables: list[str]) -> dict[str, str]:
    request_by_variable = {variable: requests.get_desc(name, variable) for variable in variables}
    answers = client.ask(*request_by_variable.values())
    return {
        variable: "" if answers.failure(request) else _description(answers[request])
        for variable, request in request_by_variable.items()
    }


def _description(description: str) -> str:
    return "" if description.strip().lower() in _NONE else description
