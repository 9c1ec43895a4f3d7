"""What a handler finds at an address, and how its devices are recorded: by its entry in a table,
else by its calls.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Callable, NamedTuple, Optional

from handlers import registry
from handlers.host.snmp import known_endpoint
from handlers.shared.errors import PduHandlerError, SettingsError, printable

from ..pdus.handler_loading import LoadedHandler
from ..pdus.handler_tools import HandlerTools
from .recording_formats import HandlerFinding, RecordingFormat
from .replay_server import Response
from .synlink import login_answers
from .unit_recording import unit_recording_format


class HandlerRecordings(NamedTuple):
    """What a handler of this project says; None for what it does not say."""

    #: what it finds at the address in an argument of make_handler
    identify: Optional[Callable[[Any], HandlerFinding]] = None
    #: how its devices are recorded and simulated
    recording_format: Optional[RecordingFormat] = None
    #: what a replayed device answers to a login, which no recording holds
    login_answers: Mapping[str, Response] = MappingProxyType({})


# Imported late, because most runs need one handler.


def _nut() -> HandlerRecordings:
    from .nut import identification, recording_format  # 50 ms

    return HandlerRecordings(identification.identify, recording_format.KIND)


def _raritan() -> HandlerRecordings:
    from .raritan import identification, recording_format  # 110 ms

    return HandlerRecordings(identification.identify, recording_format.KIND)


def _redfish() -> HandlerRecordings:
    from .redfish import identification, recording_format  # 30 ms

    return HandlerRecordings(identification.identify, recording_format.KIND)


def _snmp() -> HandlerRecordings:
    from .snmp import identification, recording_format  # 180 ms

    return HandlerRecordings(identification.identify, recording_format.KIND)


def _synlink() -> HandlerRecordings:
    return HandlerRecordings(login_answers=login_answers.ANSWERS)


#: by the handler's name; one of which the common answers below are true is not here
RECORDINGS: Mapping[str, Callable[[], HandlerRecordings]] = {
    "nut": _nut,
    "raritan": _raritan,
    "redfish": _redfish,
    "snmp": _snmp,
    "synlink": _synlink,
}


def _recordings_of(handler: str) -> HandlerRecordings:
    """What the handler of this name says; nothing for a path."""
    return RECORDINGS.get(handler, HandlerRecordings)()


def identify(handler: LoadedHandler, data: Any) -> HandlerFinding:
    """What the handler finds at the address in `data`, an argument of make_handler. Raises the
    errors of handlers/shared/errors.py.
    """
    reader = _recordings_of(handler.shown).identify
    try:
        finding = _describe_by_calls(handler, data) if reader is None else reader(data)
    except PduHandlerError as error:
        raise error.at(known_endpoint(data), "identify") from None
    if finding.family:
        # a name is worth no failure
        with contextlib.suppress(PduHandlerError):
            with HandlerTools(handler).opened(data) as unit:
                plate = unit.nameplate()
            if not plate.manufacturer and not plate.model:
                return finding
            finding.unit = f"{plate.manufacturer} {plate.model or finding.family}".strip()
    return finding


def _describe_by_calls(handler: LoadedHandler, data: Any) -> HandlerFinding:
    name = handler.shown
    out = HandlerFinding(name, family=name, why="its handler reads it")
    basis = "the handler's own reading, without a module that says more"
    with HandlerTools(handler).opened(data) as unit:
        out.note_states([state for _, state in unit.states()], basis)
        out.note_figures(lambda: unit.figures(with_power=False), basis, basis)
    if registry.is_handler(name):
        out.note_switched(out.outlets, out.outlets, "the handler's own command")
    return out


def recordable_handlers() -> tuple[str, ...]:
    """The handlers whose devices can be recorded."""
    return tuple(
        name
        for name in registry.names()
        if registry.about(name).is_codec or _recordings_of(name).recording_format is not None
    )


def recording(handler: str) -> Optional[RecordingFormat]:
    """How its devices are recorded and simulated; None if they are not."""
    own = _recordings_of(handler)
    if (
        own.recording_format is None
        and registry.is_handler(handler)
        and registry.about(handler).is_codec
    ):
        return unit_recording_format(handler, own.login_answers)
    return own.recording_format


def handler_of_recording(text: str, file: str) -> tuple[str, RecordingFormat]:
    """The handler whose recording this is, and its kind. Raises SettingsError."""
    for name in registry.names():
        kind = recording(name)
        if kind is not None and kind.is_recording(text):
            return name, kind
    raise SettingsError(
        f"{printable(file)} is not a recording: use pdu record, snmpwalk -On, or a file for NUT's"
        " dummy-ups"
    )
