"""Sending a firmware image."""
from __future__ import annotations

from typing import Mapping, Optional

from .. import cgi
from ..agent import Agent
from ..forms import Progress

_LOW_MEMORY = ("lowMemoryUpload", "allowLowMemoryDowngrade", "allowLowMemoryUntrusted")


def upload(agent: Agent, data: cgi.Data, lowMemoryUploadOptions: Optional[Mapping[str, object]] = None,
           progress: Optional[Progress] = None) -> None:
    """Send an image (bytes, or a file open in binary mode, which is streamed): one round trip, over https only.

    Nothing is updated by it: look at `Firmware.getImageInfo`, then call `startUpdate` or `discardImage`.
    lowMemoryUploadOptions: the three switches of newer firmware, each 0 or 1. progress: called with (sent, size).
    """
    given = lowMemoryUploadOptions or {}
    parameters = {name: "1" if given.get(name) in (1, "1") else "0" for name in _LOW_MEMORY} if given else {}
    cgi.upload(agent, cgi.target("fwupload.cgi", parameters), "upfile", "firmware.bin", data, progress)
