from __future__ import annotations

import ipaddress
import itertools
import json
from collections import UserDict
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Callable, Optional

import pytest

from handlers import dcimanager
from handlers.dcimanager import MeterFigures, views
from handlers.shared.errors import ProtocolError, SettingsError
from handlers.shared.meter_figures import NOT_ASKED, NotKnown, NotMetered
from pdu_common.helper import EnumPowerStatus, PduStatisticView
from tests.chains import kept

PAIRS = {"Host": " 192.0.2.1 ", "verify": "no"}
WANTED = {"host": " 192.0.2.1 ", "verify": "no"}


@pytest.mark.parametrize(
    "data",
    [
        SimpleNamespace(ip="192.0.2.7"),
        SimpleNamespace(ip_addr="192.0.2.7"),
        SimpleNamespace(ip=None, address=" 192.0.2.7 "),
        {"host": "192.0.2.7"},
        SimpleNamespace(ip=ipaddress.ip_address("192.0.2.7")),
        SimpleNamespace(ip=b"192.0.2.7"),
    ],
)
def test_the_address_is_found_under_several_names_and_in_several_forms(data: object) -> None:
    assert dcimanager.address(data) == "192.0.2.7"


def test_a_missing_address_is_an_error_that_names_the_form() -> None:
    with pytest.raises(SettingsError, match="no address .*give one on the form"):
        dcimanager.address(SimpleNamespace(ip=""))


@pytest.mark.parametrize(
    "form",
    [
        PAIRS,
        UserDict(PAIRS),
        [{"key": k, "value": v} for k, v in PAIRS.items()],
        list(PAIRS.items()),
        json.dumps(PAIRS),
        [SimpleNamespace(key=k, value=v) for k, v in PAIRS.items()],
        json.dumps([{"key": k, "value": v} for k, v in PAIRS.items()]),
        json.dumps(PAIRS).encode(),
        {**PAIRS, "device": "pdu_raritan"},
    ],
)
def test_settings_are_read_from_each_known_form(form: object) -> None:
    assert dcimanager.settings(SimpleNamespace(custom_params=form)) == WANTED
    assert dcimanager.settings({"custom_params": form}) == WANTED


def test_a_setting_under_a_key_of_the_platform_is_read_unless_it_has_its_value() -> None:
    form = {"device": "pdu_nut", "custom_params": {"device": "rack1", "name": "x"}}
    assert dcimanager.settings(form, own=("device",)) == {"device": "rack1"}
    assert (
        dcimanager.settings({**form, "device": "rack1"}, own=("device",))
        == {}
        == dcimanager.settings(form)
    )
    assert dcimanager.settings({**form, "device": {"id": 7}}, own=("device",)) == {
        "device": "rack1"
    }
    assert dcimanager.settings({"settings": {"device": "None"}}, own=("device",)) == {
        "device": "None"
    }


@pytest.mark.parametrize(
    "form",
    [
        "not json",
        5,
        [1],
        [{"value": "x"}],
        [("a", "1"), ("A", "2")],
        '{"a": "1", "a": "2"}',
        {" ": "1"},
    ],
)
def test_settings_of_an_unknown_form_and_a_repeated_or_missing_key_are_an_error(
    form: object,
) -> None:
    with pytest.raises(SettingsError):
        dcimanager.settings({"custom_params": form})


def test_an_empty_row_of_the_form_is_not_a_setting() -> None:
    assert dcimanager.settings({"custom_params": {"": " ", "port": "443"}}) == {"port": "443"}


ABSURD: dict[str, object] = {
    "open brackets": "[" * 100_000,
    "nested value": '{"port": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "long number": '{"port": ' + "9" * 5000 + "}",
    "not UTF-8": b"\xff\xfe",
    "long text": '{"port": "' + "9" * 1_000_000 + '"}',
    "object as value": {"port": {"a": 1}},
    "list as value": {"port": [1]},
    "object as key": [{"key": {}, "value": 1}],
    "endless": ((f"key{n}", "x") for n in itertools.count()),
}


@pytest.mark.parametrize("form", ABSURD.values(), ids=ABSURD)
def test_settings_of_an_absurd_size_or_type_are_a_short_error(form: object) -> None:
    with pytest.raises(SettingsError) as error_info:
        dcimanager.settings({"custom_params": form})
    assert len(str(error_info.value)) < 300


@pytest.mark.parametrize("form", [dict, list], ids=["mapping", "pairs"])
def test_a_hundred_settings_are_read_and_one_more_is_an_error(
    form: Callable[[object], object],
) -> None:
    settings = {f"key{n}": "x" for n in range(100)}
    assert dcimanager.settings({"custom_params": form(settings.items())}) == settings
    with pytest.raises(SettingsError, match="more than 100"):
        dcimanager.settings({"custom_params": form({**settings, "key100": "x"}.items())})


def test_settings_that_are_too_long_are_not_called_invalid_json() -> None:
    with pytest.raises(SettingsError, match="more than 1000000 characters"):
        dcimanager.settings({"custom_params": json.dumps({"ca_pem": "x" * 1_000_000})})


@pytest.mark.parametrize("form", [json.dumps(json.dumps(PAIRS)), '"abc"', '""'])
def test_json_of_a_string_is_an_error_about_its_type(form: str) -> None:
    with pytest.raises(SettingsError, match="have the type str; give keys and values"):
        dcimanager.settings({"custom_params": form})


def test_text_that_is_not_json_stays_out_of_the_errors_causes() -> None:
    with pytest.raises(SettingsError) as error_info:
        dcimanager.settings({"custom_params": '{"password": "hunter2"'})
    assert "hunter2" not in kept(error_info.value)


@pytest.mark.parametrize(
    "address", ["two words", "a\nb", "\x1b[2J", "x" * 1000, "host\ud800", b"\x07bel"]
)
def test_the_error_for_an_impossible_address_is_short_and_without_control_characters(
    address: object,
) -> None:
    with pytest.raises(SettingsError, match="address") as error_info:
        dcimanager.address(SimpleNamespace(ip=address))
    assert str(error_info.value).isprintable()
    assert len(str(error_info.value)) < 300


def test_a_view_of_states_holds_them() -> None:
    view = dcimanager.pdu_view([("1", EnumPowerStatus.UP), ("2.7", EnumPowerStatus.UNKNOWN)])
    first, second = view.ports
    assert first.identity == "1"
    assert first.power_status is EnumPowerStatus.UP
    assert second.identity == "2.7"
    assert second.power_status is EnumPowerStatus.UNKNOWN


def test_views_hold_readings_and_leave_unmetered_figures_at_their_default() -> None:
    """The default means "not metered". A 0.0 that the handler sets means that zero was measured."""
    ports = {"1": MeterFigures(0.5, energy_kwh=2), "2": MeterFigures()}
    view = dcimanager.Figures(None, 12.5, ports).view()
    assert view.load is PduStatisticView.load
    assert view.total_consumption == 12.5
    # an entry without an energy would show 0
    (port,) = view.ports
    assert port.identity == "1"
    assert port.consumption == 2.0


@pytest.mark.parametrize(
    "figures, name",
    [
        (dcimanager.Figures(NotKnown("row 3 of bankCurrent is missing"), 12.5), "load"),
        (dcimanager.Figures(2.0, NotKnown("row 3 of bankCurrent is missing")), "energy"),
    ],
)
def test_a_total_that_is_not_known_is_an_error(figures: dcimanager.Figures, name: str) -> None:
    with pytest.raises(ProtocolError) as error_info:
        figures.view()
    sentence = f"the {name} cannot be read now: row 3 of bankCurrent is missing; poll again"
    assert sentence in error_info.value.reason
    assert error_info.value.keys == ("unknown_figures",)

    view = figures.unset_unknown().view()
    assert view.load in (2.0, 0.0)
    assert view.total_consumption in (12.5, 0.0)


def test_an_outlet_whose_energy_is_not_known_has_no_entry() -> None:
    unread = NotKnown("row 3 of bankCurrent is missing")
    ports = {"1": MeterFigures(energy_kwh=2.0), "2": MeterFigures(1.0, energy_kwh=unread)}
    figures = dcimanager.Figures(2.0, NotMetered("1 of 2 inlets has no meter"), ports)
    assert [port.identity for port in figures.view().ports] == ["1"]
    sentence = "without an energy: outlet 2: row 3 of bankCurrent is missing"
    assert figures.outlets_not_known() == [sentence]

    unset = figures._replace(power_w=NOT_ASKED).unset_unknown()
    assert unset.ports["2"].energy_kwh == NotMetered(unread.reason)
    assert unset.power_w == NOT_ASKED  # which is no word about the unit


@pytest.mark.parametrize("figure", [float("nan"), float("inf")])
def test_nan_and_infinity_never_reach_the_platform(figure: float) -> None:
    port = MeterFigures(energy_kwh=figure)
    of_load = dcimanager.Figures(figure, None, {})
    of_energy = dcimanager.Figures(None, figure, {})
    of_port = dcimanager.Figures(None, None, {"1": port})
    for figures in (of_load, of_energy, of_port):
        with pytest.raises(ProtocolError, match="not a finite number"):
            figures.view()


def test_a_label_from_a_device_has_no_control_characters() -> None:
    assert dcimanager.label("1", "\x1b[2J1", "db\r\n\u202e\ud800 ключ") == (
        "1",
        "\\x1b[2J1",
        "db\\r\\n\\u202e\\ud800 ключ",
    )


class Slotted:
    __slots__ = ("identity", "energy", "load")


class Plain:
    def __init__(self) -> None:
        self.identity = ""
        self.total_consumption = 0.0


class KeywordOnly:
    def __init__(self, *, identity: str, amperage: float = 0.0, consumption: float = 0.0) -> None:
        self.identity = identity
        self.amperage = amperage
        self.consumption = consumption


class Defaults:
    identity = ""
    consumption = 0.0


class Closed:
    def __init__(self, number: int) -> None:
        pytest.fail("a view without a field for the identity must not be made")


@pytest.mark.parametrize(
    "cls, energy, load",
    [
        (Slotted, "energy", "load"),
        (Plain, "total_consumption", None),
        (KeywordOnly, "consumption", "amperage"),
        (Defaults, "consumption", None),
    ],
)
def test_a_ports_figures_go_into_the_fields_of_its_view(
    monkeypatch: pytest.MonkeyPatch, cls: type, energy: str, load: Optional[str]
) -> None:
    monkeypatch.setattr(views, "PduPortStatisticView", cls)
    entry: Any = (
        dcimanager.Figures(None, None, {"7": MeterFigures(1.5, energy_kwh=20.0)}).view().ports[0]
    )
    assert entry.identity == "7"
    assert getattr(entry, energy) == 20.0
    assert load is None or getattr(entry, load) == 1.5


class PowerAlone:
    """A view whose only field for a figure may be one for W."""

    identity = ""
    power_consumption = 0.0


class PowerAndEnergy(PowerAlone):
    consumption = 0.0


ENERGY_OF_OUTLET_7 = dcimanager.Figures(None, None, {"7": MeterFigures(energy_kwh=20.0)})


def test_an_outlet_has_no_entry_if_its_view_has_no_field_for_its_energy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(views, "PduPortStatisticView", PowerAlone)
    assert ENERGY_OF_OUTLET_7.view().ports == []


def test_an_energy_goes_into_no_field_whose_meaning_is_not_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(views, "PduPortStatisticView", PowerAndEnergy)
    (entry,) = ENERGY_OF_OUTLET_7.view().ports
    assert isinstance(entry, PowerAndEnergy)
    assert entry.consumption == 20.0
    assert entry.power_consumption == 0.0


class Unset:
    def __init__(self) -> None:
        self.identity, self.consumption = "", 0.0
        self.load: Optional[float] = None


@pytest.mark.parametrize("cls, entries", [(KeywordOnly, 0), (Unset, 1)])
def test_a_current_that_is_not_known_is_never_shown_as_zero(
    monkeypatch: pytest.MonkeyPatch, cls: type, entries: int
) -> None:
    """Where the view's load has no value for "not known", the port has no entry at all."""
    monkeypatch.setattr(views, "PduPortStatisticView", cls)
    lost = MeterFigures(NotKnown("its sensor is not valid"), energy_kwh=20.0)
    not_metered = MeterFigures(None, energy_kwh=30.0)
    figures = dcimanager.Figures(None, None, {"7": lost, "8": not_metered})

    ports: list[Any] = figures.view().ports

    assert len(ports) == entries + 1
    loads_of_lost = [port.load for port in ports if port.identity == "7"]
    assert loads_of_lost == [None] * entries
    assert figures.port_view_fault() == ""
    assert "7: its sensor is not valid" in figures.outlets_not_known()[0]


@dataclass(frozen=True)
class ReadOnly:
    identity: str = field(default="", init=False)
    consumption: float = field(default=0.0, init=False)


class Typed:
    consumption = 0.0

    @property
    def identity(self) -> int:
        return 0

    @identity.setter
    def identity(self, value: object) -> None:
        raise TypeError("identity must be a number")


class Checked:
    """As a model that checks its fields when it is made, and needs another."""

    def __init__(self, **fields: object) -> None:
        if "serial" not in fields:
            raise ValueError("serial: field required")

    identity = ""
    consumption = 0.0


class Refusing:
    identity = ""

    def __setattr__(self, name: str, value: object) -> None:
        raise LookupError(name)


@pytest.mark.parametrize("cls", [Closed, ReadOnly, Typed, Checked, Refusing])
def test_totals_are_reported_if_a_ports_view_cannot_hold_an_identity(
    monkeypatch: pytest.MonkeyPatch, cls: type
) -> None:
    monkeypatch.setattr(views, "PduPortStatisticView", cls)
    view = dcimanager.Figures(3.0, 4.0, {"7": MeterFigures(1.5, energy_kwh=20.0)}).view()
    assert view.load == 3.0
    assert view.total_consumption == 4.0
    assert view.ports == []
