"""Properties of the codec for the declared structures, and for particular types."""

from __future__ import annotations

import datetime
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from handlers.raritan.rpc import (
    Interface,
    Structure,
    Time,
    ValueObject,
    cascading,
    cert,
    event,
    firmware,
    pdumodel,
    present,
    sensors,
    servermon,
    session,
)
from handlers.raritan.rpc._runtime.codec import decode, encode
from handlers.raritan.rpc._runtime.errors import JsonRpcSyntaxException
from handlers.raritan.rpc._runtime.registry import class_of_idl_type
from handlers.shared.errors import ProtocolError

from .declared import Nowhere, classes, hints, structure_json

STRUCTURES = classes(Structure)
AGENT = Nowhere()
State = pdumodel.Outlet.State
thorough = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def some_structure(draw: st.DrawFn) -> tuple[type[Structure], dict[str, Any]]:
    cls: type[Structure] = draw(st.sampled_from(STRUCTURES))
    return cls, draw(structure_json(cls))


@thorough
@given(some_structure(), st.data())
def test_missing_fields_stay_missing_and_null_and_unknown_fields_survive(
    made: tuple[type[Structure], dict[str, Any]], data: st.DataObject
) -> None:
    cls, json = made
    missing_keys: set[str] = set()
    if json:
        missing_keys = data.draw(st.sets(st.sampled_from(sorted(json))))
    older = {name: value for name, value in json.items() if name not in missing_keys}
    if older:
        null_key = data.draw(st.sampled_from(sorted(older)))
        older[null_key] = None
    older["ofTheFuture"] = [1, {"a": None}]

    value = cls.decode(older, AGENT)

    assert value.encode() == older
    assert cls.decode(value.encode(), AGENT) == value
    for name in missing_keys:
        assert not present(value, name)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


@thorough
@given(some_structure(), st.data())
def test_any_json_or_a_field_with_any_json_is_decoded_or_is_a_syntax_error(
    made: tuple[type[Structure], dict[str, Any]], data: st.DataObject
) -> None:
    cls, whole = made
    json = data.draw(_ANYTHING)
    if data.draw(st.booleans()) and whole:
        json = {**whole, data.draw(st.sampled_from(sorted(whole))): json}
    try:
        cls.decode(json, AGENT)
    except ProtocolError as error:
        assert isinstance(error, JsonRpcSyntaxException)


def test_each_structure_can_be_made_without_arguments_and_from_an_empty_object() -> None:
    assert len(STRUCTURES) > 330
    for cls in STRUCTURES:
        names = list(hints(cls))
        empty = cls()
        values = [getattr(empty, name) for name in names]
        decoded = cls.decode({}, AGENT)

        assert cls(*values) == empty, cls
        assert decoded.encode() == {}, cls
        for name in names:
            assert not present(decoded, name), (cls, name)


def test_an_iterator_in_a_field_is_a_list_and_may_be_sent_twice() -> None:
    backward: Any = reversed(range(3))
    pdu_settings = pdumodel.Pdu.Settings(outletPowerStateSequence=backward)
    assert pdu_settings.encode()["outletPowerStateSequence"] == [2, 1, 0]

    forward: Any = map(int, "012")
    pdu_settings.outletPowerStateSequence = forward
    assert pdu_settings.encode()["outletPowerStateSequence"] == [0, 1, 2]
    assert pdu_settings.encode()["outletPowerStateSequence"] == [0, 1, 2]


def test_an_iterator_as_an_argument_is_a_list() -> None:
    device = _Device()
    numbers: Any = iter([1, 2])
    off = pdumodel.Outlet.PowerState.PS_OFF
    pdumodel.Pdu("/x", device).setMultipleOutletPowerStates(numbers, off, True)
    assert device.calls[0]["outletNumbers"] == [1, 2]


# ---- particular types ----------------------------------------------------------------------------


def test_a_missing_power_state_is_unknown_and_never_off() -> None:
    state = State.decode({"available": True}, AGENT)
    assert state.powerState.val == -1
    assert state.powerState != pdumodel.Outlet.PowerState.PS_OFF
    assert not present(state, "powerState")
    assert present(state, "available")


@pytest.mark.parametrize(
    "cls, json, received, absent",
    [
        pytest.param(
            cascading.CascadeManager.Status,
            {"master": "a", "future": 0},
            ("primaryUnit", "master", "future"),
            ("linkUnits", "other"),
            id="a field under its older name, and one of a newer release",
        ),
        pytest.param(
            cascading.CascadeManager.Status,
            {"role": None, "future": None},
            (),
            ("primaryUnit", "master", "role", "future"),
            id="null",
        ),
        pytest.param(
            cert.ServerSSLCert.ReqInfo,
            {"keyLength": 2048},
            ("keyLength",),
            ("keyInfo", "keyType", "names"),
            id="a field that older releases have in place of keyInfo",
        ),
        pytest.param(
            cert.ServerSSLCert.ReqInfo,
            {"keyInfo": {"rsaKeyLength": 2048}},
            ("keyInfo", "keyLength"),
            ("subject", "keyType"),
            id="a part of a newer structure, which older releases have by itself",
        ),
        pytest.param(
            pdumodel.Pdu.Sensors,
            {"activePower": None},
            (),
            ("activePower", "activeEnergy"),
            id="a null reference",
        ),
    ],
)
def test_only_a_received_field_that_is_not_null_is_present_by_any_of_its_names(
    cls: type[Structure], json: dict[str, Any], received: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    value = cls.decode(json, AGENT)
    made_by_a_script = cls()
    assert present(value, *received)
    for name in absent:
        assert not present(value, name)
    assert present(made_by_a_script, *received, *absent)


def test_a_field_that_caller_sets_is_sent_even_if_it_was_missing_and_equals_the_default() -> None:
    settings_ = pdumodel.Pdu.Settings.decode({"name": "a"}, AGENT)
    settings_.inhibitRelayControl = False
    settings_.cycleDelay = 3
    assert settings_.encode() == {
        "name": "a",
        "inhibitRelayControl": False,
        "cycleDelay": 3,
    }


def test_a_change_inside_a_missing_structure_is_sent() -> None:
    settings_ = servermon.ServerMonitor.ServerSettings.decode({"host": "a"}, AGENT)
    settings_.powerSettings.enabled = True
    assert settings_.encode() == {"host": "a", "powerSettings": {"enabled": True}}


@pytest.mark.parametrize("wire", ["master", "primaryUnit"])
def test_a_renamed_field_has_both_names_and_is_written_under_the_received_one(wire: str) -> None:
    status = cascading.CascadeManager.Status.decode(
        {"role": 1, wire: "192.0.2.1", "linkUnits": []}, AGENT
    )
    assert status.primaryUnit == status.master == "192.0.2.1"
    status.master = "192.0.2.2"
    assert status.encode() == {"role": 1, wire: "192.0.2.2", "linkUnits": []}
    assert cascading.CascadeManager.Role["MASTER"] == cascading.CascadeManager.Role.PRIMARY_UNIT


@pytest.mark.parametrize(
    "wire",
    [
        {"keyLength": 2048},
        {"keyType": 1, "ellipticCurve": 0, "rsaKeyLength": 2048},
        {"keyInfo": {"type": 1, "ecCurve": 0, "rsaKeyLength": 2048, "inSecureElement": False}},
    ],
)
def test_a_certificates_key_is_read_by_old_and_new_names_on_every_firmware(
    wire: dict[str, Any],
) -> None:
    json = {"subject": {"commonName": "a"}, **wire}
    request = cert.ServerSSLCert.ReqInfo.decode(json, AGENT)
    assert request.keyLength == request.rsaKeyLength == request.keyInfo.rsaKeyLength == 2048
    assert request.encode() == json
    request.keyLength = 4096
    assert request.keyInfo.rsaKeyLength == 4096
    encoded = request.encode()
    assert set(encoded) == set(json)
    assert "4096" in str(encoded)
    assert "2048" not in str(encoded)
    request.keyInfo = cert.ServerSSLCert.KeyInfo(rsaKeyLength=1024)
    assert present(request, "keyInfo")
    assert request.keyLength == 1024


@pytest.mark.parametrize(
    "json",
    [[{"voltage": 1.5, "current": 2}], {"voltage": [1.5], "current": [2.0], "sampleRate": 9}],
)
def test_a_waveform_is_read_as_a_list_of_samples_and_as_a_structure(json: Any) -> None:
    entry = pdumodel.TransferSwitch.TransferLogEntry.decode({"waveform": json}, AGENT)
    assert isinstance(entry.waveform, list) is isinstance(json, list)
    assert entry.encode() == {"waveform": json}


def test_a_value_object_of_an_unknown_type_keeps_its_type_and_fields() -> None:
    json = {"type": "pdumodel.Outlet_9_0_0.FutureEvent:1.0.0", "value": {"source": None, "more": 3}}
    event = decode(ValueObject, json, AGENT)
    assert type(event) is ValueObject
    assert encode(event) == json


STRANGE_TYPES = (
    "os.system:1.0",
    "pdumodel.os:1",
    "handlers.shared.errors:1",
    "idl.functools",
    "",
    ":",
    "pdumodel.__init__",
    "pdumodel.Outlet.__class__:1.0.0",
    "..pdumodel.Outlet",
    "pdumodel.Nope:9",
    "session.PduHandlerError:1.0.0",
    "logging.LogHelper:1.0.0",
    "bulkcfg.UploadCode:1.0.0",
    "servermon.Interface:1.0.0",
)


@pytest.mark.parametrize("name", STRANGE_TYPES)
def test_a_type_name_that_is_not_an_interface_leaves_the_declared_class(name: str) -> None:
    proxy = decode(pdumodel.Outlet, {"rid": "/x", "type": name}, AGENT)
    assert type(proxy) is pdumodel.Outlet
    assert proxy.wire_type == name
    assert class_of_idl_type(name) is None


def test_a_very_long_type_name_is_not_cached() -> None:
    class_of_idl_type(pdumodel.Outlet.idlType)
    before = class_of_idl_type.cache_info()
    proxy = decode(pdumodel.Outlet, {"rid": "/x", "type": "pdumodel." + "x" * 1_000_000}, AGENT)
    assert type(proxy) is pdumodel.Outlet
    assert class_of_idl_type.cache_info() == before


def test_times_are_datetimes_in_utc_without_zone() -> None:
    reading = sensors.NumericSensor.Reading.decode({"timestamp": 86400}, AGENT)
    assert reading.timestamp == datetime.datetime(1970, 1, 2)
    aware = datetime.datetime(2020, 1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
    assert encode(aware) == 1577836800 == encode(datetime.datetime(2020, 1, 1))


def test_results_after_a_return_code_may_be_null_but_a_single_result_may_not() -> None:
    manager: Any = session.SessionManager("/session", AGENT)
    image_info: Any = firmware.Firmware("/firmware", AGENT).getImageInfo
    code, blank_session, token = manager.newSession.decode(
        {"_ret_": 1, "session": None, "token": None}
    )
    assert code == 1
    assert token == ""
    assert not present(blank_session, "sessionId")
    answers: list[Any] = [{"_ret_": False, "info": None}, {"_ret_": False}, {"info": {}}]
    for answer in answers:
        with pytest.raises(JsonRpcSyntaxException, match="the answer contains no"):
            image_info.decode(answer)
    with pytest.raises(JsonRpcSyntaxException):
        manager.getCurrentSession.decode({"_ret_": None})


@pytest.mark.parametrize("answer", [{"token": "t"}, {"_ret_": None, "token": "t"}])
def test_a_missing_result_code_is_not_success(answer: dict[str, Any]) -> None:
    manager: Any = session.SessionManager("/session", AGENT)
    with pytest.raises(
        JsonRpcSyntaxException, match="newSession: the answer contains no result code"
    ):
        manager.newSession.decode(answer)


def test_a_result_that_is_nested_too_deeply_is_a_protocol_error() -> None:
    engine: Any = event.Engine("/event_engine", AGENT)
    condition: dict[str, Any] = {"conditions": []}
    for _ in range(sys.getrecursionlimit()):
        condition = {"conditions": [condition]}
    with pytest.raises(JsonRpcSyntaxException, match="listRules: the result is nested too deeply"):
        engine.listRules.decode({"_ret_": [{"condition": condition}]})


def test_a_key_of_a_map_may_come_twice_only_with_the_same_value() -> None:
    panels = [{"key": 1, "value": {"rid": f"/panel/{n}", "type": ""}} for n in (1, 2)]
    assert list(decode(dict[int, Interface], [panels[0], panels[0]], AGENT)) == [1]
    with pytest.raises(JsonRpcSyntaxException, match="two values for one key"):
        decode(dict[int, Interface], panels, AGENT)


def test_only_json_values_and_idl_types_are_encoded() -> None:
    on = pdumodel.Outlet.PowerState.PS_ON
    assert encode([1, 2.5, "a", True, None, on]) == [1, 2.5, "a", True, None, 1]
    assert encode(pdumodel.Outlet) == pdumodel.Outlet.idlType
    with pytest.raises(TypeError, match="no IDL type"):
        encode(object())


# ---- arguments -----------------------------------------------------------------------------------

_OUTLET = pdumodel.Outlet("/outlet/0", AGENT)
_PDU = pdumodel.Pdu("/pdu/0", AGENT)
_OFF = pdumodel.Outlet.PowerState.PS_OFF
_WRONG_FIELDS: dict[str, Any] = {"name": 1, "startupState": _OFF}


@pytest.mark.parametrize(
    "method, arguments",
    [
        *(
            (_OUTLET.setPowerState, (value,))
            for value in (
                pdumodel.Outlet.StartupState.SS_ON,
                "PS_OFF",
                None,
                False,
                0,
                7.5,
                [_OFF],
                pdumodel.Outlet.PowerState,
            )
        ),
        *(
            (_PDU.setMultipleOutletPowerStates, (numbers, _OFF, False))
            for numbers in ("12", {3: 1}, [True], [1.0], ["1"], [_OFF], 3, None)
        ),
        (_PDU.setMultipleOutletPowerStates, ([1], _OFF, "no")),
        (_OUTLET.setSettings, (pdumodel.Outlet.MetaData(),)),
        *(
            (_OUTLET.setSettings, (pdumodel.Outlet.Settings(**{name: value}),))
            for name, value in _WRONG_FIELDS.items()
        ),
    ],
)
def test_an_argument_of_another_type_is_refused_before_anything_is_sent(
    method: Any, arguments: tuple[object, ...]
) -> None:
    with pytest.raises(TypeError, match=f"{method.name}.*was expected"):
        method.encode(*arguments)


def test_elements_of_two_enumerations_are_never_equal() -> None:
    states: Any = pdumodel.Outlet.PowerState
    startup: Any = pdumodel.Outlet.StartupState
    assert states.PS_OFF != startup.SS_ON
    assert states.PS_OFF == states(0) == 0
    assert states(7) == states(7)
    assert states(7) != startup(7)
    assert {states.PS_OFF: "off"}.get(startup.SS_ON) is None


def test_a_reference_in_a_list_may_be_null() -> None:
    outlet = {"rid": "/outlet/0", "type": "pdumodel.Outlet:3.0.4"}
    assert decode(list[pdumodel.Outlet], [None, outlet], AGENT) == [None, _OUTLET]
    with pytest.raises(JsonRpcSyntaxException):
        decode(list[int], [None], AGENT)


@pytest.mark.parametrize("seconds", [0, -1, 1_800_000_000, 10**15, -(10**15)])
def test_a_time_is_decoded_from_its_seconds(seconds: int) -> None:
    assert Time.decode(seconds).encode() == seconds


# ---- what was not sent, and what is not sent -----------------------------------------------------


class _Device:
    """An agent whose device answers each call with `result`; `calls` has what was sent."""

    def __init__(self, result: object = 0, url: str = "https://192.0.2.1") -> None:
        self.result = {"_ret_": result}
        self.url = url
        self.calls = list[Any]()

    def json_rpc(self, target: str, method: str, params: Any = ()) -> object:
        self.calls.append(params)
        return self.result


_READING = {"timestamp": 1, "available": True, "valid": True, "status": {}}


@pytest.mark.parametrize("json", [_READING, {**_READING, "value": None}])
def test_a_number_that_was_not_sent_is_not_0(json: dict[str, Any]) -> None:
    reading = sensors.NumericSensor("/x", _Device(json)).getReading()
    assert reading.available
    assert not hasattr(reading, "value")
    with pytest.raises(JsonRpcSyntaxException, match="sent no value"):
        print(reading.value)
    with pytest.raises(JsonRpcSyntaxException, match="sent no aboveUpperCritical"):
        print(reading.status.aboveUpperCritical)
    assert reading.encode() == json
    reading.value = 0.0
    assert reading.encode() == {**json, "value": 0.0}


@pytest.mark.parametrize("ordinal", [-1, 7])
def test_an_element_that_no_enumeration_has_is_no_command(ordinal: int) -> None:
    device = _Device()
    with pytest.raises(TypeError, match="pstate: .*no element"):
        pdumodel.Outlet("/x", device).setPowerState(pdumodel.Outlet.PowerState(ordinal))
    assert device.calls == []


def test_a_missing_element_that_a_caller_puts_into_a_field_is_not_sent() -> None:
    """The device has no field `startupState`, so that the settings are written back as they are."""
    device = _Device({"name": "a"})
    outlet = pdumodel.Outlet("/x", device)
    read_settings = outlet.getSettings()
    device.result = {"_ret_": 0}
    outlet.setSettings(read_settings)

    missing = pdumodel.Outlet.StartupState(-1)
    read_settings.startupState = missing
    own_settings = pdumodel.Outlet.Settings(startupState=missing)
    for outlet_settings in (read_settings, own_settings):
        with pytest.raises(TypeError, match="settings: .*no element"):
            outlet.setSettings(outlet_settings)

    getter, setter = device.calls
    assert "settings" not in getter
    assert setter["settings"] == {"name": "a"}


def test_an_object_of_another_unit_is_no_argument() -> None:
    device = _Device()
    other = _Device(url="https://192.0.2.2")
    stranger = pdumodel.Outlet("/o", other)
    group = pdumodel.OutletGroup.Settings(members=[stranger])
    with pytest.raises(TypeError, match="belongs to https://192.0.2.2"):
        pdumodel.OutletGroup("/g", device).setSettings(group)
    members: Any = iter([stranger])
    with pytest.raises(TypeError, match="belongs to https://192.0.2.2"):
        pdumodel.OutletGroupManager("/m", device).createGroup("a", members)
    assert device.calls == [] == other.calls


def test_a_text_that_is_no_utf_8_is_not_written_back() -> None:
    device = _Device({"name": "B\ufffdro", "cycleDelay": 3})
    outlet = pdumodel.Outlet("/x", device)
    outlet_settings = outlet.getSettings()
    outlet_settings.cycleDelay = 5
    with pytest.raises(TypeError, match="settings: name has the character U.FFFD"):
        outlet.setSettings(outlet_settings)
    assert len(device.calls) == 1
    outlet_settings.name = "Büro"
    device.result = {"_ret_": 0}
    assert outlet.setSettings(outlet_settings) == 0
