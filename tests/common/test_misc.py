"""The doubles of `common.misc` and `common.logger`, including behaviour that the vendor's page does
not describe.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from common import misc
from common.logger import get_logger
from common.misc import InversionDict, Oid, waiter
from tests.handlers.clocks import Clock


def test_an_oid_is_extended_with_exactly_one_dot() -> None:
    assert Oid("1.3.6") + "7" == "1.3.6.7"
    assert Oid("1.3.6.") + ".7.8" == "1.3.6.7.8"


def test_an_extended_oid_can_be_extended_again() -> None:
    longer = Oid("1.3") + "6" + "1"
    assert isinstance(longer, Oid)
    assert longer == "1.3.6.1"


def test_an_inversion_dict_returns_the_key_of_a_value_or_the_default() -> None:
    numbers = InversionDict({"up": 1, "down": 0})
    assert numbers["up"] == 1
    assert numbers.get_by_value(0) == "down"
    assert numbers.get_by_value(7, "unknown") == "unknown"
    assert numbers.get_by_value(7) is None


def test_a_waiter_repeats_until_the_matcher_holds() -> None:
    answers: Iterator[int] = iter((0, 0, 1, 2))
    assert (
        waiter(lambda: next(answers))(matcher=lambda result: result == 1, timeout=60, pause=0) == 1
    )
    assert next(answers) == 2


def test_a_waiter_returns_the_last_result_at_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(misc, "time", SimpleNamespace(monotonic=clock, sleep=clock.sleep))
    calls: list[float] = []

    @waiter
    def never() -> int:
        calls.append(clock())
        return len(calls)

    assert never(matcher=lambda result: False, timeout=2, pause=0.5) == 5
    assert calls == [0, 0.5, 1, 1.5, 2]


def test_a_logger_logs_a_text_as_in_the_vendors_example(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    get_logger("rpcm").info("Get PDU load")
    assert caplog.messages == ["Get PDU load"]
