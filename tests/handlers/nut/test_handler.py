"""The handler on a simulated server, compared with the true state of its devices."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Union

import pytest

from handlers.nut import requests, switching as switch_module
from handlers.nut.errors import DataStale
from handlers.nut.handler import NutPdu, make_handler
from handlers.shared.errors import (
    NoSuchOutlet,
    PduHandlerError,
    SettingsError,
    Unreachable,
    Unsupported,
)
from handlers.shared.switching import CALL_SECONDS, switch
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.clocks import in_switching
from tests.handlers.nut.clients import (
    ADMIN_SETTINGS,
    LOOKS_S,
    WORDS,
    handler,
    looks_three_times,
    states,
)
from tests.simulators.nut_server import Cut, Driver, NutServer, StaticDevice, SwitchedPdu
from tests.waiting import LONGEST_TIMEOUT_S

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
UPS = StaticDevice(
    "ups",
    {"device.type": "ups", "ups.status": "OL", "output.current": "1.5"},
    ["load.off", "load.on"],
)


@pytest.fixture
def server() -> Iterator[NutServer]:
    with NutServer([SwitchedPdu("pdu", 48)]) as nut_server:
        yield nut_server


def true_states(server: NutServer) -> dict[str, str]:
    return {identity: WORDS[on] for identity, on in server.books().states.items()}


def read_states(pdu: NutPdu) -> dict[str, str]:
    return {identity: state.name for identity, state in states(pdu.status()).items()}


def answer_with_error(server: NutServer, request: str, code: str) -> None:
    """Let the server answer requests that begin with `request` with this error."""

    def rewrite(line: str, answer: bytes) -> bytes:
        if line.startswith(request):
            return f"ERR {code}\n".encode()
        return answer

    server.faults.rewrite = rewrite


@pytest.mark.parametrize("code", ["FEATURE-NOT-SUPPORTED", "UNKNOWN-COMMAND"])
def test_a_server_without_commands_is_read_and_switching_says_why_not(
    code: str, server: NutServer
) -> None:
    def refuse(line: str, answer: bytes) -> bytes:
        if line.startswith(("LIST CMD", "LIST RW")):
            return f"ERR {code}\n".encode()
        return answer

    server.faults.rewrite = refuse
    pdu = handler(server, **ADMIN_SETTINGS)

    assert read_states(pdu) == true_states(server)
    assert pdu.statistic().load
    with pytest.raises(Unsupported, match=rf"refuses LIST CMD \(ERR {code}\), LIST RW"):
        pdu.port_down(PduPortView(identity="1"))
    assert not server.books().writes


@pytest.mark.parametrize("code", ["DATA-STALE", "DRIVER-NOT-CONNECTED", "ACCESS-DENIED"])
def test_commands_that_are_missing_for_now_or_for_this_user_are_an_error(
    code: str, server: NutServer
) -> None:
    answer_with_error(server, "LIST CMD", code)
    with pytest.raises(PduHandlerError, match=code):
        handler(server).status()


def test_outlet_groups_without_outlets_are_named(caplog: pytest.LogCaptureFixture) -> None:
    variables = {
        "device.type": "ups",
        "ups.status": "OL",
        "outlet.group.0.name": "main",
        "outlet.group.1.name": "x",
    }
    with NutServer([StaticDevice("ups", variables, [])]) as server:
        view = handler(server).status()
    assert view.ports == []
    assert "outlet groups (0, 1), which are neither read nor switched" in caplog.text


#: the settings with which a unit called "pdu" is switched
SWITCHING = {"device": "pdu", **ADMIN_SETTINGS}


@pytest.mark.parametrize(
    "settings, round_trips",
    [
        pytest.param({"device": "pdu"}, 1, id="named device"),
        pytest.param({}, 2, id="the server's devices are listed first"),
        pytest.param({"device": "pdu", "tls": "yes", "verify": "no"}, 2, id="STARTTLS first"),
    ],
)
def test_a_status_costs_few_round_trips_and_is_true(
    settings: dict[str, str], round_trips: int
) -> None:
    with NutServer([SwitchedPdu("pdu", 48)], tls="tls" in settings) as server:
        view = handler(server, **settings).status()
        books = server.books()

        assert books.requests == round_trips
        assert books.connections == 1
        view_states = {port.identity: port.power_status.name for port in view.ports}
        assert view_states == true_states(server)


def test_a_statistic_costs_one_round_trip_and_is_true() -> None:
    with NutServer([SwitchedPdu("pdu", 48)]) as server:
        view = handler(server, device="pdu").statistic()
        books = server.books()

    assert books.requests == 1
    assert books.connections == 1
    assert view.load == books.load_a
    assert view.total_consumption == pytest.approx(books.energy_kwh)
    assert len(view.ports) == 48
    energies = {port.identity: port.consumption for port in view.ports}
    assert energies == books.port_energy_kwh


@pytest.mark.parametrize("method, word", [("port_down", "off"), ("port_up", "on")])
def test_a_command_costs_three_round_trips_and_is_written_once(method: str, word: str) -> None:
    """Also if the outlet already has the state."""
    with NutServer([SwitchedPdu("pdu", 48)]) as server:
        command = getattr(handler(server, **SWITCHING), method)
        command(PduPortView("3"))
        books = server.books()

    assert books.requests == 3
    assert books.connections == 1
    assert books.writes == [(f"pdu outlet.3.load.{word}", "")]


@pytest.mark.parametrize("way", ["command", "variable"])
@pytest.mark.parametrize("first", [0, 1])
def test_every_outlet_switches_off_and_on_and_no_other_changes(way: str, first: int) -> None:
    with NutServer([SwitchedPdu("pdu", 8, first=first, by=way)]) as server:
        pdu = handler(server, **SWITCHING)
        expected = dict(server.books().states)
        for identity in list(expected):
            for command, state in [(pdu.port_down, DOWN), (pdu.port_up, UP), (pdu.port_down, DOWN)]:
                port = PduPortView(identity)
                answer = command(port)
                expected[identity] = state is UP

                assert answer is port
                assert port.power_status is state
                assert server.books().states == expected
        assert len(server.books().writes) == 8 * 3


def test_in_a_daisy_chain_identities_are_device_and_outlet() -> None:
    with NutServer([SwitchedPdu("pdu", 8, members=3)]) as server:
        pdu = handler(server, **SWITCHING)
        assert "2.7" in true_states(server)
        assert read_states(pdu) == true_states(server)

        port = pdu.port_down(PduPortView("2.1"))
        assert port.power_status is DOWN
        assert server.books().writes == [("pdu device.2.outlet.1.load.off", "")]
        assert read_states(pdu) == true_states(server)


def test_the_figures_of_a_daisy_chain_are_those_of_all_its_members() -> None:
    with NutServer([SwitchedPdu("pdu", 8, members=3)]) as server:
        statistic = handler(server, **SWITCHING).statistic()
        books = server.books()
    assert statistic.load == pytest.approx(books.load_a)
    assert statistic.total_consumption == pytest.approx(books.energy_kwh)


def test_identities_begin_with_the_device_if_there_are_several_and_none_is_named() -> None:
    with NutServer([SwitchedPdu("left", 4), SwitchedPdu("right", 4), UPS]) as server:
        pdu = handler(server, **ADMIN_SETTINGS)
        assert "right/3" in true_states(server)
        assert read_states(pdu) == true_states(server)
        assert server.books().requests == 2

        port = pdu.port_down(PduPortView("right/3"))
        assert port.power_status is DOWN
        assert server.books().writes == [("right outlet.3.load.off", "")]


@pytest.mark.parametrize("identity", ["3", "middle/3", "left/9", "/3", "left/"])
def test_of_several_devices_an_outlet_of_none_is_an_error_and_not_switched(identity: str) -> None:
    with NutServer([SwitchedPdu("left", 4), SwitchedPdu("right", 4), UPS]) as server:
        pdu = handler(server, **ADMIN_SETTINGS)
        with pytest.raises(NoSuchOutlet):
            pdu.port_down(PduPortView(identity))
        assert server.books().writes == []


def test_identities_of_a_named_device_are_without_its_name() -> None:
    with NutServer([SwitchedPdu("left", 4), SwitchedPdu("right", 4), UPS]) as server:
        pdu = handler(server, device="right", **ADMIN_SETTINGS)
        assert list(read_states(pdu)) == ["1", "2", "3", "4"]
        with pytest.raises(NoSuchOutlet):
            pdu.port_down(PduPortView("right/3"))


def test_one_unreadable_device_makes_the_whole_status_an_error() -> None:
    with NutServer([SwitchedPdu("left", 4), SwitchedPdu("right", 4)]) as server:
        server.faults.drivers["right"] = Driver.STALE
        with pytest.raises(DataStale, match="LIST VAR right"):
            handler(server).status()


def test_the_whole_load_of_a_ups_is_a_port_only_with_the_setting() -> None:
    with NutServer([UPS]) as server:
        assert read_states(handler(server)) == {}
        assert read_states(handler(server, whole_load="yes")) == {"load": "UP"}
        with pytest.raises(NoSuchOutlet):
            handler(server, **ADMIN_SETTINGS).port_down(PduPortView("load"))


def test_the_whole_load_is_unknown_if_the_driver_reports_success_and_its_status_stays() -> None:
    with NutServer([UPS]) as server:
        pdu = handler(server, whole_load="yes", **ADMIN_SETTINGS)
        port = pdu.port_down(PduPortView("load"), deadline=0)
        assert port.power_status is UNKNOWN
        assert server.books().writes == [("ups load.off", "")]


#: a line of the server has at most 512 characters
LONG_NAME = "\x01" * 480


NAMELESS_METER = StaticDevice("pdu", {"device.type": LONG_NAME, "driver.name": LONG_NAME})


LONG_CHAIN = StaticDevice(
    "pdu",
    {"device.type": "pdu", **{f"device.{n}.outlet.1.status": "on" for n in range(1, 5000)}},
)


MANY_DEVICES = [StaticDevice(f"{'x' * 480}{n}", {"outlet.1.status": "on"}) for n in range(101)]


@pytest.mark.parametrize(
    "devices, kind, words, length",
    [
        pytest.param(MANY_DEVICES, SettingsError, "101 dev", 300, id="101 devices"),
        pytest.param(MANY_DEVICES[:99], NoSuchOutlet, "", 4000, id="99 devices"),
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


def outdated_pdu() -> SwitchedPdu:
    """A PDU whose driver reads it every 30 s on a clock that stands: it still shows outlet 1 on,
    which somebody has switched off at the device.
    """
    pdu = SwitchedPdu("pdu", 2, poll_s=30, clock=lambda: 0.0)
    pdu.turn("1", False)
    return pdu


# ---- reports and states that prove nothing -------------------------------------------------------


@pytest.mark.parametrize("fault", ["no tracking", "denied report"])
def test_an_old_value_that_equals_the_wanted_state_proves_nothing(fault: str) -> None:
    with NutServer([outdated_pdu()]) as server:
        server.faults.ignored = True
        if fault == "no tracking":
            server.faults.no_tracking = True
        else:
            answer_with_error(server, "GET TRACKING", "ACCESS-DENIED")

        port = handler(server, **SWITCHING).port_up(PduPortView("1"), deadline=0)

        assert port.power_status is UNKNOWN
        assert server.books().states["1"] is False


@pytest.mark.parametrize("fault", ["no answer", "no report"])
def test_an_old_value_does_not_prove_a_command_whose_answer_is_missing(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def close_at_command(line: str, answer: bytes) -> Union[bytes, Cut]:
        return Cut() if line.startswith("INSTCMD") else answer

    with NutServer([outdated_pdu()]) as server:
        server.faults.ignored = True
        timeout_s = LONGEST_TIMEOUT_S
        if fault == "no answer":
            server.faults.rewrite = close_at_command
        else:
            server.faults.tracked = "PENDING"
            looks_three_times(monkeypatch)
            timeout_s = LOOKS_S
        port = PduPortView("1")

        with pytest.raises(Unreachable, match="may or may not have switched"):
            handler(server, timeout=str(timeout_s), **SWITCHING).port_up(port, deadline=0)

        assert port.power_status is UNKNOWN
        assert server.books().states["1"] is False


REPORTED_ERRORS = pytest.mark.parametrize(
    "report",
    ["ERR FAILED", "ERR UNKNOWN", "ERR INVALID-ARGUMENT", "ERR DATA-STALE", "ERR SOMETHING-NEW"],
)


@REPORTED_ERRORS
def test_an_outlet_that_has_the_wanted_state_proves_the_report_of_an_error_wrong(
    server: NutServer, report: str
) -> None:
    server.faults.tracked = report
    port = handler(server, **SWITCHING).port_down(PduPortView("1"))
    assert port.power_status is DOWN
    assert len(server.books().writes) == 1


@REPORTED_ERRORS
def test_an_error_as_the_report_of_an_accepted_command_is_never_a_refusal(
    server: NutServer, report: str
) -> None:
    server.faults.tracked = report
    server.faults.ignored = True
    port = PduPortView("1")
    with pytest.raises(Unreachable, match=f"may or may not have switched.*{report}"):
        handler(server, **SWITCHING).port_down(port)
    assert port.power_status is UNKNOWN
    assert len(server.books().writes) == 1


def test_a_command_without_a_report_is_confirmed_by_the_state(
    server: NutServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults.tracked = "PENDING"
    looks_three_times(monkeypatch)
    pdu = handler(server, timeout=str(LOOKS_S), **SWITCHING)
    assert pdu.port_down(PduPortView("1")).power_status is DOWN

    server.faults.ignored = True
    with pytest.raises(Unreachable, match="may or may not have switched"):
        pdu.port_up(PduPortView("1"))


def carrying(**more: str) -> StaticDevice:
    """A PDU with one outlet that is on and carries 0.40 A, whatever is sent to it."""
    variables = {
        "device.type": "pdu",
        "driver.name": "snmp-ups",
        "outlet.1.status": "on",
        "outlet.1.current": "0.40",
        "outlet.1.switchable": "yes",
        **more,
    }
    return StaticDevice("pdu", variables, ["outlet.1.load.off", "outlet.1.load.on"])


@pytest.mark.parametrize("pollfreq, late", [("2", False), ("30", True)])
def test_a_command_is_doubted_by_the_last_reading_and_not_by_the_one_before_it(
    pollfreq: str, late: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def off_when_read_back(line: str, answer: bytes) -> bytes:
        if line == "GET VAR pdu outlet.1.status":
            return answer.replace(b'"on"', b'"off"')
        return answer

    with NutServer([carrying(**{"driver.parameter.pollfreq": pollfreq})]) as server:
        server.faults.rewrite = off_when_read_back
        pdu = handler(server, **SWITCHING)
        assert pdu.status().ports[0].power_status is UP
        assert caplog.messages[-1].startswith("pdu handler")  # no doubt yet

        port = pdu.port_down(PduPortView("1"), deadline=0.2, pause=0.05)

    assert port.power_status is UNKNOWN
    assert "outlet 1: it carries current, so it is not off" in caplog.text
    assert ("reads its device only every 30 s" in caplog.text) is late


def test_a_reading_with_the_report_that_lacks_the_meter_does_not_prove_off() -> None:
    currents: list[str] = []

    def answer(line: str, usual_answer: bytes) -> bytes:
        if line == "GET VAR pdu outlet.1.status":
            return usual_answer.replace(b'"on"', b'"off"')
        if line == "GET VAR pdu outlet.1.current":
            currents.append(line)
            return b"ERR DATA-STALE\n" if len(currents) == 1 else usual_answer
        return usual_answer

    with NutServer([carrying()]) as server:
        server.faults.rewrite = answer
        pdu = handler(server, device="pdu", **ADMIN_SETTINGS)
        assert pdu.port_down(PduPortView("1"), deadline=0).power_status is UNKNOWN
    assert len(currents) == 2


def test_a_state_that_follows_the_report_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = in_switching(monkeypatch)
    with NutServer([SwitchedPdu("pdu", 2, poll_s=3.0, clock=clock)]) as server:
        pdu = handler(server, device="pdu", **ADMIN_SETTINGS)
        assert pdu.port_down(PduPortView("1")).power_status is DOWN
    assert 0 < clock() < 10


def test_a_command_whose_report_is_denied_is_read_back(server: NutServer) -> None:
    answer_with_error(server, "GET TRACKING", "ACCESS-DENIED")
    port = handler(server, **SWITCHING).port_down(PduPortView("1"), deadline=0)
    assert port.power_status is DOWN
    assert len(server.books().writes) == 1


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
        assert len(server.books().writes) == 1


def test_a_locked_outlet_is_not_switched_and_another_one_is() -> None:
    commands = ["outlet.1.load.on", "outlet.1.load.off", "outlet.2.load.on", "outlet.2.load.off"]
    variables = {"outlet.1.status": "lockon", "outlet.2.status": "on", "ups.status": "OL"}
    with NutServer([StaticDevice("pdu", variables, commands)]) as server:
        pdu = handler(server, **SWITCHING)
        assert read_states(pdu) == {"1": "UP", "2": "UP"}

        for command in (pdu.port_up, pdu.port_down):
            with pytest.raises(Unsupported, match="outlet 1 was not switched: it is locked"):
                command(PduPortView("1"))
        assert server.books().writes == []

        pdu.port_up(PduPortView("2"), deadline=0.0)
        assert len(server.books().writes) == 1


def unit_with_failed_relays() -> StaticDevice:
    """What snmp-ups 2.8.0 shows of a UPS whose relays are on, off, pendingOn, failedClosed and
    failedOpen.
    """
    variables = {
        "driver.name": "snmp-ups",
        "driver.version.data": "pw MIB 0.104",
        "device.type": "ups",
        "ups.status": "OL",
        "outlet.count": "5",
    }
    commands = []
    for number, word in enumerate(("on", "off", "off", "off", "on"), 1):
        variables[f"outlet.{number}.id"] = str(number)
        variables[f"outlet.{number}.switchable"] = str(number)
        variables[f"outlet.{number}.status"] = word
        commands += [f"outlet.{number}.load.on", f"outlet.{number}.load.off"]
    return StaticDevice("ups", variables, commands)


def test_a_relay_that_failed_closed_is_not_off_and_a_command_is_not_proven(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reason = "the NUT driver snmp-ups (pw MIB) shows 'on' for on(1), pendingOff(3)"
    with NutServer([unit_with_failed_relays()]) as server:
        pdu = handler(server, device="ups", **ADMIN_SETTINGS)
        view = pdu.status()
        assert [port.power_status for port in view.ports] == [UNKNOWN] * 5
        assert f"outlets 1, 2, 3, 4, 5: {reason}" in caplog.text
        assert "use NUT's driver netxml-ups" in caplog.text

        caplog.clear()
        port = pdu.port_down(PduPortView(identity="4"))
        assert port.power_status is UNKNOWN
        assert f"outlet 4: {reason}" in caplog.text


def test_each_call_of_a_session_has_the_time_of_a_new_one(
    server: NutServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = looks_three_times(monkeypatch)
    with handler(server, device="pdu", **ADMIN_SETTINGS).opened() as pdu:
        for _ in range(3):
            names = pdu.read("names", lambda session: session.client.answer(requests.list_ups()))
            assert list(names) == ["pdu"]
            clock.sleep(CALL_SECONDS - 1)
    assert server.books().connections == 1


def test_a_server_without_devices_is_an_error_with_a_remedy() -> None:
    with NutServer([]) as server, pytest.raises(Unsupported, match="ups.conf"):
        handler(server).status()


# ---- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings, named",
    [
        ({"devise": "pdu"}, "devise"),
        ({"port": "0"}, "port"),
        ({"port": "nut"}, "port"),
        ({"tls": "maybe"}, "tls"),
        ({"verify": "?"}, "verify"),
        ({"timeout": "soon"}, "timeout"),
        ({"timeout": "0"}, "timeout"),
        ({"device": "two words"}, "device"),
        ({"device": "pdu\nINSTCMD pdu load.off"}, "device"),
        ({"fingerprint": "abc"}, "fingerprint"),
        ({"ca_pem": "no"}, "ca_pem"),
        ({"whole_load": "some"}, "whole_load"),
        ({"username": "a\nb"}, "username"),
        ({"password": "a\nb"}, "password"),
        ({"ca_pem": "-----BEGIN CERTIFICATE-----QUJD-----END CERTIFICATE-----"}, "tls=yes"),
        ({"fingerprint": "ab" * 32}, "tls=yes"),
    ],
)
def test_a_bad_setting_is_named_and_nothing_is_sent(
    server: NutServer, settings: dict[str, str], named: str
) -> None:
    pdu = handler(server, **settings)
    with pytest.raises(SettingsError) as error_info:
        pdu.status()
    sentence = str(error_info.value)
    assert named in sentence
    assert "\n" not in sentence
    assert server.books().connections == 0


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
        assert server.books().connections == 0


@pytest.mark.parametrize("user", [{}, {"username": "admin"}, {"password": "nut-own-words"}])
def test_the_error_for_switching_without_a_login_names_username_and_password(
    server: NutServer, user: dict[str, str]
) -> None:
    pdu = handler(server, device="pdu", **user)
    with pytest.raises(SettingsError, match="'username' and 'password'"):
        pdu.port_up(PduPortView("1"))
    assert not server.books().writes


@pytest.mark.parametrize("identity", ["0", "49", "", "load", "1.1", "outlet.1", "-1", "1\n", "all"])
def test_an_outlet_that_does_not_exist_is_an_error_and_nothing_is_written(
    server: NutServer, identity: str
) -> None:
    pdu = handler(server, **SWITCHING)
    with pytest.raises(NoSuchOutlet):
        pdu.port_down(PduPortView(identity))
    assert not server.books().writes


def test_an_outlet_without_a_command_or_writable_switch_is_not_switched() -> None:
    device = StaticDevice(
        "pdu",
        variables={"outlet.1.status": "on", "ups.status": "OL"},
        commands=["outlet.1.load.cycle", "load.off"],
        writable=["outlet.1.status"],
    )
    with NutServer([device]) as server:
        pdu = handler(server, **ADMIN_SETTINGS)
        for command in (pdu.port_down, pdu.port_up):
            with pytest.raises(Unsupported, match="outlet 1"):
                command(PduPortView("1"))
        assert not server.books().writes
