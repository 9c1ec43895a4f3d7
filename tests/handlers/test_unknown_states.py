"""Every UNKNOWN of every handler has its reason in the log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.nut.handler import make_handler as make_nut
from handlers.raritan.handler import make_handler as make_raritan
from handlers.shared import unknown_states
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.simulators.nut_server import NutServer, StaticDevice
from tests.simulators.xerus import CircuitModel, MeterModel, Model, XerusPdu

UNKNOWN = EnumPowerStatus.UNKNOWN
PANEL = MeterModel(circuits=(CircuitModel(0, name="rack 1"), CircuitModel(1, (1,), 0.0, 0.0)))
_SENTENCE = re.compile(r"outlets? (?P<identities>.+?): .{9}")


@pytest.fixture(autouse=True)
def _every_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence names all of its outlets, not only the first five."""
    monkeypatch.setattr(unknown_states, "some", ", ".join)


def unknown_without_reason(handler: Any, caplog: pytest.LogCaptureFixture) -> list[str]:
    """The outlets that `status` shows as UNKNOWN, and that no sentence of its log is about. At
    least one has to be UNKNOWN.
    """
    caplog.clear()
    unknown = [port.identity for port in handler.status().ports if port.power_status is UNKNOWN]
    assert unknown
    return [identity for identity in unknown if identity not in _explained(caplog)]


def _explained(caplog: pytest.LogCaptureFixture) -> set[str]:
    matches = map(_SENTENCE.match, caplog.messages)
    return {name for match in matches if match for name in match["identities"].split(", ")}


# ---- NUT -----------------------------------------------------------------------------------------


def nut(variables: dict[str, str], **settings: str) -> Iterator[Any]:
    commands = ["load.on", "load.off"]
    with NutServer([StaticDevice("pdu", variables, commands)]) as server:
        yield make_nut(PduData(server.host, {"port": str(server.port), **settings}))


@pytest.mark.parametrize(
    "of_outlet",
    [
        {"status": "some new word"},
        {"status": ""},
        {"status": "2"},
        {"status": "cycling"},
        {"status": "off", "current": "1.5"},
        {"status": "on", "switch": "off"},
        {"status": "\x1b[2J"},
        {"current": "1.5"},
    ],
)
def test_an_outlet_that_nut_shows_without_a_state_has_its_reason(
    of_outlet: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    variables = {"device.type": "pdu", "driver.name": "snmp-ups", "outlet.2.status": "on"}
    for field, text in of_outlet.items():
        variables[f"outlet.1.{field}"] = text
    for handler in nut(variables):
        assert unknown_without_reason(handler, caplog) == []
    for message in caplog.messages:
        assert message.isprintable()


@pytest.mark.parametrize("status", [{"ups.status": "ALARM"}, {}])
def test_a_load_whose_state_is_not_told_has_its_reason(
    status: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    for handler in nut({"device.type": "ups", **status}, whole_load="yes"):
        assert unknown_without_reason(handler, caplog) == []


# ---- Raritan -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model",
    [
        Model(outlets=8, power_control=False),
        Model(outlets=8, not_switchable=(2, 3)),
        Model(outlets=8, no_relay_board=(1, 8)),
        Model(outlets=8, stuck=tuple(range(1, 9))),
        Model(outlets=0, inlets=0, metering="none", product="BCM2-1965", meters=(PANEL,)),
    ],
)
def test_an_outlet_that_a_xerus_unit_shows_without_a_state_has_its_reason(
    model: Model, caplog: pytest.LogCaptureFixture
) -> None:
    with XerusPdu(model) as pdu:
        assert unknown_without_reason(raritan(pdu), caplog) == []


@pytest.mark.parametrize("attribute", ["cycling", "suspended", "load_shed", "waiting"])
@pytest.mark.parametrize("on", [True, False])
def test_a_xerus_relay_that_is_about_to_change_has_its_reason(
    attribute: str, on: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with XerusPdu(Model(outlets=8)) as pdu:
        for outlet in pdu.units[0].outlets[:7]:
            outlet.relay.on = on
            setattr(outlet.relay, attribute, True)
        handler = raritan(pdu)
        # off and suspended is off; on and about to be switched on is on
        if on != (attribute == "waiting"):
            assert unknown_without_reason(handler, caplog) == []
        port = PduPortView("1")
        handler.port_up(port, deadline=0.0)
        assert port.power_status is not UNKNOWN or "1" in _explained(caplog)


def raritan(pdu: XerusPdu) -> Any:
    settings = {"username": pdu.user, "password": pdu.password, "ca_pem": pdu.ca_pem}
    return make_raritan(PduData(pdu.host, {"port": str(pdu.port), **settings}))
