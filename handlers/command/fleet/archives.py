"""Finds the archives that `--archives DIR` runs in place of this program's own handlers."""
from __future__ import annotations

import os
import re
from typing import Dict, List, Optional, Sequence

from ...errors import SettingsError
from .listing import Device


def replaced(devices: Sequence[Device], folder: Optional[str]) -> List[Device]:
    """The PDUs. If a `folder` is given, its newest archive of each handler replaces the handler. Raises SettingsError."""
    built = {name: newest(folder, name) for name in {device.handler for device in devices}}
    return [device._replace(handler=built[device.handler]) for device in devices]


def newest(folder: Optional[str], handler: str) -> str:
    """The path of the handler's newest archive in `folder`. Raises SettingsError.

    `handler` is returned unchanged if there is no folder, or if it is the path of an archive.
    """
    if folder is None or handler.endswith(".tar.gz"):
        return handler
    pattern = re.compile(rf"pdu_{re.escape(handler)}-[0-9][^/]*\.tar\.gz")
    try:
        built: Dict[str, List[int]] = {name: [int(number) for number in re.findall("[0-9]+", name)]
                                       for name in os.listdir(folder) if pattern.fullmatch(name)}
    except OSError as error:
        raise SettingsError(f"{folder} cannot be read ({error.strerror})") from None
    if not built:
        raise SettingsError(f"{folder} has no archive of {handler!r} (pdu_{handler}-VERSION.tar.gz): make packages")
    return os.path.join(folder, max(built, key=lambda name: built[name]))
