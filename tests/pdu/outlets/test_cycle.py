"""`pdu cycle`: on simulated PDUs, and how it ends if something fails between off and on."""

from __future__ import annotations

import pytest

from pdu.cli import exit_codes
from pdu.outlets import cycle_command
from tests.pdu.running import run
from tests.simulators import synlink
from tests.simulators.redfish import RedfishService, units
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer


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


@pytest.mark.parametrize(
    "ends_in_the_pause, session_count", [(False, 1), (True, 2)], ids=["kept", "ended by the unit"]
)
def test_a_cycle_opens_one_session_of_a_redfish_service_and_renews_one_that_has_ended(
    ends_in_the_pause: bool,
    session_count: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with RedfishService(units.sessions_only(), tls=False) as service:

        def pause(cycle: object, pause_s: float) -> None:
            if ends_in_the_pause:
                service.access.sessions.clear()

        monkeypatch.setenv("PDU_PASSWORD", service.password)
        monkeypatch.setattr(cycle_command, "_pause", pause)
        login = ["--username", service.user, "-s", "scheme=http", "-s", "session=session"]
        address = f"127.0.0.1:{service.port}"
        command = ["cycle", "redfish", address, "A1", "--pause", "0", "--yes", *login]

        code, _, _ = run(capsys, *command)

        assert code == exit_codes.DONE
        assert service.access.session_count == session_count
        assert not service.has_sessions
        assert service.truth().states["A1"] is True
