"""What the Redfish handler does in the field."""
from __future__ import annotations

from typing import Any, Optional

from ....errors import SettingsError
from ..kinds import Identity, Kind, Recorder, Recording, Served
from ..serving import ANY_LOGIN
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
        server = RedfishServer(found, port)
        about = f"{len(found)} resources of a Redfish service; {server.outlets} outlets follow their actions, any login is taken"
        return server.served("redfish", about, ANY_LOGIN)


KIND: Kind = RedfishKind()
