"""Examples from the vendor's documentation as tests, on several firmware generations."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.raritan import rpc
from handlers.raritan.rpc import (
    Agent,
    bulkcfg,
    cascading,
    cert,
    devsettings,
    diag,
    firmware as fw,
    net,
    pdumodel,
    perform_bulk,
    rawcfg,
    sensors,
    servermon,
    session,
)
from handlers.shared.tls import Trust
from tests.simulators.clockwork import ManualClock
from tests.simulators.xerus import Model, XerusPdu, image

from .conftest import MakeAgent, since

MODEL = Model(outlets=6, phases=3, in_rush_guard_ms=0, cycle_delay_s=1)
PDU = "/model/pdu/0"


@pytest.fixture
def unit(firmware: str, clock: ManualClock) -> Iterator[XerusPdu]:
    """A fresh unit with this firmware. From 3.6 on it has link unit 3."""
    links = {} if firmware == "3.3" else {3: Model(outlets=2)}
    with XerusPdu(MODEL, firmware, links, http_port=0, clock=clock) as pdu:
        yield pdu


# ---- the client binding --------------------------------------------------------------------------


def test_printed_metadata_shows_each_field_with_its_value(
    to: Agent, capsys: pytest.CaptureFixture[str]
) -> None:
    pdu = pdumodel.Pdu(PDU, to)
    metadata = pdu.getMetaData()
    print(metadata)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "pdumodel.Pdu.MetaData:"
    width = max(map(len, pdumodel.Pdu.MetaData.elements))
    assert lines[1] == f"    * {'nameplate'.ljust(width)} = pdumodel.Nameplate:"
    assert any(
        line.strip().startswith("* manufacturer") and line.endswith('= "Raritan"') for line in lines
    )
    assert any(
        line.strip().startswith("* hasSwitchableOutlets") and line.endswith("= True")
        for line in lines
    )


def test_a_changed_snmp_configuration_is_kept(to: Agent) -> None:
    snmp_proxy = devsettings.Snmp("/snmp", to)
    config = snmp_proxy.getConfiguration()
    config.v2enable = True
    config.readComm = "public"
    config.writeComm = "private"
    assert snmp_proxy.setConfiguration(config) == 0
    kept = snmp_proxy.getConfiguration()
    assert (kept.v2enable, kept.readComm, kept.writeComm) == (True, "public", "private")


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


def test_an_enabled_threshold_of_a_sensor_is_kept(to: Agent) -> None:
    outlet = pdumodel.Outlet("/model/pdu/0/outlet/0", to)
    currentsens = outlet.getSensors().current
    assert currentsens is not None
    thresholds = currentsens.getThresholds()
    thresholds.lowerWarning = 1.0
    thresholds.lowerWarningActive = True
    assert currentsens.setThresholds(thresholds) == 0
    kept = currentsens.getThresholds()
    assert kept.lowerWarning == 1.0 and kept.lowerWarningActive is True


def test_an_enumerated_value_is_named_by_type_and_value(to: Agent, unit: XerusPdu) -> None:
    outlet = pdumodel.Outlet("/model/pdu/0/outlet/0", to)
    outlet.setPowerState(pdumodel.Outlet.PowerState.PS_OFF)
    assert unit.books().states["1"] is False
    assert pdumodel.Outlet.PowerState.PS_OFF.val == 0
    assert str(pdumodel.Outlet.PowerState.PS_OFF) == "pdumodel.Outlet.PowerState.PS_OFF"


def test_an_added_server_is_listed_under_its_number(to: Agent) -> None:
    srvmonitor = servermon.ServerMonitor("/servermon", to)
    settings = servermon.ServerMonitor.ServerSettings(
        host="web.example",
        enabled=True,
        pingInterval=5,
        retryInterval=5,
        activationCount=1,
        failureCount=3,
        resumeDelay=60,
        resumeCount=0,
    )
    code, number = srvmonitor.addServer(settings)
    assert code == 0
    servers = srvmonitor.listServers()
    shown = [
        (srvid, srventry.settings.host, srventry.status.reachable.name)
        for srvid, srventry in servers.items()
    ]
    assert len(shown) == 1 and shown[0][:2] == (number, "web.example")


def test_a_wrong_password_is_an_error_that_names_the_host(
    agent: MakeAgent, unit: XerusPdu, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        to = agent(
            "https", f"{unit.host}:{unit.port}", unit.user, "wrong", trust=Trust(ca_pem=unit.ca_pem)
        )
        print(pdumodel.Pdu(PDU, to).getMetaData())
    except rpc.HttpException as e:
        print("ERROR:", str(e))
    assert capsys.readouterr().out.startswith(f"ERROR: 127.0.0.1:{unit.port}: ")


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


def test_a_bulk_returns_single_values_tuples_and_none(to: Agent) -> None:
    outlet = pdumodel.Outlet("/model/pdu/0/outlet/0", to)
    pdu = pdumodel.Pdu(PDU, to)
    answers = perform_bulk(
        to, [(pdu.cancelOutletSequence, []), (outlet.getState, []), (outlet.getIOP, [])]
    )
    assert answers[0] is None and isinstance(answers[1], pdumodel.Outlet.State)
    inlet, _, poles = answers[2]
    assert isinstance(inlet, pdumodel.Inlet) and isinstance(poles, list)


def test_one_bulk_reads_the_settings_of_all_peripheral_slots(to: Agent) -> None:
    pdu = pdumodel.Pdu(PDU, to)
    manager = pdu.getPeripheralDeviceManager()
    assert manager is not None
    peripheral_slots = manager.getDeviceSlots()
    settings_objs = perform_bulk(to, [(slot.getSettings, []) for slot in peripheral_slots])
    assert len(settings_objs) == len(peripheral_slots) == MODEL.slots
    assert all(isinstance(one.name, str) for one in settings_objs)


def test_a_sessions_token_takes_the_place_of_the_password(to: Agent) -> None:
    code, opened, token = session.SessionManager("/session", to).newSession()
    assert code == 0 and opened.username == "admin"
    to.set_auth_token(token)
    manager = session.SessionManager("/session", to)
    assert manager.getCurrentSession().sessionId == opened.sessionId
    assert [one.sessionId for one in manager.getSessions()] == [opened.sessionId]
    manager.closeCurrentSession(session.SessionManager.CloseReason.CLOSE_REASON_LOGOUT)
    with pytest.raises(rpc.HttpException, match="the session may have ended"):
        manager.getCurrentSession()


def test_an_agent_downloads_files_and_uploads_form_data(to: Agent) -> None:
    assert to.get("cgi-bin/eto_desc.cgi") == pdumodel.download_eto(to)
    answer: Any = to.form_data_file(
        "cgi-bin/upload_pmc_config.cgi",
        [
            dict(
                data=b"{}",
                filename="pmc.json",
                formname="config_file",
                mimetype="application/octet-stream",
            )
        ],
    )
    assert answer["body"] == "OK" and answer["headers"].get("Content-Length") == "2"


# ---- firmware, certificates, configuration -------------------------------------------------------


def test_a_firmware_image_is_uploaded_discarded_and_started(to: Agent, unit: XerusPdu) -> None:
    firmware_proxy = fw.Firmware("/firmware", to)
    fwFile = io.BytesIO(image("4.4.1.5-53217", 100_000))
    fw.upload(to, fwFile.read())
    status = firmware_proxy.getImageStatus()
    assert status.state == fw.ImageState.COMPLETE and status.size_done == 100_000
    image_present, image_info = firmware_proxy.getImageInfo()
    assert image_present and image_info.version == "4.4.1.5-53217" and image_info.compatible
    firmware_proxy.discardImage()
    assert firmware_proxy.getImageInfo()[0] is False
    fw.upload(to, image("4.4.1.5-53217"))
    firmware_proxy.startUpdate([])
    assert unit.firmware.began is not None


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


def test_the_upload_of_an_unusable_certificate_returns_its_documented_code(
    to: Agent, unit: XerusPdu
) -> None:
    key, _ = unit.authority.issue()
    assert cert.upload(to, b"nonsense", key) == cert.UploadCode.CERTIFICATE_INVALID
    _, other = unit.authority.issue()
    assert cert.upload(to, other, key) == cert.UploadCode.KEY_DOES_NOT_MATCH_CERTIFICATE


def test_the_installed_certificate_and_its_key_are_downloaded(to: Agent) -> None:
    assert cert.download(to, "active_cert").startswith(b"-----BEGIN CERTIFICATE-----")
    assert b"PRIVATE KEY" in cert.download(to, "active_key")
    with pytest.raises(ValueError, match="new_req"):
        cert.download(to, "../etc/passwd")


@since("3.6")
def test_a_raw_configuration_is_uploaded_and_downloaded(to: Agent) -> None:
    rawconfig = rawcfg.download(to)
    assert isinstance(rawconfig, bytes) and rawconfig
    assert rawcfg.upload(to, rawconfig) == 0
    status, _ = rawcfg.RawConfiguration("/rawcfg", to).getStatus()
    assert status in (
        rawcfg.RawConfiguration.Status.UPDATE_PENDING,
        rawcfg.RawConfiguration.Status.UPDATE_OK,
    )


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


def test_a_bulk_configuration_in_clear_text_is_readable_whatever_the_password(to: Agent) -> None:
    clear = bulkcfg.download(to, clear_text=True)
    assert b"snmp.sysName" in clear and b"snmp.sysName" not in bulkcfg.download(to)
    assert bulkcfg.download(to, clear_text=True, password="ignored") == clear


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


def test_diagnostic_data_is_downloaded(to: Agent) -> None:
    with tarfile.open(fileobj=io.BytesIO(diag.download(to))) as archive:
        assert "version.txt" in archive.getnames()


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


def test_the_energy_counters_of_all_outlets_agree_with_the_books(to: Agent, unit: XerusPdu) -> None:
    pdu = pdumodel.Pdu(PDU, to)
    counted = []
    for outlet in pdu.getOutlets():
        energy_sensor = outlet.getSensors().activeEnergy
        assert isinstance(energy_sensor, sensors.AccumulatingNumericSensor)
        counted.append(energy_sensor.getReading().value / 1000)
    assert counted == pytest.approx(list(unit.books().port_energy_kwh.values())[:6])


def test_each_pole_of_a_three_phase_inlet_has_its_line_and_both_voltages(to: Agent) -> None:
    inlet = pdumodel.Inlet("/model/inlet/0", to)
    poles = inlet.getPoles()
    ll = [pole.voltage.getReading().value for pole in poles[0:3] if pole.voltage is not None]
    ln = [pole.voltageLN.getReading().value for pole in poles[0:3] if pole.voltageLN is not None]
    assert len(ll) == len(ln) == 3 and ll[0] == pytest.approx(ln[0] * 3**0.5)
    assert [pole.line for pole in poles[:3]] == [
        pdumodel.PowerLine.L1,
        pdumodel.PowerLine.L2,
        pdumodel.PowerLine.L3,
    ]


def test_a_cycle_turns_all_outlets_on_in_reverse_order_with_a_delay(
    to: Agent, unit: XerusPdu, clock: ManualClock
) -> None:
    pdu = pdumodel.Pdu(PDU, to)
    outlets = pdu.getOutlets()
    sequence: Any = reversed(range(0, len(outlets)))  # an iterator is sent as a vector
    pdu_settings = pdu.getSettings()
    pdu_settings.outletPowerStateSequence = sequence
    assert pdu.setSettings(pdu_settings) == 0
    for outlet in outlets:
        outlet_settings = outlet.getSettings()
        outlet_settings.sequenceDelay = 2000
        assert outlet.setSettings(outlet_settings) == 0
    assert pdu.getSettings().outletPowerStateSequence == [5, 4, 3, 2, 1, 0]
    assert pdu.powerCycleAllOutletPowerStates() == 0
    assert not any(state for identity, state in unit.books().states.items() if "." not in identity)
    assert ("pdu.0.cycleAllOutletPowerStates", "{}") in unit.books().writes
    clock.now += MODEL.cycle_delay_s
    for on in range(1, 7):
        assert [unit.books().states[str(number)] for number in range(6, 0, -1)] == [True] * on + [
            False
        ] * (6 - on)
        clock.now += 2


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


def test_a_sequence_is_watched_and_cancelled(to: Agent, unit: XerusPdu) -> None:
    pdu = pdumodel.Pdu(PDU, to)
    first = pdu.getOutlets()[0]
    settings = first.getSettings()
    settings.sequenceDelay = 2000  # ms until the next outlet follows
    assert first.setSettings(settings) == 0
    assert pdu.setAllOutletPowerStates(pdumodel.Outlet.PowerState.PS_OFF) == 0
    assert pdu.setAllOutletPowerStates(pdumodel.Outlet.PowerState.PS_ON) == 0
    state = pdu.getOutletSequenceState()
    assert (state.sequenceRunning, state.nextOutletToSwitch, state.outletsRemaining) == (True, 1, 5)
    pdu.cancelOutletSequence()
    assert not pdu.getOutletSequenceState().sequenceRunning
    assert list(unit.books().states.values())[:2] == [True, False]


def test_an_outlet_has_one_parent_and_an_inlet_has_none(to: Agent) -> None:
    outlet = pdumodel.Outlet("/model/outlet/0", to)
    parents = outlet.getParents()
    assert len(parents) == 1 and isinstance(
        parents[0], (pdumodel.Inlet, pdumodel.OverCurrentProtector)
    )
    assert outlet.getChildren() == [] and pdumodel.Inlet("/model/inlet/0", to).getParents() == []


# ---- cascading and linking -----------------------------------------------------------------------


@since("3.6")
def test_bridging_is_enabled(to: Agent) -> None:
    net_proxy = net.Net("/net", to)
    settings = net_proxy.getSettings()
    settings.ifMap["br0"].enabled = True
    assert net_proxy.setSettings(settings) == 0
    assert net_proxy.getSettings().ifMap["br0"].enabled


@pytest.mark.sample(5)
@since("3.6")
@pytest.mark.parametrize(
    "family, length, code",
    [
        ("ipv4", 32, 0),
        ("ipv4", 33, net.Net.ERR_IF_IPV4_INVALID_STATIC_PREFIX_LEN),
        ("ipv6", 128, 0),
        ("ipv6", 129, net.Net.ERR_IF_IPV6_INVALID_STATIC_PREFIX_LEN),
    ],
)
def test_the_longest_valid_prefix_depends_on_the_address_family(
    to: Agent, family: str, length: int, code: int
) -> None:
    net_proxy = net.Net("/net", to)
    settings = net_proxy.getSettings()
    getattr(settings.ifMap["eth1"], family).staticAddrCidr.prefixLen = length
    assert net_proxy.setSettings(settings) == code


@since("3.6")
@pytest.mark.parametrize("new_names", [True, False])
def test_port_forwarding_is_configured_by_new_and_by_old_names(to: Agent, new_names: bool) -> None:
    net_proxy = net.Net("/net", to)
    settings = net_proxy.getSettings()
    forwarding = settings.common.portForwarding
    forwarding.enabled = True
    if new_names:
        forwarding.role = net.PortForwardingRole.PRIMARY_UNIT
        forwarding.primaryUnitDownstreamIfName = "usb"
    else:
        forwarding.role = net.PortForwardingRole.MASTER
        forwarding.masterDownstreamIfName = "usb"
    assert net_proxy.setSettings(settings) == 0
    kept = net_proxy.getSettings().common.portForwarding
    assert kept.enabled and kept.primaryUnitDownstreamIfName == kept.masterDownstreamIfName == "usb"
    kept.role = net.PortForwardingRole.EXPANSION_UNIT
    kept.primaryUnitDownstreamIfName = ""
    settings.common.portForwarding = kept
    assert net_proxy.setSettings(settings) == 0


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


@since("3.6")
def test_a_link_unit_is_added_and_its_resources_used(to: Agent, unit: XerusPdu) -> None:
    cm = cascading.CascadeManager("/cascade", to)
    assert cm.addLinkUnit(2, "192.0.2.50", "admin", "legrand", "") == 0
    status = cm.getStatus()
    assert status.role == cascading.CascadeManager.Role.PRIMARY_UNIT and set(status.linkUnits) == {
        2,
        3,
    }
    assert status.linkUnits[2].status == cascading.CascadeManager.LinkUnitStatus.OK
    link_firmware = fw.Firmware("/link/2/firmware", to)
    assert link_firmware.getVersion()
    link_outlet = pdumodel.Outlet("/model/pdu/2/outlet/1", to)
    assert link_outlet.setPowerState(pdumodel.Outlet.PowerState.PS_OFF) == 0
    assert unit.books().states["2.2"] is False and unit.books().states["2"] is True
    assert (
        cm.addLinkUnit(2, "192.0.2.51", "admin", "legrand", "")
        == cascading.CascadeManager.ERR_LINK_ID_IN_USE
    )
    assert cm.releaseLinkUnit(2) == 0


def test_proxies_of_the_same_resource_are_equal(to: Agent) -> None:
    outlets = pdumodel.Pdu(PDU, to).getOutlets()
    assert str(outlets[0]).startswith("pdumodel.Outlet: /tfwopaque/") and outlets[
        0
    ] == pdumodel.Outlet(outlets[0].target, to)
    assert outlets[0] != outlets[1] and len({*outlets, *outlets}) == 6
