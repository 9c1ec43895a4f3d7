"""What tools ask of a handler besides DCImanager's four calls (docs/dev/new-handler.md, "What tools
ask"). Nothing of it has to be there.

`measured` and `labels` are methods of the handler's object, which its archive has as well. The rest
is in modules that no archive contains, so an archive answers nothing there.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Callable, Optional

from handlers import registry
from handlers.host import Figures, PortFigures
from handlers.host.snmp import known_endpoint
from handlers.shared.errors import PduHandlerError, SettingsError, printable

from ..adapters.nameplate import Nameplate
from ..adapters.recording_formats import HandlerFinding
from ..adapters.topology import Topology
from ..cli.output import figure_or_none
from ..states import reported_state
from .handler_loading import LoadedHandler

if TYPE_CHECKING:
    from handlers.shared.labels import Label

    from ..adapters.power_restore import OutletRestorePolicy
    from ..adapters.recording_formats import RecordingFormat


#: module of pdu/core/adapters/<name> -> the function or value with which it answers
TOOL_FUNCTIONS: Mapping[str, str] = {
    "topology": "read_topology",
    "power_restore": "read_power_restore",
    "nameplate": "read_nameplate",
    "identification": "identify",
    "recording_format": "KIND",
}


class HandlerTools:
    """One handler, as tools ask it. Raises the errors of handlers/shared/errors.py."""

    def __init__(self, handler: LoadedHandler) -> None:
        self._handler = handler
        self._own = handler.name if registry.is_handler(handler.shown) else ""

    def session(self) -> AbstractContextManager[None]:
        """Calls of one object in this block share what they read, if the handler can do that."""
        return (self._handler.one_session or nullcontext)()

    def read_figures(self, pdu: Any, with_power: bool = False) -> Figures:
        """What the PDU measures, W only `with_power`.

        Of a handler without `measured`, its `statistic`: no power, and a current of an outlet only
        if this platform's view of an outlet has one.
        """
        if hasattr(pdu, "measured"):
            figures: Figures = pdu.measured(with_power)
            return figures
        view = pdu.statistic()
        ports = [
            PortFigures(
                port.identity, getattr(port, "load", None), figure_or_none(port, "consumption")
            )
            for port in view.ports
        ]
        return Figures(
            figure_or_none(view, "load"), figure_or_none(view, "total_consumption"), ports
        )

    def labels(self, pdu: Any) -> Optional[Sequence[Label]]:
        """Number and name of each outlet; None if the handler does not tell them."""
        return pdu.labels() if hasattr(pdu, "labels") else None

    def topology(self, pdu: Any) -> Topology:
        """Lines, breakers and how outlets are fed; empty if the handler does not tell."""
        reader = _answer("topology", self._own)
        if reader is not None:
            pdu_topology: Topology = reader(pdu)
            return pdu_topology
        return Topology()

    def power_on(self, pdu: Any) -> Mapping[str, OutletRestorePolicy]:
        """Identity -> what the outlet does when power comes back; {} if the handler does not
        tell.
        """
        reader = _answer("power_restore", self._own)
        return {} if reader is None else reader(pdu)

    def nameplate(self, pdu: Any, runs_on: Callable[[Optional[float]], bool]) -> Nameplate:
        """What a unit says about itself; empty if the handler does not tell.

        `runs_on` says of an uptime in s whether the unit is the one that was read before: then what
        costs further requests is left out.
        """
        reader = _answer("nameplate", self._own)
        if reader is not None:
            plate: Nameplate = reader(pdu, runs_on)
            return plate
        return Nameplate()

    def identify(self, data: Any) -> HandlerFinding:
        """What the handler finds at the address in `data`, an argument of make_handler: by a module
        of its own, else by its calls.
        """
        reader = _answer("identification", self._own)
        try:
            finding: HandlerFinding = (
                self._describe_by_calls(data) if reader is None else reader(data)
            )
        except PduHandlerError as error:
            raise error.at(known_endpoint(data), "identify") from None
        if finding.family:
            # a name is worth no failure
            with contextlib.suppress(PduHandlerError):
                plate = self.nameplate(self._handler.make(data), lambda _: False)
                if not plate.manufacturer and not plate.model:
                    return finding
                finding.unit = f"{plate.manufacturer} {plate.model or finding.family}".strip()
        return finding

    def recording(self) -> Optional[RecordingFormat]:
        """How its devices are recorded and simulated; None if they are not."""
        return recording(self._own) if self._own else None

    def _describe_by_calls(self, data: Any) -> HandlerFinding:
        name, pdu = self._handler.shown, self._handler.make(data)
        out = HandlerFinding(name, family=name, why="its handler reads it")
        basis = "the handler's own reading, without a module that says more"
        with self.session():
            ports = pdu.status().ports
            out.note_states([reported_state(port) for port in ports], basis)
            out.note_figures(lambda: self.read_figures(pdu), basis, basis)
        if self._own:
            out.note_switched(out.outlets, out.outlets, "the handler's own command")
        return out


def recordable_handlers() -> tuple[str, ...]:
    """The handlers whose devices can be recorded."""
    return tuple(
        name
        for name in registry.names()
        if registry.about(name).is_codec or _module("recording_format", name) is not None
    )


def recording(handler: str) -> Optional[RecordingFormat]:
    """As `HandlerTools.recording`, without loading the handler of this name."""
    recording_format: Optional[RecordingFormat] = _answer("recording_format", handler)
    if (
        recording_format is None
        and registry.is_handler(handler)
        and registry.about(handler).is_codec
    ):
        # imported late: 20 ms, which handlers with a format of their own save
        from ..adapters.unit_recording import unit_recording_format

        return unit_recording_format(handler)
    return recording_format


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


@functools.lru_cache(maxsize=128)
def _answer(what: str, handler: str) -> Any:
    """A function or value of `TOOL_FUNCTIONS`; None if the handler has no such module."""
    module = _module(what, handler) if handler else None
    if module is None:
        return None
    return getattr(importlib.import_module(module), TOOL_FUNCTIONS[what])


def _module(what: str, handler: str) -> Optional[str]:
    folder = f"pdu.core.adapters.{handler}"
    # without the folder, a search for a module in it would be an error
    is_there = all(importlib.util.find_spec(name) for name in (folder, f"{folder}.{what}"))
    return f"{folder}.{what}" if is_there else None
