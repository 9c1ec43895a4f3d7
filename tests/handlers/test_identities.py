"""The identity on a port, in each form that a platform may pass, to each handler over the network.

A handler switches the outlet that `status` lists under exactly this text, or under the text of this
integer. It refuses anything else and writes nothing: `str` would turn the float 1.10 into "1.1",
which is another outlet.
"""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any, Callable, NamedTuple

import pytest

from handlers.host import outlet_identity
from handlers.nut.handler import make_handler as make_nut
from handlers.raritan.handler import make_handler as make_raritan
from handlers.redfish.handler import make_handler as make_redfish
from handlers.shared.errors import PduHandlerError
from handlers.snmp.handler import make_handler as make_snmp
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.recordings import fixtures
from tests.simulators import xerus
from tests.simulators.books import Books
from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu
from tests.simulators.redfish import Model as RedfishModel, Pdu, RedfishService
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc

DOWN, UNKNOWN = EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN


class Wired(NamedTuple):
    """A handler, and the books of its device."""

    handler: Any
    books: Callable[[], Books]


# True: identities with a dot, "2.1" and more; False: "1" to "4"
Wire = Callable[[bool], AbstractContextManager[Wired]]


@contextlib.contextmanager
def raritan(dotted: bool) -> Iterator[Wired]:
    with xerus.XerusPdu(
        xerus.Model(outlets=4), links={2: xerus.Model(outlets=10)} if dotted else {}
    ) as pdu:
        settings = {
            "port": str(pdu.port),
            "username": pdu.user,
            "password": pdu.password,
            "ca_pem": pdu.ca_pem,
            "link_units": "yes" if dotted else "no",
        }
        yield Wired(make_raritan(PduData(pdu.host, settings)), pdu.books)


@contextlib.contextmanager
def snmp(dotted: bool) -> Iterator[Wired]:
    unit = next(unit for unit in fixtures() if unit.name == "hpe-mapdu3")
    with Agent(unit.device() if dotted else apc.rpdu2(4)) as agent:
        params = {
            "version": "2",
            "community": "private",
            "timeout": "5",
            "retries": "1",
            "port": str(agent.port),
        }
        yield Wired(
            make_snmp(PduSnmpData(agent.host, params, {"switch_unproven": "yes"})), agent.books
        )


@contextlib.contextmanager
def nut(dotted: bool) -> Iterator[Wired]:
    pdu = SwitchedPdu("pdu", 10, members=2) if dotted else SwitchedPdu("pdu", 4)
    with NutServer([pdu]) as server:
        settings = {
            "port": str(server.port),
            "device": "pdu",
            "username": ADMIN.name,
            "password": ADMIN.password,
        }
        yield Wired(make_nut(PduData(server.host, settings)), server.books)


@contextlib.contextmanager
def redfish(dotted: bool) -> Iterator[Wired]:
    outlets = tuple(map(str, range(1, 11 if dotted else 5)))
    pdus = (
        (Pdu("1", outlets=outlets), Pdu("2", outlets=outlets))
        if dotted
        else (Pdu("1", outlets=outlets),)
    )
    with RedfishService(RedfishModel(pdus)) as unit:
        settings = {
            "port": str(unit.port),
            "username": unit.user,
            "password": unit.password,
            "ca_pem": unit.ca_pem,
        }
        yield Wired(make_redfish(PduData(unit.host, settings)), unit.books)


EVERY = pytest.mark.parametrize(
    "device", [raritan, snmp, nut, redfish], ids=lambda device: str(device.__name__)
)
CALLS = ("port_up", "port_down")


def assert_no_such_outlet(wired: Wired, identity: Any) -> str:
    """Pass an identity to both calls, which must refuse it and write nothing.

    Return the error's text.
    """
    words = ""
    for method in CALLS:
        port = PduPortView(identity, UNKNOWN)
        with pytest.raises(PduHandlerError) as caught:
            getattr(wired.handler, method)(port)
        assert (caught.value.kind, port.power_status, port.identity) == (
            "no-such-outlet",
            UNKNOWN,
            identity,
        ), caught.value
        assert caught.value.host.startswith("127.0.0.1:") and caught.value.operation
        words = str(caught.value)
    assert wired.books().writes == []
    return words


@EVERY
def test_a_float_is_not_taken_for_the_outlet_that_its_shortest_text_names(device: Wire) -> None:
    with device(True) as wired:
        assert "2.1" in [port.identity for port in wired.handler.status().ports]
        for identity in (2.1, 2.10):
            assert "the float 2.1," in assert_no_such_outlet(wired, identity)


class _Other:
    """An object whose text is an outlet's identity."""

    def __str__(self) -> str:
        return "1"


@EVERY
def test_only_text_and_integers_name_an_outlet(device: Wire) -> None:
    others: tuple[Any, ...] = (
        True,
        False,
        None,
        1.0,
        float("nan"),
        float("inf"),
        b"1",
        bytearray(b"1"),
        Decimal("1"),
        1 + 0j,
        ["1"],
        ("1",),
        {"1": "1"},
        _Other(),
        EnumPowerStatus.UP,
    )
    with device(False) as wired:
        for identity in others:
            assert "text or an integer" in assert_no_such_outlet(wired, identity)


@EVERY
def test_text_is_compared_character_by_character(device: Wire) -> None:
    spelt = (
        " 1",
        "1 ",
        "1\n",
        "\t1",
        "\u00a01",
        "\u200b1",
        "1\0",
        "01",
        "+1",
        "-1",
        "1.0",
        "1e0",
        "",
        " ",
        "\u0661",
        "\uff11",
        "\u00b9",
        "1\u0663",
        "\ud800",
        "1" * 5000,
    )
    with device(False) as wired:
        for identity in spelt:
            assert_no_such_outlet(wired, identity)
        for number in (0, -1, 5, 10**30, 10**5000):
            assert_no_such_outlet(wired, number)


class _Text(str):
    def __str__(self) -> str:
        return "1"


class _Numbers(enum.IntEnum):
    TWO = 2


class _Texts(str, enum.Enum):
    TWO = "2"


@EVERY
def test_an_integer_and_a_subclass_of_text_name_the_outlet_of_their_value(device: Wire) -> None:
    for identity in (2, _Numbers.TWO, _Text("2"), _Texts.TWO):
        with device(False) as wired:
            before = wired.books().states
            given: Any = identity
            port = PduPortView(given)
            assert wired.handler.port_down(port) is port and port.power_status is DOWN
            assert wired.books().states == {**before, "2": False} and len(wired.books().writes) == 1


def test_a_port_without_the_attribute_names_no_outlet() -> None:
    port: Any = object()
    with pytest.raises(PduHandlerError, match="by None, which") as caught:
        outlet_identity(port)
    assert caught.value.kind == "no-such-outlet"
