"""Examples of the vendor's documentation that the page's scripts (test_library_page.py) do not
have.
"""

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
)
from tests.simulators.xerus import Model, XerusPdu

from .conftest import MakeAgent

MODEL = Model(outlets=2)


@pytest.fixture
def unit(firmware: str) -> Iterator[XerusPdu]:
    with XerusPdu(MODEL, firmware) as pdu:
        yield pdu


def test_a_star_import_gives_the_classes_and_functions_of_a_module() -> None:
    names: dict[str, Any] = {}
    exec("from handlers.raritan.rpc.pdumodel import *", names)
    assert names["Pdu"] is pdumodel.Pdu
    assert {"Outlet", "Nameplate", "Rating", "download_eto", "upload_pmc_config"} <= set(names)
    exec("from handlers.raritan.rpc.cert import *", names)
    assert {"Scep", "ServerSSLCert", "UploadCode", "download", "upload"} <= set(names)
    exec("from handlers.raritan.rpc.BulkRequestHelper import *", names)
    assert names["BulkRequestHelper"] is rpc.BulkRequestHelper


def test_the_bulk_helper_returns_responses_in_order_and_none_after_clear(to: Agent) -> None:
    snmp_proxy = devsettings.Snmp("/snmp", to)
    cfg = snmp_proxy.getConfiguration()
    cfg.v2enable, cfg.readComm = True, "public"
    bulk_helper = rpc.BulkRequestHelper(to)
    bulk_helper.add_request(snmp_proxy.getV3EngineId)
    bulk_helper.add_request(snmp_proxy.setConfiguration, cfg)
    responses = bulk_helper.perform_bulk(raise_subreq_failure=False)
    assert isinstance(responses[0], str)
    assert responses[1] == 0
    bulk_helper.clear()
    assert bulk_helper.perform_bulk() == []


def test_a_failed_call_in_a_bulk_is_an_exception_in_its_place_or_raised(to: Agent) -> None:
    snmp = devsettings.Snmp("/snmp", to)
    missing = devsettings.Snmp("/no-such-thing", to)
    bulk_helper = rpc.BulkRequestHelper(to)
    for proxy in (snmp, missing, snmp):
        bulk_helper.add_request(proxy.getV3EngineId)
    responses = bulk_helper.perform_bulk()
    assert [isinstance(answer, rpc.HttpException) for answer in responses] == [False, True, False]
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
    manager = pdumodel.Pdu("/model/pdu/0", to).getPeripheralDeviceManager()
    assert manager is not None
    peripheral_slots = manager.getDeviceSlots()
    settings_objs = perform_bulk(to, [(slot.getSettings, []) for slot in peripheral_slots])
    assert len(settings_objs) == len(peripheral_slots) == MODEL.slots
    assert settings_objs[0].name == "sensor 1"


@pytest.mark.parametrize("firmware", ["3.3"], indirect=True)
def test_firmware_without_a_raw_configuration_raises_an_error(to: Agent) -> None:
    with pytest.raises(rpc.HttpException, match="does not offer this"):
        rawcfg.download(to)
    with pytest.raises(rpc.HttpException, match="does not offer this"):
        rawcfg.upload(to, b"name=x")


def test_result_codes_have_a_text_and_unknown_codes_are_internal_errors() -> None:
    assert bulkcfg.UploadCode(6).text == "firmware version differs"
    assert rawcfg.UploadCode(8).text == "no match in device list"
    assert bulkcfg.UploadCode(15) == 15
    assert cert.UploadCode(99).text.startswith("internal error")


def test_result_codes_equal_and_print_their_digits() -> None:
    """The vendor's binding returns the digits."""
    assert str(cert.UploadCode(0)) == "0"
    assert str(rawcfg.UploadCode(8)) == "8"
    assert rawcfg.UploadCode(8) == "8"
    assert rawcfg.UploadCode(8) != "0"


@pytest.mark.parametrize(
    "codes, count", [(cert.UploadCode, 6), (rawcfg.UploadCode, 13), (bulkcfg.UploadCode, 16)]
)
def test_result_codes_are_numbered_from_zero(codes: Any, count: int) -> None:
    assert [int(code) for code in codes] == list(range(count))


def test_each_kind_of_upload_has_its_own_code_for_an_invalid_file() -> None:
    assert int(bulkcfg.UploadCode.FILE_INVALID) == 13
    assert int(rawcfg.UploadCode.FILE_INVALID) == 5


def test_an_unknown_file_or_panel_is_a_value_error() -> None:
    nobody = Agent("https", "pdu.example", "a", "b")
    with pytest.raises(ValueError, match="new_req"):
        cert.download(nobody, "../etc/passwd")
    with pytest.raises(ValueError, match="1 to 8"):
        pdumodel.download_panel_csv(nobody, 9)


FIRST_PORTS = {
    "https": 50000,
    "http": 50100,
    "ssh": 50200,
    "telnet": 50300,
    "snmp": 50500,
    "modbus": 50600,
}


@pytest.mark.parametrize("service, first", FIRST_PORTS.items())
def test_the_port_of_a_service_is_the_documented_port_plus_the_units_position(
    service: str, first: int
) -> None:
    assert net.forwarded_port(0, service) == first
    assert net.forwarded_port(1, service) == first + 1
    assert net.forwarded_port(31, service) == first + 31
    for position in (-1, 32):
        with pytest.raises(ValueError, match="0 to 31"):
            net.forwarded_port(position, service)


@pytest.mark.parametrize("outlets, has_switch", [(2, False), (24, False), (4, True)])
def test_relations_lead_from_each_outlet_to_its_inlet_and_back(
    agent: MakeAgent, firmware: str, outlets: int, has_switch: bool
) -> None:
    """The rules of "Relationships Between Objects"."""
    inlets = 2 if has_switch else 1
    model = Model(outlets=outlets, inlets=inlets, transfer_switch=has_switch)
    with XerusPdu(model, firmware, http_port=0, enforce_https=False) as unit:
        to = agent("http", f"{unit.host}:{unit.http_port}", unit.user, unit.password)
        pdu = pdumodel.Pdu("/model/pdu/0", to)
        protectors = pdu.getOverCurrentProtectors()
        for outlet in pdu.getOutlets():
            inlet, protector, _ = outlet.getIOP()
            assert inlet == pdu.getInlets()[0]
            assert protector in protectors if protectors else protector is None
            (parent,) = outlet.getParents()
            sources: list[Any] = [*pdu.getTransferSwitches(), inlet]
            assert parent == (protector or sources[0])
            assert outlet.getChildren() == []
            assert outlet in parent.getChildren()
        for protector in protectors:
            assert protector.getInlet() in protector.getParents()
            assert protector.getOCP() is None
        for inlet in pdu.getInlets():
            assert inlet.getParents() == []
            assert len(inlet.getChildren()) >= 1
        for switch in pdu.getTransferSwitches():
            assert switch.getParents() == pdu.getInlets()
