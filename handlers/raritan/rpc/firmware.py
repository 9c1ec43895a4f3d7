"""Firmware: upload, check, update, history. Source: Firmware.idl, FirmwareUpdateStatus.idl."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Optional

from ._idl.firmware import *
from ._runtime import scripts
from ._runtime.classes import public_names

if TYPE_CHECKING:
    from ...http.multipart import Progress
    from ._runtime.agent import Agent


_LOW_MEMORY = ("lowMemoryUpload", "allowLowMemoryDowngrade", "allowLowMemoryUntrusted")


def upload(
    agent: Agent,
    data: scripts.Data,
    lowMemoryUploadOptions: Optional[Mapping[str, object]] = None,
    progress: Optional[Progress] = None,
) -> None:
    """Send an image (bytes, or a file open in binary mode, which is streamed): one round trip.

    > POST /cgi-bin/fwupload.cgi[?lowMemoryUpload=0&...], multipart: upfile
    < 200

    Use https: over http, a device that enforces https breaks off the upload. Nothing is updated
    yet: `Firmware.getImageInfo` shows what was sent; then call `startUpdate` or `discardImage`.
    lowMemoryUploadOptions: the switches lowMemoryUpload, allowLowMemoryDowngrade and
    allowLowMemoryUntrusted of newer firmware, each 0 or 1; if one is given, the missing ones are
    sent as 0. progress: called with (sent, size) in bytes. Raises ValueError for another switch or
    value.
    """
    parameters = _low_memory(lowMemoryUploadOptions or {})
    scripts.upload(
        agent, scripts.target("fwupload.cgi", parameters), "upfile", "firmware.bin", data, progress
    )


def _low_memory(switches: Mapping[str, object]) -> dict[str, Optional[str]]:
    """The parameters of the given switches: all three if one is given, else none.

    >>> _low_memory({"lowMemoryUpload": 1})
    {'lowMemoryUpload': '1', 'allowLowMemoryDowngrade': '0', 'allowLowMemoryUntrusted': '0'}
    >>> _low_memory({})
    {}

    Raises ValueError for another switch, and for a value that is not 0 or 1.
    """
    for name, value in switches.items():
        if name not in _LOW_MEMORY:
            raise ValueError(f"{name!r} is no switch; allowed: {', '.join(_LOW_MEMORY)}")
        if value not in (0, 1, "0", "1"):
            raise ValueError(f"{name} is {value!r}; give 0 or 1")
    if not switches:
        return {}
    parameters: dict[str, Optional[str]] = {}
    for name in _LOW_MEMORY:
        is_on = switches.get(name) in (1, "1")
        parameters[name] = "1" if is_on else "0"
    return parameters


__all__ = public_names(globals())
