"""The binding as scripts use it, beyond the examples in the vendor's documentation
(test_documented.py).
"""

from __future__ import annotations

import copy
import datetime
import json
import pickle
from collections.abc import Iterator
from typing import Any, Callable

import pytest

from handlers.raritan import rpc
from handlers.raritan.rpc import (
    Agent,
    bulkcfg,
    cascading,
    cert,
    diag,
    event,
    firmware as firmware_module,
    pdumodel,
    peripheral,
    rawcfg,
    sensors,
    session,
)
from handlers.raritan.rpc._runtime.codec import encode
from handlers.shared.errors import SettingsError
from tests.simulators.xerus import Model, XerusPdu

from .conftest import MakeAgent
from .declared import Nowhere
from .peer import Peer, http, result

AGENT = Nowhere()
# for arguments that a type checker refuses
UNTYPED: Any = bulkcfg
STATE = {"available": True, "powerState": 1, "isLoadShed": False}


@pytest.fixture
def unit(firmware: str) -> Iterator[XerusPdu]:
    with XerusPdu(Model(outlets=2, phases=3), firmware) as pdu:
        yield pdu


# ---- structures ----------------------------------------------------------------------------------


def test_a_structure_can_be_stored_as_json() -> None:
    encoded_state = json.dumps(pdumodel.Outlet.State.decode(STATE, AGENT).encode())
    again = pdumodel.Outlet.State.decode(json.loads(encoded_state), AGENT)
    assert again.powerState is pdumodel.Outlet.PowerState.PS_ON
    assert again.encode() == STATE
    with pytest.raises(rpc.JsonRpcSyntaxException):
        pdumodel.Outlet.State.decode([], AGENT)


def test_setting_a_misspelt_field_warns_and_keeps_the_value() -> None:
    settings = pdumodel.Outlet.Settings.decode({"name": "x", "sequenceDelay": 5}, AGENT)
    with pytest.warns(UserWarning, match="pdumodel.Outlet.Settings has no field 'sequencDelay'"):
        settings.sequencDelay = 2000
    assert settings.sequencDelay == 2000
    assert settings.encode() == {"name": "x", "sequenceDelay": 5}
    unknown = rpc.ValueObject.decode({"type": "no.Thing:1.0.0", "value": {"future": 1}}, AGENT)
    with pytest.warns(UserWarning, match="has no field 'futur'"):
        unknown.futur = 2


def test_a_field_of_a_newer_firmware_is_read_and_changed_as_plain_json() -> None:
    json = {"name": "x", "future": {"a": 1}}
    settings: Any = pdumodel.Outlet.Settings.decode(json, AGENT)
    assert settings.future == {"a": 1}
    settings.future = {"a": 2}
    assert settings.encode() == {"name": "x", "future": {"a": 2}}


# ---- value objects -------------------------------------------------------------------------------


def test_an_event_is_read_from_type_and_value() -> None:
    value = {"source": None, "actUserName": "admin", "actIpAddr": ""}
    json = {"type": "event.UserEvent:1.0.0", "value": value}
    user_event = rpc.ValueObject.decode(json, AGENT)
    assert isinstance(user_event, event.UserEvent)
    assert user_event.actUserName == "admin"
    assert encode(user_event) == json
    assert user_event.wire_type == "event.UserEvent:1.0.0"
    assert event.UserEvent.decode(user_event.encode(), AGENT) == user_event


# ---- enumerations, type names, proxies -----------------------------------------------------------


def test_enumerations_list_their_names_by_ordinal_and_are_sent_as_numbers() -> None:
    # Any: some type checkers do not find `values`
    states: Any = pdumodel.Outlet.PowerState
    assert states.values == ["PS_OFF", "PS_ON"]
    assert states.values[states.PS_ON.val] == "PS_ON"
    assert list(states.get_elements()) == [states.PS_OFF, states.PS_ON]
    assert states.decode(1) is states.PS_ON
    assert states.PS_OFF.encode() == 0


def test_an_enumerated_value_is_formatted_as_its_full_name() -> None:
    on = pdumodel.Outlet.PowerState.PS_ON
    name = "pdumodel.Outlet.PowerState.PS_ON"
    old_style = "%s" % on  # noqa: UP031  # old scripts use this form
    assert {f"{on}", f"{on!r}", str(on), old_style, f"{on:>40}".strip()} == {name}


def test_type_names_map_to_classes_and_back() -> None:
    types = rpc.TypeInfo
    outlet = pdumodel.Outlet
    change = outlet.StateChangedEvent
    assert types.idlTypeIdToPyClass("pdumodel.Outlet:2.1.5") is outlet
    assert types.decode("pdumodel.Outlet_2_1_5.StateChangedEvent:1.0.0") is change
    assert types.encode(outlet) == types.pyClassToIdlName(outlet) == outlet.idlType
    assert types.typeBaseName(change.idlType) == "pdumodel.Outlet.StateChangedEvent"
    assert outlet.State().idlType == "pdumodel.Outlet.State"
    assert outlet.PowerState.PS_ON.idlType == "pdumodel.Outlet.PowerState"
    for unknown in ("os.system:1.0.0", "pdumodel.Nope:1.0.0"):
        with pytest.raises(ImportError, match="no "):
            types.decode(unknown)


def test_utils_offers_the_vendors_printing_helpers() -> None:
    text = '{\n    a = [\n        "x"\n    ]\n    b = 1\n}'
    assert rpc.Utils.rprint({"b": 1, "a": ["x"]}) == text
    assert rpc.Utils.indent("a\nb", 2) == "  a\n  b"


# ---- the agent and its errors --------------------------------------------------------------------


def test_a_password_or_token_that_is_set_on_the_agent_is_used_from_then_on(
    agent: MakeAgent,
) -> None:
    with Peer([[result()] * 4]) as peer:
        to = agent("http", peer.address, "admin", "old")
        assert to.user == "admin"
        assert to.passwd == "old"
        assert to.token is None
        to.json_rpc("/x", "getA")
        to.passwd = "new"
        to.json_rpc("/x", "getA")
        to.token = "0123abc"
        to.json_rpc("/x", "getA")
        to.token = "two\nlines"
        with pytest.raises(SettingsError, match="one line"):
            to.json_rpc("/x", "getA")
        to.set_auth_basic("admin", "new")
        to.json_rpc("/x", "getA")

    tokens = [request.headers.get("x-sessiontoken") for request in peer.seen]
    assert tokens == [None, None, "0123abc", None]
    old, new, with_token, again = (request.headers.get("authorization") for request in peer.seen)
    assert old is not None
    assert new is not None
    assert new != old
    assert with_token is None
    assert again == new


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_nan_and_infinity_raise_value_error_and_are_not_sent(
    agent: MakeAgent, number: float
) -> None:
    with Peer([[result()]]) as peer:
        to = agent("http", peer.address)
        with pytest.raises(ValueError, match="JSON"):
            sensors.NumericSensor("/x", to).setThresholds(
                sensors.NumericSensor.Thresholds(upperCritical=number)
            )
        to.json_rpc("/x", "getA")
    assert len(peer.seen) == 1


def test_an_invalid_login_leaves_the_previous_one_in_place(agent: MakeAgent) -> None:
    with Peer([[result()]]) as peer:
        to = agent("http", peer.address, "admin", "good")
        with pytest.raises(SettingsError, match="one line"):
            to.set_auth_token("")
        with pytest.raises(SettingsError, match="not UTF-8"):
            to.set_auth_basic("other", "\udcff")
        assert to.user == "admin"
        assert to.passwd == "good"
        assert to.token is None
        to.json_rpc("/x", "getA")
    assert "authorization" in peer.seen[0].headers


@pytest.mark.parametrize("seconds, year", [(900_000_000_000, 9999), (-(10**15), 1)])
def test_a_time_beyond_the_calendar_is_clamped_and_written_back_unchanged_by_copies_too(
    seconds: int, year: int
) -> None:
    json = {"sessionId": 1, "creationTime": seconds}
    far = session.Session.decode(json, AGENT)
    for copied in (far, copy.copy(far), copy.deepcopy(far), pickle.loads(pickle.dumps(far))):
        assert copied.creationTime.year == year
        assert encode(copied) == json


def test_a_time_computed_from_a_clamped_one_is_written_as_computed() -> None:
    far = session.Session.decode({"creationTime": 900_000_000_000}, AGENT)
    moment = far.creationTime.replace(year=2020, tzinfo=datetime.timezone.utc)
    assert encode(moment) == encode(copy.deepcopy(moment)) == 1609459199


def test_a_copied_structure_keeps_its_references(to: Agent) -> None:
    outlet_sensors = pdumodel.Outlet("/model/pdu/0/outlet/0", to).getSensors()
    current = copy.deepcopy(outlet_sensors).current
    assert current == outlet_sensors.current
    assert current is not None
    assert current.getReading().valid


def test_a_bulk_configuration_sends_its_arguments_encoded_and_no_password_for_clear_text(
    agent: MakeAgent,
) -> None:
    answer = http("text", "200 OK", "X-Response-Code: 0")
    with Peer([[answer], [answer] * 2, [answer] * 2]) as peer:
        to = agent("http", peer.address)
        assert bulkcfg.download(to) == b"text"
        assert bulkcfg.upload(to, b"x", password=None) == 0
        bulkcfg.download(to, backup=True, password="a b+&/", link_ids=[2, 3])
        bulkcfg.upload(to, b"x", True, "a b", "firmware_version,model", link_ids=(1,))
        bulkcfg.download(to, password="ignored", clear_text=True)
    targets = [request.start.split()[1] for request in peer.seen]
    assert targets == [
        "/cgi-bin/bulk_config_save.cgi?link_ids=1",
        "/cgi-bin/bulk_config_restore.cgi?link_ids=1",
        "/cgi-bin/bulk_config_save.cgi?link_ids=2,3&mode=backup&bulk_config_password=a%20b%2B%26%2F",
        "/cgi-bin/bulk_config_restore.cgi?link_ids=1&mode=backup&user_password=a%20b&skip_checks=firmware_version,model",
        "/cgi-bin/bulk_config_save.cgi?link_ids=1&config_format=cleartext",
    ]


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda to: UNTYPED.upload(to, b"x", link_ids="12"), "link_ids has '1'"),
        (lambda to: UNTYPED.upload(to, b"x", link_ids=[2.9]), "link_ids has 2.9"),
        (lambda to: UNTYPED.download(to, link_ids=[True]), "link_ids has True"),
        (lambda to: UNTYPED.download(to, link_ids=[0]), "link_ids has 0"),
        (lambda to: UNTYPED.upload(to, b"x", backup="no"), "backup is 'no'"),
        (lambda to: UNTYPED.download(to, clear_text="no"), "clear_text is 'no'"),
        (lambda to: UNTYPED.download(to, password=b"secret-word"), "password is of the type bytes"),
        (lambda to: UNTYPED.upload(to, b"x", skip_check="modell"), "skip_check has 'modell'"),
        (lambda to: UNTYPED.upload(to, b"x", skip_check=True), "skip_check is of the type bool"),
        (lambda to: cert.upload(to, b"certificate", b""), "keyData is empty"),
        (lambda to: firmware_module.upload(to, b"x", {"lowMemory": 1}), "'lowMemory' is no switch"),
        (
            lambda to: firmware_module.upload(to, b"x", {"lowMemoryUpload": "yes"}),
            "lowMemoryUpload is 'yes'",
        ),
    ],
)
def test_an_argument_of_a_script_that_is_not_as_documented_is_refused_before_a_request(
    agent: MakeAgent, call: Callable[[Agent], object], words: str
) -> None:
    with Peer([]) as peer:
        with pytest.raises((TypeError, ValueError), match=words) as error_info:
            call(agent("http", peer.address))
        assert peer.accepted == 0
        assert "secret-word" not in str(error_info.value)


@pytest.mark.parametrize(
    "page",
    [
        b"<html>login</html>",
        b"\xef\xbb\xbf\r\n<!DOCTYPE HTML><p>",
        b"<?xml version='1.0'?>\n<html>",
    ],
)
@pytest.mark.parametrize(
    "download, script",
    [
        (bulkcfg.download, "bulk_config_save"),
        (rawcfg.download, "raw_config_download"),
        (cert.download, "server_ssl_cert_download"),
        (diag.download, "diag-data"),
        (pdumodel.download_eto, "eto_desc"),
        (pdumodel.download_powermeter_csv, "export_pmc"),
        (lambda to: pdumodel.download_panel_csv(to, 1), "export_pmc"),
    ],
)
def test_a_web_page_is_no_file(
    agent: MakeAgent, download: Callable[[Agent], bytes], script: str, page: bytes
) -> None:
    with Peer([[http(page)]]) as peer:
        with pytest.raises(rpc.JsonRpcSyntaxException, match=f"GET /cgi-bin/{script}.cgi: .*page"):
            download(agent("http", peer.address))


# ---- elements and proxies ------------------------------------------------------------------------


def test_an_ordinal_of_a_newer_release_equals_the_element_that_the_vendor_calls_unknown() -> None:
    for unknown_element in (
        pdumodel.TransferSwitch.TransferReason.REASON_UNKNOWN,
        pdumodel.VoltageMonitoringSensor.EventType.UNKNOWN,
        cascading.CascadeManager.LinkUnitStatus.UNKNOWN,
        peripheral.PortType.UNSPECIFIED,
    ):
        enumeration = type(unknown_element)
        newer_element = enumeration.decode(99)  # none of them has so many elements
        assert newer_element == unknown_element
        assert hash(newer_element) == hash(unknown_element)
        assert newer_element.name == unknown_element.name
        assert encode(newer_element) == 99  # it is written back as it was read

        # our decoder's own ordinal for a field that an answer leaves out
        absent_element = enumeration.decode(-1)
        assert absent_element != unknown_element


def test_objects_of_two_pdus_are_not_equal() -> None:
    first, same, second = (
        pdumodel.Outlet("/model/pdu/0/outlet/0", rpc.Agent("https", host, "a", "b"))
        for host in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
    )
    assert first == same != second
    assert len({first, same, second}) == 2
