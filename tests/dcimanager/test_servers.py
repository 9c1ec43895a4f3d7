"""The platform's rule for a server's state from PDU port and BMC, and its power commands."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Callable

import pytest

from .client import Client
from .manager import DciManager
from .records import Call, Pdu, Refusal
from .servers import Feed, Server, plan, port_state, server_state
from .visiting import Visitor
from .web.outcomes import Outcomes
from .web.pages.servers import shown_server

A, B = Feed(1, "7"), Feed(2, "3")


@pytest.mark.parametrize(
    "port, bmc, shown",
    [
        ("DOWN", "ON", "OFF"),
        ("DOWN", "OFF", "OFF"),
        ("DOWN", "UNKNOWN", "OFF"),
        ("UP", "ON", "ON"),
        ("UP", "OFF", "OFF"),
        ("UP", "UNKNOWN", "UNKNOWN"),
        ("UNKNOWN", "ON", "ON"),
        ("UNKNOWN", "OFF", "OFF"),
        ("UNKNOWN", "UNKNOWN", "UNKNOWN"),
    ],
)
def test_a_servers_state_follows_the_vendors_table(port: str, bmc: str, shown: str) -> None:
    assert server_state(port, bmc) == shown


@pytest.mark.parametrize(
    "states, together",
    [
        ([], "UNKNOWN"),
        (["DOWN"], "DOWN"),
        (["DOWN", "DOWN"], "DOWN"),
        (["DOWN", "UP"], "UP"),
        (["DOWN", "UNKNOWN"], "UNKNOWN"),
    ],
)
def test_a_server_with_several_feeds_is_off_only_when_all_are(
    states: Sequence[str], together: str
) -> None:
    assert port_state(states) == together


def steps(command: str, bmc: str, states: Sequence[str]) -> list[tuple[str, bool]]:
    server = Server(1, "web", bmc, (A, B)[: len(states)])
    return [
        ("BMC" if step.feed is None else step.feed.identity, step.on)
        for step in plan(command, server, states)
    ]


@pytest.mark.parametrize(
    "command, bmc, states, wanted",
    [
        # the port first, then the BMC
        ("on", "OFF", ["DOWN"], [("7", True), ("BMC", True)]),
        ("on", "OFF", ["UP", "DOWN"], [("3", True), ("BMC", True)]),
        ("on", "", ["DOWN", "DOWN"], [("7", True), ("3", True)]),
        ("off", "ON", ["UP", "UP"], [("BMC", False)]),  # the BMC is preferred
        ("off", "", ["UP", "UP"], [("7", False), ("3", False)]),
        ("reset", "ON", ["UP"], [("BMC", True)]),
        ("reset", "", ["UP", "UP"], [("7", False), ("3", False), ("7", True), ("3", True)]),
        ("reset", "OFF", ["DOWN"], [("7", True), ("BMC", True)]),
    ],
)
def test_a_power_command_has_the_steps_of_the_vendors_rule(
    command: str, bmc: str, states: Sequence[str], wanted: list[tuple[str, bool]]
) -> None:
    assert steps(command, bmc, states) == wanted


@pytest.mark.parametrize(
    "command, bmc, states",
    [
        ("on", "ON", ["UP"]),
        ("off", "OFF", ["UP"]),
        ("off", "ON", ["DOWN"]),
        ("off", "UNKNOWN", ["UP"]),
    ],
)
def test_a_command_that_dcimanager_would_refuse_is_refused(
    command: str, bmc: str, states: Sequence[str]
) -> None:
    with pytest.raises(Refusal):
        steps(command, bmc, states)


def test_the_ports_of_a_changed_pdu_are_unknown_to_its_servers_until_the_next_poll() -> None:
    pdu = Pdu(A.pdu, "rack", "pdu_x", "", ports={A.identity: "DOWN"})
    site: Any = SimpleNamespace(manager=SimpleNamespace(pdus=lambda: [pdu]), outcomes=Outcomes())
    server = Server(1, "web", "ON", (A,))
    assert shown_server(site, server).state == "OFF"
    pdu.doubts = {A.identity: "may or may not have switched"}
    pdu.changed()
    assert shown_server(site, server)[2:4] == ("UNKNOWN", "ON") and pdu.doubts == {}
    # the clock was set back
    pdu.note(
        Call("status", "", 0.1, {"ports": {A.identity: "DOWN"}}, "", "", at=time.time() - 3600)
    )
    assert shown_server(site, server).state == "OFF"


def test_power_commands_on_the_page_switch_the_outlets(small: bytes) -> None:
    with DciManager(page_port=0) as manager:
        Client(manager).install(small)
        pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
        manager.poll()
        visitor = Visitor(manager)
        visitor.log_in()
        visitor.post("/servers/add", {"name": "web-01"})
        (server,) = manager.servers.all()
        visitor.post(f"/servers/{server.id}/connect", {"feed": f"{pdu.id}:1"})
        visitor.post(f"/servers/{server.id}/bmc", {"bmc": ""})
        asked = visitor.get(f"/servers/{server.id}/power?command=reset").body
        assert asked.count("<li>switch outlet") == 2 and pdu.ports["1"] == "UP"
        assert (
            "no outlet has to be switched"
            in visitor.get(f"/servers/{server.id}/power?command=on").body
        )
        visitor.post(f"/servers/{server.id}/power", {"command": "off"})
        assert pdu.ports["1"] == "DOWN" and "Server off" in visitor.get("/servers").body
        visitor.post(f"/servers/{server.id}/power", {"command": "on"})
        assert pdu.ports["1"] == "UP"
        visitor.post(f"/servers/{server.id}/power", {"command": "on"})
        assert "web-01: power on had nothing to do." in visitor.get("/servers").body
        assert [call.method for call in pdu.calls if call.switches] == ["port_down", "port_up"]
        for fields in (
            {"feed": "x"},
            {"feed": f"{pdu.id}:nothing"},
            {"feed": "99:1"},
            {"feed": f"{pdu.id}:1"},
        ):
            assert visitor.post(f"/servers/{server.id}/connect", fields).status in (400, 404, 409)
        visitor.post(f"/servers/{server.id}/disconnect", {"feed": f"{pdu.id}:1"})
        visitor.post(f"/servers/{server.id}/remove", {})
        assert manager.servers.all() == []


@pytest.mark.parametrize("meanwhile", ["connected", "no BMC", "PDU changed"])
def test_a_power_command_whose_steps_changed_after_they_were_shown_does_nothing(
    site: DciManager, visitor: Visitor, small: bytes, meanwhile: str
) -> None:
    Client(site).install(small)
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
    site.poll()
    server = site.servers.add("web-01")
    site.servers.connect(server, Feed(pdu.id, "1"))
    site.servers.set_bmc(server, "ON" if meanwhile == "no BMC" else "")
    where = f"/servers/{server}/power"

    def shown() -> dict[str, str]:
        return dict(
            re.findall('name="([a-z]+)" value="([^"]*)"', visitor.get(f"{where}?command=off").body)
        )

    asked = shown()
    acts: dict[str, Callable[[], object]] = {
        "connected": lambda: site.servers.connect(
            server, Feed(pdu.id, next(one for one in pdu.ports if one != "1"))
        ),
        "no BMC": lambda: site.servers.set_bmc(server, ""),
        "PDU changed": pdu.changed,
    }
    acts[meanwhile]()
    # a redirect, so that a reload does not send the command
    assert visitor.post(where, asked).status == 303
    assert "Nothing was switched" in visitor.get("/servers").body and not [
        call for call in pdu.calls if call.switches
    ]
    assert visitor.post(where, shown()).status == 303 and pdu.ports["1"] == "DOWN"


class Meanwhile:
    """A lock whose first acquisition calls `act`, as if that happened while a request waited for
    the lock.
    """

    def __init__(self, act: Callable[[], object]) -> None:
        self._acts = [act]

    def __enter__(self) -> None:
        if self._acts:
            self._acts.pop()()

    def __exit__(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    "meanwhile, why",
    [
        ("disconnected", "outlet 1 does not feed this server any more"),
        ("server removed", "there is no such server"),
        ("PDU removed", "outlet 1 does not feed this server any more"),
        ("PDU changed", "address or settings were changed"),
    ],
)
def test_a_power_command_switches_nothing_that_changed_while_it_waited(
    site: DciManager,
    visitor: Visitor,
    small: bytes,
    meanwhile: str,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Client(site).install(small)
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
    site.poll()
    server, feed = site.servers.add("web-01"), Feed(pdu.id, "1")
    site.servers.connect(server, feed)
    site.servers.set_bmc(server, "")
    acts: dict[str, Callable[[], object]] = {
        "disconnected": lambda: site.servers.disconnect(server, feed),
        "server removed": lambda: site.servers.remove(server),
        "PDU removed": lambda: site.remove_pdu(pdu),
        "PDU changed": lambda: setattr(pdu, "address", "127.0.0.2"),
    }
    monkeypatch.setattr(pdu, "busy", Meanwhile(acts[meanwhile]))
    assert visitor.post(f"/servers/{server}/power", {"command": "off"}).status == 303
    shown = html.unescape(visitor.get("/servers").body)
    assert "web-01: power off ended early: " in shown and why in shown
    assert not [call for call in pdu.calls if call.switches]


def test_a_power_command_ends_if_a_pdu_is_changed_between_two_steps(
    site: DciManager, visitor: Visitor, small: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    Client(site).install(small)
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
    site.poll()
    server, usual = site.servers.add("web-01"), site.switch
    for identity in list(pdu.ports)[:2]:
        site.servers.connect(server, Feed(pdu.id, identity))
    site.servers.set_bmc(server, "")

    done: list[Call] = []

    def switch(*given: Any) -> Call:
        done.append(usual(*given))
        pdu.changed()
        return done[-1]

    monkeypatch.setattr(site, "switch", switch)
    assert visitor.post(f"/servers/{server}/power", {"command": "off"}).status == 303
    assert "the PDU's address or settings were changed" in html.unescape(
        visitor.get("/servers").body
    )
    assert [call.ok for call in done] == [True]
