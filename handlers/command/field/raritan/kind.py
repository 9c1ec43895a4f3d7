"""What the Raritan handler does in the field."""
from __future__ import annotations

from typing import Any, Optional, Sequence

from ....errors import SettingsError
from ..kinds import Identity, Kind, Recorder, Recording, Served
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
        return _Served(XerusServer(found, port), len(found))


class _Served:
    def __init__(self, server: XerusServer, count: int) -> None:
        self._server = server
        self.host, self.port = server.host, server.port
        self.about = f"{count} calls of a Xerus unit; outlets follow setPowerState, any login is taken"
        self.poll = f"raritan {self.host}:{self.port} -s scheme=http --username any"

    def writes(self) -> Sequence[str]:
        return list(self._server.writes)

    def close(self) -> None:
        self._server.close()


KIND: Kind = XerusKind()
