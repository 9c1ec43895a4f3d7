"""What the Redfish handler does in the field."""
from __future__ import annotations

from typing import Any, Optional, Sequence

from ....errors import SettingsError
from ..kinds import Identity, Kind, Recorder, Recording, Served
from . import tree
from .server import RedfishServer


class RedfishKind:
    """Recordings are resources by their path."""

    tcp_port: Optional[int] = 443
    rank = 3

    def identify(self, data: Any) -> Identity:
        from .identity import identity  # replaying starts quicker without it
        return identity(data)

    def record(self, data: Any, recorder: Recorder) -> Recording:
        from ....redfish import settings
        from . import recording
        login = settings.read(data).login
        clean = recording.scrubbed(recording.resources(data, recorder), recorder, tuple(filter(None, (login.password,))))
        return Recording(tree.written(clean), f"{len(clean)} resources")

    def is_recording(self, text: str) -> bool:
        return tree.is_tree(text)

    def serve(self, text: str, port: int, profile: str = "") -> Served:
        if profile:
            raise SettingsError("--profile is for recordings of SNMP devices")
        found = tree.parse(text)
        return _Served(RedfishServer(found, port), len(found))


class _Served:
    def __init__(self, server: RedfishServer, count: int) -> None:
        self._server = server
        self.host, self.port = server.host, server.port
        self.about = f"{count} resources of a Redfish service; {server.outlets} outlets follow their actions, any login is taken"
        self.poll = f"redfish {self.host}:{self.port} -s scheme=http --username any"

    def writes(self) -> Sequence[str]:
        return list(self._server.writes)

    def close(self) -> None:
        self._server.close()


KIND: Kind = RedfishKind()
