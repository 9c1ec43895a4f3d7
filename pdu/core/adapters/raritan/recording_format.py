"""Records and simulates Xerus units. Recordings are JSON-RPC calls with their outcomes."""

from __future__ import annotations

from typing import Any

from handlers import host
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
from . import recorded_calls, recording
from .server import XerusServer


def _record(data: Any, recorder: RecordingOptions) -> Recording:
    given = settings.read_settings(data)
    secrets = given.login.password, given.login.token
    scrubber = Scrubber(recorder.keep, secrets, given.login.user, given.host or host.address(data))
    found = recording.calls(data, recorder)
    clean = recording.scrubbed(found, scrubber)
    text = recorded_calls.written(clean)
    return Recording(text, _holds(text), incomplete(len(found), recording.MOST_CALLS, "calls"))


def _holds(text: str) -> str:
    return counted(len(recorded_calls.parse(text)), "call")


def _serve(text: str, port: int) -> ReplayedDevice:
    found = recorded_calls.parse(text)
    about = (
        f"{counted(len(found), 'call')} to a Xerus unit; switchable outlets follow setPowerState;"
        " any login is accepted"
    )
    return XerusServer(found, port).served("raritan", about, ANY_LOGIN)


KIND = RecordingFormat(
    tcp_port=443,
    rank=1,
    record=_record,
    is_recording=make_json_detector("xerus calls"),
    serve=_serve,
    holds=_holds,
)
