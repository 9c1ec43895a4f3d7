"""Administration through the binding, such as groups, accounts, sessions and the clock."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Optional

import pytest

from handlers.raritan.rpc import (
    Agent,
    HttpException,
    JsonRpcErrorException,
    auth,
    datetime,
    devsettings,
    diag,
    hmi,
    jsonrpc,
    pdumodel,
    peripheral,
    portsmodel,
    sensors,
    session,
    usermgmt,
)
from handlers.shared.errors import ProtocolError, Refused
from handlers.shared.tls import Trust
from tests.simulators.xerus import Model, XerusPdu

from .conftest import MakeAgent, connected, since
from .peer import Peer, Seen, http, result

MODEL = Model(outlets=4, inlets=2, transfer_switch=True, in_rush_guard_ms=0)
OFF = pdumodel.Outlet.PowerState.PS_OFF


@pytest.fixture
def unit(firmware: str) -> Iterator[XerusPdu]:
    with XerusPdu(MODEL, firmware) as pdu:
        yield pdu


@since("3.6")
def test_a_group_of_outlets_can_be_created_and_switched_and_deleted(
    to: Agent, unit: XerusPdu
) -> None:
    manager = pdumodel.OutletGroupManager("/model/outletgroup", to)
    outlets = pdumodel.Pdu("/model/pdu/0", to).getOutlets()
    code, group = manager.createGroup("web", outlets[1:3])
    assert code == 0 and group is not None
    number = group.getMetaData().groupId
    assert [member.target for member in group.getSettings().members] == [
        outlet.target for outlet in outlets[1:3]
    ]
    assert group.setAllOutletPowerStates(OFF) == 0
    assert list(unit.books().states.values()) == [True, False, False, True]
    code, found = manager.getGroup(number)
    assert code == 0 and found == group and manager.getAllGroups() == {number: group}
    assert manager.deleteGroup(number) == 0 and manager.getGroup(number) == (
        pdumodel.OutletGroupManager.ERR_NO_SUCH_ID,
        None,
    )


@pytest.mark.parametrize("firmware", ["3.3"], indirect=True)
def test_reading_groups_from_firmware_without_groups_is_an_error(to: Agent) -> None:
    with pytest.raises((HttpException, JsonRpcErrorException)):
        pdumodel.OutletGroupManager("/model/outletgroup", to).getAllGroups()


def test_a_transfer_switch_is_read_and_transferred(to: Agent, unit: XerusPdu) -> None:
    switch = pdumodel.Pdu("/model/pdu/0", to).getTransferSwitches()[0]
    assert switch.getMetaData().type == pdumodel.TransferSwitch.Type.HTS
    selected = switch.getSensors().selectedSource
    assert isinstance(selected, sensors.StateSensor) and selected.getState().value == 0
    assert switch.transferToSource(1, False) == 0 and selected.getState().value == 1
    assert (
        switch.transferToSource(7, faultOverride=False) == pdumodel.TransferSwitch.ERR_INVALID_PARAM
    )
    log = switch.getTransferLog()
    assert (
        log[-1].newInlet == 1
        and log[-1].reason == pdumodel.TransferSwitch.TransferReason.REASON_MANUAL_TRANSFER
    )
    switch.getLastTransferWaveform()
    assert len(switch.getParents()) == 2 and all(
        isinstance(one, pdumodel.Inlet) for one in switch.getParents()
    )


def test_an_energy_counter_is_read_and_reset(to: Agent, unit: XerusPdu) -> None:
    energy = pdumodel.Pdu("/model/pdu/0", to).getOutlets()[0].getSensors().activeEnergy
    assert isinstance(energy, sensors.AccumulatingNumericSensor) and energy.getReading().value > 0
    energy.resetValue()
    assert energy.getReading().value == 0
    assert (
        energy.getTypeSpec().unit == sensors.Sensor.WATT_HOUR
        and energy.getMetaData().decdigits >= 0
    )


def test_a_slot_is_renamed_and_its_device_is_unassigned_and_assigned_again(to: Agent) -> None:
    manager = pdumodel.Pdu("/model/pdu/0", to).getPeripheralDeviceManager()
    assert isinstance(manager, peripheral.DeviceManager)
    slots = manager.getDeviceSlots()
    device = slots[0].getDevice()
    assert (
        isinstance(device, peripheral.Device)
        and device.deviceID.serial
        and isinstance(device.device, sensors.Sensor)
    )
    settings = slots[0].getSettings()
    settings.name = "cold aisle"
    assert slots[0].setSettings(settings) == 0 and slots[0].getSettings().name == "cold aisle"
    assert slots[0].unassign() == 0 and slots[0].getDevice() is None
    assert slots[0].assign(device.deviceID) == 0 and slots[0].getDevice() is not None
    manager_settings = manager.getSettings()
    manager_settings.deviceAltitude += 12.0
    assert manager.setSettings(manager_settings) == 0
    assert manager.getSettings() == manager_settings
    assert isinstance(manager.getMetaData(), peripheral.DeviceManager.MetaData)
    assert isinstance(manager.getStatistics(), peripheral.DeviceManager.Statistics)
    assert isinstance(manager.getDeviceTypeInfos(), list)


def test_accounts_are_read_created_and_deleted(to: Agent, unit: XerusPdu) -> None:
    me = usermgmt.User("/auth/currentUser", to)
    assert me.getInfo().enabled
    info, privileges = me.getInfoAndPrivileges()
    assert info.enabled and isinstance(privileges, list)
    people = usermgmt.UserManager("/auth/user", to)
    assert people.createAccount("operator", "Long-enough-1") == 0
    assert "operator" in people.getAccountNames() and "operator" in [
        one.name for one in people.getAllAccounts()
    ]
    assert (
        people.createAccount("operator", "Long-enough-1")
        == usermgmt.UserManager.ERR_USER_ALREADY_EXISTS
    )
    assert people.deleteAccount("operator") == 0
    assert usermgmt.RoleManager("/auth/role", to).getAllRoleNames()


def test_a_session_is_closed_at_the_end_of_its_block_even_after_an_error(
    to: Agent, unit: XerusPdu
) -> None:
    outlet = pdumodel.Outlet("/model/outlet/0", to)
    with session.logged_in(to) as opened:
        assert opened.username == unit.user and len(unit.access.sessions) == 1
        outlet.getState()
    assert not unit.access.sessions
    with pytest.raises(ZeroDivisionError):
        with session.logged_in(to):
            assert len(unit.access.sessions) == 1
            raise ZeroDivisionError
    assert not unit.access.sessions
    assert outlet.getState().available  # the agent logs in by password again


def test_a_second_session_of_a_user_who_may_have_only_one_is_refused_and_the_first_stays(
    to: Agent, unit: XerusPdu
) -> None:
    unit.access.single_login = True
    with session.logged_in(to):
        other = Agent(
            "https",
            f"{unit.host}:{unit.port}",
            unit.user,
            unit.password,
            trust=Trust(ca_pem=unit.ca_pem),
        )
        with pytest.raises(Refused, match="only one session"):
            with session.logged_in(other):
                raise AssertionError("the block must not run")
        other.close()
        assert len(unit.access.sessions) == 1


def test_an_unknown_result_code_of_a_new_session_is_an_error_that_shows_the_code(
    agent: MakeAgent,
) -> None:
    def opened(seen: Optional[Seen]) -> bytes:
        assert seen is not None
        return http(
            json.dumps(
                {"id": seen.json["id"], "result": {"_ret_": 7, "session": None, "token": None}}
            )
        )

    with Peer([[opened]]) as peer:
        with pytest.raises(
            Refused, match=r"the device opened no session \(result code 7\)"
        ) as caught:
            with session.logged_in(agent("http", peer.address)):
                raise AssertionError("the block must not run")
    assert caught.value.code == "7"


def test_a_new_session_with_neither_token_nor_id_raises_a_protocol_error_and_closes_none(
    agent: MakeAgent,
) -> None:
    def opened(seen: Optional[Seen]) -> bytes:
        assert seen is not None
        return http(
            json.dumps({"id": seen.json["id"], "result": {"_ret_": 0, "session": {}, "token": ""}})
        )

    with Peer([[opened, result()]]) as peer:
        with pytest.raises(ProtocolError, match="without a usable token"):
            with session.logged_in(agent("http", peer.address)):
                raise AssertionError("the block must not run")
    assert len(peer.seen) == 1, "a missing id reads as 0, which may be the id of another session"


@pytest.mark.parametrize("token", ["", "two\nlines"])
def test_a_new_session_without_a_usable_token_raises_a_protocol_error_and_is_closed(
    agent: MakeAgent, token: str
) -> None:
    def opened(seen: Optional[Seen]) -> bytes:
        assert seen is not None
        return http(
            json.dumps(
                {
                    "id": seen.json["id"],
                    "result": {"_ret_": 0, "session": {"sessionId": 7}, "token": token},
                }
            )
        )

    with Peer([[opened, result()]]) as peer:
        one = agent("http", peer.address)
        with pytest.raises(
            ProtocolError, match="newSession: the device opened a session without a usable token"
        ):
            with session.logged_in(one):
                raise AssertionError("the block must not run")
    close = peer.seen[1].json
    assert (close["method"], close["params"]) == ("closeSession", {"sessionId": 7, "reason": 0})
    assert one.token is None and "authorization" in peer.seen[1].headers


def test_the_login_policy_is_written_back_unchanged(to: Agent) -> None:
    manager, before = auth.AuthManager("/auth", to), to.json_rpc("/auth", "getPolicy")
    policy = manager.getPolicy()
    assert policy.type == auth.Type.LOCAL and manager.setPolicy(policy) == 0
    assert to.json_rpc("/auth", "getPolicy") == before


def test_the_clock_is_read_and_set_with_datetimes(to: Agent) -> None:
    clock = datetime.DateTime("/datetime", to)
    settings = clock.getCfg()
    assert isinstance(settings.deviceTime, dt.datetime)
    settings.protocol = datetime.DateTime.Protocol.STATIC
    settings.deviceTime = dt.datetime(2030, 1, 2, 3, 4, 5)
    assert clock.setCfg(settings) == 0
    assert abs(clock.getCfg().deviceTime - dt.datetime(2030, 1, 2, 3, 4, 5)) < dt.timedelta(
        minutes=5
    )
    assert len(clock.getZoneInfos(True)) > 1


def test_a_time_server_is_checked_with_the_signature_of_each_release(
    to: Agent, firmware: str
) -> None:
    clock = datetime.DateTime("/datetime", to)
    if firmware == "4.4":
        key = datetime.DateTime.NtpAuthKey()
        assert clock.checkNtpServer("127.0.0.1", 0, key) == datetime.DateTime.SUCCESS
        assert (
            clock.checkNtpServer("192.0.2.1", 0, key) == datetime.DateTime.ERR_NTP_CHECK_NO_RESPONSE
        )
    else:
        assert (
            clock.checkNtpServer("127.0.0.1") is True and clock.checkNtpServer("192.0.2.1") is False
        )


def test_the_beepers_state_has_a_mute_flag_on_every_firmware(to: Agent) -> None:
    beeper = pdumodel.Pdu("/model/pdu/0", to).getBeeper()
    assert isinstance(beeper, hmi.InternalBeeper)
    state, reason, muted = beeper.getState()
    assert (
        isinstance(state, hmi.InternalBeeper.State) and isinstance(reason, str) and muted is False
    )
    beeper.mute(True)
    assert beeper.isMuted() is True


def test_a_feature_port_can_be_named(to: Agent) -> None:
    port = pdumodel.Pdu("/model/pdu/0", to).getFeaturePorts()[0]
    assert isinstance(port, portsmodel.Port)
    port.setName("left")
    assert port.getProperties().name == "left"


def test_the_log_level_of_a_context_can_be_set(to: Agent) -> None:
    levels = diag.DiagLogSettings("/diag", to)
    context = levels.getLogLevelsForAllCtxNames()[0].ctxName
    debug = diag.DiagLogSettings.LogLevel.LOG_LEVEL_DEBUG
    assert levels.setLogLevelByCtxName(context, debug) == 0 and levels.getLogLevelByCtxName(
        context
    ) == (0, debug)


def test_the_name_service_returns_the_proxy_for_a_resource_id(to: Agent) -> None:
    snmp = jsonrpc.NameService("/ns", to).lookup("/snmp")
    assert isinstance(snmp, devsettings.Snmp) and snmp.getV3EngineId()


def test_a_session_names_its_client(agent: MakeAgent, firmware: str) -> None:
    """The agent sends the header X-Client-Type, as the vendor's SDK 4.4 does."""
    with XerusPdu(Model(outlets=1), firmware) as pdu:
        with session.logged_in(connected(agent, pdu)):
            assert [one.client for one in pdu.access.sessions.values()] == ["Python RPC"]
