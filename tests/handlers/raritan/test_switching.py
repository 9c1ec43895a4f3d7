"""Switching outlets of simulated PDUs of four firmware generations, and faults while switching or
reading.
"""

from __future__ import annotations

import pytest

from handlers.raritan.rpc import session
from handlers.shared.errors import PduHandlerError
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.simulators.xerus import Fault, Model, XerusPdu
from tests.simulators.xerus.jsonrpc import RpcError

from .conftest import MakeAgent, connected
from .handling import FAST, LINKED, Handle, shown, spent

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN

# ---- switching -----------------------------------------------------------------------------------


def writes(pdu: XerusPdu) -> list[tuple[str, str]]:
    return [entry for entry in pdu.books().writes if "PowerState" in entry[0]]


def test_switching_writes_one_absolute_state_and_returns_the_port_with_the_state_read_back(
    handle: Handle, firmware: str
) -> None:
    with XerusPdu(Model(outlets=3, relay_delay=0.05), firmware) as pdu:
        handler = handle(pdu)
        port = PduPortView("2")
        with spent(pdu) as cost:
            answer = handler.port_down(port, pause=FAST)

        assert answer is port
        assert port.power_status is DOWN
        assert pdu.books().states == {"1": True, "2": False, "3": True}
        assert writes(pdu) == [("outlet.1.setPowerState", '{"pstate": 0}')]
        _, connections = cost
        assert connections == 2

        handler.port_up(port, pause=FAST)
        assert port.power_status is UP
        assert writes(pdu)[1:] == [("outlet.1.setPowerState", '{"pstate": 1}')]


def test_an_outlet_that_waits_for_its_turn_is_unknown(handle: Handle) -> None:
    with XerusPdu(Model(outlets=2, off=(1, 2), in_rush_guard_ms=60_000)) as pdu:
        assert handle(pdu).port_up(PduPortView("1"), pause=FAST).power_status is UP
        port = handle(pdu).port_up(PduPortView("2"), deadline=0.1, pause=FAST)
        assert port.power_status is UNKNOWN
        assert shown(handle(pdu).status()) == {"1": UP, "2": UNKNOWN}


# link id 1 is the unit itself, whose identities contain no link id; the highest one is 255
IMPOSSIBLE = ["0", "", "x", "1.1", "256.1", "-1", "1 ", "01", "2.", ".2", "9" * 30, "1\n", "٣"]
MISSING = [("no", "4"), ("no", "2.1"), ("yes", "3.1"), ("yes", "2.2")]


@pytest.mark.parametrize("identity", IMPOSSIBLE)
def test_an_impossible_identity_is_an_error_without_a_request(
    handle: Handle, identity: str
) -> None:
    with XerusPdu(Model(outlets=3), links={2: Model(outlets=1)}) as pdu:
        handler = handle(pdu, link_units="yes")
        sentence = "identities have the form '7', on link u"
        with pytest.raises(PduHandlerError, match=sentence) as error_info:
            handler.port_down(PduPortView(identity))
        assert error_info.value.kind == "no-such-outlet"
        assert not writes(pdu)
        assert pdu.books().requests == 0


@pytest.mark.parametrize("link_units, identity", MISSING)
def test_an_outlet_that_does_not_exist_is_an_error_and_nothing_is_written(
    handle: Handle, link_units: str, identity: str
) -> None:
    with XerusPdu(Model(outlets=3), links={2: Model(outlets=1)}) as pdu:
        handler = handle(pdu, link_units=link_units)
        with pytest.raises(PduHandlerError, match=f"outlet {identity}") as error_info:
            handler.port_down(PduPortView(identity))
        assert error_info.value.kind == "no-such-outlet"
        assert not writes(pdu)
        # with link_units=no, "2.1" is refused without a request
        assert (pdu.books().requests == 0) is (identity == "2.1")


def test_an_outlet_of_the_highest_link_id_is_switched(handle: Handle) -> None:
    with XerusPdu(Model(outlets=1), links={255: Model(outlets=2)}) as pdu:
        port = handle(pdu, link_units="255").port_down(PduPortView("255.2"), pause=FAST)
        assert port.power_status is DOWN
        assert len(writes(pdu)) == 1


def test_an_outlet_without_a_relay_is_not_written_to(handle: Handle, firmware: str) -> None:
    with XerusPdu(Model(outlets=2, not_switchable=(2,)), firmware) as pdu:
        with pytest.raises(PduHandlerError, match="outlet 2 cannot be switched") as error_info:
            handle(pdu).port_down(PduPortView("2"))
        assert error_info.value.kind == "unsupported"
        assert not writes(pdu)


def test_a_disabled_outlet_is_refused_with_the_devices_code_and_a_remedy(
    handle: Handle, firmware: str
) -> None:
    with XerusPdu(Model(outlets=1, disabled=(1,)), firmware) as pdu:
        words = "the outlet is disabled: check .* its inlet is disabled.*code 3"
        with pytest.raises(PduHandlerError, match=words) as error_info:
            handle(pdu).port_down(PduPortView("1"))
        assert error_info.value.kind == "refused"
        assert pdu.books().states["1"] is True


def test_inhibited_relay_control_is_seen_before_anything_is_written(handle: Handle) -> None:
    with XerusPdu(Model(outlets=1, inhibit_relay_control=True)) as pdu:
        with pytest.raises(PduHandlerError, match="inhibited in the PDU's settings"):
            handle(pdu).port_down(PduPortView("1"))
        assert not writes(pdu)


@pytest.mark.parametrize("firmware", ["4.0", "4.4"], indirect=True)
def test_a_suspended_outlet_is_off_and_switching_it_on_ends_the_suspension(
    handle: Handle, firmware: str
) -> None:
    with XerusPdu(Model(outlets=1, suspended=(1,)), firmware) as pdu:
        assert shown(handle(pdu).status()) == {"1": DOWN}
        assert handle(pdu).port_up(PduPortView("1"), pause=FAST).power_status is UP


@pytest.mark.parametrize("firmware", LINKED, indirect=True)
def test_switching_on_during_load_shedding_returns_unknown_and_the_outlet_is_off_until_it_ends(
    handle: Handle, firmware: str
) -> None:
    model = Model(outlets=2, load_shed=(1, 2), in_rush_guard_ms=0)
    with XerusPdu(model, firmware) as pdu:
        handler = handle(pdu)
        switched_off = handler.port_down(PduPortView("2"))
        assert switched_off.power_status is DOWN

        switched_on = handler.port_up(PduPortView("1"), deadline=0.1, pause=FAST)
        assert switched_on.power_status is UNKNOWN
        assert writes(pdu)[1:] == [("outlet.0.setPowerState", '{"pstate": 1}')]
        assert shown(handler.status())["1"] is DOWN, "no power yet"

        pdu.units[0].pdu.end_load_shedding()
        assert shown(handler.status()) == {"1": UP, "2": DOWN}


@pytest.mark.parametrize("code, reason", [(1, "there is no relay"), (2, "load shedding is active")])
def test_a_refusal_is_reported_with_its_reason_and_code(
    handle: Handle, monkeypatch: pytest.MonkeyPatch, code: int, reason: str
) -> None:
    with XerusPdu(Model(outlets=1, load_shed=(1,))) as pdu:
        outlet = pdu.units[0].outlets[0]
        monkeypatch.setattr(outlet, "setPowerState", lambda pstate: code)
        handler = handle(pdu)
        with pytest.raises(PduHandlerError, match=f"{reason}.*code {code}") as error_info:
            handler.port_up(PduPortView("1"))
    assert error_info.value.kind == "refused"


@pytest.mark.parametrize("firmware", LINKED, indirect=True)
@pytest.mark.parametrize("delay", [0.0, 0.05])
def test_a_relay_that_the_unit_calls_inconsistent_is_not_confirmed(
    handle: Handle, firmware: str, delay: float
) -> None:
    with XerusPdu(Model(outlets=3, stuck=(1,), relay_delay=delay), firmware) as pdu:
        handler = handle(pdu)
        stuck = handler.port_down(PduPortView("1"), deadline=0.2, pause=FAST)
        assert stuck.power_status is UNKNOWN
        assert len(writes(pdu)) == 1

        other = handler.port_down(PduPortView("3"), pause=FAST)
        assert other.power_status is DOWN


# ---- faults --------------------------------------------------------------------------------------


def test_a_write_whose_answer_was_lost_is_confirmed_by_reading(handle: Handle) -> None:
    with XerusPdu(Model(outlets=1)) as pdu:
        pdu.faults.order(Fault.DROP_AFTER_WRITE, skip=2)
        assert handle(pdu).port_down(PduPortView("1")).power_status is DOWN
        assert len(writes(pdu)) == 1


def test_after_an_internal_error_of_the_device_the_relay_is_read(
    handle: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    with XerusPdu(Model(outlets=1)) as pdu:
        outlet = pdu.units[0].outlets[0]
        set_power_state = outlet.setPowerState

        def fails(pstate: int) -> int:
            set_power_state(pstate)
            raise RpcError(-32603, "Internal error")

        monkeypatch.setattr(outlet, "setPowerState", fails)
        assert handle(pdu).port_down(PduPortView("1")).power_status is DOWN
        monkeypatch.setattr(pdu.units[0].relays, "on", lambda *_, **__: None)
        with pytest.raises(PduHandlerError, match="may or may not have switched"):
            handle(pdu).port_up(PduPortView("1"))


def test_a_login_that_is_refused_after_the_write_is_not_tried_again(handle: Handle) -> None:
    with XerusPdu(Model(outlets=1, relay_delay=60)) as pdu:
        pdu.faults.order(Fault.STATUS, None, skip=3, status=401)
        with spent(pdu) as cost:
            port = handle(pdu).port_down(PduPortView("1"))
        assert port.power_status is UNKNOWN
        assert cost == [4, 2]
        assert len(writes(pdu)) == 1


def test_a_session_token_replaces_user_name_and_password(handle: Handle, agent: MakeAgent) -> None:
    with XerusPdu(Model(outlets=2)) as pdu:
        manager = session.SessionManager("/session", connected(agent, pdu))
        code, _, token = manager.newSession()
        assert code == 0
        assert len(handle(pdu, username="", password="", token=token).status().ports) == 2
