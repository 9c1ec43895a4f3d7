"""What a simulated PDU notes of its clients, and how it spoils answers, as the judge wants it."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from pdu.recordings.simulated_pdu import UnitFault
from pdu.recordings.snmp.agent import SnmpServer
from pdu.recordings.snmp.recorded_rows import SnmpRow, arcs
from pdu.recordings.snmp.unit import SnmpUnit
from pdu.recordings.web import har
from pdu.recordings.web.outlet_rows import without_row
from pdu.recordings.web.state_columns import Column, Pointer, other_figures
from pdu.recordings.web.text_answers import TextAnswer
from pdu.recordings.web.unit import WebUnit
from pdu.workshop.handler.snmp_units import family_device
from pdu_common.base_snmp_pdu import BaseSnmpPdu
from pdu_common.connection import PduSnmpData
from pdu_common.snmp_client.errors import SnmpTimeout
from tests.needs import ROOT
from tests.waiting import until

_VOLT = ROOT / "docs" / "own-handler" / "volt.har"
_STATE = "1.3.6.1.4.1.46235.2.4.2.1.4.1"


# ---- over HTTP -----------------------------------------------------------------------------------


@pytest.fixture(name="unit")
def _unit() -> Iterator[WebUnit]:
    with contextlib.closing(WebUnit(har.parse(_VOLT.read_text("utf-8")), 0)) as unit:
        yield unit


def _status_of(unit: WebUnit, login: str = "") -> int:
    """The status of GET /status."""
    request = urllib.request.Request(f"http://127.0.0.1:{unit.port}/status")
    if login:
        request.add_header("Authorization", login)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_an_answer_is_spoilt_by_its_number(unit: WebUnit) -> None:
    unit.answer_faults = {2: 404, 3: UnitFault.HALF}
    assert [_status_of(unit), _status_of(unit)] == [200, 404]
    assert [_status_of(unit), _status_of(unit)] == [200, 200]  # JSON tells its end itself
    whole_answer, _, half_answer, last_answer = unit.answers
    assert half_answer == whole_answer[: len(whole_answer) // 2]
    assert last_answer == whole_answer


def test_a_login_alone_is_refused(unit: WebUnit) -> None:
    unit.denies = lambda message: "Authorization" in message
    assert [_status_of(unit), _status_of(unit, "Basic x")] == [200, 401]


def test_connections_that_stay_open_are_counted(unit: WebUnit) -> None:
    connections = []
    for _ in range(2):
        connection = http.client.HTTPConnection("127.0.0.1", unit.port, timeout=30)
        connection.request("GET", "/status")
        connection.getresponse().read()
        connections.append(connection)
    assert unit.open_connections == 2
    for connection in connections:
        connection.close()
    assert until(lambda: unit.open_connections == 0)


def test_a_hello_of_tls_is_counted(unit: WebUnit) -> None:
    context = ssl.create_default_context()
    with socket.create_connection(("127.0.0.1", unit.port), timeout=30) as plain:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(plain, server_hostname="localhost")
    assert until(lambda: unit.tls_hellos == 1)


def test_its_own_failure_is_noted(unit: WebUnit, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(unit, "answer", fail)
    monkeypatch.setattr(unit._server, "handle_error", lambda *_: None)
    with pytest.raises((http.client.HTTPException, urllib.error.URLError, ConnectionError)):
        _status_of(unit)
    assert unit.failures == ["KeyError: 'x'"]


def test_the_row_of_an_outlet_is_left_out(unit: WebUnit) -> None:
    ((outlet, contents),) = unit.without_row()
    unit.contents = contents
    (document,) = [
        document for request, document in contents[1].items() if request == "GET /status"
    ]
    assert outlet not in [row["id"] for row in document["outlets"]]
    assert outlet not in unit.outlet_states()
    assert not unit.turn_outlet(outlet, on=False)  # its place has another outlet's state
    assert unit.contents == contents


@pytest.mark.parametrize(
    ("text", "rest", "is_named"),
    [
        (
            "<table><tr><td>1<td>on</tr><tr><td>2<td>off</tr></table>",
            "<table><tr><td>1<td>on</tr></table>",
            True,
        ),
        ("a 1 on\nb 2 off\n", "a 1 on\n", True),
        ("<i>on</i><i>off</i>", "<i>on</i>", False),
    ],
)
def test_the_row_of_a_text_ends_by_its_tag_or_its_line(
    text: str, rest: str, is_named: bool
) -> None:
    answer = TextAnswer(text)
    on, off = (Pointer("GET /", (answer.pieces.index(word),)) for word in ("on", "off"))
    row = without_row({"GET /": answer}, off, [on], "2")
    assert row is not None
    assert row.contents["GET /"] == rest
    assert row.is_named is is_named


def test_other_figures_are_half_as_large_and_no_state_and_no_name_is_another() -> None:
    rows = [{"id": 1, "on": 1, "a": 0.8, "wh": 70}, {"id": 2, "on": 0, "a": 2.0, "wh": 81}]
    places = [Pointer("GET /", (number, "on")) for number in (0, 1)]
    first, *_ = other_figures({"GET /": rows}, [Column(places, 1, 0)], ["1", "2"])
    assert first["GET /"] == [
        {"id": 1, "on": 1, "a": 0.4, "wh": 35},
        {"id": 2, "on": 0, "a": 1.0, "wh": 40},
    ]


# ---- over SNMP -----------------------------------------------------------------------------------


class _Reader(BaseSnmpPdu):
    """The three calls of the platform."""


def _reader(port: int, community: str) -> _Reader:
    fields = {"community": community, "port": str(port), "timeout": "0.3", "retries": "0"}
    return _Reader(PduSnmpData("127.0.0.1", fields, {}))


@pytest.fixture(name="snmp_unit")
def _snmp_unit() -> SnmpUnit:
    device = family_device("rpcm")
    assert device is not None
    return device.unit()


def test_an_agent_notes_communities_and_its_own_failures(
    snmp_unit: SnmpUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.closing(SnmpServer("known")) as server:
        server.serve(snmp_unit, 0)
        assert _reader(snmp_unit.port, "known").snmp_get(_STATE).value_int in (0, 1)
        with pytest.raises(SnmpTimeout):
            _reader(snmp_unit.port, "other").snmp_get(_STATE)
        assert snmp_unit.communities == {b"known", b"other"}
        assert snmp_unit.failures == []

        def fail(*_: object) -> None:
            raise KeyError("x")

        monkeypatch.setattr(snmp_unit, "get", fail)
        with pytest.raises(SnmpTimeout):
            _reader(snmp_unit.port, "known").snmp_get(_STATE)
    assert snmp_unit.failures == ["KeyError: 'x'"]


def test_other_rows_than_before_are_walked_in_their_order(snmp_unit: SnmpUnit) -> None:
    rows = dict(snmp_unit.contents.rows)
    new_oid = arcs("1.3.6.1.4.1.1.1")
    snmp_unit.contents = snmp_unit.contents._replace(rows={**rows, new_oid: SnmpRow(2, 7)})
    before = max(oid for oid in rows if oid < new_oid)
    assert snmp_unit.next(before) == (new_oid, SnmpRow(2, 7))


def test_half_of_the_figures_leaves_states_and_halves_each_sum(snmp_unit: SnmpUnit) -> None:
    states, sums = snmp_unit.outlet_states(), snmp_unit.measured_sums()
    (contents,) = snmp_unit.with_other_figures()
    snmp_unit.contents = contents
    assert snmp_unit.outlet_states() == states
    half_sums = snmp_unit.measured_sums()
    assert half_sums.load_a[0] == pytest.approx(sums.load_a[0] / 2, abs=0.1)
    for outlet, energy_kwh in sums.outlet_kwh.items():
        assert half_sums.outlet_kwh[outlet] == pytest.approx(energy_kwh / 2, abs=1)
