"""Commands to units that close connections after answers, and the connections of each call."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from typing import Any, NamedTuple, Optional

import pytest

from handlers.raritan.handler import RaritanPdu
from handlers.raritan.rpc import Agent, pdumodel
from handlers.redfish.handler import RedfishPdu
from handlers.shared.errors import PduHandlerError
from handlers.shared.tls import Trust
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.servers.closing import ClosingRelay
from tests.simulators.certificates import usual
from tests.simulators.redfish import Model as RedfishModel, Pdu as RedfishUnit, RedfishService
from tests.simulators.xerus import Model, XerusPdu

UP, DOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN
COMMANDS = 12
PAUSE_S = 0.02


class Unit(NamedTuple):
    """A simulated unit with an outlet "1": its plain HTTP port, the class of its handler, and the
    settings.
    """

    port: int
    kind: Any
    settings: dict[str, str]
    books: Any

    def handler(self, relay: Optional[ClosingRelay] = None, tls: bool = False) -> Any:
        way = {"scheme": "https", "ca_pem": usual().authority.ca_pem} if tls else {"scheme": "http"}
        port = relay.port if relay is not None else self.port
        return self.kind(PduData("127.0.0.1", {**self.settings, **way, "port": str(port)}))

    def commands(self) -> int:
        return len(self.books().writes)


@contextlib.contextmanager
def raritan() -> Iterator[Unit]:
    with XerusPdu(Model(outlets=2), http_port=0, enforce_https=False) as pdu:
        assert pdu.http_port is not None
        yield Unit(
            pdu.http_port, RaritanPdu, {"username": pdu.user, "password": pdu.password}, pdu.books
        )


@contextlib.contextmanager
def redfish(session: str = "basic") -> Iterator[Unit]:
    with RedfishService(RedfishModel((RedfishUnit(outlets=("1", "2")),)), tls=False) as unit:
        yield Unit(
            unit.port,
            RedfishPdu,
            {"username": unit.user, "password": unit.password, "session": session},
            unit.books,
        )


def with_session() -> contextlib.AbstractContextManager[Unit]:
    return redfish("session")


def context(tls: bool) -> Optional[ssl.SSLContext]:
    return usual().context if tls else None


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "open_unit, end, commands",
    [
        (raritan, "plain", COMMANDS),
        (raritan, "tls", COMMANDS),
        (raritan, "tls with notify", 6),
        (raritan, "lingers", 6),
        (redfish, "plain", COMMANDS),
        (redfish, "tls with notify", COMMANDS),
        (redfish, "lingers", 6),
        (with_session, "plain", 6),
        (with_session, "tls", 6),
        (with_session, "lingers", 6),
    ],
)
@pytest.mark.parametrize("delay", [0.0005, 0.02])
def test_every_command_goes_through_once_if_the_unit_closes_after_each_answer(
    open_unit: Any, end: str, commands: int, delay: float
) -> None:
    tls = end.startswith("tls")
    with (
        open_unit() as unit,
        ClosingRelay(
            unit.port,
            delay,
            tls=context(tls),
            notify=end.endswith("notify"),
            lingers=end == "lingers",
        ) as relay,
    ):
        handler = unit.handler(relay, tls)
        for number in range(commands):
            on = bool(number % 2)
            switch = handler.port_up if on else handler.port_down
            assert switch(PduPortView("1"), pause=PAUSE_S).power_status is (UP if on else DOWN), (
                number
            )
            assert unit.commands() == number + 1
        # no session is left open
        assert relay.served["DELETE"] == (commands if open_unit is with_session else 0)


@pytest.mark.sample(3)
@pytest.mark.parametrize("answers", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("open_unit", [raritan, redfish, with_session])
def test_a_command_goes_through_whenever_the_unit_closes_its_connections(
    open_unit: Any, answers: int
) -> None:
    with open_unit() as unit, ClosingRelay(unit.port, 0.005, answers) as relay:
        for number in range(10):
            assert (
                unit.handler(relay).port_down(PduPortView("1"), pause=PAUSE_S).power_status is DOWN
            )
            assert unit.commands() == number + 1


@pytest.mark.parametrize("open_unit, reads", [(raritan, 2), (redfish, 4)])
def test_a_command_without_a_connection_was_surely_not_sent(open_unit: Any, reads: int) -> None:
    with open_unit() as unit, ClosingRelay(unit.port, 0.0, reads, most=1, refuses=True) as relay:
        with pytest.raises(PduHandlerError, match="the command was not sent: .*refuses") as caught:
            unit.handler(relay).port_down(PduPortView("1"), pause=PAUSE_S)
        assert caught.value.kind == "unreachable"
        assert unit.commands() == 0


def test_a_new_connection_that_takes_no_command_is_reported_as_may_or_may_not() -> None:
    """Nobody can tell from outside what the unit has read of it.

    The command is not tried on another connection.
    """
    with raritan() as unit, ClosingRelay(unit.port, 0.0, most=2) as relay:
        handler = unit.handler(relay)
        with pytest.raises(PduHandlerError, match="may or may not have switched") as error_info:
            handler.port_down(PduPortView("1"), pause=PAUSE_S)
        assert error_info.value.kind == "unreachable"
        assert unit.commands() == 0
        # the third for the command, the fourth for the reading
        assert relay.talks == 4


@pytest.mark.parametrize(
    "open_unit, method, requests, connections",
    [
        pytest.param(raritan, "status", 2, 1, id="Raritan, status"),
        pytest.param(raritan, "statistic", 2, 1, id="Raritan, statistic"),
        pytest.param(raritan, "port_down", 3, 2, id="Raritan, command"),
        pytest.param(redfish, "status", 3, 1, id="Redfish, status"),
        pytest.param(redfish, "port_down", 6, 2, id="Redfish, command"),
        pytest.param(with_session, "status", 5, 1, id="Redfish with a session, status"),
        pytest.param(with_session, "port_down", 8, 2, id="Redfish with a session, command"),
    ],
)
def test_reads_share_a_connection_and_what_is_sent_once_has_its_own(
    open_unit: Any, method: str, requests: int, connections: int
) -> None:
    arguments = [PduPortView("1")] if method == "port_down" else []
    with open_unit() as unit, ClosingRelay(unit.port, 0.0, 0, tls=context(True)) as relay:
        for number in range(1, 6):
            handler = unit.handler(relay, True)
            getattr(handler, method)(*arguments)
            assert relay.talks == number * connections
            assert sum(relay.served.values()) == number * requests


@pytest.mark.parametrize("answers", [0, 1])
def test_each_write_of_a_script_has_a_connection_of_its_own(answers: int) -> None:
    with raritan() as unit, ClosingRelay(unit.port, 0.0, answers) as relay:
        with Agent(
            "http",
            f"127.0.0.1:{relay.port}",
            unit.settings["username"],
            unit.settings["password"],
            trust=Trust(verify=False),
        ) as agent:
            outlet = pdumodel.Outlet("/model/pdu/0/outlet/0", agent)
            for number in range(20):
                assert outlet.setPowerState(outlet.PowerState(number % 2)) == 0
        assert unit.commands() == 20
        assert relay.talks == 20
