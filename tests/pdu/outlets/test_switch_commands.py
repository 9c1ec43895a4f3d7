"""`pdu on` and `pdu off`: what is asked, sent and told, and the exit codes of errors."""

from __future__ import annotations

import inspect
import io
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import pytest

from handlers.shared import errors
from handlers.shared.meter_figures import MeterFigures
from pdu.cli import exit_codes, prompts
from pdu.cli.exit_codes import DONE
from pdu.cli.options import Output
from pdu.outlets import switching
from pdu.reading.parts import PolledOutlet
from pdu_common.helper import EnumPowerStatus, PduPortView, PduView
from tests import terminal
from tests.needs import ROOT
from tests.pdu.running import Broken, options, run, use_pdu
from tests.peers import Peer

from .test_read_commands import SHOWN, ask, peer

__all__ = ["ask", "peer"]
OFF = ("off", "x", "192.0.2.7", "1", "--yes")
one_peer = pytest.mark.parametrize("peer", ["nut"], indirect=True)


def test_off_and_on_switch_the_outlet_that_is_named(peer: Peer, ask: Any) -> None:
    states = peer.books().states
    identity = next(identity for identity, is_on in states.items() if is_on)
    for call, is_on in (("off", False), ("on", True)):
        code, out, _ = ask(call, identity, "--yes", "--json")
        assert code == 0
        (outlet,) = json.loads(out)["outlets"]
        outlet.pop("current_a", None)
        assert outlet == {"identity": identity, "state": SHOWN[is_on], "done": True, "sent": True}
        assert peer.books().states == {**states, identity: is_on}


@pytest.mark.parametrize("yes_option", [(), ("--yes",)], ids=["asked", "--yes"])
def test_all_outlets_are_looked_up_before_the_first_command(
    peer: Peer, ask: Any, yes_option: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", terminal.Person("y\n"))
    states = peer.books().states
    first, second, *_ = states

    code, out, err = ask("off", first, second, "99", *yes_option)

    assert (code, out) == (exit_codes.code_of("no-such-outlet"), "")
    assert "no outlet '99'" in err
    assert "[y/N]" not in err
    assert err.count("\n") == 1
    assert peer.books().states == states


@one_peer
def test_an_outlet_that_is_given_twice_is_switched_once(peer: Peer, ask: Any) -> None:
    books = peer.books()
    first, second, *_ = books.states
    code, out, _ = ask("on", first, second, first, "--yes", "--json")
    assert code == 0
    assert [outlet["identity"] for outlet in json.loads(out)["outlets"]] == [first, second]
    assert len(peer.books().writes) == len(books.writes) + 2


def test_a_wrong_secret_is_reported_in_one_line_without_the_secret(
    peer: Peer, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = peer.books().states
    monkeypatch.setenv("PDU_PASSWORD", "s3cret-w0rd")
    # a community that may only read: an unknown one gets no answer
    monkeypatch.setenv("PDU_COMMUNITY", "public")

    code, out, err = ask("off", "1", "--yes")

    assert code == exit_codes.code_of("denied")
    assert len(err.splitlines()) == 1
    for secret in ("s3cret-w0rd", "public"):
        assert secret not in out + err
    assert peer.books().states == states


@one_peer
def test_switching_without_a_terminal_needs_yes(peer: Peer, ask: Any) -> None:
    books = peer.books()

    code, out, err = ask("off", "1")
    assert (code, out) == (exit_codes.NOT_CONFIRMED, "")
    assert "--yes" in err
    assert "nothing was done" in err

    _, out, _ = ask("off", "1", "--json")
    error = json.loads(out)["error"]
    assert error["kind"] == "not-confirmed"
    assert error["exit_code"] == exit_codes.NOT_CONFIRMED
    assert peer.books() == books


@one_peer
@pytest.mark.parametrize(
    "answer, code",
    [
        pytest.param("n\n", exit_codes.NOT_CONFIRMED, id="no"),
        pytest.param("\n", exit_codes.NOT_CONFIRMED, id="nothing"),
        pytest.param("", exit_codes.NOT_CONFIRMED, id="end of input"),
        pytest.param("y\n", 0, id="yes"),
    ],
)
def test_the_question_names_pdu_outlet_name_and_state_and_needs_a_yes(
    peer: Peer, ask: Any, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    _, out, _ = ask("status", "--json")
    outlet = json.loads(out)["outlets"][1]
    monkeypatch.setattr(sys, "stdin", terminal.Person(answer))

    exit_code, _, err = ask("on", outlet["identity"])

    assert exit_code == code
    name = f" {outlet['name']!r}" if outlet["name"] else ""
    question = f"switch on outlet {outlet['identity']}{name} (now {outlet['state']})"
    assert f"{question} of {peer.address}:" in err
    assert "? [y/N] " in err


@one_peer
@pytest.mark.parametrize(
    "typed, code, words",
    [
        pytest.param(b"y\n", 0, " is on (nut)", id="yes"),
        pytest.param(b"\x04", exit_codes.NOT_CONFIRMED, "[y/N] \r\nnot-confirmed: ", id="Ctrl-D"),
        pytest.param(b"\xff\n", exit_codes.NOT_CONFIRMED, "nothing was done", id="not UTF-8"),
        pytest.param(b"\x03", exit_codes.INTERRUPTED, "interrupted", id="Ctrl-C"),
    ],
)
def test_the_question_is_answered_on_a_real_terminal(
    peer: Peer, typed: bytes, code: int, words: str
) -> None:
    arguments, secrets = options(peer)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8:strict"}
    for key, value in secrets.items():
        environment[f"PDU_{key.upper()}"] = value
    command = [sys.executable, "-m", "pdu", "on", "nut", peer.address, "1", *arguments]
    writes = len(peer.books().writes)

    screen = terminal.run(command, environment, "[y/N] ", typed)

    assert screen.code == code
    assert words in screen.text
    assert "Traceback" not in screen.text
    assert "may still be carried out" not in screen.text
    is_sent = len(peer.books().writes) > writes
    assert is_sent is (code == 0)


def test_a_long_question_is_shown_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", terminal.Person("y\n"))
    outlets = ", ".join(f"outlet {number}" for number in range(1, 300))
    question = f"switch off {outlets} of h"
    prompts.confirm(Output(), question)
    assert capsys.readouterr().err == f"{question}? [y/N] "


@pytest.mark.parametrize(
    "text, names, advice",
    [
        pytest.param(
            "web-2", ["web-1", "web-1"], "it has 1-2; status lists them", id="two alike names"
        ),
        pytest.param(
            "DB-12", ["db-11x", "db-12"], "did you mean 'db-12', outlet 2?", id="another case"
        ),
        pytest.param("99", ["", ""], "it has 1-2; status lists them", id="a number"),
    ],
)
def test_a_name_where_an_outlet_is_asked_leads_to_what_may_be_meant(
    text: str, names: list[str], advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlets = []
    for number, name in enumerate(names, 1):
        outlets.append(PolledOutlet(str(number), EnumPowerStatus.UP, name=name))
    monkeypatch.setattr(switching, "present_outlets", lambda *_: outlets)
    unit: Any = None

    with pytest.raises(errors.NoSuchOutlet) as error_info:
        switching.outlets_of(unit, "h", [text])

    assert error_info.value.reason.startswith(f"the PDU has no outlet {text!r}; ")
    assert error_info.value.reason.endswith(advice)


def test_a_number_that_is_printed_on_the_unit_leads_to_its_identity(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outlets = [PolledOutlet(f"0.{number}", EnumPowerStatus.UP, str(number)) for number in (1, 2)]
    monkeypatch.setattr(switching, "present_outlets", lambda *_: outlets)
    unit: Any = None
    with pytest.raises(errors.NoSuchOutlet, match="; number 2 on the unit is outlet 0.2$"):
        switching.outlets_of(unit, "h", ["2"])
    (outlet,) = switching.outlets_of(unit, "h", ["0.2"])
    assert outlet.identity == "0.2"


def test_what_a_handler_says_of_an_outlet_for_dcimanager_is_said_for_a_shell(
    peer: Peer, ask: Any
) -> None:
    _, _, err = ask("off", "33", "--yes")
    assert "the PDU has no outlet '33'; " in err
    assert "DCImanager" not in err
    assert "poll it" not in err


class _NamelessUnit:
    """Outlets 1 and 2; their names are lost."""

    def states(self) -> dict[str, EnumPowerStatus]:
        return {"1": EnumPowerStatus.UP, "2": EnumPowerStatus.UP}

    def labels(self) -> None:
        raise errors.ProtocolError("the names end early", "h", "walk")


def test_where_no_name_can_be_read_a_word_must_be_an_identity() -> None:
    """1-2 may be the name of another outlet."""
    unit: Any = _NamelessUnit()
    (outlet,) = switching.outlets_of(unit, "h", ["1"])
    assert outlet.identity == "1"
    for word in ("1-2", "1,2", "web"):
        with pytest.raises(errors.ProtocolError, match="the names end early"):
            switching.outlets_of(unit, "h", [word])


@pytest.mark.parametrize("outlet, code", [("1", DONE), ("1,2", DONE), ("1,9", 7)])
@pytest.mark.parametrize("command", ["off", "on"])
def test_a_warning_of_any_reading_names_the_pdu_and_is_told_once(
    command: str,
    outlet: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Before the commands, after them, and after an error."""

    def status() -> PduView:
        logging.getLogger("any").warning("outlet 3: no state")
        state = EnumPowerStatus.UP if command == "on" else EnumPowerStatus.DOWN
        return PduView([PduPortView(str(number), state) for number in (1, 2)])

    use_pdu(monkeypatch, lambda _: Obedient(status))
    monkeypatch.setattr("pdu.reading.outlet_power.AGAIN_S", 0.0)
    exit_code, _, err = run(capsys, command, "x", "192.0.2.7", outlet, "--yes")
    assert exit_code == code
    assert err.splitlines()[0] == "warning: 192.0.2.7: outlet 3: no state"
    assert err.count("outlet 3: no state") == 1


#: a handler that reads its PDU, a file, once
_READS_ONCE = """
import json
from pathlib import Path

from pdu_common.base_pdu import BasePdu
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView


def make_handler(pdu_data):
    return Pdu(pdu_data)


class Pdu(BasePdu):
    states = None
    unit = Path("{unit}")

    def status(self):
        if self.states is None:
            self.states = json.loads(self.unit.read_text())
        view = PduView()
        for identity, word in self.states.items():
            view.ports.append(PduPortView(identity=identity, power_status=EnumPowerStatus[word]))
        return view

    def switch(self, port, word):
        states = json.loads(self.unit.read_text())
        self.unit.write_text(json.dumps({**states, port.identity: word}))
        port.power_status = EnumPowerStatus[word]
        return port

    def port_up(self, port):
        return self.switch(port, "UP")

    def port_down(self, port):
        return self.switch(port, "DOWN")

    def statistic(self):
        return PduStatisticView()
"""


@pytest.mark.parametrize(
    "words, state",
    [(("off", "1", "2"), "DOWN"), (("on", "1", "2"), "UP"), (("cycle", "1", "--pause", "0"), "UP")],
    ids=["off", "on", "cycle"],
)
def test_a_proof_is_read_anew(
    words: tuple[str, ...], state: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also by a handler that keeps what it has read."""
    first_state = "DOWN" if words[0] == "on" else "UP"
    handler = tmp_path / f"reads_once_{words[0]}.py"
    unit = tmp_path / "unit.json"
    handler.write_text(_READS_ONCE.replace("{unit}", str(unit)))
    unit.write_text(json.dumps({"1": first_state, "2": first_state}))
    command, *outlets = words
    code, _, err = run(capsys, command, str(handler), "192.0.2.7", *outlets, "--yes")
    assert (code, err) == (exit_codes.DONE, "")
    assert json.loads(unit.read_text())["1"] == state


@pytest.mark.parametrize(
    "state, current_a, text",
    [
        (
            EnumPowerStatus.DOWN,
            0.9,
            "its meter still reads 0.9 A, which may be late: read it again",
        ),
        (EnumPowerStatus.DOWN, 0.0, "its meter reads 0 A"),
        (EnumPowerStatus.UP, 0.9, "its meter reads 0.9 A"),
    ],
)
def test_a_current_of_an_outlet_that_is_off_may_be_late(
    state: EnumPowerStatus, current_a: float, text: str
) -> None:
    outlet = PolledOutlet("1", state, figures=MeterFigures(current_a))
    assert switching.meter_text(outlet) == text


# ---- errors and exit codes -----------------------------------------------------------------------


def broken(monkeypatch: pytest.MonkeyPatch, error: BaseException | None = None) -> None:
    """Let the commands call a handler whose `port_down` raises the error."""
    use_pdu(monkeypatch, lambda data: Broken(error))


KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.PduHandlerError) and kind is not errors.PduHandlerError
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.kind))
def test_each_kind_of_error_has_its_exit_code(
    kind: type[errors.PduHandlerError],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken(monkeypatch, kind("do this").at("192.0.2.7", "port_down"))

    code, out, err = run(capsys, *OFF)
    assert code == exit_codes.code_of(kind.kind)
    assert code > 1
    assert (out, err) == ("", f"{kind.kind}: 192.0.2.7: port_down: do this\n")

    _, out, _ = run(capsys, *OFF, "--json")
    assert json.loads(out)["error"] == {
        "kind": kind.kind,
        "host": "192.0.2.7",
        "operation": "port_down",
        "reason": "do this",
        "exit_code": code,
    }


def test_an_error_of_a_third_party_handler_is_escaped_and_stays_on_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Other(Exception):
        kind, host, operation, reason = "refused", "a\nb", "c\x1b", "d\re"

    broken(monkeypatch, Other())
    assert run(capsys, *OFF) == (6, "", "refused: a\\nb: c\\x1b: d\\re\n")


def test_a_state_other_than_the_wanted_one_has_a_separate_exit_code_and_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(monkeypatch)

    code, out, err = run(capsys, *OFF)
    assert code == exit_codes.NOT_SEEN
    assert "outlet 1 of 192.0.2.7 is unknown" in out
    assert err.startswith("not-seen: outlet 1 of 192.0.2.7 was to be switched off")
    assert "the outlet's state is unknown" in err
    assert err.count("\n") == 1

    code, out, err = run(capsys, *OFF, "--json")
    assert (code, err) == (exit_codes.NOT_SEEN, "")
    (outlet,) = json.loads(out)["outlets"]
    assert outlet == {"identity": "1", "state": "unknown", "done": False, "sent": True}


class Obedient:
    """It proves each command. After that its status is what `read_again` returns."""

    def __init__(self, read_again: Callable[[], PduView]) -> None:
        self.read_again = read_again

    def status(self) -> PduView:
        return self.read_again()

    def port_up(self, port: PduPortView) -> PduPortView:
        port.power_status = EnumPowerStatus.UP
        return port

    def port_down(self, port: PduPortView) -> PduPortView:
        port.power_status = EnumPowerStatus.DOWN
        return port


def no_answer() -> PduView:
    raise errors.Unreachable("no answer")


def another_outlet_alone() -> PduView:
    return PduView([PduPortView("2", EnumPowerStatus.UP)])


@pytest.mark.parametrize("call", ["on", "off"])
@pytest.mark.parametrize("read_again", [no_answer, another_outlet_alone])
def test_an_outlet_that_cannot_be_read_again_is_unknown(
    call: str,
    read_again: Callable[[], PduView],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_pdu(monkeypatch, lambda data: Obedient(read_again))
    code, out, _ = run(capsys, call, "x", "192.0.2.7", "1", "--yes", "--json")
    (outlet,) = json.loads(out)["outlets"]
    assert code == exit_codes.NOT_SEEN
    assert outlet["state"] == "unknown"
    assert outlet["done"] is False


class Lost:
    """Accepts commands to outlet 1, whose state stays UNKNOWN; other outlets do not answer."""

    def status(self) -> PduView:
        return PduView([PduPortView(identity) for identity in ("1", "2", "\x1b[2J", "3\n")])

    def port_down(self, port: PduPortView) -> PduPortView:
        if port.identity != "1":
            raise errors.Unreachable("no answer", "192.0.2.7", "port_down")
        return port


def test_an_outlet_whose_new_state_was_not_seen_is_named_even_if_a_later_one_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_pdu(monkeypatch, lambda data: Lost())
    code, out, err = run(capsys, "off", "x", "192.0.2.7", "1", "2", "--yes")
    assert code == exit_codes.code_of("unreachable")
    assert out == "outlet 1 of 192.0.2.7 is unknown (x)\n"
    error, place, unproven_note = err.splitlines()
    assert error == "unreachable: 192.0.2.7: port_down: no answer"
    assert place == "the error is about outlet 2"
    assert unproven_note.startswith(
        "not-seen: outlet 1 of 192.0.2.7 was to be switched off; the PDU acc"
    )


def test_an_error_names_its_outlet_and_those_to_which_no_command_was_sent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_pdu(monkeypatch, lambda data: Lost())
    _, _, err = run(capsys, "off", "x", "192.0.2.7", "\x1b[2J", "3\n", "--yes")
    _, *other_lines = err.splitlines()
    place = "the error is about outlet \\x1b[2J; no command was sent to outlet 3\\n"
    assert other_lines == [place]


@pytest.mark.parametrize("outlets", [("1",), ("1", "2")], ids=["not seen", "an error"])
def test_what_a_command_did_is_told_even_if_nobody_reads_its_output(
    outlets: Sequence[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Unread(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    use_pdu(monkeypatch, lambda data: Lost())
    monkeypatch.setattr(sys, "stdout", Unread())
    with pytest.raises(BrokenPipeError):
        run(capsys, "off", "x", "192.0.2.7", *outlets, "--yes")
    err = capsys.readouterr().err
    assert "not-seen: outlet 1 of 192.0.2.7 was to be switched off" in err
    assert ("unreachable: 192.0.2.7: port_down: no answer" in err) is (len(outlets) > 1)


def test_a_defect_is_reported_in_one_line_and_debug_shows_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(monkeypatch, ZeroDivisionError("division\x1b[2J by zero"))

    code, out, err = run(capsys, *OFF)
    assert (code, out) == (exit_codes.DEFECT, "")
    start = "defect: 192.0.2.7: port_down raised ZeroDivisionError: division\\x1b"
    assert err.startswith(start)
    assert err.count("\n") == 1

    _, _, err = run(capsys, *OFF, "--debug")
    assert "Traceback" in err
    _, out, _ = run(capsys, *OFF, "--json")
    assert json.loads(out)["error"]["kind"] == "defect"


def test_a_defect_without_a_text_is_named_by_its_class_and_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(monkeypatch, AssertionError())
    _, _, err = run(capsys, *OFF)
    start = "defect: 192.0.2.7: port_down raised AssertionError (running.py line "
    assert err.startswith(start)


def test_the_text_of_a_defect_is_shortened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(monkeypatch, ValueError("x" * 5000))
    _, _, err = run(capsys, *OFF)
    assert "xxx... (running.py line " in err
    assert err.endswith("; the outlet may or may not have switched\n")


def test_a_defect_of_a_command_whose_1_is_a_finding_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("pdu.pdu_list.device_list.read_device_list", fail)
    code, out, err = run(capsys, "check", "hall.csv")
    assert (code, out) == (exit_codes.WRONG, "")
    assert err.startswith("defect: ZeroDivisionError: ")


class Stopped:
    """Three outlets that are on; the command for one of them raises, the others are obeyed."""

    def __init__(self, at: str, error: BaseException | None) -> None:
        self.on = dict.fromkeys("123", True)
        self.at, self.error = at, error
        self.sent: list[str] = []

    def status(self) -> PduView:
        states = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN}
        return PduView(ports=[PduPortView(name, states[on]) for name, on in self.on.items()])

    def port_down(self, port: PduPortView) -> PduPortView:
        self.sent.append(port.identity)
        if port.identity == self.at and self.error is not None:
            raise self.error
        self.on[port.identity] = False
        port.power_status = EnumPowerStatus.DOWN
        return port


STOPS: Sequence[BaseException | None] = [
    None,
    errors.Unreachable("no answer"),
    errors.Refused("locked"),
    KeyError("x"),
    SystemExit("x"),
    KeyboardInterrupt(),
]


@pytest.mark.parametrize("error", STOPS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("at", ["1", "2", "3"])
def test_json_has_a_row_of_each_outlet_of_the_line(
    at: str,
    error: BaseException | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Also of the one that may have switched, and of those to which nothing was sent."""
    unit = Stopped(at, error)
    use_pdu(monkeypatch, lambda data: unit)

    _, out, _ = run(capsys, "off", "x", "192.0.2.7", "1-3", "--yes", "--json")

    document = json.loads(out)
    assert ("error" in document) is (error is not None)
    rows = document["outlets"]
    assert [row["identity"] for row in rows] == ["1", "2", "3"]
    assert [row["identity"] for row in rows if row["sent"]] == unit.sent
    for row in rows:
        is_proven = error is None or row["identity"] < at
        assert row["state"] == ("off" if is_proven else "unknown")
        assert row["done"] is is_proven
