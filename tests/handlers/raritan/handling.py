"""Shared by the handler's tests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Callable

import pytest

from handlers.http.message import Transport
from handlers.raritan.handler import RaritanPdu
from handlers.shared.tls import Trust
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduStatisticView, PduView
from tests.simulators.truth import Truth
from tests.simulators.xerus import XerusPdu

STATES = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN, None: EnumPowerStatus.UNKNOWN}
# pause before each further reading of a switched outlet, in seconds
FAST = 0.02
Handle = Callable[..., RaritanPdu]


def handler_over(transport: Transport, data: PduData) -> RaritanPdu:
    """A handler whose requests go over this transport."""

    class Handler(RaritanPdu):
        def transport(self, trust: Trust) -> Transport:
            return transport

    return Handler(data)


@contextlib.contextmanager
def spent(pdu: XerusPdu) -> Iterator[list[int]]:
    """Yield [requests, connections] made inside the block. The numbers are filled in at its end."""
    before = pdu.truth()
    cost = [0, 0]
    yield cost
    after = pdu.truth()
    cost[:] = [after.requests - before.requests, after.connections - before.connections]


def shown(view: PduView) -> dict[str, EnumPowerStatus]:
    assert len({port.identity for port in view.ports}) == len(view.ports)
    return {port.identity: port.power_status for port in view.ports}


def states(truth: Truth) -> dict[str, EnumPowerStatus]:
    return {identity: STATES[state] for identity, state in truth.states.items()}


def agrees(figures: PduStatisticView, truth: Truth) -> None:
    assert figures.load == pytest.approx(truth.load_a or 0.0)
    assert figures.total_consumption == pytest.approx(truth.energy_kwh or 0.0)
    by_port = {port.identity: port.consumption for port in figures.ports}
    # an outlet without an energy has no entry, which would show 0
    assert by_port == pytest.approx(truth.port_energy_kwh)
