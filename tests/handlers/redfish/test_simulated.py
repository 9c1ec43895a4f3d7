"""The handler's results on the simulated units, compared with the true states and figures of the
units.
"""

from __future__ import annotations

import dataclasses
from typing import Optional

import pytest

from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.clocks import in_switching
from tests.simulators.redfish import UNITS, Expand, RedfishService

from .simulated import STATES, handler

# The setting that leads to equipment other than rack PDUs.
NAMED = {"floor": {"pdu": "FloorPDUs/"}, "transfer-switch": {"pdu": "TransferSwitches/1"}}


@pytest.mark.sample(8)
@pytest.mark.parametrize("name", sorted(UNITS))
def test_states_and_load_and_energy_agree_with_the_truth(name: str) -> None:
    with RedfishService(UNITS[name]()) as unit:
        pdu = handler(unit, **NAMED.get(name, {}))
        status = pdu.status()
        statistic = pdu.statistic()
        truth = unit.truth()
        methods = {request.method for request in unit.log}

        expected_states = {identity: STATES[on] for identity, on in truth.states.items()}
        states = {port.identity: port.power_status for port in status.ports}
        # in the order of the unit
        assert list(states.items()) == list(expected_states.items())
        assert len(status.ports) == len(states)
        assert statistic.load == pytest.approx(truth.load_a, abs=1e-6)
        assert statistic.total_consumption == pytest.approx(truth.energy_kwh, abs=1e-6)
        # an outlet without a meter has no entry
        energies = {port.identity: port.consumption for port in statistic.ports}
        assert energies == pytest.approx(truth.port_energy_kwh, abs=1e-6)

        assert not unit.has_sessions
        assert truth.writes == []
        allowed_methods = {"GET"}
        if unit.model.login == "session":
            allowed_methods = {"GET", "POST", "DELETE"}
        assert methods <= allowed_methods


@pytest.mark.sample(6)
@pytest.mark.parametrize("name", sorted(set(UNITS) - {"metered", "floor"}))
def test_an_outlet_is_switched_off_and_on_and_the_others_keep_their_state(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RedfishService(UNITS[name](), clock=in_switching(monkeypatch)) as unit:
        before = unit.truth().states
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
            assert unit.truth().states == {**before, identity: on}
            assert unit.truth().writes[number - 1 :] == [(identity, "On" if on else "Off")]
        assert not unit.has_sessions


BROKEN_PDU = "/redfish/v1/PowerEquipment/RackPDUs/3"


def with_broken_pdu(expand: Optional[Expand]) -> RedfishService:
    """A service of three PDUs, of which the last one is broken."""
    service = RedfishService(dataclasses.replace(UNITS["several"](), expand=expand))
    service.rewrite = lambda target, body: {} if target == BROKEN_PDU else body
    return service


@pytest.mark.parametrize("expand", [None, Expand(levels=False)])
def test_a_command_to_an_outlet_of_the_pdu_that_the_setting_names_reads_no_other_pdu(
    expand: Optional[Expand],
) -> None:
    with with_broken_pdu(expand) as unit:
        port = handler(unit, pdu="2").port_down(PduPortView("2.A2"))
        assert port.power_status is EnumPowerStatus.DOWN
        assert unit.truth().writes == [("2.A2", "Off")]
        for request in unit.log:
            assert "RackPDUs/1" not in request.target
            assert "RackPDUs/3" not in request.target


@pytest.mark.parametrize("name", ["rack", "paged"])
def test_a_service_that_offers_expansion_and_ignores_it_is_read(name: str) -> None:
    with RedfishService(dataclasses.replace(UNITS[name](), ignores_expand=True)) as unit:
        states = {port.identity: port.power_status for port in handler(unit).status().ports}
        assert states == {identity: STATES[on] for identity, on in unit.truth().states.items()}
