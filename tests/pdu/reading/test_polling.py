"""One reading of one PDU, by a handler of this project or of a third party."""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Optional, cast

import pytest

from handlers.dcimanager import Figures, FourCalls, Label
from handlers.dcimanager.snmp import Snmp
from handlers.http.client import HttpClient
from handlers.http.connection import StandardTransport
from handlers.http.message import Endpoint, Request
from handlers.nut import requests
from handlers.nut.client import NutClient
from handlers.shared.address import Address
from handlers.shared.errors import ProtocolError, SettingsError, Unreachable
from handlers.shared.request_counter import SENT
from handlers.shared.tls import Trust
from pdu.loading.handler_loading import LoadedHandler, load
from pdu.pdu_list import device_list, logins as auth
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.pdu_list.login_options import Login, NoSecret
from pdu.pdu_list.logins import DeviceLogin
from pdu.reading import polling
from pdu.reading.parts import Reading
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)
from tests.pdu.monitoring.halls import Hall
from tests.ports import refusing
from tests.simulators.nut_server import NutServer, SwitchedPdu


class Other(enum.Enum):
    """States of another platform."""

    CYCLING = "cycling"


class ThirdParty:
    """A handler whose figures are all `figure`."""

    def __init__(self, figure: Any, state: Any = EnumPowerStatus.UP) -> None:
        self._figure, self._state = figure, state

    def status(self) -> PduView:
        return PduView([PduPortView("1", self._state)])

    def statistic(self) -> PduStatisticView:
        return PduStatisticView(
            self._figure, self._figure, [PduPortStatisticView("1", self._figure)]
        )


class Counted(ThirdParty):
    """Sends one request for its states."""

    def status(self) -> PduView:
        SENT.get()()
        return super().status()


def reading(pdu: ThirdParty) -> Reading:
    """The reading of a PDU through this handler."""
    counter = SENT if isinstance(pdu, Counted) else None
    handler = LoadedHandler("other", "other", lambda _: pdu, (), False, counter)
    listed_pdu = ListedPdu("a", "other", Address("192.0.2.1"))
    target = polling.Target(listed_pdu, handler, DeviceLogin("none", {}, {}))
    return polling.poll(target)


def test_the_settings_of_a_pdu_win_over_those_of_its_login() -> None:
    """In a poll of a list, and for a command to a name of it."""
    login = DeviceLogin("hall", {"port": "8443", "username": "reader"}, {"password": "x"})
    own_settings = {"port": "8080", "scheme": "http"}
    device = ListedPdu("r1", "netio", Address("192.0.2.1"), "hall", tuple(own_settings.items()))
    data = polling.Target(device, load("netio"), login).data()
    assert {**data.custom_params} == {**own_settings, "username": "reader", "password": "x"}
    assert Login().with_list(own_settings, login).settings == {**own_settings, "username": "reader"}


def test_requests_are_counted_only_during_the_reading() -> None:
    assert reading(Counted(2)).requests == 1
    assert SENT.get() is bool  # its default, which counts nothing


@pytest.mark.parametrize(
    "figure",
    ["2", float("nan"), float("inf"), [2], 10**400, True],
    ids=["text", "nan", "inf", "list", "huge", "bool"],
)
def test_a_figure_that_is_not_a_finite_number_is_a_defect_and_the_states_are_kept(
    figure: Any,
) -> None:
    result = reading(ThirdParty(figure))
    assert result.has_states
    assert result.count(EnumPowerStatus.UP) == 1
    assert result.load_a is None
    assert result.energy_kwh is None
    assert result.failure is not None
    assert result.failure.kind == "defect"
    assert result.failure.reason.startswith("statistic: consumption of outlet '1' is ")


def test_a_state_that_the_platform_does_not_have_is_a_failure() -> None:
    result = reading(ThirdParty(2, Other.CYCLING))
    assert not result.has_states
    assert result.failure is not None
    assert "CYCLING" in result.failure.reason


@pytest.mark.parametrize(
    "handler, requests", [("nut", 2), ("raritan", 6), ("redfish", 5), ("snmp", 17)]
)
def test_a_reading_in_one_session_says_what_the_calls_say_with_fewer_requests(
    small: Hall, handler: str, requests: int
) -> None:
    fleet = device_list.read_device_list(str(small.one(handler)))
    logins = auth.read_logins(str(small.logins))
    (target,) = polling.targets(fleet.devices, logins, auth.environment_login({}))

    result = polling.poll(target, with_labels=True)

    assert result.failure is None
    assert result.has_labels
    assert result.outlets
    assert result.requests == requests
    pdu = target.handler.make(target.data())
    states = [(port.identity, port.power_status) for port in pdu.status().ports]
    assert [(outlet.identity, outlet.state) for outlet in result.outlets] == states
    names = [label.name for label in pdu.labels()]
    assert [outlet.name for outlet in result.outlets] == names
    figures = pdu.measured()
    assert result.load_a == figures.load_a
    assert result.energy_kwh == figures.energy_kwh


NETIO = ListedPdu("r1", "netio", Address("192.0.2.1"))
NO_SECRET = DeviceLogin(auth.ENVIRONMENT, {"username": "reader"}, {})


@pytest.mark.parametrize(
    "login, remedy",
    [
        (NO_SECRET._replace(name="hall"), ""),
        (NO_SECRET, "in the column auth, or set PDU_PASSWORD"),
    ],
    ids=["of the list", "of the environment"],
)
def test_a_pdu_without_its_secret_is_not_polled(login: DeviceLogin, remedy: str) -> None:
    """A login of the environment may be named in the list instead."""
    target = polling.Target(NETIO, load("netio"), login)
    with pytest.raises(NoSecret) as error:
        target.data()
    assert error.value.key == "password"
    assert remedy in error.value.reason
    assert bool(remedy) is ("auth" in error.value.reason)
    failure = polling.poll(target).failure
    assert failure is not None
    assert (failure.kind, failure.reason) == ("settings", error.value.reason)


def test_a_wrong_row_of_a_list_costs_its_pdu_alone() -> None:
    """Of a row that has no name, the name is where it stands."""
    rows = [
        device_list.WrongRow(NETIO._replace(name=name), typed_name, "line 3", "no such handler")
        for name, typed_name in (("r3", "r3"), ("line 3", ""))
    ]
    good, *wrong = polling.targets([NETIO], {}, NO_SECRET, rows)
    assert good.handler.name == "netio"
    for target, reason in zip(wrong, ("line 3: no such handler", "no such handler")):
        with pytest.raises(SettingsError) as error:
            target.data()
        assert error.value.reason == reason


def test_a_poll_of_lines_has_the_numbers_and_names_too(small: Hall) -> None:
    fleet = device_list.read_device_list(str(small.one("raritan")))
    logins = auth.read_logins(str(small.logins))
    (target,) = polling.targets(fleet.devices, logins, NO_SECRET)
    result = polling.poll_lines(target)
    assert result.failure is None
    assert result.has_labels
    assert "L1" in [meter.label for meter in result.meters]


class Noting(FourCalls[int]):
    """Notes what is done with its sessions."""

    handler_name = "noting"
    pdu_data = None

    def __init__(self) -> None:
        self.steps: list[str] = []

    @contextlib.contextmanager
    def open_session(self) -> Iterator[int]:
        self.steps.append("opened")
        yield len(self.steps)
        self.steps.append("closed")

    def renew_session(self, session: int) -> None:
        self.steps.append("renewed")

    def device_address(self, session: Optional[int]) -> str:
        return "192.0.2.1"

    def read_states(self, session: int) -> list[tuple[str, EnumPowerStatus]]:
        return []

    def read_figures(self, session: int, with_power: bool) -> Figures:
        raise ProtocolError("no figures")

    def read_labels(self, session: int) -> list[Label]:
        return []

    def switch_outlet(
        self, session: int, identity: str, on: bool, deadline: float, pause: float
    ) -> EnumPowerStatus:
        return EnumPowerStatus.UNKNOWN


def test_a_call_has_a_session_of_its_own() -> None:
    pdu = Noting()
    pdu.status()
    assert pdu.steps == ["opened", "closed"]


def test_a_session_is_shared_within_its_block() -> None:
    pdu = Noting()
    with pdu.opened() as open_pdu:
        open_pdu.states()
        open_pdu.labels()
    assert pdu.steps == ["opened", "renewed", "closed"]


def test_after_a_failure_the_next_call_of_a_block_opens_another_session() -> None:
    pdu = Noting()
    with pdu.opened() as open_pdu:
        with pytest.raises(ProtocolError, match="192.0.2.1: statistic: no figures"):
            open_pdu.figures(with_power=False)
        open_pdu.states()
    assert pdu.steps == ["opened", "opened", "closed", "closed"]


def test_each_call_of_an_snmp_session_has_its_own_time() -> None:
    now = 0.0
    platform_pdu = SimpleNamespace(pdu_data=SimpleNamespace(ip="192.0.2.1"))
    snmp = Snmp(cast(Any, platform_pdu), 30.0, lambda: now)
    now = 29.0
    snmp.renew()
    assert snmp.remaining() == 30.0


def test_each_call_of_an_http_session_has_its_own_time() -> None:
    transport = StandardTransport(Trust(), 0.0)  # without any time left
    request = Request("GET", "/", {}, None, 60.0, 60.0, 9)
    with refusing() as port:
        where = Endpoint("http", "127.0.0.1", port)
        with pytest.raises(Unreachable, match="too slowly"):
            transport.exchange(where, request)
        HttpClient(where, transport).renew(45.0)
        with pytest.raises(Unreachable, match="refuses"):
            transport.exchange(where, request)


def test_each_call_of_a_nut_session_has_its_own_time() -> None:
    now = 0.0
    with NutServer([SwitchedPdu("pdu", 2)]) as server:
        client = NutClient(server.host, server.port, clock=lambda: now, total=45.0)
        now = 80.0
        with pytest.raises(Unreachable):
            client.answer(requests.list_ups())
        client.renew(45.0)
        assert list(client.answer(requests.list_ups())) == ["pdu"]
        client.close()
