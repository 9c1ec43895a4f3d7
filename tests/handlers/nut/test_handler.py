"""The handler beyond the lines of sessions.txt: long names, clocks, addresses and its log."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator

import pytest

from handlers import VERSION
from handlers.nut import requests, switching as switch_module
from handlers.nut.handler import NutPdu, make_handler
from handlers.shared.errors import (
    NoSuchOutlet,
    PduHandlerError,
    SettingsError,
    Unsupported,
)
from handlers.shared.switching import CALL_SECONDS, switch
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.clocks import in_switching
from tests.handlers.nut.clients import (
    ADMIN_SETTINGS,
    WORDS,
    handler,
    looks_three_times,
    states,
)
from tests.simulators.nut_server import ADMIN, NutServer, StaticDevice, SwitchedPdu

DOWN, UNKNOWN = EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN


@pytest.fixture
def server() -> Iterator[NutServer]:
    with NutServer([SwitchedPdu("pdu", 48)]) as nut_server:
        yield nut_server


def true_states(server: NutServer) -> dict[str, str]:
    return {identity: WORDS[on] for identity, on in server.truth().states.items()}


def read_states(pdu: NutPdu) -> dict[str, str]:
    return {identity: state.name for identity, state in states(pdu.status()).items()}


def test_a_status_over_tls_costs_two_round_trips_and_is_true() -> None:
    with NutServer([SwitchedPdu("pdu", 48)], tls=True) as server:
        pdu = handler(server, device="pdu", tls="yes", verify="no")
        assert read_states(pdu) == true_states(server)
        truth = server.truth()
    assert (truth.requests, truth.connections) == (2, 1)


#: a line of the server has at most 512 characters
LONG_NAME = "\x01" * 480
NAMELESS_METER = StaticDevice("pdu", {"device.type": LONG_NAME, "driver.name": LONG_NAME})
LONG_CHAIN = StaticDevice(
    "pdu",
    {"device.type": "pdu", **{f"device.{n}.outlet.1.status": "on" for n in range(1, 5000)}},
)
MANY_DEVICES = [StaticDevice(f"{'x' * 480}{n}", {"outlet.1.status": "on"}) for n in range(99)]


@pytest.mark.parametrize(
    "devices, kind, words, length",
    [
        pytest.param(MANY_DEVICES, NoSuchOutlet, "", 4000, id="99 devices"),
        pytest.param([NAMELESS_METER], Unsupported, "", 1000, id="long words of a driver"),
        pytest.param([LONG_CHAIN], NoSuchOutlet, "", 300, id="5,000 members"),
    ],
)
def test_names_of_a_server_and_thousands_of_them_do_not_make_an_error_long(
    devices: list[StaticDevice], kind: type[PduHandlerError], words: str, length: int
) -> None:
    with NutServer(devices) as server:
        pdu = handler(server, **ADMIN_SETTINGS)
        with pytest.raises(kind, match=words or None) as error_info:
            pdu.port_up(PduPortView("x"))
    sentence = str(error_info.value)
    assert len(sentence) < length
    assert sentence.isprintable()


def test_a_state_that_follows_the_report_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = in_switching(monkeypatch)
    with NutServer([SwitchedPdu("pdu", 2, poll_s=3.0, clock=clock)]) as server:
        pdu = handler(server, device="pdu", **ADMIN_SETTINGS)
        assert pdu.port_down(PduPortView("1")).power_status is DOWN
    assert 0 < clock() < 10


@pytest.mark.parametrize("kind, identity", [("pdu", "1"), ("ups", "load")])
def test_an_outlet_without_a_state_is_unknown_without_waiting(
    kind: str, identity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(seconds: float) -> None:
        pytest.fail(f"waited {seconds} s for a state that the outlet does not have")

    monkeypatch.setattr(switch_module, "switch", functools.partial(switch, sleep=sleep))
    variables = {"device.type": kind, "outlet.1.id": "1"}
    commands = ["outlet.1.load.off", "load.on", "load.off"]
    with NutServer([StaticDevice("a", variables, commands)]) as server:
        pdu = handler(server, whole_load="yes", **ADMIN_SETTINGS)
        port = pdu.port_down(PduPortView(identity))
        assert port.power_status is UNKNOWN
        assert len(server.truth().writes) == 1


def test_each_call_of_a_session_has_the_time_of_a_new_one(
    server: NutServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = looks_three_times(monkeypatch)
    with handler(server, device="pdu", **ADMIN_SETTINGS).opened() as pdu:
        for _ in range(3):
            names = pdu.read("names", lambda session: session.client.answer(requests.list_ups()))
            assert list(names) == ["pdu"]
            clock.sleep(CALL_SECONDS - 1)
    assert server.truth().connections == 1


def test_a_device_value_that_the_platform_supplies_is_not_taken_for_the_setting(
    server: NutServer,
) -> None:
    address = f"127.0.0.1:{server.port}"
    pdu = make_handler(PduData(address, {"device": "pdu_nut"}, device="pdu_nut"))
    assert read_states(pdu) == true_states(server)


def test_host_and_port_of_the_settings_override_those_of_the_form(server: NutServer) -> None:
    settings = {"host": "127.0.0.1", "port": str(server.port), "device": "PDU"}
    pdu = make_handler(PduData("192.0.2.1:1", settings))
    assert read_states(pdu) == true_states(server)


def test_the_address_may_stand_in_the_settings_alone(server: NutServer) -> None:
    pdu = make_handler(PduData("", {"host": f"127.0.0.1:{server.port}"}))
    assert read_states(pdu) == true_states(server)
    with pytest.raises(SettingsError, match="address"):
        make_handler(PduData("", {})).status()


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1:{}/", "127.0.0.1:{}/", "pdu@127.0.0.1:{}", "admin:s3cret@127.0.0.1:{}"],
)
def test_a_url_and_an_address_with_a_user_or_a_device_are_refused_with_advice_and_not_shown(
    server: NutServer, address: str
) -> None:
    text = address.format(server.port)
    advice = "give the host alone, a user as 'username', and a device .* 'device'"
    for data in (PduData(text, {}), PduData("", {"host": text})):
        with pytest.raises(SettingsError, match=advice) as error_info:
            make_handler(data).status()
        assert "127.0.0.1" not in str(error_info.value)
        assert server.truth().connections == 0


def test_each_call_logs_one_line_with_the_version_and_no_password(
    server: NutServer, caplog: pytest.LogCaptureFixture
) -> None:
    pdu = handler(server, device="pdu", **ADMIN_SETTINGS)
    with caplog.at_level(logging.DEBUG):
        pdu.status()
        pdu.statistic()
        pdu.port_up(PduPortView("1"))
        pdu.port_down(PduPortView("1"))
        pdu.labels()
    lines = [message for message in caplog.messages if "pdu handler nut" in message]
    for line in lines:
        assert line.startswith(f"pdu handler nut {VERSION}")
    calls = [line.split()[-1] for line in lines]
    assert calls == ["status", "statistic", "port_up", "port_down", "labels"]
    assert ADMIN.password not in caplog.text
    assert ADMIN.password not in repr(vars(pdu))
