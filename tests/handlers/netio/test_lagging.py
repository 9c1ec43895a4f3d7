"""A NETIO unit whose meters lag behind its outputs."""

from __future__ import annotations

from typing import Optional

import pytest

from handlers.netio.handler import make_handler
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.clocks import in_switching
from tests.handlers.other_clients import unit_data
from tests.simulators.netio import SimulatedPdu
from tests.simulators.unit_servers import HttpServer


class LaggingMeters(SimulatedPdu):
    """Its meters show the load of before for so many readings after an output is off."""

    def __init__(self, readings: int) -> None:
        super().__init__()
        self.readings = readings

    def current_ma(self, number: int) -> int:
        is_behind = bool(self.writes) and self.readings > 0
        return self.draws_ma[number] if is_behind else super().current_ma(number)

    def answer(self, method: str, path: str, body: bytes) -> Optional[bytes]:
        answer = super().answer(method, path, body)
        if method == "GET" and self.writes:
            self.readings -= 1
        return answer


@pytest.mark.parametrize(
    "readings, state, seconds", [(3, EnumPowerStatus.DOWN, 3), (999, EnumPowerStatus.UNKNOWN, 11)]
)
def test_an_output_is_off_when_its_meter_has_followed(
    readings: int,
    state: EnumPowerStatus,
    seconds: float,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = in_switching(monkeypatch)
    begin = clock.now
    device = LaggingMeters(readings)
    with HttpServer(device) as unit:
        port = PduPortView("1", EnumPowerStatus.UNKNOWN)
        make_handler(unit_data(unit)).port_down(port)
    assert port.power_status is state
    assert len(device.writes) == 1
    assert clock.now - begin < seconds
    is_told = "outlet 1: it is reported as off, but its meter shows" in caplog.text
    assert is_told is (state is EnumPowerStatus.UNKNOWN)
