"""Properties of the codec for the declared structures, and what is not sent. How values are read
and written back stands in codec.txt.
"""

from __future__ import annotations

import datetime
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from handlers.raritan.rpc import (
    Structure,
    cascading,
    cert,
    event,
    pdumodel,
    present,
    sensors,
)
from handlers.raritan.rpc._runtime.codec import decode, encode
from handlers.raritan.rpc._runtime.errors import JsonRpcSyntaxException
from handlers.raritan.rpc._runtime.registry import class_of_idl_type
from handlers.shared.errors import ProtocolError
from tests.tables import Case

from .codec_table import TABLE, shown
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
        assert present(empty, *names), cls
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


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_json_is_read_and_written_back_as_the_lines_say(case: Case) -> None:
    case.check(shown(case))


def test_a_structure_that_holds_an_older_field_may_be_set_whole() -> None:
    request = cert.ServerSSLCert.ReqInfo.decode({"keyLength": 2048}, AGENT)
    request.keyInfo = cert.ServerSSLCert.KeyInfo(rsaKeyLength=1024)
    assert present(request, "keyInfo")
    assert request.keyLength == 1024


STRANGE_TYPES = (
    "os.system:1.0 pdumodel.os:1 handlers.shared.errors:1 idl.functools : pdumodel.__init__"
    " pdumodel.Outlet.__class__:1.0.0 ..pdumodel.Outlet pdumodel.Nope:9"
    " session.PduHandlerError:1.0.0 bulkcfg.UploadCode:1.0.0 servermon.Interface:1.0.0"
)


@pytest.mark.parametrize("name", ["", *STRANGE_TYPES.split()])
def test_a_type_name_that_is_not_an_interface_leaves_the_declared_class(name: str) -> None:
    proxy = decode(pdumodel.Outlet, {"rid": "/x", "type": name}, AGENT)
    assert type(proxy) is pdumodel.Outlet
    assert class_of_idl_type(name) is None


def test_a_very_long_type_name_is_not_cached() -> None:
    class_of_idl_type(pdumodel.Outlet.idlType)
    before = class_of_idl_type.cache_info()
    proxy = decode(pdumodel.Outlet, {"rid": "/x", "type": "pdumodel." + "x" * 1_000_000}, AGENT)
    assert type(proxy) is pdumodel.Outlet
    assert class_of_idl_type.cache_info() == before


def test_a_time_is_sent_in_utc() -> None:
    aware = datetime.datetime(2020, 1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
    assert encode(aware) == 1577836800 == encode(datetime.datetime(2020, 1, 1))


def test_a_result_that_is_nested_too_deeply_is_a_protocol_error() -> None:
    engine: Any = event.Engine("/event_engine", AGENT)
    condition: dict[str, Any] = {"conditions": []}
    for _ in range(sys.getrecursionlimit()):
        condition = {"conditions": [condition]}
    with pytest.raises(JsonRpcSyntaxException, match="listRules: the result is nested too deeply"):
        engine.listRules.decode({"_ret_": [{"condition": condition}]})


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
    roles = cascading.CascadeManager.Role
    assert roles["MASTER"] == roles.PRIMARY_UNIT


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
