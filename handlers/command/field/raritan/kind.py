"""What the Raritan handler does in the field."""
from __future__ import annotations

from typing import Any, Optional

from ....errors import SettingsError
from ..kinds import Identity, Kind, Recorder, Recording, Served
from ..serving import ANY_LOGIN
from . import calls
from .server import XerusServer


class XerusKind:
    """Recordings are JSON-RPC calls with their results."""

    tcp_port: Optional[int] = 443
    rank = 1

    def identify(self, data: Any) -> Identity:
        from .identity import identity  # replaying starts quicker without it
        return identity(data)

    def record(self, data: Any, recorder: Recorder) -> Recording:
        from ....raritan import settings
        from . import recording
        login = settings.read(data).login
        found = recording.calls(data, recorder)
        clean = recording.scrubbed(found, recorder, tuple(filter(None, (login.password, login.token))))
        return Recording(calls.written(clean), f"{len(clean)} calls")

    def is_recording(self, text: str) -> bool:
        return calls.is_calls(text)

    def serve(self, text: str, port: int, profile: str = "") -> Served:
        if profile:
            raise SettingsError("--profile is for recordings of SNMP devices")
        found = calls.parse(text)
        about = f"{len(found)} calls of a Xerus unit; outlets follow setPowerState, any login is taken"
        return XerusServer(found, port).served("raritan", about, ANY_LOGIN)


KIND: Kind = XerusKind()
