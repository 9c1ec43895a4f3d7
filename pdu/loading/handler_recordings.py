"""What a handler finds at an address, and how its devices are recorded: by its adapter, else by its
calls.
"""

from __future__ import annotations

import contextlib
from typing import Any, Optional

from handlers import registry
from handlers.dcimanager.snmp import known_endpoint
from handlers.shared.errors import PduHandlerError, SettingsError, printable

from ..recordings.adapters import adapter_of
from ..recordings.recording_formats import HandlerFinding, RecordingFormat
from ..recordings.web import har
from ..recordings.web.unit import serve
from .handler_loading import LoadedHandler
from .open_handler import HandlerTools


def identify(handler: LoadedHandler, data: Any) -> HandlerFinding:
    """What the handler finds at the address in `data`, an argument of make_handler. Raises the
    errors of handlers/shared/errors.py.
    """
    read_finding = adapter_of(handler.display_name).identify
    try:
        finding = _finding_of_calls(handler, data) if read_finding is None else read_finding(data)
    except PduHandlerError as error:
        raise error.at(known_endpoint(data), "identify") from None
    if not finding.family:
        return finding
    with contextlib.suppress(PduHandlerError):  # a name is worth no failure
        with HandlerTools(handler).opened(data) as unit:
            plate = unit.nameplate()
        if plate.manufacturer or plate.model:
            finding.unit = f"{plate.manufacturer} {plate.model or finding.family}".strip()
    return finding


def _finding_of_calls(handler: LoadedHandler, data: Any) -> HandlerFinding:
    """What `status` and `statistic` say of a unit, for a handler without an own `identify`."""
    name = handler.display_name
    finding = HandlerFinding(name, family=name, why="its handler reads it")
    basis = "the handler's own reading, without a module that says more"
    with HandlerTools(handler).opened(data) as unit:
        states = [state for _, state in unit.states()]
        finding.note_states(states, basis)
        finding.note_figures(lambda: unit.figures(with_power=False), basis, basis)
    if registry.is_handler(name):
        finding.note_switched(finding.outlets, finding.outlets, "the handler's own command")
    return finding


_HTTPS_PORT = 443
# if several handlers read a device
_RANKS = {"raritan": 1, "redfish": 3}
_LAST_RANK = 4


def recordable_handlers() -> tuple[str, ...]:
    """The handlers whose devices can be recorded."""
    return tuple(registry.names())


def recording(handler: str) -> Optional[RecordingFormat]:
    """How devices of a handler are recorded and simulated; None for one outside this pack."""
    adapter = adapter_of(handler)
    if adapter.recording_format is not None:
        return adapter.recording_format()
    if not registry.is_handler(handler):
        return None

    return RecordingFormat(
        tcp_port=_HTTPS_PORT,
        rank=_RANKS.get(handler, _LAST_RANK),
        is_recording=lambda text: har.handler_in(text) == handler,
        serve=serve,
    )


def handler_of_recording(text: str, file: str) -> tuple[str, RecordingFormat]:
    """The handler whose recording this is, and its format. Raises SettingsError."""
    if har.is_old_recording(text):
        har.parse(text)  # raises
    for name in registry.names():
        recording_format = recording(name)
        if recording_format is not None and recording_format.is_recording(text):
            return name, recording_format
    raise SettingsError(
        f"{printable(file)} is not a recording: use pdu record, snmpwalk -On, an HTTP Archive"
        " (HAR), or a file for NUT's dummy-ups"
    )
