"""The interface firmware.FirmwareUpdateStatus."""
from __future__ import annotations

from ..idl import declared, Interface, method
from .structures import UpdateStatus


class FirmwareUpdateStatus(Interface):
    """Progress of a running update, at `/cgi-bin/fwupdate_progress.cgi`; all that answers then."""

    idlType = "firmware.FirmwareUpdateStatus:1.0.0"

    @method()
    def getStatus(self) -> UpdateStatus: declared()
