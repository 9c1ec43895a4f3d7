"""Damaged recordings, other files, impossible requests and malformed answers; hostile text in a
recording.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from handlers.shared.errors import SettingsError
from pdu import root
from pdu.cli.exit_codes import code_of
from pdu.recordings.nut import dump
from pdu.recordings.scrub import Scrubber
from pdu.recordings.snmp import snmprec
from pdu.recordings.web import har
from tests.pdu.recordings.planted_devices import UNITS, recording_of
from tests.pdu.recordings.recording_formats import kind, names
from tests.simulators.nut_server import NutServer, StaticDevice
from tests.waiting import PATIENCE_S

LINES = st.sampled_from(
    [
        "1.3.6.1.2.1.1.1.0|4|Acme",
        "1.3.6.1.4.1.9.1.1.1.1|2|99999999999",
        "1.3.6.1.4.1.9.1.1.1.2|2|1",
        "1.3.6.1.4.1.9.1.1.1.3|64|1.2",
        "1.3.6.1.4.1.9.1.1.1.4|6|1.3",
        "1.3.6.1.4.1.9.1.1.2.1|4x|00ff",
        "1.3.6.1.4.1.9.1.1.2.2|4e|\\x",
        "1.3.6.1.4.1.9.9.9|70|-1",
        ".1.3.6.1.4.1.9.1 = INTEGER: on(1)",
        ".1.3.6.1.4.1.9.1.1 = Timeticks: x",
        ".1.3.6.1.4.1.9.1.1 = IpAddress: 300.1.1.1",
        ".1.3.6.1.4.1.9.1.1 = Hex-STRING: 0",
        "device.mfr: Acme",
        "outlet.1.status: on",
        'outlet.1.desc: "a',
        "# command",
        '# device a "',
        '{"log": {"version": "1.2", "entries": [{"request": 1}]}}',
        '{"log": {"version": "1.2", "_pdu": {"outlets": {"1": {}}}, "entries": []}}',
        "",
        "\0",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(LINES, max_size=12).map("\n".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    for name in names():
        kind(name).is_recording(text)
    for parse in (snmprec.parse, dump.parse, har.parse):
        try:
            parse(text)
        except SettingsError:
            continue


def test_a_handler_that_is_no_name_becomes_no_word_of_the_line_that_reads_the_replay() -> None:
    _, recording = recording_of("raritan")
    text = recording.text.replace(
        '"handler": "raritan"', '"handler": "raritan 127.0.0.1; touch made;"'
    )
    assert text != recording.text
    with contextlib.closing(kind("raritan").serve(text, 0)) as device:
        assert device.poll.startswith(f"PATH 127.0.0.1:{device.port} -s ")


INSERTIONS = st.sampled_from(["", "\0", "x", '"', "}", "9" * 30, "|", "\n"])


@pytest.mark.sample(1)
@pytest.mark.parametrize("handler", list(UNITS))
@settings(max_examples=10, deadline=None)
@given(data=st.data(), insertion=INSERTIONS, deleted_count=st.integers(0, 3))
def test_a_damaged_recording_is_served_or_refused(
    handler: str, data: st.DataObject, insertion: str, deleted_count: int
) -> None:
    _, recording = recording_of(handler)
    text = recording.text
    position = data.draw(st.integers(0, len(text) - 1))
    damaged_text = text[:position] + insertion + text[position + deleted_count :]
    try:
        device = kind(handler).serve(damaged_text, 0)
    except SettingsError:
        return
    device.close()


def _first_bytes(request: str) -> bytes:
    """How the replay of a Redfish service begins its answer to a request."""
    _, recording = recording_of("redfish")
    with contextlib.closing(kind("redfish").serve(recording.text, 0)) as device:
        with socket.create_connection((device.host, device.port), PATIENCE_S) as connection:
            connection.sendall(request.encode("latin-1"))
            return connection.recv(100)


@pytest.mark.parametrize(
    "length",
    [
        pytest.param("²", id="superscript"),
        pytest.param("-1", id="negative"),
        pytest.param("0\r\nTransfer-Encoding: chunked", id="in chunks"),
    ],
)
def test_a_replayed_unit_refuses_an_impossible_content_length(
    length: str, capsys: pytest.CaptureFixture[str]
) -> None:
    request = f"GET /redfish/v1/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
    assert _first_bytes(request).startswith(b"HTTP/1.1 411 ")
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        (["127.0.0.1:8080"], 200),
        (["localhost"], 200),
        ([], 200),
        (["evil.example"], 421),
        (["127.0.0.1.evil.example:80"], 421),
        (["localhost", "evil.example"], 421),
        ([""], 421),
    ],
)
def test_a_replay_refuses_the_name_of_another_host(hosts: list[str], status: int) -> None:
    """A page of another site may have its name lead to this machine (DNS rebinding)."""
    lines = ["GET /redfish/v1/ HTTP/1.1", *(f"Host: {host}" for host in hosts), "", ""]
    assert _first_bytes("\r\n".join(lines)).startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize(
    "handler, target",
    [
        ("raritan", "/model/pdu/0"),
        (
            "redfish",
            "/redfish/v1/PowerEquipment/RackPDUs/1/Outlets/A1/Actions/Outlet.PowerControl",
        ),
    ],
)
def test_a_replayed_unit_refuses_json_that_is_nested_too_deeply(handler: str, target: str) -> None:
    _, recording = recording_of(handler)
    with contextlib.closing(kind(handler).serve(recording.text, 0)) as device:
        client = http.client.HTTPConnection(device.host, device.port, timeout=300)
        with contextlib.closing(client):
            client.request("POST", target, b"[" * 100_000)
            answer = client.getresponse()
    assert answer.status == 404


def test_an_answer_that_is_nested_too_deeply_to_be_scrubbed_is_a_protocol_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nested_lists: list[Any] = []
    for _ in range(2000):
        nested_lists = [nested_lists]

    def record(data: object, options: object) -> Any:
        return Scrubber().scrub_json(nested_lists, lambda name, value: True)

    recording_kind = kind("nut")._replace(record=record)
    monkeypatch.setattr(
        "pdu.recordings.handler_recordings.recording_format_of", lambda _: recording_kind
    )

    assert root.run(["record", "nut", "192.0.2.1"]) == code_of("protocol")
    err = capsys.readouterr().err
    assert err.startswith("protocol: 192.0.2.1: record: an answer is nested too deeply")


@pytest.mark.parametrize(
    "is_terminal, shown",
    [
        pytest.param(False, "\x1b[2Jdone", id="a file"),
        pytest.param(True, r"\x1b[2Jdone", id="a terminal"),
    ],
)
def test_control_characters_of_a_recording_are_escaped_on_a_terminal_only(
    is_terminal: bool,
    shown: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    device = StaticDevice("pdu", {"outlet.1.status": "on", "device.model": "\x1b[2Jdone"})
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    with NutServer([device]) as server:
        assert root.run(["record", "nut", f"{server.host}:{server.port}"]) == 0
    assert f"device.model: {shown}" in capsys.readouterr().out.splitlines()


def test_bytes_that_are_not_utf8_are_the_same_on_standard_output_as_in_a_file(
    capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    file = tmp_path / "unit.txt"
    device = StaticDevice("pdu", {"outlet.1.status": "on", "device.model": "caf\udce9"})
    with NutServer([device]) as server:
        words = ["record", "nut", f"{server.host}:{server.port}"]
        assert root.run(words) == 0
        out = capsysbinary.readouterr().out
        assert root.run([*words, "--out", str(file)]) == 0
    assert b"device.model: caf\xe9\n" in out
    assert out.endswith(b"\n")
    assert file.read_bytes() == out


@pytest.mark.parametrize("separator", ["\x0b", "\x1c", "\x85", "\u2028"])
def test_a_value_with_a_line_separator_stays_on_its_line(
    separator: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only a line feed ends a line of a recording."""
    model = f"good{separator}done"
    device = StaticDevice("pdu", {"outlet.1.status": "on", "device.model": model})
    with NutServer([device]) as server:
        assert root.run(["record", "nut", f"{server.host}:{server.port}"]) == 0
    text = capsys.readouterr().out
    assert dump.is_dump(text)
    assert dump.is_dump(f"TIMER 5\n{text}")
    (parsed_device,) = dump.parse(text)
    assert parsed_device.variables["device.model"] == model
