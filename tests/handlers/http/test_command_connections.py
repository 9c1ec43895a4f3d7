"""Commands to units that close connections after answers, and the connections of each call, with a
relay between the handler and a simulated unit.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

import pytest

from handlers.raritan.handler import RaritanPdu
from handlers.raritan.rpc import Agent, pdumodel
from handlers.redfish.handler import RedfishPdu
from handlers.shared.errors import PduHandlerError
from handlers.shared.tls import Trust
from pdu_common.connection import PduData
from pdu_common.helper import PduPortView
from tests.servers.closing import ClosingRelay
from tests.simulators.certificates import usual
from tests.simulators.redfish import Model as RedfishModel, Pdu as RedfishUnit, RedfishService
from tests.simulators.xerus import Model, XerusPdu

PAUSE_S = 0.02


class Unit(NamedTuple):
    """A simulated unit with an outlet "1": its plain HTTP port, the class of its handler, and the
    settings.
    """

    port: int
    kind: Any
    settings: dict[str, str]
    truth: Any

    def handler(self, relay: ClosingRelay, *, tls: bool) -> Any:
        way = {"scheme": "https", "ca_pem": usual().authority.ca_pem} if tls else {"scheme": "http"}
        return self.kind(PduData("127.0.0.1", {**self.settings, **way, "port": str(relay.port)}))

    def commands(self) -> int:
        return len(self.truth().writes)


#: each kind of unit: of a Redfish service, with basic authentication and with a session
UNITS = ("raritan", "redfish", "session")


@contextlib.contextmanager
def unit(name: str) -> Iterator[Unit]:
    """A unit with this name."""
    if name == "raritan":
        with XerusPdu(Model(outlets=2), http_port=0, enforce_https=False) as pdu:
            assert pdu.http_port is not None
            login = {"username": pdu.user, "password": pdu.password}
            yield Unit(pdu.http_port, RaritanPdu, login, pdu.truth)
        return
    session = "session" if name == "session" else "basic"
    model = RedfishModel((RedfishUnit(outlets=("1", "2")),))
    with RedfishService(model, tls=False) as service:
        login = {"username": service.user, "password": service.password, "session": session}
        yield Unit(service.port, RedfishPdu, login, service.truth)


class Closing(NamedTuple):
    """When and how the relay closes connections."""

    #: after so many answers, 0: never
    after: int = 1
    #: seconds after the last answer, in which it reads nothing
    waits: float = 0.0
    tls: bool = False
    #: TLS is ended properly
    notify: bool = False
    #: its own side is ended at once
    lingers: bool = False
    #: how many connections it takes; further ones are closed at once, or refused
    most: Optional[int] = None
    refuses: bool = False


class Outcome(NamedTuple):
    """What comes of calls: what each gives, the commands that the unit got, the connections, and
    the requests that were answered, by method.
    """

    results: Sequence[str]
    commands: int
    connections: int
    requests: Mapping[str, int]


def outcome_of(
    name: str, closing: Closing, calls: Sequence[str], *, has_new_objects: bool = False
) -> Outcome:
    """The outcome of calls of the unit's handler: of one object, or each of a new one."""
    with (
        unit(name) as device,
        ClosingRelay(
            device.port,
            closing.waits,
            closing.after,
            tls=usual().context if closing.tls else None,
            notify=closing.notify,
            lingers=closing.lingers,
            most=closing.most,
            refuses=closing.refuses,
        ) as relay,
    ):
        handler = device.handler(relay, tls=closing.tls)
        results: list[str] = []
        for call in calls:
            if has_new_objects:
                handler = device.handler(relay, tls=closing.tls)
            results.append(_result(handler, call).replace(f"127.0.0.1:{relay.port}", "HOST"))
        return Outcome(
            results=results,
            commands=device.commands(),
            connections=relay.talks,
            requests=dict(relay.served),
        )


def _result(handler: Any, call: str) -> str:
    """The call itself if it did what it should, else the state or the error."""
    if call in ("status", "statistic"):
        getattr(handler, call)()
        return call
    switch = handler.port_up if call == "on" else handler.port_down
    try:
        state: str = switch(PduPortView("1"), pause=PAUSE_S).power_status.name
    except PduHandlerError as error:
        return f"{error.kind} {error}"
    return {"UP": "on", "DOWN": "off"}.get(state, state)


def _requests(name: str, commands: int) -> Mapping[str, int]:
    """The requests of commands to a Redfish service."""
    logins = {"POST": 2 * commands, "DELETE": commands} if name == "session" else {"POST": commands}
    return {"GET": 5 * commands, **logins}


def _check_outcome(name: str, calls: Sequence[str], outcome: Outcome) -> None:
    """Each command went through once, with the requests that it needs."""
    commands = len(calls)
    assert (outcome.results, outcome.commands) == (calls, commands)
    if name == "raritan":
        assert list(outcome.requests) == ["POST"]
    else:
        assert outcome.requests == _requests(name, commands)


@pytest.mark.parametrize("waits", [0.0005, 0.02])
@pytest.mark.parametrize(
    "name, closing",
    [
        pytest.param("raritan", Closing(), id="raritan"),
        pytest.param("raritan", Closing(tls=True), id="raritan, TLS"),
        pytest.param("raritan", Closing(tls=True, notify=True), id="raritan, TLS that is ended"),
        pytest.param("raritan", Closing(lingers=True), id="raritan, one side"),
        pytest.param("redfish", Closing(), id="redfish"),
        pytest.param("redfish", Closing(tls=True, notify=True), id="redfish, TLS that is ended"),
        pytest.param("redfish", Closing(lingers=True), id="redfish, one side"),
        pytest.param("session", Closing(), id="session"),
        pytest.param("session", Closing(tls=True), id="session, TLS"),
        pytest.param("session", Closing(lingers=True), id="session, one side"),
    ],
)
def test_every_command_goes_through_once_if_the_unit_closes_after_each_answer(
    name: str, closing: Closing, waits: float
) -> None:
    """And no session is left open."""
    calls = ["off", "on"] * 3
    _check_outcome(name, calls, outcome_of(name, closing._replace(waits=waits), calls))


@pytest.mark.parametrize("after", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("name", UNITS)
def test_a_command_goes_through_whenever_the_unit_closes_its_connections(
    name: str, after: int
) -> None:
    closing = Closing(after=after, waits=0.005)
    calls = ["off"] * 5
    _check_outcome(name, calls, outcome_of(name, closing, calls, has_new_objects=True))


@pytest.mark.parametrize(
    "name, path, requests",
    [
        ("raritan", "/bulk", {"POST": 2}),
        (
            "redfish",
            "/redfish/v1/PowerEquipment/RackPDUs/1/Outlets/1/Actions/Outlet.PowerControl",
            {"GET": 4},
        ),
    ],
)
def test_a_command_without_a_connection_was_surely_not_sent(
    name: str, path: str, requests: Mapping[str, int]
) -> None:
    closing = Closing(after=sum(requests.values()), most=1, refuses=True)
    sentence = (
        f"unreachable HOST: POST {path}: the command was not sent: HOST refuses the connection: "
        "check address and port, and that the PDU's web service is on"
    )
    assert outcome_of(name, closing, ["off"]) == Outcome(
        results=[sentence], commands=0, connections=1, requests=requests
    )


def test_a_command_whose_connection_is_closed_is_tried_on_no_other() -> None:
    sentence = (
        "unreachable HOST: POST /bulk: no usable answer to the switching command, so the outlet "
        "may or may not have switched; poll the PDU before trying again (the connection was closed "
        "before an answer came: check that this is the PDU's HTTP(S) port, and try again; its "
        "state could not be read right after it)"
    )
    outcome = outcome_of("raritan", Closing(most=2), ["off"])
    assert outcome == Outcome(results=[sentence], commands=0, connections=4, requests={"POST": 2})


@pytest.mark.parametrize(
    "name, call, connections, requests",
    [
        ("raritan", "status", 1, {"POST": 2}),
        ("raritan", "statistic", 1, {"POST": 2}),
        ("raritan", "off", 2, {"POST": 3}),
        ("redfish", "status", 1, {"GET": 3}),
        ("redfish", "off", 2, _requests("redfish", 1)),
        ("session", "status", 1, {"GET": 3, "POST": 1, "DELETE": 1}),
        ("session", "off", 2, _requests("session", 1)),
    ],
)
def test_reads_share_a_connection_and_what_is_sent_once_has_its_own(
    name: str, call: str, connections: int, requests: Mapping[str, int]
) -> None:
    closing = Closing(after=0, tls=True)
    outcome = outcome_of(name, closing, [call] * 5, has_new_objects=True)
    assert outcome == Outcome(
        results=[call] * 5,
        commands=5 if call == "off" else 0,
        connections=5 * connections,
        requests={method: 5 * count for method, count in requests.items()},
    )


@pytest.mark.parametrize("answers", [0, 1])
def test_each_write_of_a_script_has_a_connection_of_its_own(answers: int) -> None:
    with unit("raritan") as device, ClosingRelay(device.port, 0.0, answers) as relay:
        with Agent(
            "http",
            f"127.0.0.1:{relay.port}",
            device.settings["username"],
            device.settings["password"],
            trust=Trust(verify=False),
        ) as agent:
            outlet = pdumodel.Outlet("/model/pdu/0/outlet/0", agent)
            for number in range(20):
                assert outlet.setPowerState(outlet.PowerState(number % 2)) == 0
        assert device.commands() == 20
        assert relay.talks == 20
