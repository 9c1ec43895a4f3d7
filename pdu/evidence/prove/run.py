"""The calls of a proof: those of DCImanager, each on an object made anew, and what they returned.

One outlet is switched off and on once. The last command is always "on", whatever happened before.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import signal
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, NamedTuple

import handlers
from handlers.shared.errors import NoSuchOutlet, PduHandlerError, printable
from handlers.shared.meter_figures import MeterFigures, measured, reason_without
from pdu_common.helper import EnumPowerStatus

from ...cli.error_output import Usage
from ...cli.states import UP, word
from ...loading.error_types import error_type
from ...loading.four_methods import FourMethods
from ...loading.handler_loading import LoadedHandler
from ...loading.open_handler import HandlerTools
from ...reading import parts as reading
from ...reading.command_log import logged_command
from ...reading.outlet_power import AGAIN_S
from ...reading.parts import Reading
from ...recordings.nameplate import Nameplate
from ...recordings.recording_formats import RecordingOptions
from ...recordings.scrub import NAMES, Scrubber
from .. import web_recorder
from .document import ProvenCall, ProvenOutlet, UnitProof

_COMMANDED_STATES = {"port_up": "on", "port_down": "off"}
#: of an error, in characters
_LONGEST = 300
_QUOTED = re.compile(r"(['\"])(.+?)\1")
_SHORTEST_SERIAL = 4  # in characters


def _type_and_line(error: BaseException) -> str:
    """The type of an error, and the line of this pack's handlers that raised it: its words may be
    the device's.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own_folders = tuple(f"{folder}{os.sep}" for folder in handlers.__path__)
    if not frames or not frames[-1].filename.startswith(own_folders):
        return error_type(error)
    path = Path(frames[-1].filename)
    return f"{error_type(error)} at {path.parent.name}/{path.name}:{frames[-1].lineno}"


class UnitUnderTest(NamedTuple):
    """How the unit is reached."""

    handler: LoadedHandler
    #: the argument of make_handler
    data: Any
    #: replaces what could identify the owner
    scrubber: Scrubber

    def clean(self, text: str) -> str:
        """A sentence of this pack, without what it quotes of the device and what looks private."""
        own_words = _QUOTED.sub(lambda part: repr(self.scrubber.scrub_free_text(part[2])), text)
        return self.scrubber.scrub_kept_text(own_words)

    def outlet(self, word: str) -> str:
        """An identity or a printed number: itself, or a stand-in if it holds other words."""
        return self.scrubber.scrub_free_text(word)


class Calls:
    """The four calls of a unit. `calls` has each with its answer, in order."""

    def __init__(self, unit: UnitUnderTest) -> None:
        self._unit = unit
        self._begin = time.monotonic()
        self.calls: list[ProvenCall] = []

    def status(self) -> ProvenCall:
        """The states of all outlets."""
        return self._keep("status", self._status)

    def statistic(self) -> ProvenCall:
        """What is measured."""
        return self._keep("statistic", self._statistic)

    def switch(self, identity: str, *, on: bool) -> ProvenCall:
        """One command, sent once. The system's log gets a line."""
        method = "port_up" if on else "port_down"
        address = str(getattr(self._unit.data, "ip", ""))

        def switch(methods: FourMethods) -> ProvenCall:
            with logged_command(address, identity, on=on) as result:
                result.state = methods.switch(identity, on=on)
            outlet = self._outlet(identity, result.state)
            return ProvenCall(method, outlets=(outlet,))

        return self._keep(method, switch)

    def _status(self, methods: FourMethods) -> ProvenCall:
        outlets = [self._outlet(identity, state) for identity, state in methods.states()]
        return ProvenCall("status", outlets=tuple(outlets))

    def _outlet(self, identity: str, state: EnumPowerStatus) -> ProvenOutlet:
        return ProvenOutlet(self._unit.outlet(identity), word(state))

    def _statistic(self, methods: FourMethods) -> ProvenCall:
        """The figures. Its outlets are those with a port of figures; they have no states."""
        figures = methods.figures()
        outlets = []
        for identity, meter in figures.ports.items():
            outlet = ProvenOutlet(
                identity=self._unit.outlet(identity),
                state="",
                current_a=measured(meter.current_a),
                energy_kwh=measured(meter.energy_kwh),
            )
            outlets.append(outlet)
        return ProvenCall(
            method="statistic",
            outlets=tuple(outlets),
            load_a=measured(figures.load_a),
            energy_kwh=measured(figures.energy_kwh),
        )

    def _keep(self, method: str, ask: Callable[[FourMethods], ProvenCall]) -> ProvenCall:
        """Call a method on an object made anew. Adds what `ask` returns, or the error, to `calls`,
        with its times.
        """
        begin = time.monotonic()
        try:
            methods = HandlerTools(self._unit.handler).four_methods(self._unit.data)
            call = ask(methods)
        except (Exception, SystemExit) as error:  # anybody may have written the archive
            call_error = reading.error_of(error)
            call = ProvenCall(
                method,
                error_kind=call_error.kind,
                error=_type_and_line(error),
                reason=printable(call_error.reason, _LONGEST),
            )
        timed_call = dataclasses.replace(
            call,
            at_s=round(begin - self._begin, 3),
            seconds=round(time.monotonic() - begin, 3),
        )
        self.calls.append(timed_call)
        return timed_call


def read_unit(unit: UnitUnderTest) -> tuple[Reading, tuple[str, ...]]:
    """States, figures, numbers and nameplate, as the tools read them before the first error, with
    that error. From now on errors contain no names of outlets.
    """
    parts = (reading.states, reading.power, reading.labels, reading.add_nameplate)
    unit_reading = reading.read_until_error(
        parts, lambda keep: reading.read_pdu(unit.handler, unit.data, parts, keep)
    )
    for outlet in unit_reading.outlets:
        unit.scrubber.learn(NAMES, outlet.name)
    notes = []
    for part, failure in unit_reading.failures.items():
        notes.append(f"its {part} were not read: {failure.kind}")
    return unit_reading, tuple(notes)


def record_unit(unit: UnitUnderTest, tell: Callable[[str], None]) -> tuple[str, tuple[str, ...]]:
    """The scrubbed recording of the unit, "" if there is none, with notes or the reason."""
    try:
        recording = web_recorder.recorded(unit.handler, unit.data, RecordingOptions(tell=tell))
    except RecursionError:
        return "", ("an answer is nested too deeply to be recorded",)
    except PduHandlerError as error:
        where = _type_and_line(error)
        return "", (f"the unit could not be recorded: {error.kind}: {where}",)
    notes = []
    for note in (recording.holds, *recording.notes):
        notes.append(unit.clean(printable(note, _LONGEST)))
    return recording.text, tuple(notes)


def clean_nameplate(unit: UnitUnderTest, plate: Nameplate) -> Nameplate:
    """Family, manufacturer, model and firmware, without what looks private. A model looks like a
    serial number, so of those only the unit's own is replaced.
    """
    return Nameplate(
        family=_without_serials(unit, plate.family, plate.serial),
        manufacturer=_without_serials(unit, plate.manufacturer, plate.serial),
        model=_without_serials(unit, plate.model, plate.serial),
        firmware=_without_serials(unit, plate.firmware, plate.serial, name="firmware"),
    )


def _without_serials(unit: UnitUnderTest, text: str, serials: str, *, name: str = "") -> str:
    """A text of a nameplate without the unit's serial numbers, of which a chain has several, and
    without what was learned of the owner. `name` says what the text is.
    """
    for serial in serials.split(", "):
        if len(serial) < _SHORTEST_SERIAL:
            continue  # it tells nobody, and is a part of other numbers
        whole = rf"(?<![0-9A-Za-z]){re.escape(serial)}(?![0-9A-Za-z])"
        text = re.sub(whole, "serial", text)
    scrubbed_text = Scrubber().scrub_addresses(printable(text, 120), name)
    return unit.scrubber.scrub_known_values(scrubbed_text)


def load_text(load: MeterFigures) -> str:
    """The current and the power for people."""
    texts = []
    for figure, unit in ((load.current_a, "A"), (load.power_w, "W")):
        value = measured(figure)
        if value is not None:
            texts.append(f"{value:g} {unit}")
    return ", ".join(texts) or "no figure"


def check_switchable(
    unit_reading: Reading, identity: str, host: str, *, is_sure: bool
) -> MeterFigures:
    """What the outlet carries. Raises Usage unless it is on, and idle or its owner `is_sure`;
    NoSuchOutlet.
    """
    if not unit_reading.answered:
        raise Usage(
            f"outlet {identity} was not switched: {unit_reading.unread or 'it is not read'}"
        )
    outlet = unit_reading.outlet(identity)
    if outlet is None:
        raise NoSuchOutlet(
            f"the PDU has no outlet {identity[:60]!r}; status lists its outlets", host
        )
    if outlet.state is not UP:
        raise Usage(
            f"outlet {identity} is {word(outlet.state)}: nothing was switched, because a proof"
            " begins and ends with an outlet that is on"
        )
    reason = _reason_against_idleness(outlet.figures)
    if reason and not is_sure:
        raise Usage(
            f"outlet {identity} was not switched: {reason}. If it may lose its power, type it"
            f" twice: --outlet {identity} --outlet {identity}"
        )
    return outlet.figures


def _reason_against_idleness(load: MeterFigures) -> str:
    """Why something may be plugged into an outlet with these figures; "" if it is idle."""
    if measured(load.current_a) or measured(load.power_w):
        return f"it carries {load_text(load)}"
    reason = reason_without(load.current_a) or reason_without(load.power_w)
    if reason:
        return f"its load is not known: {reason}"
    if not load.has_load:
        return "no meter shows that nothing is plugged in"
    return ""


def switch_off_and_on(calls: Calls, identity: str) -> None:
    """Switch the outlet off and on, with a status after each command.

    "On" is sent once, also when "off" failed or Ctrl-C came, even twice: the outlet was on.
    """
    with _interrupts() as interrupts:
        try:
            try:
                calls.switch(identity, on=False)
                time.sleep(AGAIN_S)
                calls.status()
            finally:
                interrupts.must_wait = True
        finally:  # of its own: Python 3.9 may raise for a signal between two lines
            calls.switch(identity, on=True)
    time.sleep(AGAIN_S)
    calls.status()


class _Interrupts:
    """A signal handler. The first signal raises KeyboardInterrupt, or, if it `must_wait`, sets
    `is_waiting`; those after it do nothing.
    """

    def __init__(self) -> None:
        self.must_wait = False
        self.is_waiting = False
        self._has_come = False

    def __call__(self, *_: object) -> None:
        """What Python calls for a signal: see the class."""
        if self._has_come:
            return
        self._has_come = True
        if not self.must_wait:
            raise KeyboardInterrupt
        self.is_waiting = True


@contextlib.contextmanager
def _interrupts() -> Iterator[_Interrupts]:
    """The handler of SIGINT, SIGTERM and SIGHUP in the block. A signal that waits raises
    KeyboardInterrupt at the block's end. systemd ends a session by SIGTERM and SIGHUP together
    (systemd.kill(5), SendSIGHUP=). Under nohup SIGHUP stays ignored.
    """
    numbers = [signal.SIGINT, signal.SIGTERM]
    # Windows has no SIGHUP
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    interrupts = _Interrupts()
    previous_handlers = {number: signal.signal(number, interrupts) for number in numbers}
    try:
        yield interrupts
    finally:
        for number, handler in previous_handlers.items():
            signal.signal(number, handler)
    if interrupts.is_waiting:
        raise KeyboardInterrupt


def surprises(proof: UnitProof) -> Iterator[str]:
    """What did not come back as it should, a sentence each."""
    for call in proof.calls:
        if call.error_kind:
            yield f"{call.method} failed: {call.error_kind}: {call.reason}"
    yield from _switching_surprises(proof)


def _switching_surprises(proof: UnitProof) -> Iterator[str]:
    """Each command, and each status after it, must show the outlet as commanded; each such status
    must show the others as the first one did: a change that stays is told once.
    """
    first_status = proof.first("status")
    commanded_state = ""  # before the first command
    changes: list[str] = []
    for call in proof.calls:
        commanded_state = _COMMANDED_STATES.get(call.method, commanded_state)
        if not commanded_state or call.error_kind or call.method == "statistic":
            continue
        state = call.state(proof.outlet)
        if state != commanded_state:
            yield f"{call.method} tells {state} of outlet {proof.outlet}, not {commanded_state}"
        if call.method == "status" and first_status is not None:
            changes += _changes_of_others(proof.outlet, first_status, call)
    yield from dict.fromkeys(changes)


def _changes_of_others(identity: str, first_status: ProvenCall, call: ProvenCall) -> Iterator[str]:
    """A sentence for each outlet but this one whose state is not that of the first status."""
    states = {outlet.identity: outlet.state for outlet in call.outlets}
    for outlet in first_status.outlets:
        state = states.get(outlet.identity, "not listed")
        if outlet.identity != identity and state != outlet.state:
            yield f"outlet {outlet.identity} was {outlet.state}, and is {state}"
