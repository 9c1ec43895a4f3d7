"""Fuzzed answers: a view has each identity once, and every error is a PduHandlerError."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from handlers.http.connection import StandardTransport
from handlers.http.message import Endpoint, Request, Response, Transport
from handlers.raritan.handler import RaritanPdu
from handlers.shared.errors import PduHandlerError
from handlers.shared.tls import Trust
from pdu_common.connection import PduData
from pdu_common.helper import PduPortView
from tests.simulators.xerus import Model, XerusPdu

SETTINGS = {"username": "admin", "password": "hush-hush", "link_units": "yes"}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)
thorough = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


class Script:
    """A transport that replays answers, then answers `null`.

    If an answer's id is an integer, the request's id replaces it.
    """

    def __init__(self, bodies: list[Any]) -> None:
        self._bodies = list(bodies)

    def exchange(self, where: Endpoint, request: Request) -> Response:
        assert isinstance(request.body, bytes)
        body = self._bodies.pop(0) if self._bodies else None
        if isinstance(body, dict) and type(body.get("id")) is int:
            body = {**body, "id": json.loads(request.body)["id"]}
        return Response(200, {}, json.dumps(body).encode())

    def close(self) -> None:
        """Does nothing, since no connection is open."""


class Scripted(RaritanPdu):
    def __init__(self, bodies: list[Any]) -> None:
        super().__init__(PduData("pdu.example", SETTINGS))
        self._bodies = bodies

    def transport(self, trust: Trust) -> Transport:
        return Script(self._bodies)


@pytest.fixture(scope="module")
def recorded() -> Iterator[dict[str, list[Any]]]:
    """The recorded answers of a simulated unit, by the handler's method."""
    answers: dict[str, list[Any]] = {}
    with XerusPdu(Model(outlets=3, phases=3), links={2: Model(outlets=1)}) as pdu:
        for method in ("status", "statistic", "port_down"):
            answers[method] = []

            class Recording(StandardTransport):
                def exchange(self, where: Endpoint, request: Request) -> Response:
                    reply = super().exchange(where, request)
                    answers[method].append(json.loads(reply.body))
                    return reply

            class Handler(RaritanPdu):
                def transport(self, trust: Trust) -> Transport:
                    return Recording(trust)

            given_ = {
                **SETTINGS,
                "password": pdu.password,
                "port": str(pdu.port),
                "ca_pem": pdu.ca_pem,
            }
            _call(Handler(PduData(pdu.host, given_)), method)
    yield answers


def _call(handler: RaritanPdu, method: str) -> Any:
    if method == "port_down":
        return handler.port_down(PduPortView("1"), deadline=0.0)
    return getattr(handler, method)()


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield from _places(inner, (*path, key))


def _changed(value: Any, path: tuple[Any, ...], junk: Any, remove: bool) -> Any:
    if not path:
        return junk
    out = copy.copy(value)
    if remove and len(path) == 1:
        del out[path[0]]
    else:
        out[path[0]] = _changed(value[path[0]], path[1:], junk, remove)
    return out


@pytest.mark.parametrize("method", ["status", "statistic", "port_down"])
@thorough
@given(data=st.data())
def test_changed_answers_give_a_pdu_handler_error_or_a_view_without_duplicates(
    recorded: dict[str, list[Any]], method: str, data: st.DataObject
) -> None:
    bodies = list(recorded[method])
    for _ in range(data.draw(st.integers(1, 3))):
        number = data.draw(st.integers(0, len(bodies) - 1))
        path = data.draw(st.sampled_from(list(_places(bodies[number]))))
        bodies[number] = _changed(bodies[number], path, data.draw(JUNK), data.draw(st.booleans()))
    try:
        view = _call(Scripted(bodies), method)
    except PduHandlerError as error:
        assert error.kind != "error" and "hush" not in str(error) and str(error).isprintable()
    else:
        if method != "port_down":
            identities = [port.identity for port in view.ports]
            assert len(set(identities)) == len(identities)


@pytest.mark.parametrize("method", ["status", "statistic", "port_down"])
def test_the_unchanged_answers_are_understood(recorded: dict[str, list[Any]], method: str) -> None:
    result = _call(Scripted(recorded[method]), method)
    if method == "port_down":
        assert result.power_status.name == "DOWN"
    else:
        assert [port.identity for port in result.ports] == ["1", "2", "3", "2.1"]


@thorough
@given(bodies=st.lists(JUNK, max_size=3))
def test_arbitrary_json_is_a_protocol_error(bodies: list[Any]) -> None:
    with pytest.raises(PduHandlerError) as error_info:
        Scripted(bodies).status()
    assert error_info.value.kind == "protocol"
