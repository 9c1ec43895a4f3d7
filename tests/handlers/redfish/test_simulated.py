"""The handler's results on the simulated units, compared with the true states and figures of the
units.
"""

from __future__ import annotations

import dataclasses
from typing import Optional

import pytest

from handlers.shared.errors import NoSuchOutlet, PduHandlerError, Unsupported
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.clocks import in_switching
from tests.simulators.redfish import UNITS, Expand, Model, Pdu, RedfishService

from .simulated import STATES, handler

# The setting that leads to equipment other than rack PDUs.
NAMED = {"floor": {"pdu": "FloorPDUs/"}, "transfer-switch": {"pdu": "TransferSwitches/1"}}


@pytest.mark.sample(8)
@pytest.mark.parametrize("name", sorted(UNITS))
def test_states_and_load_and_energy_agree_with_the_books(name: str) -> None:
    with RedfishService(UNITS[name]()) as unit:
        pdu = handler(unit, **NAMED.get(name, {}))
        view = pdu.status()
        figures = pdu.statistic()
        books = unit.books()
        assert {port.identity: port.power_status for port in view.ports} == {
            identity: STATES[on] for identity, on in books.states.items()
        }
        assert [port.identity for port in view.ports] == list(books.states)
        assert figures.load == pytest.approx(books.load_a, abs=1e-6)
        assert figures.total_consumption == pytest.approx(books.energy_kwh, abs=1e-6)
        consumption_by_identity = {port.identity: port.consumption for port in figures.ports}
        # an outlet without a meter has no entry
        assert consumption_by_identity == pytest.approx(books.port_energy_kwh, abs=1e-6)
        assert not unit.has_sessions
        assert books.writes == []
        assert {request.method for request in unit.log} <= (
            {"GET"} if unit.model.login != "session" else {"GET", "POST", "DELETE"}
        )


@pytest.mark.sample(6)
@pytest.mark.parametrize("name", sorted(set(UNITS) - {"metered", "floor"}))
def test_an_outlet_is_switched_off_and_on_and_the_others_keep_their_state(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RedfishService(UNITS[name](), clock=in_switching(monkeypatch)) as unit:
        before = unit.books().states
        identity = list(before)[1]
        for number, on in enumerate((False, True), 1):
            port = PduPortView(identity)
            # The action of HPE's outlets lists no allowed values.
            pdu = handler(
                unit, **NAMED.get(name, {"switch_unproven": "yes"} if name == "hpe" else {})
            )
            switch = pdu.port_up if on else pdu.port_down
            assert switch(port) is port
            assert port.power_status is STATES[on]
            assert unit.books().states == {**before, identity: on}
            assert unit.books().writes[number - 1 :] == [(identity, "On" if on else "Off")]
        assert not unit.has_sessions


@pytest.mark.parametrize(
    "expand, settings, requests",
    [
        # the root, the power equipment, the list, the PDU, its outlets, the outlet, the command and
        # a read-back
        (None, {}, 8),
        (None, {"pdu": "2"}, 8),
        # the list includes the PDUs
        (Expand(levels=False), {}, 7),
    ],
)
def test_a_command_reads_no_pdu_but_that_of_its_outlet(
    expand: Optional[Expand], settings: dict[str, str], requests: int
) -> None:
    """Of three PDUs, the last one is broken."""
    broken = "/redfish/v1/PowerEquipment/RackPDUs/3"
    with RedfishService(dataclasses.replace(UNITS["several"](), expand=expand)) as unit:
        unit.rewrite = lambda target, body: {} if target == broken else body
        port = handler(unit, **settings).port_down(PduPortView("2.A2"))
        assert port.power_status is EnumPowerStatus.DOWN
        assert unit.books().writes == [("2.A2", "Off")]
        assert unit.books().requests == requests
        assert not {"1", "3"} & {
            request.target.split("/")[5] for request in unit.log if "RackPDUs/" in request.target
        }
        if not settings and expand is None:
            with pytest.raises(
                PduHandlerError, match="PDU '3' of this service: .*pdu=1"
            ) as error_info:
                handler(unit).port_down(PduPortView("3.A2"))
            assert error_info.value.keys == ("pdu",)


@pytest.mark.parametrize("name", ["metered", "floor"])
def test_a_unit_without_switches_gets_no_command(name: str) -> None:
    with RedfishService(UNITS[name]()) as unit:
        with pytest.raises((Unsupported, NoSuchOutlet)):
            handler(unit, **NAMED.get(name, {})).port_down(PduPortView("A1"))
        assert unit.books().writes == []
        assert {request.method for request in unit.log} == {"GET"}


@pytest.mark.parametrize(
    "model, shown",
    [
        (Model((Pdu(stuck=("A1",)),)), EnumPowerStatus.UNKNOWN),
        (Model(relay_delay=600.0, transition="flag"), EnumPowerStatus.UNKNOWN),
        (Model(relay_delay=600.0, transition="words"), EnumPowerStatus.UNKNOWN),
        (Model(relay_delay=600.0, transition="silent"), EnumPowerStatus.UNKNOWN),
        (Model((Pdu(off_delay=600.0),)), EnumPowerStatus.UNKNOWN),
        (Model(relay_delay=0.5), EnumPowerStatus.DOWN),
        (Model(relay_delay=0.5, task_seconds=0.2), EnumPowerStatus.DOWN),
        (Model(demand_etag=True), EnumPowerStatus.DOWN),
    ],
)
def test_port_down_returns_down_if_the_contact_opens_in_time_and_else_unknown(
    model: Model, shown: EnumPowerStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RedfishService(model, clock=in_switching(monkeypatch)) as unit:
        port = handler(unit).port_down(PduPortView("A1"))
        assert port.power_status is shown
        assert unit.books().states["A1"] is (shown is not EnumPowerStatus.DOWN)
        assert unit.books().writes == [("A1", "Off")]


def test_a_reported_lock_prevents_command_and_an_unreported_one_makes_the_device_refuse() -> None:
    with RedfishService(Model((Pdu(locked=("A1",)),))) as unit:
        with pytest.raises(Unsupported):
            handler(unit).port_down(PduPortView("A1"))
        assert {request.method for request in unit.log} == {"GET"}
        unit.rewrite = lambda target, body: _without(body, "PowerControlLocked")
        with pytest.raises(PduHandlerError, match="locked") as error_info:
            handler(unit).port_down(PduPortView("A1"))
        assert error_info.value.kind == "refused"
        assert unit.books().writes == []


def _without(body: object, name: str) -> object:
    if isinstance(body, dict):
        return {key: _without(value, name) for key, value in body.items() if key != name}
    return [_without(item, name) for item in body] if isinstance(body, list) else body


@pytest.mark.parametrize("name", ["rack", "paged"])
def test_a_service_that_offers_expansion_and_ignores_it_is_read(name: str) -> None:
    with RedfishService(dataclasses.replace(UNITS[name](), ignores_expand=True)) as unit:
        states = {port.identity: port.power_status for port in handler(unit).status().ports}
        assert states == {identity: STATES[on] for identity, on in unit.books().states.items()}
