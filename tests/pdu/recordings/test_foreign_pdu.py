"""Devices that no handler of this pack reads: requests in words, where states are, and replay."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handlers.shared.errors import SettingsError
from handlers.shared.meter_figures import NotKnown
from pdu.recordings.foreign_pdu import ForeignPdu, ForeignRecording
from pdu.recordings.request_patterns import RequestPattern, recorded_request
from pdu.recordings.simulated_pdu import States
from pdu.recordings.state_columns import TextPieces, columns_of, value_at
from tests.pdu.recordings.test_simulated_pdu import FOREIGN

RPC = 'POST /rpc {"method": "Set", "params": {"id": {outlet}, "on": true}}'


@pytest.mark.parametrize(
    ("words", "outlet", "request_parts"),
    [
        ("POST /relay/{outlet} turn=on", "3", ("POST", "/relay/3", "turn=on")),
        ("/outlet?{outlet}=ON", "3", ("GET", "/outlet?3=ON", "")),
        ("PUT http://pdu/o/{outlet-1}/state value=true", "3", ("PUT", "/o/2/state", "value=true")),
        ("GET /o/{outlet+1}", "lan3", ("GET", "/o/4", "")),
        (RPC, "3", ("POST", "/rpc", '{"params":{"on":true,"id":3},"method":"Set"}')),
        (
            "GET /cm?user={any}&cmnd=Power{outlet} On",
            "3",
            ("GET", "/cm?user=x&cmnd=Power3%20On", ""),
        ),
        ("GET /c?n={outlet}&to=1&pw={any}", "3", ("GET", "/c?pw=x&to=1&n=3", "")),
        ("POST /login {any}", "3", ("POST", "/login", '{"user": "a", "word": "b"}')),
        ("GET /a?b=1 -> 250 OK", "3", ("GET", "/a?b=1", "")),
    ],
)
def test_a_request_in_words_matches_its_own(
    words: str, outlet: str, request_parts: tuple[str, str, str]
) -> None:
    pattern = RequestPattern.parse(words)
    assert pattern.of_outlet(outlet).matches(*request_parts)
    method, target, body = request_parts
    assert not pattern.of_outlet(outlet).matches(method, f"{target}9", body)
    if pattern.names_outlet:
        assert not pattern.of_outlet("17").matches(*request_parts)


def test_what_is_no_request_is_refused() -> None:
    with pytest.raises(SettingsError, match="is no request"):
        RequestPattern.parse("turn it on")


def test_a_recorded_request_keeps_no_login_no_number_of_a_call_and_no_time() -> None:
    assert (
        recorded_request("GET", "/cgi?l=p:admin:pw-1&p=l&_=1700000000123", "", ["pw-1", "admin"])
        == "GET /cgi?l=p:{any}:{any}&p=l&_={any}"
    )
    body = '{"id": 7, "method": "get", "params": {"token": "abc"}}'
    request = recorded_request("POST", "/rpc", body, [])
    assert "abc" not in request
    assert '"id": {any}' in request
    other_body = '{"method": "get", "id": 8, "params": {"token": "xyz"}}'
    assert RequestPattern.parse(request).matches("POST", "/rpc", other_body)


ON_OFF_ON: States = {"1": True, "2": False, "3": True}


@pytest.mark.parametrize(
    ("contents", "states", "values"),
    [
        ({"a": {"list": [{"s": 1}, {"s": 0}, {"s": 1}]}}, ON_OFF_ON, [(1, 0)]),
        ({"a": {"POWER1": "ON", "POWER2": "OFF", "POWER3": "ON"}}, ON_OFF_ON, [("ON", "OFF")]),
        ({"o1": {"v": True}, "o2": {"v": False}, "o3": {"v": True}}, ON_OFF_ON, [(True, False)]),
        # of an unusual word; the loads differ
        (
            {"a": [{"s": "Live", "w": 5}, {"s": "Dead", "w": 0}, {"s": "Live", "w": 6}]},
            ON_OFF_ON,
            [("Live", "Dead")],
        ),
        # names of two outlets are no states
        ({"a": [{"n": "web"}, {"n": "db"}]}, {"1": True, "2": False}, []),
        ({"a": TextPieces.of("<html>1 0 1</html>")}, ON_OFF_ON, [("1", "0")]),
        (
            {"a": TextPieces.of("<o0>on</o0><o1>off</o1><o2>on</o2>")},
            ON_OFF_ON,
            [("on", "off")],
        ),
        # all alike: the one column of a usual word, or none
        ({"a": [{"s": "on", "k": 7}] * 3}, dict.fromkeys("123", True), [("on", "off")]),
        ({"a": [{"s": "on", "e": True}] * 3}, dict.fromkeys("123", True), []),
        # a value that is neither is no hindrance
        ({"a": [{"s": 1}, {"s": 0}, {"s": 5}]}, {"1": True, "2": False, "3": None}, [(1, 0)]),
        ({"a": [{"s": 1}, {"s": 0}, {"s": 0}]}, {"1": True, "2": False, "3": None}, []),
        # a unit that is only metered
        ({"a": TextPieces.of("<amps>3.2</amps>")}, {}, []),
    ],
)
def test_states_are_found_where_the_owner_knows_them(
    contents: dict[str, Any], states: States, values: list[tuple[Any, Any]]
) -> None:
    columns = columns_of(contents, states)
    assert [(column.on, column.off) for column in columns] == values
    for column in columns:
        for place, on in zip(column.places, states.values()):
            if on is not None:
                assert value_at(contents, place) == (column.on if on else column.off)


def test_a_recording_that_was_not_compared_proves_no_state_and_no_figure() -> None:
    text = json.dumps({**FOREIGN, "compared": "no", "on": None, "off": None})
    pdu = ForeignPdu(ForeignRecording.parse(text), 0)
    pdu.close()
    assert set(pdu.doubts) == {"states", "figures", "port_down", "port_up"}
    assert "--on" in pdu.doubts["port_down"]
    assert '"compared"' in pdu.doubts["states"]


@pytest.mark.parametrize(
    ("on", "off", "words"),
    [
        pytest.param(
            ["POST /a"],
            ["POST /b"],
            "one request for each of 3 outlets",
            id="one request for three outlets",
        ),
        pytest.param(
            ["POST /{outlet}"],
            ["POST /{outlet}"],
            "a toggle is no command",
            id="the same request for on and off",
        ),
        pytest.param(["POST /{outlet}"], [], "--off needs one request", id="no request for off"),
    ],
)
def test_words_that_command_no_outlet_are_refused(
    on: list[str], off: list[str], words: str
) -> None:
    recording = ForeignRecording.parse(json.dumps(FOREIGN))
    with pytest.raises(SettingsError, match=words):
        recording.commanded(on, off)


def test_a_recording_is_written_as_it_is_read() -> None:
    recording = ForeignRecording.parse(json.dumps(FOREIGN))
    assert ForeignRecording.parse(recording.text) == recording


def test_a_figure_that_was_not_known_is_neither_a_number_nor_missing() -> None:
    recording = ForeignRecording.parse(json.dumps(FOREIGN))
    unknown = NotKnown("a sensor is not valid")
    text = recording._replace(load_a=unknown, energy_kwh=None, outlet_kwh={"1": unknown}).text
    data = json.loads(text)
    assert (data["load_a"], data["energy_kwh"]) == ("unknown", None)
    assert data["outlet_kwh"] == {"1": "unknown"}
    pdu = ForeignPdu(ForeignRecording.parse(text), 0)
    pdu.close()
    figures = pdu.figures()
    assert figures is not None
    assert isinstance(figures.load_a, NotKnown)
    assert "not known when it was recorded" in pdu.doubts["figures"]


@pytest.mark.parametrize("text", ["{", "{}", '{"recording": "http 1", "answers": [{}]}'])
def test_an_incomplete_recording_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="not complete"):
        ForeignRecording.parse(text)
