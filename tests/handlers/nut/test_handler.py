"""The handler on a simulated server, compared with the true state of its devices."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Callable

import pytest

from handlers.nut import switching as switch_module
from handlers.nut.client import NutClient
from handlers.nut.errors import DataStale, DriverNotConnected
from handlers.nut.handler import NutPdu, make_handler
from handlers.shared.errors import (
    Denied,
    NoSuchOutlet,
    PduHandlerError,
    ProtocolError,
    SettingsError,
    Unreachable,
    Unsupported,
)
from handlers.shared.switching import switch
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.nut.given import (
    ADMIN_SETTINGS,
    LOOKS_S,
    WORDS,
    gives_up_soon,
    handler,
    looks_three_times,
    states,
)
from tests.simulators.nut_server import Cut, Driver, NutServer, StaticDevice, SwitchedPdu
from tests.waiting import PATIENCE_S

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


def booked(server: NutServer) -> dict[str, str]:
    return {identity: WORDS[on] for identity, on in server.books().states.items()}


def seen(pdu: NutPdu) -> dict[str, str]:
    return {identity: state.name for identity, state in states(pdu.status()).items()}


@pytest.mark.parametrize("code", ["FEATURE-NOT-SUPPORTED", "UNKNOWN-COMMAND"])
def test_a_server_without_commands_is_read_and_switching_says_why_not(
    code: str, server: NutServer
) -> None:
    def refuse(line: str, answer: bytes) -> bytes:
        return f"ERR {code}\n".encode() if line.startswith(("LIST CMD", "LIST RW")) else answer

    server.faults.rewrite = refuse
    pdu = handler(server, **ADMIN_SETTINGS)
    assert seen(pdu) == booked(server) and pdu.statistic().load
    with pytest.raises(Unsupported, match=rf"refuses LIST CMD \(ERR {code}\), LIST RW"):
        pdu.port_down(PduPortView(identity="1"))
    assert not server.books().writes


@pytest.mark.parametrize("code", ["DATA-STALE", "DRIVER-NOT-CONNECTED", "ACCESS-DENIED"])
def test_commands_that_are_missing_for_now_or_for_this_user_are_an_error(
    code: str, server: NutServer
) -> None:
    server.faults.rewrite = lambda line, answer: (
        f"ERR {code}\n".encode() if line.startswith("LIST CMD") else answer
    )
    with pytest.raises(PduHandlerError, match=code):
        handler(server).status()


def test_outlet_groups_without_outlets_are_named(caplog: pytest.LogCaptureFixture) -> None:
    groups = {"device.type": "ups", "ups.status": "OL", "outlet.group.0.name": "main"}
    with NutServer([StaticDevice("ups", {**groups, "outlet.group.1.name": "x"}, [])]) as server:
        assert handler(server).status().ports == []
    assert "outlet groups (0, 1), which are neither read nor switched" in caplog.text


def test_status_of_a_named_device_takes_one_round_trip_and_agrees_with_the_device(
    server: NutServer,
) -> None:
    pdu = handler(server, device="pdu")
    assert (
        seen(pdu) == booked(server)
        and len(booked(server)) == 48
        and set(booked(server).values()) == {"UP", "DOWN"}
    )
    assert server.books().requests == 1 and server.books().connections == 1


def test_finding_the_only_device_costs_one_more_round_trip(server: NutServer) -> None:
    assert seen(handler(server)) == booked(server)
    assert server.books().requests == 2


def test_a_status_over_tls_costs_one_more_request_for_starttls() -> None:
    with NutServer(tls=True) as server:
        for trust in (
            {"ca_pem": server.ca_pem.replace("\n", " ")},
            {"fingerprint": server.fingerprint.upper()},
            {"verify": "no"},
        ):
            before = server.books().requests
            assert seen(handler(server, device="pdu", tls="yes", **trust)) == booked(server)
            assert server.books().requests - before == 2


def test_statistic_agrees_with_the_device_in_one_round_trip(server: NutServer) -> None:
    view = handler(server, device="pdu").statistic()
    books = server.books()
    assert view.load == books.load_a and view.total_consumption == pytest.approx(books.energy_kwh)
    assert {port.identity: port.consumption for port in view.ports} == books.port_energy_kwh
    assert books.requests == 1


@pytest.mark.parametrize("way", ["command", "variable"])
@pytest.mark.parametrize("first", [0, 1])
def test_every_outlet_switches_off_and_on_and_no_other_changes(way: str, first: int) -> None:
    with NutServer([SwitchedPdu("pdu", 8, first=first, by=way)]) as server:
        pdu = handler(server, device="pdu", **ADMIN_SETTINGS)
        for identity in list(server.books().states):
            for call, state in ((pdu.port_down, DOWN), (pdu.port_up, UP), (pdu.port_down, DOWN)):
                others = {key: on for key, on in server.books().states.items() if key != identity}
                port = PduPortView(identity)
                assert call(port) is port and port.power_status is state
                after = server.books().states
                assert after.pop(identity) is (state is UP) and after == others
        assert len(server.books().writes) == 8 * 3


def test_switching_costs_a_reading_a_command_and_its_report_with_the_state(
    server: NutServer,
) -> None:
    handler(server, device="pdu", **ADMIN_SETTINGS).port_down(PduPortView("3"))
    assert server.books().requests == 3 and server.books().connections == 1
    assert server.books().writes == [("pdu outlet.3.load.off", "")]


def test_an_outlet_that_already_has_the_state_is_written_once(server: NutServer) -> None:
    handler(server, device="pdu", **ADMIN_SETTINGS).port_up(PduPortView("1"))
    assert server.books().writes == [("pdu outlet.1.load.on", "")]


def test_in_a_daisy_chain_identities_are_device_and_outlet() -> None:
    with NutServer([SwitchedPdu("pdu", 8, members=3)]) as server:
        pdu = handler(server, device="pdu", **ADMIN_SETTINGS)
        assert seen(pdu) == booked(server) and "2.7" in booked(server)
        assert pdu.port_down(PduPortView("2.1")).power_status is DOWN
        assert server.books().writes == [("pdu device.2.outlet.1.load.off", "")] and seen(
            pdu
        ) == booked(server)
        assert pdu.statistic().load == pytest.approx(server.books().load_a)
        assert pdu.statistic().total_consumption == pytest.approx(server.books().energy_kwh)


def test_identities_begin_with_the_device_if_there_are_several_and_none_is_named() -> None:
    with NutServer([SwitchedPdu("left", 4), SwitchedPdu("right", 4), UPS]) as server:
        pdu = handler(server, **ADMIN_SETTINGS)
        assert seen(pdu) == booked(server) and "right/3" in booked(server)
        assert server.books().requests == 2
        assert pdu.port_down(PduPortView("right/3")).power_status is DOWN
        assert server.books().writes == [("right outlet.3.load.off", "")]
        for identity in ("3", "middle/3", "left/9", "/3", "left/"):
            with pytest.raises(NoSuchOutlet):
                pdu.port_down(PduPortView(identity))
        assert len(server.books().writes) == 1
        alone = handler(server, device="right", **ADMIN_SETTINGS)
        assert list(seen(alone)) == ["1", "2", "3", "4"]
        with pytest.raises(NoSuchOutlet):
            alone.port_down(PduPortView("right/3"))


@pytest.mark.parametrize(
    "count, words",
    [(5, "'pdu4/N', 'pdu5/N' (N:"), (6, "'pdu5/N' and 1 more (N:"), (7, "and 2 more")],
)
def test_the_error_for_an_unknown_device_names_five_and_counts_the_others(
    count: int, words: str
) -> None:
    with NutServer([SwitchedPdu(f"pdu{n}", 1) for n in range(1, count + 1)]) as server:
        with pytest.raises(NoSuchOutlet) as error_info:
            handler(server, **ADMIN_SETTINGS).port_down(PduPortView("1"))
        assert words in str(error_info.value) and not server.books().writes


def test_one_unreadable_device_makes_the_whole_status_an_error() -> None:
    with NutServer([SwitchedPdu("left", 4), SwitchedPdu("right", 4)]) as server:
        server.faults.drivers["right"] = Driver.STALE
        with pytest.raises(DataStale, match="LIST VAR right"):
            handler(server).status()


def test_the_whole_load_of_a_ups_is_a_port_only_with_the_setting() -> None:
    with NutServer([UPS]) as server:
        assert seen(handler(server)) == {} and seen(handler(server, whole_load="yes")) == {
            "load": "UP"
        }
        with pytest.raises(NoSuchOutlet):
            handler(server, **ADMIN_SETTINGS).port_down(PduPortView("load"))
        # This driver reports success, but its ups.status does not follow. The state is unknown,
        # never off.
        pdu = handler(server, whole_load="yes", **ADMIN_SETTINGS)
        assert pdu.port_down(PduPortView("load"), deadline=0).power_status is UNKNOWN
        assert server.books().writes == [("ups load.off", "")]


def test_a_whole_load_without_a_state_is_unknown_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(switch_module, "switch", functools.partial(switch, sleep=waits.append))
    with NutServer(
        [StaticDevice("ups", {"device.type": "ups", "ups.load": "20"}, ["load.on", "load.off"])]
    ) as server:
        pdu = handler(server, whole_load="yes", **ADMIN_SETTINGS)
        assert pdu.port_down(PduPortView("load"), deadline=1.0).power_status is UNKNOWN
        assert server.books().writes == [("ups load.off", "")] and not waits


def test_labels_hold_number_and_name(server: NutServer) -> None:
    labels = handler(server, device="pdu").labels()
    assert labels[0] == ("1", "1", "Server 1") and len(labels) == 48


def test_a_server_that_demands_a_login_before_reading_gets_it(server: NutServer) -> None:
    server.faults.login_to_read = True
    pdu = handler(server, device="pdu", **ADMIN_SETTINGS)
    assert (
        seen(pdu) == booked(server)
        and pdu.statistic().load == server.books().load_a
        and len(pdu.labels()) == 48
    )
    assert pdu.port_down(PduPortView("1")).power_status is DOWN and seen(
        handler(server, **ADMIN_SETTINGS)
    ) == booked(server)
    with pytest.raises(Denied, match="give 'username' and 'password'"):
        handler(server, device="pdu").status()


# ---- reports and states that prove nothing -------------------------------------------------------


@pytest.mark.parametrize(
    "fault, ends",
    [
        ("no tracking", UNKNOWN),
        ("denied report", UNKNOWN),
        ("no answer", Unreachable),
        ("no report", Unreachable),
    ],
)
def test_an_old_value_that_equals_the_wanted_state_proves_nothing(
    fault: str, ends: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdu = SwitchedPdu("pdu", 2, poll_s=30, clock=lambda: 0.0)
    with NutServer([pdu]) as server:
        # as if somebody switched at the device after the driver's last poll
        pdu.turn("1", False)
        server.faults.ignored = True
        server.faults.no_tracking = fault == "no tracking"
        server.faults.tracked = "PENDING" if fault == "no report" else None
        if fault == "denied report":
            server.faults.rewrite = lambda line, answer: (
                b"ERR ACCESS-DENIED\n" if line.startswith("GET TRACKING") else answer
            )
        if fault == "no answer":
            server.faults.rewrite = lambda line, answer: (
                Cut() if line.startswith("INSTCMD") else answer
            )
        if fault == "no report":
            looks_three_times(monkeypatch)
        timeout = str(LOOKS_S if fault == "no report" else PATIENCE_S)
        call, port = (
            handler(server, device="pdu", timeout=timeout, **ADMIN_SETTINGS).port_up,
            PduPortView("1"),
        )
        if isinstance(ends, EnumPowerStatus):
            assert call(port, deadline=0).power_status is ends
        else:
            with pytest.raises(Unreachable, match="may or may not have switched"):
                call(port, deadline=0)
            assert port.power_status is UNKNOWN
        assert server.books().states["1"] is False


@pytest.mark.parametrize(
    "report",
    ["ERR FAILED", "ERR UNKNOWN", "ERR INVALID-ARGUMENT", "ERR DATA-STALE", "ERR SOMETHING-NEW"],
)
@pytest.mark.parametrize("done", [True, False])
def test_an_error_as_the_report_of_an_accepted_command_is_never_a_refusal(
    server: NutServer, report: str, done: bool
) -> None:
    server.faults.tracked, server.faults.ignored = report, not done
    pdu, port = handler(server, device="pdu", **ADMIN_SETTINGS), PduPortView("1")
    if done:  # the outlet has the wanted state, so the report was wrong
        assert pdu.port_down(port).power_status is DOWN
    else:
        with pytest.raises(Unreachable, match=f"may or may not have switched.*{report}"):
            pdu.port_down(port)
        assert port.power_status is UNKNOWN
    assert len(server.books().writes) == 1


def test_a_command_without_a_report_is_confirmed_by_the_state(
    server: NutServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults.tracked = "PENDING"
    looks_three_times(monkeypatch)
    pdu = handler(server, device="pdu", timeout=str(LOOKS_S), **ADMIN_SETTINGS)
    assert pdu.port_down(PduPortView("1")).power_status is DOWN
    server.faults.ignored = True
    with pytest.raises(Unreachable, match="may or may not have switched"):
        pdu.port_up(PduPortView("1"))


@pytest.mark.parametrize(
    "words, ends",
    [
        ("LIST UPS", Unreachable),
        ("LIST VAR", ProtocolError),
        ("LIST RW", Unreachable),
        ("USERNAME", DOWN),
        ("INSTCMD", DOWN),
        ("GET TRACKING", DOWN),
    ],
)
def test_a_missing_answer_at_any_step_never_leads_to_a_wrong_state(
    server: NutServer, words: str, ends: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = gives_up_soon(monkeypatch)
    server.faults.rewrite = lambda line, answer: last(None) if line.startswith(words) else answer
    pdu, port = handler(server, timeout=str(PATIENCE_S), **ADMIN_SETTINGS), PduPortView("1")
    if isinstance(ends, EnumPowerStatus):
        assert (
            pdu.port_down(port, deadline=0).power_status is ends
            and server.books().states["1"] is False
        )
    else:
        with pytest.raises(PduHandlerError) as error_info:
            pdu.port_down(port, deadline=0)
        assert (
            error_info.value.kind == getattr(ends, "kind")
            and port.power_status is UNKNOWN
            and not server.books().writes
        )


def test_a_server_that_does_not_answer_to_report_and_state_may_have_switched(
    server: NutServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = gives_up_soon(monkeypatch)
    server.faults.rewrite = lambda line, answer: (
        last(None) if line.startswith("GET VAR") else answer
    )
    pdu, port = handler(server, timeout=str(PATIENCE_S), **ADMIN_SETTINGS), PduPortView("1")
    with pytest.raises(Unreachable, match="may or may not have switched"):
        pdu.port_down(port, deadline=0)
    assert port.power_status is UNKNOWN and len(server.books().writes) == 1


@pytest.mark.parametrize("pollfreq, late", [("2", False), ("30", True)])
def test_a_command_is_doubted_by_the_last_reading_and_not_by_the_one_before_it(
    pollfreq: str, late: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """An outlet that is reported off and carries 0.40 A."""
    row = {"status": "on", "current": "0.40", "switchable": "yes"}
    variables = {
        "device.type": "pdu",
        "driver.name": "snmp-ups",
        "driver.parameter.pollfreq": pollfreq,
        **{f"outlet.1.{field}": text for field, text in row.items()},
    }
    device = StaticDevice("pdu", variables, ["outlet.1.load.off", "outlet.1.load.on"])
    with NutServer([device]) as server:
        server.faults.rewrite = lambda line, answer: (
            answer.replace(b'"on"', b'"off"') if line == "GET VAR pdu outlet.1.status" else answer
        )
        pdu = handler(server, device="pdu", **ADMIN_SETTINGS)
        assert pdu.status().ports[0].power_status is UP
        assert caplog.messages[-1].startswith("pdu handler")
        port = pdu.port_down(PduPortView("1"), deadline=0.2, pause=0.05)
    assert port.power_status is UNKNOWN
    assert ("outlet 1: it carries current, so it is not off" in caplog.text) is True
    assert ("reads its device only every 30 s" in caplog.text) is late


def test_a_command_whose_report_is_denied_is_read_back(server: NutServer) -> None:
    server.faults.rewrite = lambda line, answer: (
        b"ERR ACCESS-DENIED\n" if line.startswith("GET TRACKING") else answer
    )
    port = handler(server, device="pdu", **ADMIN_SETTINGS).port_down(PduPortView("1"), deadline=0)
    assert port.power_status is DOWN and len(server.books().writes) == 1


def test_an_outlet_without_a_state_is_unknown_without_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def sleep(seconds: float) -> None:
        pytest.fail(f"waited {seconds} s for a state that the outlet does not have")

    monkeypatch.setattr(switch_module, "switch", functools.partial(switch, sleep=sleep))
    device = StaticDevice(
        "pdu", {"device.type": "pdu", "outlet.1.id": "1", "ups.status": "OL"}, ["outlet.1.load.off"]
    )
    with NutServer([device]) as server:
        assert handler(server, **ADMIN_SETTINGS).port_down(PduPortView("1")).power_status is UNKNOWN


@pytest.mark.parametrize(
    "driver, kind", [(Driver.STALE, DataStale), (Driver.GONE, DriverNotConnected)]
)
def test_a_stale_or_unconnected_driver_is_an_error_and_never_off(
    server: NutServer, driver: Driver, kind: type
) -> None:
    server.faults.drivers["pdu"] = driver
    pdu = handler(server, device="pdu", **ADMIN_SETTINGS)
    calls: list[Callable[[], object]] = [
        pdu.status,
        pdu.statistic,
        lambda: pdu.port_up(PduPortView("1")),
    ]
    for call in calls:
        with pytest.raises(kind):
            call()
    assert not server.books().writes


def test_fewer_outlets_than_the_device_counts_are_an_error() -> None:
    variables = {f"outlet.{n}.status": "on" for n in range(1, 48)}
    with NutServer(
        [StaticDevice("pdu", {**variables, "outlet.count": "48", "ups.status": "OL"})]
    ) as server:
        pdu = handler(server, device="pdu", **ADMIN_SETTINGS)
        calls: list[Callable[[], object]] = [
            pdu.status,
            pdu.statistic,
            lambda: pdu.port_up(PduPortView("1")),
        ]
        for call in calls:
            with pytest.raises(
                ProtocolError, match=r"fewer outlets \(47\) than it counts \(outlet.count 48\)"
            ) as error_info:
                call()
            assert error_info.value.host == f"{server.host}:{server.port}"


def test_a_locked_outlet_is_not_switched_and_another_one_is() -> None:
    commands = [f"outlet.{n}.load.{way}" for n in (1, 2) for way in ("on", "off")]
    variables = {"outlet.1.status": "lockon", "outlet.2.status": "on", "ups.status": "OL"}
    with NutServer([StaticDevice("pdu", variables, commands)]) as server:
        pdu = handler(server, device="pdu", **ADMIN_SETTINGS)
        assert seen(pdu) == {"1": "UP", "2": "UP"}
        for switch in (pdu.port_up, pdu.port_down):
            with pytest.raises(Unsupported, match="outlet 1 was not switched: it is locked"):
                switch(PduPortView("1"))
        assert server.books().writes == []
        pdu.port_up(PduPortView("2"), deadline=0.0)
        assert len(server.books().writes) == 1


# what snmp-ups 2.8.0 shows of a UPS whose relays are on, off, pendingOn, failedClosed, failedOpen
XUPS = {
    "driver.name": "snmp-ups",
    "driver.version.data": "pw MIB 0.104",
    "device.type": "ups",
    "ups.status": "OL",
    "outlet.count": "5",
    **{
        f"outlet.{number}.{field}": text
        for number, word in enumerate(("on", "off", "off", "off", "on"), 1)
        for field, text in (("id", str(number)), ("switchable", str(number)), ("status", word))
    },
}


def test_a_relay_that_failed_closed_is_not_off_and_a_command_is_not_proven(
    caplog: pytest.LogCaptureFixture,
) -> None:
    commands = [f"outlet.{n}.load.{word}" for n in range(1, 6) for word in ("on", "off")]
    with NutServer([StaticDevice("ups", XUPS, commands)]) as server:
        pdu = handler(server, device="ups", **ADMIN_SETTINGS)
        assert set(states(pdu.status()).values()) == {UNKNOWN}
        reason = "the NUT driver snmp-ups (pw MIB) shows 'on' for on(1), pendingOff(3)"
        assert f"outlets 1, 2, 3, 4, 5: {reason}" in caplog.text
        assert "use NUT's driver netxml-ups" in caplog.text
        caplog.clear()
        assert pdu.port_down(PduPortView(identity="4")).power_status is UNKNOWN
        assert f"outlet 4: {reason}" in caplog.text


@pytest.mark.parametrize("deadline, renewed", [(10.0, []), (60.0, [95.0])])
def test_a_longer_wait_gets_the_time_for_it(
    deadline: float, renewed: list[float], server: NutServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    totals: list[float] = []
    monkeypatch.setattr(NutClient, "renew", lambda _, total: totals.append(total))
    pdu = handler(server, device="pdu", **ADMIN_SETTINGS)
    assert pdu.port_down(PduPortView(identity="1"), deadline=deadline).power_status is DOWN
    assert totals == renewed


def test_a_server_without_devices_is_an_error_with_a_remedy() -> None:
    with NutServer([]) as server, pytest.raises(Unsupported, match="ups.conf"):
        handler(server).status()


def test_a_chain_of_almost_twenty_thousand_members_is_read_in_time_and_its_error_is_short() -> None:
    rows = {f"device.{n}.outlet.1.status": "on" for n in range(1, 19_990)}
    with NutServer(
        [StaticDevice("pdu", {**rows, "device.type": "pdu", "ups.status": "OL"})]
    ) as server:
        pdu = handler(server, device="pdu", timeout="20")
        assert len(pdu.status().ports) == len(rows)
        with pytest.raises(NoSuchOutlet) as error_info:
            pdu.port_up(PduPortView("x"))
        assert len(str(error_info.value)) < 300


def test_too_many_devices_give_a_short_error_about_the_setting() -> None:
    name = "x" * 400
    with NutServer(
        [StaticDevice(f"{name}{n}", {"device.type": "ups"}) for n in range(101)]
    ) as server:
        with pytest.raises(SettingsError, match="101 devices.*'device'") as error_info:
            handler(server).status()
        assert len(str(error_info.value)) < 300


def test_long_names_of_a_server_do_not_make_an_error_long() -> None:
    long = "\x01" * 480  # a line of the server has at most 512 characters
    devices = [
        StaticDevice(
            f"{'x' * 480}{n}", {"device.type": long, "driver.name": long, "outlet.1.status": "on"}
        )
        for n in range(99)
    ]
    with NutServer(devices) as server:
        with pytest.raises(NoSuchOutlet) as caught:
            handler(server, **ADMIN_SETTINGS).port_up(PduPortView("3"))
        assert len(str(caught.value)) < 4000
    with NutServer([StaticDevice("pdu", {"device.type": long, "driver.name": long})]) as server:
        with pytest.raises(Unsupported) as error_info:
            handler(server).status()
        assert len(str(error_info.value)) < 1000 and str(error_info.value).isprintable()


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
    assert (
        named in str(error_info.value)
        and "a\nb" not in str(error_info.value)
        and "\n" not in str(error_info.value)
    )
    assert server.books().connections == 0


def test_a_device_value_that_the_platform_supplies_is_not_taken_for_the_setting(
    server: NutServer,
) -> None:
    pdu = make_handler(PduData(f"127.0.0.1:{server.port}", {"device": "pdu_nut"}, device="pdu_nut"))
    assert seen(pdu) == booked(server)


def test_host_and_port_of_the_settings_override_those_of_the_form(server: NutServer) -> None:
    settings = {"host": "127.0.0.1", "port": str(server.port), "device": "PDU"}
    assert seen(make_handler(PduData("192.0.2.1", settings))) == booked(server)
    assert seen(make_handler(PduData("", {"host": f"127.0.0.1:{server.port}"}))) == booked(server)
    with pytest.raises(SettingsError, match="address"):
        make_handler(PduData("", {})).status()


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1:{}/", "127.0.0.1:{}/", "pdu@127.0.0.1:{}", "admin:s3cret@127.0.0.1:{}"],
)
def test_a_url_and_an_address_with_a_user_or_a_device_are_refused_with_advice_and_not_shown(
    server: NutServer, address: str
) -> None:
    for data in (
        PduData(address.format(server.port), {}),
        PduData("", {"host": address.format(server.port)}),
    ):
        with pytest.raises(
            SettingsError,
            match="give the host alone, a user as 'username', and a device .* 'device'",
        ) as error_info:
            make_handler(data).status()
        assert "127.0.0.1" not in str(error_info.value) and server.books().connections == 0


@pytest.mark.parametrize("user", [{}, {"username": "admin"}, {"password": "nut-own-words"}])
def test_the_error_for_switching_without_a_login_names_username_and_password(
    server: NutServer, user: dict[str, str]
) -> None:
    with pytest.raises(SettingsError, match="'username' and 'password'"):
        handler(server, device="pdu", **user).port_up(PduPortView("1"))
    assert not server.books().writes


@pytest.mark.parametrize("identity", ["0", "49", "", "load", "1.1", "outlet.1", "-1", "1\n", "all"])
def test_an_outlet_that_does_not_exist_is_an_error_and_nothing_is_written(
    server: NutServer, identity: str
) -> None:
    with pytest.raises(NoSuchOutlet):
        handler(server, device="pdu", **ADMIN_SETTINGS).port_down(PduPortView(identity))
    assert not server.books().writes


def test_an_outlet_without_a_command_or_writable_switch_is_not_switched() -> None:
    device = StaticDevice(
        "pdu",
        {"outlet.1.status": "on", "ups.status": "OL"},
        ["outlet.1.load.cycle", "load.off"],
        ["outlet.1.status"],
    )
    with NutServer([device]) as server:
        for call in (
            handler(server, **ADMIN_SETTINGS).port_down,
            handler(server, **ADMIN_SETTINGS).port_up,
        ):
            with pytest.raises(Unsupported, match="outlet 1"):
                call(PduPortView("1"))
        assert not server.books().writes
