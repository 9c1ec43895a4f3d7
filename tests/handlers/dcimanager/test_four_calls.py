"""The four calls, over a handler of no vendor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Optional

import pytest

from handlers.dcimanager import Figures, FourCalls, Label, MeterFigures, views
from handlers.shared.errors import NoSuchOutlet, PduHandlerError, ProtocolError, Unreachable
from handlers.shared.meter_figures import NotKnown
from pdu_common.base_pdu import BasePdu
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
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


class Metered(Failing):
    """It has outlet 7, with the figures of `port`."""

    port = MeterFigures(1.5, energy_kwh=20.0)

    def read_figures(self, session: str, with_power: bool) -> Figures:
        return Figures(3.0, 4.0, {"7": self.port})


class Renamed:
    def __init__(self, outlet: str = "", power_consumption: float = 0.0) -> None:
        self.outlet = outlet
        self.power_consumption = power_consumption


def test_each_statistic_warns_once_of_a_ports_view_with_other_names(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def warnings() -> list[str]:
        caplog.clear()
        view = pdu.statistic()
        assert view.load == 3.0
        assert view.total_consumption == 4.0
        return [record.message for record in caplog.records if record.levelname == "WARNING"]

    pdu = Metered(PduData("192.0.2.7", {}))
    assert warnings() == []
    monkeypatch.setattr(views, "PduPortStatisticView", Renamed)
    for _ in range(2):
        (warning,) = warnings()
        assert "Renamed: outlet, power_consumption); report these names" in warning
    pdu.port = MeterFigures(1.5)
    assert warnings() == []  # nothing is left out


def test_secrets_are_masked_in_an_error_and_in_the_errors_that_caused_it() -> None:
    with pytest.raises(
        ProtocolError, match=r"192\.0\.2\.7: status: the answer holds \*\*\*"
    ) as info:
        Failing(PduData("192.0.2.7", {})).status()
    assert SECRET not in kept(info.value)
    assert "no answer to ***" in kept(info.value)


def test_secrets_are_masked_in_the_log_line_of_an_energy_that_is_not_known(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    pdu = Metered(PduData("192.0.2.7", {}))
    pdu.port = MeterFigures(energy_kwh=NotKnown(f"the unit says {SECRET}"))
    pdu.statistic()
    assert SECRET not in caplog.text
    assert "7: the unit says ***" in caplog.text


class Dead(Failing):
    """No session with it opens."""

    @contextmanager
    def open_session(self) -> Iterator[str]:
        yield self._no_session()

    def _no_session(self) -> str:
        raise Unreachable("no answer")

    def device_address(self, session: Optional[str]) -> str:
        return ""


def test_a_port_that_names_no_outlet_needs_no_session() -> None:
    pdu = Dead(PduData("192.0.2.7", {}))
    identity: Any = 1.1
    for method in (pdu.port_up, pdu.port_down):
        with pytest.raises(NoSuchOutlet, match=r"192\.0\.2\.7: port_.*the float 1\.1,"):
            method(PduPortView(identity))
