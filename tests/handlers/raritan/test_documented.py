"""Examples from the vendor's documentation as tests, on several firmware generations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from handlers.raritan import rpc
from handlers.raritan.rpc import (
    Agent,
    bulkcfg,
    cert,
    devsettings,
    net,
    pdumodel,
    perform_bulk,
    rawcfg,
    session,
)
from tests.simulators.clockwork import ManualClock
from tests.simulators.xerus import Model, XerusPdu

from .conftest import since

MODEL = Model(outlets=6, phases=3, in_rush_guard_ms=0, cycle_delay_s=1)
PDU = "/model/pdu/0"


@pytest.fixture
def unit(firmware: str, clock: ManualClock) -> Iterator[XerusPdu]:
    """A fresh unit with this firmware. From 3.6 on it has link unit 3."""
    links = {} if firmware == "3.3" else {3: Model(outlets=2)}
    with XerusPdu(MODEL, firmware, links, http_port=0, clock=clock) as pdu:
        yield pdu


# ---- the client binding --------------------------------------------------------------------------


def test_a_star_import_gives_the_classes_and_functions_of_a_module() -> None:
    names: dict[str, Any] = {}
    exec("from handlers.raritan.rpc.pdumodel import *", names)
    assert names["Pdu"] is pdumodel.Pdu and names["PowerLine"] is pdumodel.PowerLine
    assert {"Outlet", "Nameplate", "Rating", "download_eto", "upload_pmc_config"} <= set(names)
    exec("from handlers.raritan.rpc.cert import *", names)
    assert names["Scep"] is cert.Scep and {
        "ServerSSLCert",
        "UploadCode",
        "download",
        "upload",
    } <= set(names)


def test_the_bulk_helper_returns_responses_in_order_and_none_after_clear(to: Agent) -> None:
    snmp_proxy = devsettings.Snmp("/snmp", to)
    cfg = snmp_proxy.getConfiguration()
    cfg.v2enable, cfg.readComm = True, "public"
    bulk_helper = rpc.BulkRequestHelper(to)
    bulk_helper.add_request(snmp_proxy.getV3EngineId)
    bulk_helper.add_request(snmp_proxy.setConfiguration, cfg)
    responses = bulk_helper.perform_bulk(raise_subreq_failure=False)
    assert isinstance(responses[0], str) and responses[1] == 0
    bulk_helper.clear()
    assert bulk_helper.perform_bulk() == []


def test_a_failed_call_in_a_bulk_is_an_exception_in_its_place_or_raised(to: Agent) -> None:
    snmp, missing = devsettings.Snmp("/snmp", to), devsettings.Snmp("/no-such-thing", to)
    bulk_helper = rpc.BulkRequestHelper(to)
    for proxy in (snmp, missing, snmp):
        bulk_helper.add_request(proxy.getV3EngineId)
    responses = bulk_helper.perform_bulk()
    assert (
        isinstance(responses[0], str)
        and isinstance(responses[1], rpc.HttpException)
        and isinstance(responses[2], str)
    )
    with pytest.raises(rpc.HttpException):
        bulk_helper.perform_bulk(raise_subreq_failure=True)
    assert len(bulk_helper.responses) == 3
    raising = rpc.BulkRequestHelper(to, raise_subreq_failure=True)
    raising.add_request(missing.getV3EngineId)
    with pytest.raises(rpc.HttpException):
        raising.perform_bulk()
    with pytest.raises(rpc.HttpException):
        perform_bulk(to, [(missing.getV3EngineId, [])], raise_subreq_failure=True)


def test_one_bulk_reads_the_settings_of_all_peripheral_slots(to: Agent) -> None:
    pdu = pdumodel.Pdu(PDU, to)
    manager = pdu.getPeripheralDeviceManager()
    assert manager is not None
    peripheral_slots = manager.getDeviceSlots()
    settings_objs = perform_bulk(to, [(slot.getSettings, []) for slot in peripheral_slots])
    assert len(settings_objs) == len(peripheral_slots) == MODEL.slots
    assert all(isinstance(settings_info.name, str) for settings_info in settings_objs)


def test_a_sessions_token_takes_the_place_of_the_password(to: Agent) -> None:
    code, session_info, token = session.SessionManager("/session", to).newSession()
    assert code == 0 and session_info.username == "admin"
    to.set_auth_token(token)
    manager = session.SessionManager("/session", to)
    assert manager.getCurrentSession().sessionId == session_info.sessionId
    assert [one.sessionId for one in manager.getSessions()] == [session_info.sessionId]
    manager.closeCurrentSession(session.SessionManager.CloseReason.CLOSE_REASON_LOGOUT)
    with pytest.raises(rpc.HttpException, match="the session may have ended"):
        manager.getCurrentSession()


# ---- firmware, certificates, configuration -------------------------------------------------------


def test_a_certificate_is_uploaded_inspected_and_installed(to: Agent, unit: XerusPdu) -> None:
    ssl_proxy = cert.ServerSSLCert("/server_ssl_cert", to)
    key, certificate = unit.authority.issue()
    code = cert.upload(to, certificate, key)
    assert code == 0 and str(code) == "0" and code.text == "success"
    info = ssl_proxy.getInfo()
    assert info.havePendingCert and info.pendingCertInfo.serialNumber
    assert cert.upload(to, certificate, key) == cert.UploadCode.ALREADY_PENDING
    pending = info.pendingCertInfo
    assert ssl_proxy.installPendingKeyPair() == 0
    assert ssl_proxy.getInfo().activeCertInfo.serialNumber == pending.serialNumber
    assert pending.keyLength == pending.keyInfo.rsaKeyLength


def test_the_installed_certificate_and_its_key_are_downloaded(to: Agent) -> None:
    assert cert.download(to, "active_cert").startswith(b"-----BEGIN CERTIFICATE-----")
    assert b"PRIVATE KEY" in cert.download(to, "active_key")
    with pytest.raises(ValueError, match="new_req"):
        cert.download(to, "../etc/passwd")


@pytest.mark.parametrize("firmware", ["3.3"], indirect=True)
def test_firmware_without_a_raw_configuration_raises_an_error(to: Agent) -> None:
    with pytest.raises(rpc.HttpException, match="does not offer this"):
        rawcfg.download(to)
    with pytest.raises(rpc.HttpException, match="does not offer this"):
        rawcfg.upload(to, b"name=x")


@pytest.mark.sample(5)
@pytest.mark.parametrize("backup", [False, True])
@pytest.mark.parametrize("password", ["", "s3 cret/&"])
def test_a_bulk_configuration_is_transferred_in_both_modes(
    to: Agent, clock: ManualClock, backup: bool, password: str
) -> None:
    data = bulkcfg.download(to, backup=backup, password=password)
    assert bulkcfg.upload(to, data, backup=backup, password=password) == bulkcfg.UploadCode.SUCCESS
    jobs = bulkcfg.BulkConfiguration("/bulkcfg", to)
    assert jobs.getStatus()[0] == bulkcfg.BulkConfiguration.Status.RESTORE_PENDING
    clock.now += 60
    assert jobs.getStatus()[0] == bulkcfg.BulkConfiguration.Status.RESTORE_OK
    assert bulkcfg.upload(to, b"nonsense", backup=backup) == bulkcfg.UploadCode.FILE_INVALID


@since("3.6")
def test_a_bulk_configuration_for_link_units_is_checked_unless_the_checks_are_skipped(
    to: Agent, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bulkcfg.download(to, link_ids=[1, 3])
    monkeypatch.setattr(unit.site.firmware, "release", "9.9.9")
    assert bulkcfg.upload(to, data, link_ids=[2]) == bulkcfg.UploadCode.PARAMETER_ERROR, (
        "there is no link unit 2"
    )
    assert bulkcfg.upload(to, data, link_ids=[3]) == bulkcfg.UploadCode.FIRMWARE_VERSION_DIFFERS
    assert bulkcfg.upload(to, data, link_ids=range(3, 4), skip_check="firmware_version,model") == 0


def test_result_codes_have_a_text_and_unknown_codes_are_internal_errors() -> None:
    assert bulkcfg.UploadCode(6).text == "firmware version differs" and bulkcfg.UploadCode(15) == 15
    assert (
        cert.UploadCode(99).text.startswith("internal error")
        and rawcfg.UploadCode(8).text == "no match in device list"
    )
    assert [
        [int(code) for code in codes]
        for codes in (cert.UploadCode, rawcfg.UploadCode, bulkcfg.UploadCode)
    ] == [list(range(6)), list(range(13)), list(range(16))]
    assert [
        (bulkcfg.UploadCode.FILE_TOO_LARGE, bulkcfg.UploadCode.FILE_INVALID),
        (rawcfg.UploadCode.FILE_TOO_LARGE, rawcfg.UploadCode.FILE_INVALID),
    ] == [(12, 13), (4, 5)]


def test_the_eto_descriptor_and_power_meter_data_are_downloaded(to: Agent) -> None:
    assert b"serial" in pdumodel.download_eto(to)
    mains, panel = pdumodel.download_powermeter_csv(to), pdumodel.download_panel_csv(to, 1)
    assert mains.startswith(b"device,name") and len(panel.splitlines()) > len(mains.splitlines())
    with pytest.raises(ValueError, match="1 to 8"):
        pdumodel.download_panel_csv(to, 9)


def test_a_power_meter_configuration_is_uploaded(to: Agent) -> None:
    assert pdumodel.upload_pmc_config(to, b'{"inlet.0": "main"}') == "OK"
    assert pdumodel.upload_pmc_config(to, b"nonsense").startswith("ERROR")


# ---- the PDU data model --------------------------------------------------------------------------


def test_several_or_all_outlets_are_switched_by_one_call(to: Agent, unit: XerusPdu) -> None:
    pdu = pdumodel.Pdu(PDU, to)
    off = pdumodel.Outlet.PowerState.PS_OFF
    assert pdu.setMultipleOutletPowerStates([0, 2], off, False) == 0
    assert [unit.books().states[str(number)] for number in range(1, 7)] == [
        False,
        True,
        False,
        True,
        True,
        True,
    ]
    assert pdu.setAllOutletPowerStates(off) == 0
    assert not any(unit.books().states[str(number)] for number in range(1, 7))
    assert pdu.cycleMultipleOutletPowerStates([0, 1], respectSequence=True) == 0
    assert pdu.getOutlets()[0].unstick() == 0
    assert pdu.getOutlets()[3].cyclePowerState() == 0


# ---- cascading and linking -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "service, first",
    [
        ("https", 50000),
        ("http", 50100),
        ("ssh", 50200),
        ("telnet", 50300),
        ("snmp", 50500),
        ("modbus", 50600),
    ],
)
def test_the_port_of_a_service_is_the_documented_port_plus_the_units_position(
    service: str, first: int
) -> None:
    assert [net.forwarded_port(position, service) for position in (0, 1, 31)] == [
        first,
        first + 1,
        first + 31,
    ]
    for position in (-1, 32):
        with pytest.raises(ValueError, match="0 to 31"):
            net.forwarded_port(position, service)


def test_the_default_service_is_https_and_an_unknown_service_is_refused() -> None:
    assert net.forwarded_port(2) == 50002
    with pytest.raises(ValueError, match="telnet"):
        net.forwarded_port(2, "gopher")


def test_proxies_of_the_same_resource_are_equal(to: Agent) -> None:
    outlets = pdumodel.Pdu(PDU, to).getOutlets()
    assert str(outlets[0]).startswith("pdumodel.Outlet: /tfwopaque/") and outlets[
        0
    ] == pdumodel.Outlet(outlets[0].target, to)
    assert outlets[0] != outlets[1] and len({*outlets, *outlets}) == 6
