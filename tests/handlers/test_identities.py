"""The identity on a port, in each form that a platform may pass, to each handler over the network.

A handler switches the outlet that `status` lists under exactly this text, or under the text of this
integer. It refuses anything else and writes nothing: `str` would turn the float 1.10 into "1.1",
which is another outlet.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import Any

import pytest

from handlers.dcimanager import outlet_identity
from handlers.shared.errors import PduHandlerError
from pdu_common.helper import EnumPowerStatus, PduPortView

from .wired import EVERY, Wire, Wired

DOWN, UNKNOWN = EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
CALLS = ("port_up", "port_down")


def assert_no_such_outlet(wired: Wired, identity: Any) -> str:
    """Pass an identity to both calls, which must refuse it and write nothing.

    Return the error's text.
    """
    words = ""
    for method in CALLS:
        port = PduPortView(identity, UNKNOWN)
        with pytest.raises(PduHandlerError) as error_info:
            getattr(wired.make(), method)(port)
        assert error_info.value.kind == "no-such-outlet", error_info.value
        assert port.power_status == UNKNOWN, error_info.value
        assert port.identity is identity, error_info.value
        assert error_info.value.host.startswith("127.0.0.1")
        assert error_info.value.operation
        words = str(error_info.value)
    assert wired.truth().writes == []
    return words


@EVERY
def test_a_float_is_not_taken_for_the_outlet_that_its_shortest_text_names(device: Wire) -> None:
    with device(is_dotted=True) as peer:
        assert "2.1" in [port.identity for port in peer.make().status().ports]
        for identity in (2.1, 2.10):
            assert "the float 2.1," in assert_no_such_outlet(peer, identity)


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
    with device() as peer:
        for identity in others:
            assert "text or an integer" in assert_no_such_outlet(peer, identity)


@EVERY
def test_text_is_compared_character_by_character(device: Wire) -> None:
    spellings = (
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
    with device() as peer:
        for identity in spellings:
            assert_no_such_outlet(peer, identity)
        for number in (0, -1, 5, 10**30, 10**5000):
            assert_no_such_outlet(peer, number)


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
        with device() as peer:
            before = peer.truth().states
            platform_identity: Any = identity
            port = PduPortView(platform_identity)
            assert peer.make().port_down(port) is port
            assert port.power_status is DOWN
            assert peer.truth().states == {**before, "2": False}
            assert len(peer.truth().writes) == 1


def test_a_port_without_the_attribute_names_no_outlet() -> None:
    port: Any = object()
    with pytest.raises(PduHandlerError, match="by None, which") as error_info:
        outlet_identity(port)
    assert error_info.value.kind == "no-such-outlet"
