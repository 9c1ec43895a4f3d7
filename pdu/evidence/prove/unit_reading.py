"""Reads one unit for a proof, and keeps each answer in the order in which it came.

The readings are the pack's own (`pdus/reading.py`), the recording is that of `pdu
record`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, NamedTuple

from handlers import host
from handlers.shared.address import Address
from handlers.shared.errors import PduHandlerError, ProtocolError, printable
from handlers.shared.meter_figures import MeterFigures
from handlers.shared.switching import UNANSWERED
from pdu_common.helper import EnumPowerStatus

from ...core.cli.options import RunOptions
from ...pdus import connection_data, reading
from ...pdus.adapters.nameplate import Nameplate
from ...pdus.adapters.topology import LINE
from ...pdus.handler_loading import LoadedHandler, load
from ...pdus.handler_tools import HandlerTools
from ...pdus.reading import Part, Reading
from ...pdus.states import UNKNOWN, word
from ...recordings import of_handlers
from ...recordings.private_patterns import SERIALS
from ...recordings.recording_formats import RecordingFormat, RecordingOptions, ReplayedDevice
from ...recordings.scrub import Scrubber
from .document import ProvenCommand, ProvenOutlet, ProvenReading
from .verdicts import CONTRACT

#: every reading has these; the first one has `NAMED` too
FIGURES: Sequence[Part] = (reading.states, reading.power)
NAMED: Sequence[Part] = (*FIGURES, reading.labels, reading.read_topology, reading.add_nameplate)
#: handler settings that a replay needs too
SETTINGS = ("profile", "metered_only")
# what any login of a replay is
_ANY = "any"
_LONGEST = 300


class ProofClock(NamedTuple):
    """The time of a proof; tests have another one."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass
class ProofTrace:
    """What was asked and came back, in order. `begun` is of the clock, in s."""

    begun: float
    #: replaces what could identify the owner in a text
    clean: Callable[[str], str]
    readings: list[ProvenReading] = field(default_factory=list)
    commands: list[ProvenCommand] = field(default_factory=list)


class UnitUnderTest(NamedTuple):
    """How the unit is reached."""

    handler: LoadedHandler
    #: the argument of make_handler
    data: Any


class OutletReading(NamedTuple):
    """One outlet as it reads now."""

    state: EnumPowerStatus
    draw: MeterFigures = MeterFigures()


class UnitReading(NamedTuple):
    """The unit as it reads now."""

    #: by identity; none if it could not be read
    outlets: Mapping[str, OutletReading]
    #: what a meter of its own shows at its inlet, over all lines; without one, no figure
    inlet: MeterFigures = MeterFigures()
    #: whether all of it was read
    is_whole: bool = True

    @classmethod
    def of(cls, reading: Reading) -> UnitReading:
        return cls(
            {
                outlet.identity: OutletReading(
                    outlet.state,
                    MeterFigures(outlet.figures.current_a, outlet.figures.power_w),
                )
                for outlet in reading.outlets
            },
            MeterFigures(reading.inlet_a, reading.inlet_w),
            reading.failure is None,
        )

    def state(self, identity: str) -> EnumPowerStatus:
        """Of an outlet; UNKNOWN if it was not read."""
        outlet = self.outlets.get(identity)
        return UNKNOWN if outlet is None else outlet.state


def read_unit(unit: UnitUnderTest, parts: Sequence[Part]) -> Reading:
    """What was read before the first error, which is the reading's `failure`."""
    readings = [Reading()]
    try:
        reading.read_pdu(unit.handler, unit.data, parts, readings.append)
    except (Exception, SystemExit) as error:  # anybody may have written the archive
        last = readings[-1]
        readings.append(last._replace(failure=last.failure or reading.error_of(error)))
    return readings[-1]


def proven(reading: Reading, phase: str, at_s: float, trace: ProofTrace) -> ProvenReading:
    """A reading as the file has it."""
    failure = reading.failure
    return ProvenReading(
        phase,
        round(at_s, 3),
        reading.load_a,
        reading.power_w,
        reading.energy_kwh,
        sum(part.kind == LINE for part in reading.meters),
        tuple(
            ProvenOutlet(
                trace.clean(part.identity),
                trace.clean(part.number),
                word(part.state),
                part.figures.current_a,
                part.figures.power_w,
                part.figures.energy_kwh,
            )
            for part in reading.outlets
        )
        if reading.answered
        else (),
        "" if failure is None else failure.kind,
        "" if failure is None else trace.clean(printable(failure.reason, _LONGEST)),
    )


def take(
    unit: UnitUnderTest,
    phase: str,
    trace: ProofTrace,
    clock: ProofClock,
    parts: Sequence[Part] = FIGURES,
) -> Reading:
    """Read once, and keep it in the trace."""
    reading = read_unit(unit, parts)
    trace.readings.append(proven(reading, phase, clock.monotonic() - trace.begun, trace))
    return reading


class UnitAccess:
    """The unit as a proof reads and switches it: each answer is kept in the trace."""

    def __init__(
        self, unit: UnitUnderTest, trace: ProofTrace, clock: ProofClock, phase: str = CONTRACT
    ) -> None:
        self._unit, self._trace, self._clock, self.phase = unit, trace, clock, phase

    def read(self) -> UnitReading:
        """Read it now."""
        return UnitReading.of(take(self._unit, self.phase, self._trace, self._clock))

    def switch(self, identity: str, on: bool) -> EnumPowerStatus:
        """Send one command, once. Returns what the PDU reports afterwards, UNKNOWN after an
        error.
        """
        begin = self._clock.monotonic()
        state, kind, reason = UNKNOWN, "", ""
        log_lines: list[str] = []
        try:
            with _capture_log() as log_lines:
                four_methods = HandlerTools(self._unit.handler).four_methods(self._unit.data)
                state = four_methods.switch(identity, on)
        except (Exception, SystemExit) as error:
            read_error = reading.error_of(error)
            kind, reason = read_error.kind, read_error.reason
        seconds = self._clock.monotonic() - begin
        self._trace.commands.append(
            ProvenCommand(
                self._trace.clean(identity),
                on,
                round(begin - self._trace.begun, 3),
                round(seconds, 3),
                word(state),
                kind,
                self._trace.clean(printable(reason, _LONGEST)),
                UNANSWERED in log_lines,
                self.phase,
            )
        )
        return state

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


@contextlib.contextmanager
def _capture_log() -> Iterator[list[str]]:
    """The lines that are logged in the block. A handler says only there that it had no answer."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    root, keep = logging.getLogger(), Keep(logging.INFO)
    level = root.level
    root.addHandler(keep)
    root.setLevel(min(level, logging.INFO))
    try:
        yield lines
    finally:
        root.setLevel(level)
        root.removeHandler(keep)


def scrub_nameplate(text: str, plate: Nameplate) -> str:
    """What a unit says about itself. A model looks like a serial number, so only addresses and the
    serial number itself are replaced.
    """
    for serial in filter(None, plate.serial.split(", ")):
        text = text.replace(serial, "serial")
    return Scrubber((SERIALS,)).text(printable(text, 120))


# ---- the recording -------------------------------------------------------------------------------


def record_unit(unit: UnitUnderTest, tell: Callable[[str], None]) -> tuple[str, Sequence[str]]:
    """The scrubbed recording of the unit, "" if there is none, with notes or the reason."""
    kind = of_handlers.recording(unit.handler.shown)
    if kind is None:
        return "", ("its handler makes no recordings",)
    try:
        recording = kind.record(unit.data, RecordingOptions(tell=tell))
    except RecursionError:
        return "", ("an answer is nested too deeply to be recorded",)
    except PduHandlerError as error:
        return "", (f"the unit could not be recorded: {error.kind}: {error.reason}",)
    return recording.text, (recording.holds, *recording.notes)


def settings_of(unit: UnitUnderTest) -> dict[str, str]:
    """Those of `SETTINGS` that the owner gave."""
    settings = host.settings(unit.data)
    return {key: str(settings[key]) for key in SETTINGS if settings.get(key)}


class Replayed(NamedTuple):
    """What comes out of a recording."""

    reading: ProvenReading
    plate: Nameplate


def read_recording(
    handler: str, recording: str, clean: Callable[[str], str], handler_settings: Mapping[str, str]
) -> Replayed:
    """What the handler reads from a recording that is served on this machine.

    Raises ProtocolError if it is no recording of this handler's units.
    """
    kind = of_handlers.recording(handler)
    if kind is None or not kind.is_recording(recording):
        raise ProtocolError(f"this is no recording of {handler}")
    device = _serve(kind, recording, handler_settings.get("profile", ""))
    try:
        # the first words are handler and address, the others options
        name, address, *options = shlex.split(device.poll)
        settings = dict(handler_settings)
        while options:
            flag, value = options.pop(0), options.pop(0) if options else ""
            key, equals, text = value.partition("=")
            if flag == "-s" and equals:
                settings[key] = text
            else:
                settings[flag.lstrip("-").replace("-", "_")] = value
        community = os.environ.get("PDU_COMMUNITY") or "public"
        secrets = {"password": _ANY, "community": community}
        state = RunOptions(settings=settings, of_list=settings, login="the replay", secrets=secrets)
        loaded = load(name)
        unit = UnitUnderTest(loaded, connection_data.pdu_data(loaded, Address(address), state))
        trace = ProofTrace(0.0, clean)
        reading = read_unit(unit, NAMED)
        return Replayed(proven(reading, "recorded", 0.0, trace), reading.plate)
    finally:
        device.close()


def _serve(kind: RecordingFormat, recording: str, profile: str) -> ReplayedDevice:
    try:
        if profile and kind.serve_as is not None:
            return kind.serve_as(recording, 0, profile)
        return kind.serve(recording, 0)
    except OSError as error:
        raise ProtocolError(f"no port can be used ({error.strerror})") from None


def failed_reading(
    phase: str, error: PduHandlerError, at_s: float, trace: ProofTrace
) -> ProvenReading:
    """A reading of which only the error is known."""
    failure_reading = Reading(failure=reading.error_of(error))
    why = failure_reading.failure
    assert why is not None
    return ProvenReading(
        phase,
        round(at_s, 3),
        None,
        None,
        None,
        0,
        (),
        why.kind,
        trace.clean(printable(why.reason, _LONGEST)),
    )
