"""The platform's SNMP calls as handlers use them: rows, values, and the errors for its failures, in
snmp.txt; here what has a clock, or parameters that are no JSON.
"""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from handlers.dcimanager.view_fields import ports_of
from handlers.shared.errors import PduHandlerError, ProtocolError, Unreachable
from pdu.loading import answers
from tests.chains import kept
from tests.handlers.dcimanager.platform_double import Platform, snmp_over
from tests.handlers.dcimanager.snmp_table import ROOT, TABLE, shown
from tests.tables import Law, compared

from .odd_values import SecretStr, Word


@pytest.mark.parametrize("law", TABLE.laws(), ids=str)
def test_the_calls_of_a_platform_end_as_the_lines_say(law: Law) -> None:
    law.check(compared(shown))


class _TwoNames(SimpleNamespace):
    def __init__(self) -> None:
        self.port_list: list[object] = []
        self.outlets = self.port_list


class _Computed(SimpleNamespace):
    @property
    def outlet_list(self) -> list[object]:
        return []


def test_the_ports_of_a_view_are_its_list_ports_or_else_its_only_list() -> None:
    """`pdu` finds them as handlers do: it judges views of anybody's handler."""
    ports: list[object] = []
    two_names = _TwoNames()
    expected_by_view = [
        (SimpleNamespace(ports=ports, other=[1]), ports),
        (SimpleNamespace(ports="none", outlets=ports), ports),
        (SimpleNamespace(first=[], second=[]), None),
        (SimpleNamespace(outlets=ports, _outlets=ports), ports),
        (SimpleNamespace(_ports=ports), ports),
        (two_names, two_names.outlets),
        # what is appended to it may be lost
        (_Computed(), None),
    ]
    for find_ports in (ports_of, answers.ports_of):
        for view, expected in expected_by_view:
            assert find_ports(view) is expected, view


class Login(NamedTuple):
    community: str = "31415926"


class SlottedLogin:
    """As a class of attrs or a dataclass with slots: without `__dict__`."""

    __slots__ = ("port", "community")

    def __init__(self) -> None:
        self.community = "31415926"


def knows_itself() -> object:
    """With its logger, it also knows half of the program."""
    params = SimpleNamespace(port="1161", logger=logging.getLogger("pdu"), community="31415926")
    params.owner = params
    return params


@pytest.mark.parametrize(
    "params",
    [
        {"community": b"31415926"},
        {"community": SecretStr("31415926")},
        {"community": Word.SECRET},
        {"auth": {"password": SecretStr("31415926")}},
        knows_itself(),
        Login(),
        SlottedLogin(),
        {"v3": SlottedLogin()},
        SimpleNamespace(v3=SimpleNamespace(auth_password="31415926")),
        ("2", "31415926"),
    ],
    ids=lambda params: type(params).__name__,
)
def test_a_secret_in_parameters_of_any_form_is_not_shown(params: object) -> None:
    # a password in a word of the text is replaced by a notice
    for text in ("wrongValue (31415926)", "no answer to x31415926 from the agent"):
        with pytest.raises(PduHandlerError) as error_info:
            snmp_over(Platform(RuntimeError(text), params)).get(ROOT)
        assert "31415926" not in kept(error_info.value)


def test_no_request_starts_half_a_minute_after_the_last_answer_or_after_the_limit_of_a_call() -> (
    None
):
    now = [0.0]
    element = SimpleNamespace(value=1)
    device = snmp_over(Platform(element), 100.0, clock=lambda: now[0])

    def assert_over() -> None:
        for call in (
            lambda: device.get(ROOT),
            lambda: device.walk(ROOT),
            lambda: device.set(ROOT, 1),
        ):
            with pytest.raises(Unreachable, match=f"{now[0]:.0f} s were not enough") as error_info:
                call()
            assert error_info.value.host == "192.0.2.7"

    for now[0] in (29.0, 58.0, 87.0, 100.0):
        assert device.get(ROOT) == 1
    now[0] = 101.0
    assert_over()
    device.extend(200.0)
    assert device.get(ROOT) == 1
    assert device.remaining() == pytest.approx(30.0)
    now[0] = 132.0
    assert_over()


def test_a_reading_follows_a_write_that_waited_longer_than_a_silence() -> None:
    now = [0.0]

    class Slow(Platform):
        def snmp_set(self, *_: object) -> Any:
            now[0] += 40.0
            raise TimeoutError("timed out")

    device = snmp_over(Slow(SimpleNamespace(value=1)), 100.0, clock=lambda: now[0])
    with pytest.raises(Unreachable, match="timed out"):
        device.set(ROOT, 1)
    assert device.get(ROOT) == 1


def test_an_error_of_the_pack_is_passed_on_unchanged() -> None:
    error = ProtocolError("ours")
    with pytest.raises(ProtocolError) as error_info:
        snmp_over(Platform(error)).get(ROOT)
    assert error_info.value is error
