"""What tools ask of a handler of anybody, which may have the four calls alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn, cast

import pytest

from handlers.shared.errors import NoSuchOutlet, Unreachable
from pdu.loading.four_methods import FourMethods
from pdu.reading.open_handler import OpenHandler
from pdu_common.helper import EnumPowerStatus

STATES = [("1", EnumPowerStatus.UP), ("2", EnumPowerStatus.DOWN)]


class ListingPdu:
    """An open PDU that reads all states; `forget` and `state` are not there."""

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]:
        return STATES


class RefusingPdu(ListingPdu):
    """One that reads one state, and fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def state(self, identity: str) -> NoReturn:
        raise self.error


ANEW = cast(FourMethods, ListingPdu())


def opened(pdu: ListingPdu) -> OpenHandler:
    return OpenHandler(cast(Any, pdu), lambda: ANEW, "")


def test_one_state_is_read_among_all_where_the_handler_reads_no_single_one() -> None:
    handler = opened(ListingPdu())
    assert [handler.state(identity) for identity in ("1", "2", "3")] == [
        EnumPowerStatus.UP,
        EnumPowerStatus.DOWN,
        None,
    ]


def test_an_outlet_that_is_not_there_has_no_state_and_another_failure_is_raised() -> None:
    assert opened(RefusingPdu(NoSuchOutlet("3"))).state("3") is None
    with pytest.raises(Unreachable, match="no answer"):
        opened(RefusingPdu(Unreachable("no answer"))).state("3")


def test_a_handler_without_an_addition_says_nothing_there() -> None:
    handler = opened(ListingPdu())
    assert list(handler.meters()) == []
    assert not any(handler.nameplate())


def test_a_pdu_that_cannot_forget_or_switch_in_a_session_is_made_anew() -> None:
    handler = opened(ListingPdu())
    assert handler.command_pdu() is ANEW
    handler.forget()
    assert handler._pdu is ANEW
