"""Units of a codec, recorded and replayed: with each form of login, and with answers that are no
JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Callable, Union
from urllib.parse import urlsplit

import pytest

from handlers.http.dialogue import Dialogue, HttpPdu, Outlet, PduState, ReadRequest, WriteRequest
from handlers.http.login_forms import FieldLogin
from handlers.shared.errors import ProtocolError
from handlers.shared.meter_figures import MeterFigures, sum_if_complete
from pdu.recordings.codec_unit import CodecUnit
from pdu.recordings.recording_formats import RecordingOptions
from pdu.recordings.text_answers import TextAnswer
from pdu.recordings.unit_recording import read_recorded, unit_recording_format
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus
from tests.handlers.http.login_units import CASES, Case
from tests.handlers.other_clients import switch
from tests.simulators.unit_pdu import UnitPdu
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer, Reply

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN


def recording_format(codec: Any) -> Any:
    kind = type("TestPdu", (HttpPdu,), {"handler_name": "test", "codec": codec})
    return unit_recording_format("test", kind)


@pytest.mark.parametrize("name", CASES)
def test_a_unit_is_recorded_and_replayed_with_its_login(name: str) -> None:
    case = CASES[name]
    kind = recording_format(case.codec)
    with HttpServer(case.make()) as server:
        data = PduData(server.host, case.pdu(server).pdu_data.custom_params)
        text = kind.record(data, RecordingOptions()).text
    assert PASSWORD not in text
    assert "made-up-token" not in text
    assert kind.is_recording(text)
    device = kind.serve(text, 0)
    try:
        place: Any = SimpleNamespace(host=device.host, port=device.port)
        pdu = case.pdu(place)
        assert [port.power_status for port in pdu.status().ports] == [UP, DOWN]
        assert switch(pdu, "2", True) is UP
        assert [port.power_status for port in pdu.status().ports] == [UP, UP]
        (write,) = device.writes()
        assert write.endswith("outlet 2 on")
        assert PASSWORD not in write
    finally:
        device.close()


class Documents(UnitPdu):
    """Documents by their paths."""

    documents: Mapping[str, Any]

    def user(self, method: str, path: str, headers: Any) -> str:
        return USER

    def answer(self, method: str, path: str, body: bytes) -> bytes:
        return json.dumps(self.documents[urlsplit(path).path]).encode()


def recording_of_documents(
    documents: Mapping[str, Any], read_outlets: Callable[[], Dialogue[tuple[Outlet, ...]]]
) -> tuple[Any, str]:
    """The recording of a unit with these documents and of a codec that reads its outlets so."""

    def read_unit(*, with_figures: bool) -> Dialogue[PduState]:
        outlets = yield from read_outlets()
        return PduState(outlets)

    codec = SimpleNamespace(
        read_unit=read_unit, read_outlets=read_outlets, command=_command, LOGIN=PAGE.codec.LOGIN
    )
    unit = Documents(2)
    unit.documents = documents
    kind = recording_format(codec)
    with HttpServer(unit) as server:
        data = PduData(server.host, PAGE.pdu(server).pdu_data.custom_params)
        text: str = kind.record(data, RecordingOptions()).text
    return kind, text


def test_a_codec_that_follows_ids_and_looks_up_names_is_recorded() -> None:
    documents = {
        "/list": {"rows": ["Mustermann", "00:11:22:aa:bb:cc"]},
        "/rows/Mustermann": {"relais": True, "note": "Mustermann"},
        "/rows/00:11:22:aa:bb:cc": {"relais": False},
    }

    def read_outlets() -> Dialogue[tuple[Outlet, ...]]:
        rows = yield ReadRequest("/list")
        outlets: list[Outlet] = []
        for row in json.loads(rows)["rows"]:
            document = yield ReadRequest(f"/rows/{row}")
            outlets.append(Outlet(row, "", json.loads(document)["relais"]))
        return tuple(outlets)

    kind, text = recording_of_documents(documents, read_outlets)
    device = kind.serve(text, 0)
    device.close()
    assert list(device.simulated_pdu.outlet_states().values()) == [True, False]
    assert "bb:cc" not in text
    assert "note" not in text


def test_a_unit_whose_states_look_like_secrets_is_not_recorded() -> None:
    def read_outlets() -> Dialogue[tuple[Outlet, ...]]:
        document = yield ReadRequest("/unit")
        return (Outlet("1", "", json.loads(document)["relay_key"] == "Zx-7731-on"),)

    with pytest.raises(ProtocolError, match="does not read the recording as it read the PDU"):
        recording_of_documents({"/unit": {"relay_key": "Zx-7731-on"}}, read_outlets)


# ---- answers that are no JSON --------------------------------------------------------------------


class PageUnit(UnitPdu):
    """A page of HTML with a state and a current for each outlet, switched by GET, as Gude's older
    units are; the login stands in the query.
    """

    def user(self, method: str, path: str, headers: Any) -> str:
        return USER

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        query = urlsplit(path).query
        if f"password={PASSWORD}" not in query:
            return b"<html>who are you?</html>"
        command = re.search(r"p=(\d)&s=([01])", query)
        if command:
            self.turn(int(command[1]), command[2] == "1")
        rows = "".join(
            f'<meta content="web-{number}.example.net,{int(on)},{self.current_ma(number)}">\n'
            for number, on in self.on.items()
        )
        return f"<html><title>Rack 7 of Smith</title>\n{rows}</html>".encode()


# the outlet's name, its state and its current in mA
_ROW = re.compile(r'content="[^",]*,([^",]*),([0-9]+)"')
_STATE_BY_DIGIT = {"1": True, "0": False}


def _read_outlets() -> Dialogue[tuple[Outlet, ...]]:
    body = yield ReadRequest("/ov.html")
    rows = _ROW.findall(body.decode("utf-8", "replace"))
    if not rows:
        raise ProtocolError("the page lists no outlets")
    outlets: list[Outlet] = []
    for number, (digit, milliamperes) in enumerate(rows, 1):
        state = _STATE_BY_DIGIT.get(digit)  # None: unknown
        figures = MeterFigures(current_a=int(milliamperes) / 1000)
        outlets.append(Outlet(str(number), state=state, figures=figures))
    return tuple(outlets)


def _read_unit(*, with_figures: bool) -> Dialogue[PduState]:
    outlets = yield from _read_outlets()
    return PduState(outlets, sum_if_complete(outlet.figures.current_a for outlet in outlets))


def _command(identity: str, *, on: bool) -> Dialogue[None]:
    yield WriteRequest(f"/ov.html?p={identity}&s={int(on)}", method="GET")


PAGE = Case(
    PageUnit,
    SimpleNamespace(
        read_unit=_read_unit,
        read_outlets=_read_outlets,
        command=_command,
        LOGIN=FieldLogin(query={"user": "{user}", "password": "{password}"}, refusal="who are you"),
    ),
)


@pytest.fixture(name="recording")
def _recording() -> str:
    with HttpServer(PageUnit(3, off=(2,))) as server:
        data = PduData(server.host, PAGE.pdu(server).pdu_data.custom_params)
        text: str = recording_format(PAGE.codec).record(data, RecordingOptions()).text
    return text


def test_a_page_is_recorded_as_text_without_what_names_its_owner(recording: str) -> None:
    document = json.loads(recording)
    (page,) = document["texts"].values()
    assert document["answers"] == {}
    assert list(document["texts"]) == ["/ov.html"]
    assert 'content="' in page
    for private in ("Smith", "web-1", "example.net", PASSWORD, USER):
        assert private not in page
    state = read_recorded(PAGE.codec, recording)
    assert [outlet.state for outlet in state.outlets] == [True, False, True]
    assert state.load_a == 0.4


def test_a_page_is_replayed_and_obeys_the_codecs_commands(recording: str) -> None:
    device = recording_format(PAGE.codec).serve(recording, 0)
    try:
        place: Any = SimpleNamespace(host=device.host, port=device.port)
        assert switch(PAGE.pdu(place), "2", True) is UP
        assert [port.power_status for port in PAGE.pdu(place).status().ports] == [UP] * 3
        assert len(device.writes()) == 1
    finally:
        device.close()


def test_the_unit_of_a_page_can_lack_a_state_and_a_figure_and_counts_on(recording: str) -> None:
    unit = CodecUnit(PAGE.codec, read_documents(recording), 0)
    try:
        (without_state, *_) = unit.without_state("1")
        states = [outlet.state for outlet in unit.read_state(without_state).outlets]
        assert states == [None, False, True]
        assert unit.count_on()
        assert unit.read_state().load_a == pytest.approx(0.44)
        assert unit.turn_outlet("3", on=None)
        assert [*unit.outlet_states().values()] == [True, False, None]
    finally:
        unit.close()


def test_a_request_beside_the_codecs_commands_is_noted_as_foreign(recording: str) -> None:
    unit = CodecUnit(PAGE.codec, read_documents(recording), 0)
    try:
        assert unit.reply("GET", "/ov.html?p=1&s=2", b"")[0] == 404
        assert unit.reply("GET", "/favicon.ico", b"")[0] == 404
        texts = [command.text for command in unit.commands if not command.identity]
        assert texts == ["GET /ov.html?p=1&s=2"]
    finally:
        unit.close()


def read_documents(recording: str) -> dict[str, Any]:
    return {key: TextAnswer(text) for key, text in json.loads(recording)["texts"].items()}
