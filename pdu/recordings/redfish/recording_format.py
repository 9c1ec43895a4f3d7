"""Records and simulates Redfish services.

A recording maps the path of each resource to its content.
"""

from __future__ import annotations

from typing import Any

from handlers.redfish import settings

from ...cli.output import counted
from ..recording_formats import (
    Recording,
    RecordingFormat,
    RecordingOptions,
    ReplayedDevice,
    incomplete,
    make_json_detector,
)
from ..replay_server import ANY_LOGIN
from ..scrub import Scrubber
from ..simulated_pdu import UnitFault
from . import recording, tree
from .server import RedfishServer


def _record(data: Any, recorder: RecordingOptions) -> Recording:
    """Read a service's resources, and put stand-ins for what names the owner."""
    config = settings.read_settings(data)
    scrubber = Scrubber(recorder.keep, (config.login.password,), config.login.user, config.host)
    resource_by_path = recording.read_resources(data, recorder)
    clean_resources = recording.scrubbed(resource_by_path, scrubber)
    notes = list(incomplete(len(resource_by_path), recording.MOST_RESOURCES, "resources"))
    unread_paths = [path for path, resource in resource_by_path.items() if not resource]
    if unread_paths:
        unread_count = counted(len(unread_paths), "resource")
        notes.append(f"The recording leaves out {unread_count} that could not be read.")
    if len(resource_by_path) == 1:
        notes.append(
            "No power equipment was found, so the recording contains only the service root."
        )
    text = tree.tree_text(clean_resources)
    return Recording(text, _content(text), notes)


def _content(text: str) -> str:
    return counted(len(tree.parse(text)), "resource")


def _serve(text: str, port: int) -> ReplayedDevice:
    """Simulate the service on a port of 127.0.0.1. Raises SettingsError and OSError."""
    resource_by_path = tree.parse(text)
    server = RedfishServer(resource_by_path, port)
    about = (
        f"{counted(len(resource_by_path), 'resource')} of a Redfish service;"
        f" {counted(len(server.switches), 'outlet')} can be switched; any login is accepted"
    )

    def make_server(own_port: int, fault: UnitFault, contents: Any) -> RedfishServer:
        return RedfishServer(contents, own_port, fault)

    device = server.describe("redfish", about, ANY_LOGIN)
    return device._replace(simulated_pdu=server, make_pdu=make_server)


FORMAT = RecordingFormat(
    tcp_port=443,
    rank=3,
    record=_record,
    is_recording=make_json_detector("redfish resources"),
    serve=_serve,
)
