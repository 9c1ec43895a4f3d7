"""How `pdu record`, `replay` and `identify` reach each handler.

`<handler>/kind.py` defines `KIND`, `<handler>/identity.py` the function `identity`.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from ... import host, registry
from ...errors import PduHandlerError, SettingsError
from . import __path__ as _OWN
from .kinds import HandlerFinding, RecordingKind


def names() -> tuple[str, ...]:
    """The handlers that have a folder here."""
    folders = {found.name for found in pkgutil.iter_modules(_OWN) if found.ispkg}
    return tuple(name for name in registry.names() if name in folders)


def kind(handler: str) -> RecordingKind:
    """The `RecordingKind` of one of the handlers in `names()`."""
    found: RecordingKind = importlib.import_module(f".{handler}.kind", __package__).KIND
    return found


def identity(handler: str, data: Any) -> HandlerFinding:
    """What the handler finds at the address in `data`. Raises the errors of handlers/errors.py."""
    try:
        found: HandlerFinding = importlib.import_module(
            f".{handler}.identity", __package__
        ).identity(data)
    except PduHandlerError as error:
        raise error.at(host.address(data), "identify") from None
    return found


def kind_of(text: str, file: str) -> str:
    """The handler whose recording this is. Raises SettingsError."""
    found = next((handler for handler in names() if kind(handler).is_recording(text)), None)
    if found is None:
        raise SettingsError(
            f"{file} is not a recording: use pdu record, snmpwalk -On, or a file for NUT's"
            " dummy-ups"
        )
    return found
