"""Records and simulates Xerus units. Recordings are JSON-RPC calls with their outcomes."""

from __future__ import annotations

from typing import Any

from handlers import dcimanager
from handlers.raritan import settings

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
from . import recorded_calls, recording
from .server import XerusServer


def _record(data: Any, recorder: RecordingOptions) -> Recording:
    """Read a unit's objects by JSON-RPC, and put stand-ins for what names the owner."""
    config = settings.read_settings(data)
    secrets = (config.login.password, config.login.token)
    host = config.host or dcimanager.address(data)
    scrubber = Scrubber(recorder.keep, secrets, config.login.user, host)
    outcomes = recording.read_calls(data, recorder)
    clean_outcomes = recording.scrubbed(outcomes, scrubber)
    text = recorded_calls.recording_text(clean_outcomes)
    notes = incomplete(len(outcomes), recording.MOST_CALLS, "calls")
    return Recording(text, _content(text), notes)


def _content(text: str) -> str:
    return counted(len(recorded_calls.parse(text)), "call")


def _serve(text: str, port: int) -> ReplayedDevice:
    """Simulate the unit on a port of 127.0.0.1. Raises SettingsError and OSError."""
    calls = recorded_calls.parse(text)
    about = (
        f"{counted(len(calls), 'call')} to a Xerus unit; switchable outlets follow setPowerState;"
        " any login is accepted"
    )
    server = XerusServer(calls, port)

    def make_server(own_port: int, fault: UnitFault, contents: Any) -> XerusServer:
        return XerusServer(contents, own_port, fault)

    device = server.describe("raritan", about, ANY_LOGIN)
    return device._replace(simulated_pdu=server, make_pdu=make_server)


FORMAT = RecordingFormat(
    tcp_port=443,
    rank=1,
    record=_record,
    is_recording=make_json_detector("xerus calls"),
    serve=_serve,
)
