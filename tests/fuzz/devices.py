"""Fuzz targets for what devices send: HTTP; JSON-RPC and Redfish, through the handlers; NUT
answers; SNMP values and walks.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
import socket
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from handlers.host.rows import IndexedRows, oid_arcs, raw_value
from handlers.http import connection
from handlers.http.message import Endpoint, Request, Response
from handlers.nut import outlets, requests
from handlers.nut.decoder import Decoder
from handlers.nut.responses import Responses
from handlers.raritan.handler import RaritanPdu
from handlers.redfish.handler import RedfishPdu
from handlers.shared.errors import PduHandlerError, SettingsError
from handlers.shared.tls import Trust
from handlers.snmp import decoding
from handlers.snmp.detection import detect
from handlers.snmp.profiles import PROFILES
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView, PduView
from tests.handlers.nut.given import WITH_WHOLE_LOAD
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import of_rows
from tests.simulators.redfish import RedfishService, units
from tests.simulators.snmp_agent import read_snmprec
from tests.simulators.xerus import Model, XerusPdu

_PASSWORD = "a pass phrase"
_MARK = b"\n--8<--\n"  # separates the answers of one call


# ---- HTTP ----------------------------------------------------------------------------------------


class _Local(socket.socket):
    """An end of a socket pair, which has no TCP options."""

    def setsockopt(self, *option: Any) -> None:
        """Sets nothing."""


def http(data: bytes) -> None:
    with contextlib.suppress(PduHandlerError):
        answered(data)


def answered(data: bytes) -> Response:
    """Reads an HTTP answer from a socket: head, chunks, body. Raises PduHandlerError."""
    near, theirs = socket.socketpair()
    ours = _Local(fileno=near.detach())
    with theirs, mock.patch.object(connection, "_dial", return_value=ours):
        ours.settimeout(5)
        theirs.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            theirs.send(data)  # drops what exceeds the socket's buffer
        theirs.shutdown(socket.SHUT_WR)
        transport = connection.StandardTransport(Trust())
        try:
            return transport.exchange(
                Endpoint("http", "192.0.2.1", 80), Request("GET", "/", {}, None, 5.0, 5.0, 1 << 20)
            )
        finally:
            transport.close()


def http_seeds() -> list[bytes]:
    return [
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
        b'HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\n\r\nno',
        b"HTTP/1.1 302 Found\r\nLocation: https://192.0.2.2/\r\nContent-Length: 0\r\n\r\n",
    ]


# ---- JSON-RPC and Redfish, through the handlers --------------------------------------------------


class _Script:
    """A transport that answers with the given bodies in order, and then with {}.

    In JSON-RPC, the request's id replaces id 0.
    """

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self._bodies = list(bodies)

    def exchange(self, where: Endpoint, request: Request) -> Response:
        body = self._bodies.pop(0) if self._bodies else b"{}"
        if isinstance(request.body, bytes) and b'"id"' in request.body:
            body = re.sub(rb'"id": 0(?!\d)', b'"id": %d' % json.loads(request.body)["id"], body)
        return Response(200, {"content-type": "application/json"}, body)

    def close(self) -> None:
        """Does nothing: no connection is open."""


class _Raritan(RaritanPdu):
    bodies: Sequence[bytes] = ()

    def transport(self, trust: Trust) -> Any:
        return _Script(self.bodies)


class _Redfish(RedfishPdu):
    bodies: Sequence[bytes] = ()

    def transport(self, trust: Trust) -> Any:
        return _Script(self.bodies)


def _read(pdu: Any, identity: str) -> None:
    """Calls status, statistic and port_down, and checks texts, identities, states and figures."""
    for call in (pdu.status, pdu.statistic, lambda: _off(pdu, identity)):
        try:
            view = call()
        except PduHandlerError as error:
            assert str(error).isprintable() and _PASSWORD not in str(error)
            assert error.kind != PduHandlerError.kind
            continue
        assert len({port.identity for port in view.ports}) == len(view.ports)
        for port in view.ports:
            assert isinstance(port.identity, str) and port.identity.isprintable()
            assert isinstance(
                getattr(port, "power_status", EnumPowerStatus.UNKNOWN), EnumPowerStatus
            )
            assert math.isfinite(getattr(port, "consumption", 0.0) or 0.0)
        assert all(
            math.isfinite(getattr(view, name, 0.0) or 0.0) for name in ("load", "total_consumption")
        )


def _off(pdu: Any, identity: str) -> PduView:
    return PduView([pdu.port_down(PduPortView(identity, EnumPowerStatus.UNKNOWN), deadline=0.0)])


def raritan(data: bytes) -> None:
    _read(raritan_pdu(data), "1")


def raritan_pdu(data: bytes) -> RaritanPdu:
    """A PDU whose answers are in `data`. Each new transport begins with the first answer."""
    pdu = _Raritan(
        PduData("192.0.2.1", {"username": "admin", "password": _PASSWORD, "link_units": "yes"})
    )
    pdu.bodies = data.split(_MARK)
    return pdu


def redfish(data: bytes) -> None:
    _read(redfish_pdu(data), "A1")


def redfish_pdu(data: bytes) -> RedfishPdu:
    """A PDU whose answers are in `data`. Each new transport begins with the first answer."""
    pdu = _Redfish(
        PduData("192.0.2.1", {"username": "admin", "password": _PASSWORD, "session": "basic"})
    )
    pdu.bodies = data.split(_MARK)
    return pdu


class _Tape:
    """A transport that records its answers in `bodies`."""

    def __init__(self, bodies: list[bytes]) -> None:
        self._transport = connection.StandardTransport(Trust())
        self.bodies = bodies

    def exchange(self, where: Endpoint, request: Request) -> Response:
        reply = self._transport.exchange(where, request)
        asked = json.loads(request.body).get("id", 0) if isinstance(request.body, bytes) else 0
        self.bodies.append(re.sub(rb'"id": ?%d(?!\d)' % asked, b'"id": 0', reply.body))
        return reply

    def close(self) -> None:
        self._transport.close()


def _taped(pdu: Any, kind: Any, identity: str) -> list[bytes]:
    """Three seeds: the answers that the handler receives during each call."""
    seeds = []
    for call in (pdu.status, pdu.statistic, lambda: _off(pdu, identity)):
        bodies: list[bytes] = []
        with mock.patch.object(kind, "transport", lambda self, trust: _Tape(bodies)):
            call()
        seeds.append(_MARK.join(bodies))
    return seeds


@cache
def raritan_seeds() -> Sequence[bytes]:
    with XerusPdu(Model(outlets=3, phases=3, off=(2,)), http_port=0, enforce_https=False) as unit:
        return _taped(
            RaritanPdu(
                PduData(
                    unit.host,
                    {
                        "port": str(unit.http_port),
                        "scheme": "http",
                        "username": unit.user,
                        "password": unit.password,
                        "link_units": "yes",
                    },
                )
            ),
            RaritanPdu,
            "1",
        )


@cache
def redfish_seeds() -> Sequence[bytes]:
    with RedfishService(units.rack(), tls=False) as unit:
        return _taped(
            RedfishPdu(
                PduData(
                    unit.host,
                    {
                        "port": str(unit.port),
                        "scheme": "http",
                        "username": unit.user,
                        "password": unit.password,
                    },
                )
            ),
            RedfishPdu,
            "A1",
        )


# ---- NUT -----------------------------------------------------------------------------------------

_TRACKED = "1bd31808-cb49-4aec-9d75-d056e6f018d2"


def nut(data: bytes) -> None:
    """Decodes lists of variables and commands, and reads the device that they describe.

    Also decodes answers of one line.
    """
    variables, commands = requests.list_var("pdu"), requests.list_cmd("pdu")
    answers = Responses("192.0.2.1")
    with contextlib.suppress(PduHandlerError):
        if Decoder([variables, commands], answers).feed(data):
            device = outlets.decode_outlets(
                answers[variables], list(answers[commands]), {}, WITH_WHOLE_LOAD
            )
            for figure in (
                device.load_a,
                device.energy_kwh,
                *(one.figures.current_a for one in device.outlets),
            ):
                assert figure is None or math.isfinite(figure)
            assert all(outlet.state in (True, False, None) for outlet in device.outlets)
            assert len({outlet.identity for outlet in device.outlets}) == len(device.outlets)
            for name in (*answers[variables], *answers[commands]):
                with contextlib.suppress(SettingsError):
                    sent = requests.instcmd(name, name, name).line
                    assert sent.count(b"\n") == 1 and not {0, 13} & set(sent)
    for request in (
        requests.get_var("pdu", "ups.status"),
        requests.instcmd("pdu", "load.on"),
        requests.get_tracking(_TRACKED),
    ):
        answers = Responses("192.0.2.1")
        with contextlib.suppress(PduHandlerError):
            if Decoder([request], answers).feed(data):
                assert isinstance(answers[request], str)


def nut_seeds() -> list[bytes]:
    return [
        (
            b'BEGIN LIST VAR pdu\nVAR pdu outlet.count "2"\nVAR pdu outlet.1.status "on"\nVAR pdu'
            b' outlet.2.status "off"\nVAR pdu outlet.1.current "0.50"\nVAR pdu input.L1.current'
            b' "1.5"\nVAR pdu device.type "pdu"\nEND LIST VAR pdu\nBEGIN LIST CMD pdu\nCMD pdu'
            b" outlet.1.load.on\nCMD pdu outlet.1.load.off\nEND LIST CMD pdu\n"
        ),
        (
            b'BEGIN LIST VAR pdu\nVAR pdu device.count "2"\nVAR pdu device.1.outlet.1.status'
            b' "on"\nVAR pdu device.2.outlet.1.status "off"\nVAR pdu ups.status "OL"\nVAR pdu'
            b' ups.load "12.5"\nEND LIST VAR pdu\nBEGIN LIST CMD pdu\nCMD pdu load.off\nEND LIST'
            b" CMD pdu\n"
        ),
        # a figure with a control character, which was read as 0.5
        b'BEGIN LIST VAR pdu\nVAR pdu outlet.1.current "0.5\x1d"\nEND LIST VAR pdu\n',
        b"ERR DATA-STALE\nERR UNKNOWN-UPS\n",
        b'VAR pdu ups.status "OL"\n',
        f"OK TRACKING {_TRACKED}\n".encode(),
        b"PENDING\n",
        b"SUCCESS\n",
    ]


# ---- SNMP ----------------------------------------------------------------------------------------


def values(data: bytes) -> None:
    """Reads an object like the one that the platform returns for a varbind.

    Its value and OID come from `data`.
    """

    class Element:
        value: object = data
        oid = data.decode("latin-1")

    for value in (data, data.decode("latin-1"), int.from_bytes(data[:16], "big", signed=True)):
        Element.value = value
        with contextlib.suppress(PduHandlerError):
            raw = raw_value(Element)
            if raw is not None:
                number = decoding.number(raw)
                assert number is None or number.is_finite()
                decoding.printable_text(raw), decoding.octets(raw), decoding.bits(raw)
        oid_arcs(Element.oid)
        placed = IndexedRows([Element, Element], "1.3.6.1.4.1.318.1")
        for split in (False, True):
            with contextlib.suppress(PduHandlerError):
                placed.indexes(split)


def walks(data: bytes) -> None:
    """Detects, reads and meters a whole device from the rows of a recording."""
    try:
        rows = read_snmprec(data.decode("utf-8", "replace"))
    except (ValueError, OverflowError):
        return
    device = of_rows(rows)
    with contextlib.suppress(PduHandlerError):
        found = detect(device, PROFILES)
        assert all(isinstance(state, EnumPowerStatus) for state in found.states.values())
        read = read_exactly(found)
        for figure in (
            read.load_a,
            read.energy_kwh,
            *read.currents.values(),
            *read.energies.values(),
        ):
            assert figure is None or figure.is_finite()


@cache
def walk_seeds() -> Sequence[bytes]:
    folder = Path(__file__).resolve().parents[1] / "recordings"
    return [
        (folder / f"{key}.snmprec").read_bytes()
        for key in ("netio", "gude-epc", "aten-pe", "digipower", "baytech")
    ]
