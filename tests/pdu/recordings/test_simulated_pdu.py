"""A simulated PDU of each protocol obeys a command for its own outlet alone, and has each fault."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any, Optional

import pytest

from pdu.recordings.recording_formats import ReplayedDevice
from pdu.recordings.simulated_pdu import CommandRefused, SimulatedPdu, UnitCommand, UnitFault
from pdu.recordings.snmp.recorded_rows import arcs
from pdu.recordings.snmp.unit import SnmpUnit
from pdu.recordings.web import har
from pdu.recordings.web.request_patterns import RequestPattern
from pdu.recordings.web.unit import serve
from tests.needs import ROOT
from tests.pdu.recordings.planted_devices import recording_of
from tests.pdu.recordings.recording_formats import kind
from tests.waiting import until

HANDLERS = ROOT / "tests" / "handlers"
FILES = {
    "netio": HANDLERS / "netio" / "recording.har",
    "foreign": ROOT / "docs" / "own-handler" / "volt.har",
}
KINDS = (*FILES, "nut", "raritan", "redfish")


@pytest.fixture(name="device", params=KINDS)
def _device(request: pytest.FixtureRequest) -> Iterator[ReplayedDevice]:
    name: str = request.param
    if name in FILES:
        device = serve(FILES[name].read_text("utf-8"), 0)
    else:
        device = kind(name).serve(recording_of(name)[1].text, 0)
    yield device
    device.close()


def faulty(device: ReplayedDevice, fault: UnitFault) -> Any:
    unit: SimulatedPdu = device.make_pdu(0, fault, device.simulated_pdu.contents)
    return contextlib.closing(unit)


def _outlet(unit: SimulatedPdu) -> str:
    return next(name for name, on in unit.outlet_states().items() if on)


def test_an_outlet_is_turned_alone_and_back(device: ReplayedDevice) -> None:
    unit: SimulatedPdu = device.simulated_pdu
    states = unit.outlet_states()
    outlet = _outlet(unit)
    assert len(states) > 1
    assert unit.reason_by_untried_rule == {}
    for on in (False, None, True):
        assert unit.turn_outlet(outlet, on=on)
        assert unit.outlet_states() == {**states, outlet: on}


@pytest.mark.parametrize(
    "fault, error, state",
    [
        (UnitFault.NONE, None, False),
        (UnitFault.STUCK, None, True),
        (UnitFault.PENDING, None, None),
        (UnitFault.SILENT_AFTER, None, True),
        (UnitFault.REFUSES, CommandRefused, True),
        (UnitFault.ANSWER_LOST, ConnectionAbortedError, False),
    ],
)
def test_a_command_leaves_the_state_of_its_fault(
    device: ReplayedDevice,
    fault: UnitFault,
    error: Optional[type[Exception]],
    state: Optional[bool],
) -> None:
    """`error`: that of the connection, None where the command is answered."""
    states = device.simulated_pdu.outlet_states()
    outlet = _outlet(device.simulated_pdu)
    command = UnitCommand(outlet, on=False, text="off")
    with faulty(device, fault) as unit:
        with pytest.raises(error) if error else contextlib.nullcontext():
            unit.obey([command])
        assert unit.outlet_states() == {**states, outlet: state}
        assert unit.commands == [command]


def test_a_unit_that_falls_silent_after_a_command_answers_no_reading(
    device: ReplayedDevice,
) -> None:
    outlet = _outlet(device.simulated_pdu)
    with faulty(device, UnitFault.SILENT_AFTER) as unit:
        unit.obey([UnitCommand(outlet, on=False, text="off")])
        with pytest.raises(ConnectionAbortedError):
            unit.note_request("GET /")


def test_an_agent_does_not_answer_a_community_that_it_does_not_know() -> None:
    unit = SnmpUnit({}, None, UnitFault.DENIES)
    with pytest.raises(ConnectionAbortedError):
        unit.get(arcs("1.3.6.1.2.1.1.2.0"))


def test_a_late_unit_obeys_later(device: ReplayedDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimulatedPdu, "LATE_S", 0.2)
    outlet = _outlet(device.simulated_pdu)
    with faulty(device, UnitFault.LATE) as unit:
        begin = time.monotonic()
        unit.obey([UnitCommand(outlet, on=False, text="off")])
        is_on = unit.outlet_states()[outlet]
        # on a busy machine the time may be over before the states are read
        assert is_on or time.monotonic() - begin >= SimulatedPdu.LATE_S
        assert until(lambda: unit.outlet_states()[outlet] is False)


def test_what_is_late_is_not_carried_out_under_another_fault(
    device: ReplayedDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SimulatedPdu, "LATE_S", 0.1)
    outlet = _outlet(device.simulated_pdu)
    with faulty(device, UnitFault.LATE) as unit:
        unit.obey([UnitCommand(outlet, on=False, text="off")])
        unit.begin(UnitFault.NONE)
        time.sleep(2 * SimulatedPdu.LATE_S)
        assert unit.outlet_states()[outlet] is True


def test_contents_without_a_state_lack_that_of_one_outlet(device: ReplayedDevice) -> None:
    outlet = _outlet(device.simulated_pdu)
    (contents, *others) = device.simulated_pdu.without_state(outlet)
    assert not others
    with faulty(device, UnitFault.NONE) as unit:
        before = repr(unit.contents)
        unit.contents = contents
        after = repr(unit.contents)
        assert len(after) < len(before)


def test_contents_without_a_figure_differ_from_all(device: ReplayedDevice) -> None:
    variants = [repr(contents) for contents in device.simulated_pdu.without_figures()]
    assert variants
    assert repr(device.simulated_pdu.contents) not in variants


def test_figures_are_those_of_the_recording(device: ReplayedDevice) -> None:
    assert device.simulated_pdu.figures() is not None


def test_contents_with_a_figure_of_0_have_the_states_of_the_recording(
    device: ReplayedDevice,
) -> None:
    unit: SimulatedPdu = device.simulated_pdu
    states = unit.outlet_states()
    zeros = unit.with_zero_figures()
    assert zeros
    with faulty(device, UnitFault.NONE) as other:
        has_same_states = []
        for zero in zeros:
            other.contents = zero
            has_same_states.append(other.outlet_states() == states)
    assert any(has_same_states)


def test_a_busy_unit_answers_503_and_an_answer_in_words_may_be_a_redirect() -> None:
    words = ("POST /relay/{outlet} turn=on -> 302 /status", "POST /relay/{outlet} turn=off")
    text = FILES["foreign"].read_text("utf-8")
    device = serve(text, 0, [words[0]], [words[1]])
    on, off = (("POST", "/relay/2", body) for body in (b"turn=on", b"turn=off"))
    with contextlib.closing(device.simulated_pdu) as unit:
        assert unit.reply(*on) == (302, None, {"Location": "/status"})
        assert unit.outlet_states()["2"] is True
        assert unit.reply(*off)[0] == 200
    with faulty(device, UnitFault.BUSY) as unit:
        assert unit.reply(*on)[0] == 503
        assert unit.outlet_states()["2"] is False


def _outputs(*actions: tuple[int, int]) -> bytes:
    outputs = [{"ID": outlet, "Action": action} for outlet, action in actions]
    return json.dumps({"Outputs": outputs}).encode()


@pytest.mark.parametrize("device", ["netio"], indirect=True)
def test_a_request_may_hold_several_commands_and_other_writes_are_noted(
    device: ReplayedDevice,
) -> None:
    unit = device.simulated_pdu
    assert unit.reply("POST", "/netio.json", _outputs((1, 0), (2, 1)))[0] == 200
    assert unit.outlet_states() == {"1": False, "2": True, "3": True}
    unit.commands.clear()
    assert unit.reply("POST", "/netio.json", _outputs((1, 4)))[0] == 404
    unit.reply("PUT", "/other", b"{}")
    toggle, other = unit.commands
    assert not toggle.is_known
    assert '"Action": 4' in toggle.text
    assert toggle.is_similar
    assert (other.is_known, other.is_similar) == (False, False)
    assert unit.outlet_states() == {"1": False, "2": True, "3": True}


@pytest.mark.parametrize("device", ["raritan"], indirect=True)
def test_a_write_beside_a_command_in_one_request_is_noted(device: ReplayedDevice) -> None:
    command = har.parse(recording_of("raritan")[1].text).outlets["1"].off.request
    rid = RequestPattern.parse(command).target
    calls = [
        {"rid": rid, "json": {"method": method, "params": params, "id": number}}
        for number, (method, params) in enumerate(
            [("cyclePowerState", {}), ("setPowerState", {"pstate": 0})]
        )
    ]
    request = {"method": "performBulk", "params": {"requests": calls}, "id": 1}
    device.simulated_pdu.reply("POST", "/bulk", json.dumps(request).encode())
    cycle, switch = device.simulated_pdu.commands
    assert (switch.identity, switch.on) == ("1", False)
    assert not cycle.is_known
    assert "cyclePowerState" in cycle.text
