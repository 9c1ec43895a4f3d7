"""One reading of one PDU, by a handler of this project or of a third party."""

from __future__ import annotations

import enum
import sys
from decimal import Decimal
from typing import Any

import pytest

from handlers.command.fleet import polling, tables, verdict
from handlers.command.fleet.auth import Auth
from handlers.command.fleet.listing import ListedPdu
from handlers.command.loading import LoadedHandler
from handlers.counting import SENT
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)


class Other(enum.Enum):
    """States of another platform."""

    CYCLING = "cycling"


class ThirdParty:
    """A handler whose figures are all `figure`."""

    def __init__(self, figure: Any, state: Any = EnumPowerStatus.UP) -> None:
        self._figure, self._state = figure, state

    def status(self) -> PduView:
        return PduView([PduPortView("1", self._state)])

    def statistic(self) -> PduStatisticView:
        return PduStatisticView(
            self._figure, self._figure, [PduPortStatisticView("1", self._figure)]
        )


class Counted(ThirdParty):
    """Sends one request for its states."""

    def status(self) -> PduView:
        SENT.get()()
        return super().status()


def reading(pdu: ThirdParty) -> polling.Reading:
    handler = LoadedHandler(
        "other", "other", lambda _: pdu, (), False, SENT if isinstance(pdu, Counted) else None
    )
    return polling.poll(
        polling.Target(ListedPdu("a", "other", "192.0.2.1"), handler, Auth("none", {}, {}))
    )


def test_requests_are_counted_only_during_the_reading() -> None:
    assert reading(Counted(2)).requests == 1 and SENT.get() is bool


@pytest.mark.parametrize("figure", [2, Decimal("2"), "2"])
def test_a_figure_that_is_not_a_float_is_added_up_like_a_float(figure: Any) -> None:
    found = reading(ThirdParty(figure))
    assert found.failure is None and (
        found.load_a,
        found.energy_kwh,
        found.outlets[0].energy_kwh,
    ) == (2.0, 2.0, 2.0)
    row = verdict.judged(ListedPdu("a", "other", "192.0.2.1"), found)
    assert verdict.summary([row, row._replace(load_a=0.5)], 1.0).load_a == 2.5
    assert tables.table([row], {})[1].split()[-3:-1] == ["2", "2"]


@pytest.mark.parametrize(
    "figure, kind",
    [
        ("two", "ValueError"),
        (float("nan"), "ValueError"),
        (float("inf"), "ValueError"),
        ([2], "TypeError"),
        (10**400, "OverflowError"),
    ],
    ids=["word", "nan", "inf", "list", "huge"],
)
def test_a_figure_that_is_not_a_finite_number_is_a_defect_and_the_states_are_kept(
    figure: Any, kind: str
) -> None:
    found = reading(ThirdParty(figure))
    assert (
        found.answered
        and (found.load_a, found.energy_kwh) == (None, None)
        and found.count("UP") == 1
    )
    assert (
        found.failure is not None
        and found.failure.kind == "defect"
        and found.failure.reason.startswith(kind)
    )


def test_a_handler_that_tries_to_end_the_process_is_a_failure() -> None:
    class Ending(ThirdParty):
        def statistic(self) -> PduStatisticView:
            sys.exit(3)

    found = reading(Ending(2))
    assert (
        found.answered
        and found.failure is not None
        and found.failure.reason.startswith("SystemExit")
    )


def test_a_state_that_the_platform_does_not_have_is_a_failure() -> None:
    found = reading(ThirdParty(2, Other.CYCLING))
    assert not found.answered and found.failure is not None and "CYCLING" in found.failure.reason
