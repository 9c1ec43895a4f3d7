"""Records and simulates Xerus units. Recordings are JSON-RPC calls with their outcomes."""

from __future__ import annotations

from typing import Any

from .... import host
from ...kit.output import counted
from ...pdus.kinds import Recorder, Recording, RecordingKind, Served, incomplete, json_of
from ..scrub import Scrubber
from ..serving import ANY_LOGIN
from . import calls
from .server import XerusServer


def _record(data: Any, recorder: Recorder) -> Recording:
    from ....raritan import settings  # imported late: 4 ms together, which `pdu replay` saves
    from . import recording

    given = settings.read(data)
    secrets = given.login.password, given.login.token
    scrubber = Scrubber(recorder.keep, secrets, given.login.user, given.host or host.address(data))
    found = recording.calls(data, recorder)
    clean = recording.scrubbed(found, scrubber)
    return Recording(
        calls.written(clean),
        counted(len(clean), "call"),
        incomplete(len(found), recording.MOST_CALLS, "calls"),
    )


def _serve(text: str, port: int) -> Served:
    found = calls.parse(text)
    about = (
        f"{counted(len(found), 'call')} to a Xerus unit; switchable outlets follow setPowerState;"
        " any login is accepted"
    )
    return XerusServer(found, port).served("raritan", about, ANY_LOGIN)


KIND = RecordingKind(
    tcp_port=443, rank=1, record=_record, is_recording=json_of("xerus calls"), serve=_serve
)
