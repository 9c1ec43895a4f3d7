"""The whole chain with real servers: handler -> upsd -> snmp-ups -> snmpd -> a simulated PDU."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handlers.nut import requests
from handlers.nut.errors import DataStale, WriteUnconfirmed
from handlers.nut.handler import NutPdu
from handlers.shared.errors import Refused, Unreachable
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.nut.clients import ADMIN_SETTINGS, client, handler, states
from tests.handlers.nut.px import NAME, OUTLETS, STATE, px
from tests.servers import upsd
from tests.servers.snmpd import Snmpd
from tests.servers.upsd import Upsd
from tests.waiting import until

pytestmark = pytest.mark.against("NUT upsd, snmp-ups and Net-SNMP snmpd in a chain")
UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN


@pytest.fixture(scope="module")
def chain() -> Iterator[tuple[Snmpd, Upsd]]:
    """The agent of a Raritan PX, and an upsd that offers it as two devices: `px`, which is polled
    all the time, and `slow`, whose values are up to 10 minutes old.
    """
    with (
        Snmpd(px()) as agent,
        Upsd(
            [
                upsd.snmp("px", agent.port, "raritan"),
                upsd.snmp("slow", agent.port, "raritan", poll_s=600),
            ],
            max_age=60,
        ) as server,
    ):
        yield agent, server


def test_status_load_and_labels_pass_through_the_chain(chain: tuple[Snmpd, Upsd]) -> None:
    pdu = handler(chain[1], device="px")
    # px() counts from 0
    assert states(pdu.status()) == {str(n): DOWN if n == 3 else UP for n in range(OUTLETS)}
    assert pdu.statistic().load == pytest.approx((OUTLETS - 1) * 0.4)
    assert pdu.labels()[0] == ("0", "0", "Outlet 1")


def test_an_outlet_is_switched_off_and_on_at_the_device(chain: tuple[Snmpd, Upsd]) -> None:
    agent, server = chain
    pdu = handler(server, device="px", **ADMIN_SETTINGS)
    before = len(agent.writes())
    for call, state, number in ((pdu.port_down, DOWN, "0"), (pdu.port_up, UP, "1")):
        port = PduPortView("5")
        assert call(port) is port
        assert port.power_status is state
        write = agent.writes()[-1]
        assert write.oid == f"{STATE}.5"
        assert write.value == number
        assert write.answer == ""
    assert len(agent.writes()) == before + 2


def test_port_down_returns_unknown_and_status_the_old_state_until_the_driver_polls(
    chain: tuple[Snmpd, Upsd], caplog: pytest.LogCaptureFixture
) -> None:
    agent, server = chain
    pdu = handler(server, device="slow", **ADMIN_SETTINGS)
    before = len(agent.writes())

    port = pdu.port_down(PduPortView("7"), deadline=0.6)

    assert port.power_status is UNKNOWN
    (write,) = agent.writes()[before:]
    assert write.oid == f"{STATE}.7"
    assert write.value == "0"
    assert "outlet 7: the NUT driver snmp-ups reads its device only every 600 s" in caplog.text
    assert "(pollfreq in ups.conf is 600)" in caplog.text
    # upsd still holds the value of the driver's last poll
    assert states(pdu.status())["7"] is UP
    # the same outlets; this driver polls every second
    quick_pdu = handler(server, device="px", **ADMIN_SETTINGS)
    assert until(lambda: states(quick_pdu.status())["7"] is DOWN)
    quick_pdu.port_up(PduPortView("7"))


def test_tracking_shows_an_snmp_set_that_the_device_refuses(chain: tuple[Snmpd, Upsd]) -> None:
    agent, server = chain
    before = len(agent.writes())

    # the driver sends the command's parameter, 5, as the value of its SET
    with client(server) as nut, pytest.raises(WriteUnconfirmed, match="FAILED"):
        nut.run("px", "outlet.2.load.off", "5")

    (write,) = agent.writes()[before:]
    assert write.answer == "wrongValue"
    pdu = handler(server, device="px")
    assert states(pdu.status())["2"] is UP


def test_a_name_is_written_through_the_chain(chain: tuple[Snmpd, Upsd]) -> None:
    agent, server = chain
    with client(server) as nut:
        assert nut.set("px", "outlet.4.desc", "two words") is True
        assert nut.answer(requests.get_var("px", "outlet.4.desc")) == "two words"
    write = agent.writes()[-1]
    assert write.oid == f"{NAME}.4"
    assert write.value == "two words"
    assert write.answer == ""


_SILENT = (DataStale, Refused, Unreachable)


def silent(pdu: NutPdu) -> bool:
    """Return whether `status` raises one of _SILENT.

    If it succeeds, assert that outlet 1 is not DOWN.
    """
    try:
        assert states(pdu.status())["1"] is not DOWN
    except _SILENT:
        return True
    return False


def test_a_silent_device_never_looks_switched_off() -> None:
    with Snmpd(px()) as agent, Upsd([upsd.snmp("px", agent.port, "raritan")], max_age=2) as server:
        pdu = handler(server, device="px", timeout="5", **ADMIN_SETTINGS)
        # on a busy machine the driver may be 2 s late, which makes its data stale
        assert until(lambda: not silent(pdu))
        agent.stop()
        port = PduPortView("1")
        try:
            assert pdu.port_down(port, deadline=0.5).power_status is UNKNOWN
        except _SILENT:
            assert port.power_status is UNKNOWN
        assert until(lambda: silent(pdu))
