"""A small simulated device of each handler over the network, with the handler for it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Callable, NamedTuple

import pytest

from handlers.nut.handler import make_handler as make_nut
from handlers.raritan.handler import make_handler as make_raritan
from handlers.redfish.handler import make_handler as make_redfish
from handlers.snmp.handler import make_handler as make_snmp
from pdu_common.connection import PduData, PduSnmpData
from tests.servers.peers import https_settings
from tests.simulators import xerus
from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu
from tests.simulators.redfish import Model as RedfishModel, Pdu, RedfishService
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc
from tests.simulators.snmp_units import fixture
from tests.simulators.truth import Truth


class Wired(NamedTuple):
    """What makes a handler for the device, and the device's true state."""

    make: Callable[[], Any]
    truth: Callable[[], Truth]


#: Opens a device. `clock` is its clock; its relays, or what it shows of them, follow a command
#: `lag` seconds later. Its outlets are "1" to "4"; if `is_dotted`, there are more, with a dot, and
#: one of them is "2.1".
Wire = Callable[..., AbstractContextManager[Wired]]
_Clock = Callable[[], float]


@contextlib.contextmanager
def raritan(
    clock: _Clock = time.monotonic, lag: float = 0.0, is_dotted: bool = False
) -> Iterator[Wired]:
    links = {2: xerus.Model(outlets=10)} if is_dotted else {}
    with xerus.XerusPdu(xerus.Model(outlets=4, relay_delay=lag), links=links, clock=clock) as pdu:
        settings = {**https_settings(pdu), "link_units": "yes" if is_dotted else "no"}
        yield Wired(lambda: make_raritan(PduData(pdu.host, settings)), pdu.truth)


@contextlib.contextmanager
def snmp(
    clock: _Clock = time.monotonic, lag: float = 0.0, is_dotted: bool = False
) -> Iterator[Wired]:
    four = apc.rpdu2(4, relay_s=lag)
    device = fixture("hpe-mapdu3").device()
    unit = device if is_dotted else replace(four, device=four.device.on(clock))
    with Agent(unit) as agent:
        params = {
            "version": "2",
            "community": "private",
            "timeout": "20",
            "port": str(agent.port),
        }
        data = PduSnmpData(agent.host, params, {"switch_unproven": "yes"})
        yield Wired(lambda: make_snmp(data), agent.truth)


@contextlib.contextmanager
def nut(
    clock: _Clock = time.monotonic, lag: float = 0.0, is_dotted: bool = False
) -> Iterator[Wired]:
    outlets, members = (10, 2) if is_dotted else (4, 1)
    with NutServer([SwitchedPdu("pdu", outlets, members=members, poll_s=lag, clock=clock)]) as unit:
        settings = {
            "port": str(unit.port),
            "device": "pdu",
            "username": ADMIN.name,
            "password": ADMIN.password,
        }
        yield Wired(lambda: make_nut(PduData(unit.host, settings)), unit.truth)


@contextlib.contextmanager
def redfish(
    clock: _Clock = time.monotonic, lag: float = 0.0, is_dotted: bool = False
) -> Iterator[Wired]:
    outlets = tuple(map(str, range(1, 11 if is_dotted else 5)))
    pdus = tuple(
        Pdu(name, outlets=outlets, outlets_metered=False) for name in ("1", "2")[: 1 + is_dotted]
    )
    model = RedfishModel(pdus, relay_delay=lag, transition="silent")
    with RedfishService(model, clock=clock) as unit:
        data = PduData(unit.host, https_settings(unit))
        yield Wired(lambda: make_redfish(data), unit.truth)


EVERY = pytest.mark.parametrize(
    "device", [raritan, snmp, nut, redfish], ids=lambda device: str(device.__name__)
)
