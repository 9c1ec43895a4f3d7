"""Commands to units that close connections after answers, and the connections of each call:
connections.txt, with a relay between the handler and a simulated unit.

    unit NAME                    raritan, redfish, or redfish with a `session`
    after N                      the relay closes each connection after so many answers, 0: never
    waits SECONDS                and so long after the last one, in which it reads nothing
    tls, notify, lingers         it speaks TLS; ends TLS properly; ends its own side at once
    most N, refuses              further connections are closed at once, or refused
    anew                         each call is that of a new object
    COUNT off | on | switch      so many calls; `switch` switches off and on in turn
    COUNT status | statistic

On the right stands what each call gave, once if all gave the same; the commands that the unit got;
the connections; and the requests that were answered, by method.
`python -m tests.handlers.http.test_command_connections` writes right sides.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

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
from tests.tables import Case, Law, Table, compared

TABLE = Table(Path(__file__).with_name("connections.txt"))
PAUSE_S = 0.02
_WORDS = ("after", "waits", "tls", "notify", "lingers", "most", "refuses", "anew")


class Unit(NamedTuple):
    """A simulated unit with an outlet "1": its plain HTTP port, the class of its handler, and the
    settings.
    """

    port: int
    kind: Any
    settings: dict[str, str]
    truth: Any

    def handler(self, relay: ClosingRelay, *, tls: bool = False) -> Any:
        way = {"scheme": "https", "ca_pem": usual().authority.ca_pem} if tls else {"scheme": "http"}
        return self.kind(PduData("127.0.0.1", {**self.settings, **way, "port": str(relay.port)}))

    def commands(self) -> int:
        return len(self.truth().writes)


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


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    first, *changes = case.left.split(TABLE.separator)
    values: dict[str, str] = {"after": "1", "waits": "0"}
    calls: list[str] = []
    for change in changes:
        word, _, rest = change.partition(" ")
        if word.isdigit():
            calls += [rest] * int(word)
        else:
            assert word in _WORDS, change
            values[word] = rest
    tls = "tls" in values
    with (
        unit(first.removeprefix("unit ")) as device,
        ClosingRelay(
            device.port,
            float(values["waits"]),
            int(values["after"]),
            tls=usual().context if tls else None,
            notify="notify" in values,
            lingers="lingers" in values,
            most=int(values["most"]) if "most" in values else None,
            refuses="refuses" in values,
        ) as relay,
    ):
        handler = device.handler(relay, tls=tls)
        ends: list[str] = []
        for number, call in enumerate(calls):
            if "anew" in values:
                handler = device.handler(relay, tls=tls)
            ends.append(_end(handler, call, number).replace(f"127.0.0.1:{relay.port}", "H"))
        commands, connections = device.commands(), relay.talks
    served = [f"{method} {count}" for method, count in relay.served.items()]
    facts = f"{commands} commands, {connections} connections, {' '.join(served)}"
    return f"{'; '.join(_without_repeats(ends))} / {facts}"


def _without_repeats(ends: Sequence[str]) -> Sequence[str]:
    return ends[:1] if len(set(ends)) == 1 else ends


def _end(handler: Any, call: str, number: int) -> str:
    """What comes of a call."""
    if call in ("status", "statistic"):
        getattr(handler, call)()
        return "done"
    on = bool(number % 2) if call == "switch" else call == "on"
    switch = handler.port_up if on else handler.port_down
    try:
        state: str = switch(PduPortView("1"), pause=PAUSE_S).power_status.name
        return "as told" if state == ("UP" if on else "DOWN") else state
    except PduHandlerError as error:
        return f"{error.kind} {error}"


@pytest.mark.parametrize("law", TABLE.laws(), ids=str)
def test_calls_have_the_connections_of_the_lines(law: Law) -> None:
    law.check(compared(shown))


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


if __name__ == "__main__":
    TABLE.write(shown)
