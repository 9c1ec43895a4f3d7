"""The four calls, over a handler of no vendor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Optional

import pytest

from handlers.dcimanager import Figures, FourCalls, Label
from handlers.shared.errors import PduHandlerError, ProtocolError, Unreachable
from pdu_common.base_pdu import BasePdu
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus
from tests.chains import kept

SECRET = "hidden-4711"


class Failing(FourCalls[str], BasePdu):
    """Its status fails with an error that has another one as its cause; both quote a secret."""

    handler_name = "failing"

    @contextmanager
    def open_session(self) -> Iterator[str]:
        yield SECRET

    def device_address(self, session: Optional[str]) -> str:
        return "192.0.2.7"

    def mask_error(self, session: str, error: PduHandlerError) -> None:
        error.set_reason(error.reason.replace(session, "***"))

    def read_states(self, session: str) -> Iterable[tuple[str, EnumPowerStatus]]:
        try:
            raise Unreachable(f"no answer to {session}")
        except Unreachable as error:
            raise ProtocolError(f"the answer holds {session}") from error

    def read_figures(self, session: str, with_power: bool) -> Figures:
        raise NotImplementedError

    def read_labels(self, session: str) -> list[Label]:
        return []

    def switch_outlet(
        self, session: str, identity: str, on: bool, deadline: float, pause: float
    ) -> EnumPowerStatus:
        return EnumPowerStatus.UNKNOWN


def test_secrets_are_masked_in_an_error_and_in_the_errors_that_caused_it() -> None:
    with pytest.raises(
        ProtocolError, match=r"192\.0\.2\.7: status: the answer holds \*\*\*"
    ) as info:
        Failing(PduData("192.0.2.7", {})).status()
    assert SECRET not in kept(info.value) and "no answer to ***" in kept(info.value)
