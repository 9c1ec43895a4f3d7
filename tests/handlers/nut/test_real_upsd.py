"""The client and the handler work with a real upsd and its driver dummy-ups: upsd.txt, whose lines
are those of sessions.txt.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, TypeVar

import pytest

from handlers.nut import requests
from handlers.nut.client import NutClient
from handlers.nut.errors import DataStale, DriverNotConnected, ErrAnswer
from handlers.nut.handler import NutPdu
from handlers.shared.errors import Refused, Unreachable, Unsupported
from handlers.shared.tls import Trust
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.nut.clients import ADMIN_SETTINGS, client, handler, pdu_variables, states
from tests.handlers.nut.session_table import Scene, of_client
from tests.needs import localhost
from tests.servers import upsd
from tests.servers.upsd import ADMIN, Upsd
from tests.tables import Case, Table
from tests.waiting import PATIENCE_S, until

TABLE = Table(Path(__file__).with_name("upsd.txt"))
pytestmark = pytest.mark.against("NUT upsd")
T = TypeVar("T")


def test_status_statistic_and_labels_of_48_outlets_show_the_drivers_values(real: Upsd) -> None:
    expected_states = {}
    for number in range(1, 49):
        is_off = number % 7 == 0
        expected_states[str(number)] = EnumPowerStatus.DOWN if is_off else EnumPowerStatus.UP
    pdu = handler(real, device="pdu")

    assert states(pdu.status()) == expected_states
    statistic = pdu.statistic()
    assert statistic.load == 7.2
    assert statistic.total_consumption == 0.0
    # none counts an energy, and an entry without one would show 0
    assert not statistic.ports
    assert pdu.labels()[6] == ("7", "7", "Server 7")


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_calls_of_the_client_give_what_the_lines_say(real: Upsd, case: Case) -> None:
    scene = Scene(case.left.split(TABLE.separator))
    with client(real, scene.user) as nut:
        case.check(" / ".join(of_client(nut, *call) for call in scene.calls))


def test_a_device_without_its_driver_is_an_error_and_not_left_out(real: Upsd) -> None:
    with pytest.raises(DriverNotConnected):
        handler(real).status()


def test_a_real_upsd_answers_each_list_of_the_client(real: Upsd) -> None:
    with client(real) as nut:
        devices = nut.answer(requests.list_ups())
        variables = nut.answer(requests.list_var("pdu"))
        commands = nut.answer(requests.list_cmd("pdu"))
        writable = nut.answer(requests.list_rw("small"))

    assert set(devices) == {"pdu", "small", "tripplite", "gone"}
    assert devices["pdu"] == "static pdu"
    for name, value in pdu_variables(48).items():
        if name.startswith("outlet."):
            assert variables.pop(name) == value
    assert not any(name.startswith("outlet.") for name in variables)
    assert "load.off" in commands
    assert {"outlet.1.status", "ups.id"} <= set(writable)


def test_an_outlet_with_the_writable_switch_variable_of_tripplite_drivers_is_switched(
    real: Upsd,
) -> None:
    pdu = handler(real, device="tripplite", **ADMIN_SETTINGS)
    assert states(pdu.status()) == {"1": EnumPowerStatus.UP, "2": EnumPowerStatus.UNKNOWN}

    port = pdu.port_down(PduPortView("1"))
    assert port.power_status is EnumPowerStatus.DOWN
    assert real.ask("GET VAR tripplite outlet.1.switch") == 'VAR tripplite outlet.1.switch "0"'

    port = pdu.port_up(PduPortView("1"))
    assert port.power_status is EnumPowerStatus.UP
    with pytest.raises(Unsupported):
        pdu.port_up(PduPortView("2"))


# ---- TLS -----------------------------------------------------------------------------------------


def test_a_certificate_of_the_configured_authority_is_accepted(real_tls: Upsd) -> None:
    for host in ("127.0.0.1", localhost()):
        with NutClient(
            host,
            real_tls.port,
            tls=Trust(ca_pem=real_tls.ca_pem),
            username=ADMIN.name,
            password=ADMIN.password,
            timeout=PATIENCE_S,
        ) as nut:
            assert nut.set("pdu", "outlet.1.desc", "over TLS")
            assert nut.answer(requests.get_var("pdu", "outlet.1.desc")) == "over TLS"
            request = requests.starttls()
            assert nut.ask(request).failure(request) == ErrAnswer("ALREADY-SSL-MODE")


def test_the_handler_works_over_tls_and_unencrypted(real_tls: Upsd) -> None:
    expected = states(handler(real_tls, device="pdu").status())
    ca_pem = real_tls.ca_pem.replace("\n", " ")
    over_tls = handler(real_tls, device="pdu", tls="yes", ca_pem=ca_pem)
    assert states(over_tls.status()) == expected
    assert len(expected) == 4


# ---- drivers and servers that stop ---------------------------------------------------------------


@pytest.fixture(scope="module")
def short_lived() -> Iterator[Upsd]:
    with Upsd(
        [upsd.dummy("pdu", pdu_variables(2)), upsd.dummy("other", pdu_variables(2))], max_age=3
    ) as server:
        yield server


@pytest.mark.trial
def test_a_silent_driver_raises_data_stale_and_a_dead_driver_raises_not_connected(
    short_lived: Upsd,
) -> None:
    pdu = handler(short_lived, device="pdu", **ADMIN_SETTINGS)
    assert _ports(pdu) == 2
    short_lived.pause_driver("pdu")
    _until_raises(pdu.status, DataStale)
    with pytest.raises(DataStale):
        pdu.port_up(PduPortView("1"))
    with client(short_lived) as nut, pytest.raises(DataStale):
        nut.run("pdu", "load.off")
    short_lived.kill_driver("pdu")
    _until_raises(pdu.status, DriverNotConnected)
    assert _ports(handler(short_lived, device="other")) == 2
    short_lived.start_driver("pdu")
    assert _ports(pdu) == 2


@pytest.fixture(scope="module")
def restarted() -> Iterator[Upsd]:
    """An upsd for the tests that restart it.

    It has one driver, because each driver of NUT 2.8.0 uses half a core after its upsd has ended.
    """
    with Upsd([upsd.dummy("pdu", pdu_variables(2))], max_age=3) as server:
        yield server


def test_a_client_reads_again_after_the_server_restarted(restarted: Upsd) -> None:
    with client(restarted) as nut:
        assert _patient(lambda: nut.answer(requests.list_var("pdu")))
        restarted.stop_upsd()
        for _ in range(2):
            with pytest.raises(Unreachable):
                nut.answer(requests.list_var("pdu"))
        restarted.start_upsd(wait=False)
        assert _patient(lambda: nut.snapshots(["pdu"]))["pdu"].variables["outlet.1.status"] == "on"


def test_a_status_is_an_error_while_the_server_waits_for_its_driver(restarted: Upsd) -> None:
    restarted.pause_driver("pdu")
    restarted.start_upsd(wait=False)
    assert restarted.ask("GET VAR pdu ups.status") in (
        'VAR pdu ups.status "WAIT"',
        "ERR DATA-STALE",
        "ERR DRIVER-NOT-CONNECTED",
    )
    with pytest.raises((DriverNotConnected, DataStale)):
        handler(restarted, device="pdu").status()
    restarted.resume_driver("pdu")
    _until(lambda: restarted.ask("GET VAR pdu outlet.1.status") == 'VAR pdu outlet.1.status "on"')
    assert _ports(handler(restarted, device="pdu")) == 2


def _ports(pdu: NutPdu) -> int:
    """Return the number of ports in a status. Retries like `_patient`."""
    return len(_patient(pdu.status).ports)


def _patient(call: Callable[[], T]) -> T:
    """Return the result of a reading.

    Retries while the data is stale, or the server waits for the driver's first values: on a busy
    machine a driver may be 3 s late.
    """
    results: list[T] = []

    def read() -> bool:
        with contextlib.suppress(DataStale, DriverNotConnected):
            results.append(call())
        return bool(results)

    _until(read)
    return results[0]


def _until_raises(call: Callable[[], object], kind: type) -> None:
    def raised() -> bool:
        try:
            call()
        except Refused as error:
            return isinstance(error, kind)
        return False

    _until(raised)


def _until(true: Callable[[], bool]) -> None:
    assert until(true), f"the condition was not true within {PATIENCE_S:g} s"
