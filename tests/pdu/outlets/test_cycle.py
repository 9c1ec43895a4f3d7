"""`pdu cycle`: on simulated PDUs, and how it ends if something fails between off and on."""

from __future__ import annotations

import pytest

from pdu.cli import exit_codes
from pdu.outlets import cycle_command
from pdu.reading.outlet_power import OutletPower, RestartStage
from pdu_common.helper import EnumPowerStatus
from tests.pdu.running import run
from tests.simulators import synlink
from tests.simulators.redfish import RedfishService, units
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN


def test_a_cycle_logs_in_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_PASSWORD", PASSWORD)
    device = synlink.SimulatedPdu()
    with HttpServer(device) as server:
        login = ["--username", USER, "-s", "scheme=http"]
        address, identity = f"127.0.0.1:{server.port}", device.identity(1)
        command = ["cycle", "synlink", address, identity, "--pause", "0", "--yes", *login]
        assert run(capsys, *command)[0] == exit_codes.DONE
    assert len(device.sessions) == 1


def test_a_cycle_opens_one_session_of_a_redfish_service(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with RedfishService(units.sessions_only(), tls=False) as service:
        monkeypatch.setenv("PDU_PASSWORD", service.password)
        login = ["--username", service.user, "-s", "scheme=http", "-s", "session=session"]
        address = f"127.0.0.1:{service.port}"
        command = ["cycle", "redfish", address, "A1", "--pause", "0", "--yes", *login]
        assert run(capsys, *command)[0] == exit_codes.DONE
        assert service.access.session_count == 1
        assert not service.has_sessions


class Silent:
    """An outlet in one state, which must get no command."""

    def __init__(self, state: EnumPowerStatus) -> None:
        self._state = state

    def state(self) -> EnumPowerStatus:
        return self._state

    def command(self, *, on: bool) -> EnumPowerStatus:
        raise AssertionError(f"a command was sent: {on}")


@pytest.mark.parametrize("state", [DOWN, UNKNOWN])
@pytest.mark.parametrize("is_read", [True, False])
def test_what_was_not_seen_on_is_not_switched_off_whoever_asks(
    state: EnumPowerStatus, is_read: bool
) -> None:
    power = OutletPower(Silent(state))
    assert not (is_read and power.read_is_on())
    assert not power.switch_off()
    assert not power.switch_on()
    assert power.stage is RestartStage.UNTOUCHED


def test_a_session_that_the_unit_ends_in_the_pause_is_renewed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with RedfishService(units.sessions_only(), tls=False) as service:

        def end_sessions(outcome: object, pause_s: float) -> None:
            service.access.sessions.clear()

        monkeypatch.setenv("PDU_PASSWORD", service.password)
        monkeypatch.setattr(cycle_command, "_pause", end_sessions)
        login = ["--username", service.user, "-s", "scheme=http", "-s", "session=session"]
        address = f"127.0.0.1:{service.port}"
        command = ["cycle", "redfish", address, "A1", "--pause", "0", "--yes", *login]

        code, _, _ = run(capsys, *command)

        assert code == exit_codes.DONE
        assert service.access.session_count == 2
        assert service.truth().states["A1"] is True
