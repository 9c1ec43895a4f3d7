"""A proof switches only an outlet that every meter shows idle, and leaves none off."""

from __future__ import annotations

import contextlib
import inspect
import os
import signal
import sys
import time
from types import FrameType, SimpleNamespace
from typing import Any, Optional, cast

import pytest

from handlers.shared.errors import ProtocolError
from handlers.shared.meter_figures import Figure, MeterFigures, NotKnown
from pdu.cli.error_output import Usage
from pdu.cli.states import UP
from pdu.evidence.prove import run
from pdu.evidence.prove.document import UnitProof, proof_text
from pdu.files.whole_files import signals_as_ctrl_c
from pdu.reading.parts import PolledOutlet, Reading
from pdu.recordings.nameplate import Nameplate
from pdu.recordings.scrub import Scrubber
from pdu.recordings.snmp.nameplate import read_nameplate
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import Memory, plain
from tests.recordings import Fixture

LOST = NotKnown("outlet 3: no answer")


def _unit(scrubber: Scrubber) -> run.UnitUnderTest:
    return run.UnitUnderTest(cast(Any, None), None, scrubber)


@pytest.mark.parametrize(
    "current_a, power_w, is_idle",
    [
        (0.0, None, True),
        (0.0, 0.0, True),
        (None, 0.0, True),
        (0.0, LOST, False),
        (LOST, 0.0, False),
        (LOST, LOST, False),
        (None, None, False),
        (0.2, LOST, False),
        (0.0, 5.0, False),
        (None, 5.0, False),
        (float("nan"), 0.0, False),
    ],
)
def test_an_outlet_is_idle_only_if_every_meter_says_so(
    current_a: Figure, power_w: Figure, is_idle: bool
) -> None:
    outlet = PolledOutlet("3", UP, figures=MeterFigures(current_a, power_w))
    reading = Reading(outlets=[outlet], answered=True)
    if is_idle:
        run.check_switchable(reading, "3", "pdu.example", is_sure=False)
    else:
        with pytest.raises(Usage, match="outlet 3 was not switched"):
            run.check_switchable(reading, "3", "pdu.example", is_sure=False)


def test_an_error_tells_no_name_of_an_outlet_in_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name tells what is plugged in. The error's own words are for the terminal alone."""
    unit = _unit(Scrubber())
    named_outlet = PolledOutlet("3", UP, name="mueller")
    unit_reading = Reading(outlets=[named_outlet], answered=True)
    monkeypatch.setattr(
        "pdu.reading.parts.read_pdu", lambda _handler, _data, _parts, keep: keep(unit_reading)
    )
    run.read_unit(unit)
    calls = run.Calls(unit)

    def fail(_: Any) -> Any:
        raise ProtocolError("the relay of 'mueller' is welded", "pdu.example", "status")

    tools = SimpleNamespace(four_methods=lambda _: None)
    monkeypatch.setattr(run, "HandlerTools", lambda _: tools)
    status = calls._keep("status", fail)
    assert status.reason.endswith("the relay of 'mueller' is welded")
    fields: dict[str, Any] = dict.fromkeys(UnitProof.__annotations__, "")
    proof = UnitProof(**{**fields, "calls": (status,)})
    assert "mueller" not in proof_text(proof)


def test_what_the_unit_says_of_itself_has_no_word_of_the_login() -> None:
    scrubber = Scrubber(["Tr0ub4dor"], "mueller")
    plate = Nameplate(
        "f", "1", "4.0.21.5-50000 of mueller", manufacturer="Tr0ub4dor", model="PX3-5111"
    )
    assert run.clean_nameplate(_unit(scrubber), plate) == Nameplate(
        family="f",
        firmware="4.0.21.5-50000 of name-1",
        manufacturer="secret-1",
        model="PX3-5111",
    )


SYS_DESCR = "1.3.6.1.2.1.1.1.0"


@units.EVERY_ROW
def test_no_family_tells_the_host_that_its_agent_describes(unit: Fixture) -> None:
    """sysDescr is not the firmware: Net-SNMP's names the host, and others the serial number."""
    memory = Memory({oid: plain(row) for oid, row in unit.rows.items()})
    device = units.find(unit, memory)
    memory.put(SYS_DESCR, "Linux kunde-mueller-rack5 4.14.0 #1 SMP armv7l, SN 5A1234E12345")
    reader = device.reader.fresh_reader()  # which has not read sysDescr yet
    session: Any = SimpleNamespace(device=device._replace(reader=reader))

    plate = run.clean_nameplate(_unit(Scrubber()), read_nameplate(session))

    for text in plate:
        assert "kunde" not in str(text)
        assert "5A1234E12345" not in str(text)


class _Interrupted:
    """The calls of a unit, during which signals come while the outlet is off: the first during a
    status, the second during the command that switches it on.
    """

    def __init__(self, first: Optional[signal.Signals], second: signal.Signals) -> None:
        self.first, self.second = first, second
        self.commands: list[bool] = []

    def switch(self, identity: str, *, on: bool) -> None:
        if on:
            os.kill(os.getpid(), self.second)
            time.sleep(0.01)
        self.commands.append(on)

    def status(self) -> None:
        if self.first is not None:
            os.kill(os.getpid(), self.first)
            time.sleep(0.01)


#: Ctrl-C, and what systemd sends to the programs of a session that ends: SIGTERM and SIGHUP
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.mark.parametrize("first", [None, *_SIGNALS])
@pytest.mark.parametrize("second", _SIGNALS)
def test_signals_leave_no_outlet_off(
    first: Optional[signal.Signals], second: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "AGAIN_S", 0)
    before = [signal.getsignal(number) for number in _SIGNALS]
    calls = _Interrupted(first, second)
    # as around the whole command, whose file is written whole or not at all
    with pytest.raises(KeyboardInterrupt), signals_as_ctrl_c():
        run.switch_off_and_on(cast(run.Calls, calls), "1")
    assert calls.commands == [False, True]
    assert [signal.getsignal(number) for number in _SIGNALS] == before


def test_a_signal_between_any_two_lines_leaves_no_outlet_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "AGAIN_S", 0)
    code = run.switch_off_and_on.__code__
    source, first_line = inspect.getsourcelines(code)
    lines = range(first_line, first_line + len(source))

    def commands_after_signal(line: int) -> list[bool]:
        calls = _Interrupted(None, signal.SIGHUP)

        def trace(frame: FrameType, event: str, _: object) -> Any:
            if frame.f_code is code and event == "line" and frame.f_lineno == line:
                sys.settrace(None)
                signal.raise_signal(signal.SIGINT)
            return trace

        tracer = sys.gettrace()
        sys.settrace(trace)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                run.switch_off_and_on(cast(run.Calls, calls), "1")
        finally:
            sys.settrace(tracer)
        return calls.commands

    left_off = {line: commands_after_signal(line) for line in lines}
    # before the command, nothing needs to be switched on
    assert [line for line, sent in left_off.items() if False in sent and True not in sent] == []


def test_a_proof_under_nohup_goes_on_when_its_terminal_closes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "AGAIN_S", 0)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    calls = _Interrupted(signal.SIGHUP, signal.SIGHUP)
    try:
        run.switch_off_and_on(cast(run.Calls, calls), "1")
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert calls.commands == [False, True]
