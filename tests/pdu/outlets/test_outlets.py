"""`pdu outlets` and the currents of `pdu statistic`: one form for all handlers."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Iterator, Sequence

import pytest

from handlers import dcimanager
from handlers.shared import errors
from handlers.shared.errors import PduHandlerError
from handlers.shared.labels import Label
from handlers.shared.meter_figures import MeterFigures
from pdu.cli import exit_codes
from pdu.loading.handler_loading import LoadedHandler
from pdu.reading import parts as reading
from pdu.reading.parts import PolledOutlet
from pdu_common.base_pdu import BasePdu
from pdu_common.connection import PduData
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)
from tests.pdu.running import run, use_login, use_pdu
from tests.peers import PEERS
from tests.peers.unit_pdus import outlet_meters

KEYS = ["identity", "number", "name", "state", "current_a", "power_w", "energy_kwh"]
ALL = (reading.states, reading.power, reading.labels)
SHOWN = {True: "on", False: "off", None: "unknown"}


@pytest.mark.parametrize("name", PEERS)
def test_outlets_of_every_handler_have_the_same_keys_and_the_true_states_and_figures(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with PEERS[name]() as peer:
        arguments = use_login(monkeypatch, peer)
        code, out, err = run(capsys, "outlets", name, peer.address, *arguments, "--json")
        books = peer.books()

    assert code == 0
    # the input of NUT's unit lists a current alone, and its power is the sum of the outlets
    assert "no power" not in err
    document = json.loads(out)
    assert document["load_a"] == pytest.approx(books.load_a)
    assert document["energy_kwh"] == pytest.approx(books.energy_kwh)
    outlets = document["outlets"]
    for outlet in outlets:
        assert list(outlet) == KEYS
    states = [(identity, SHOWN[is_on]) for identity, is_on in books.states.items()]
    assert [(outlet["identity"], outlet["state"]) for outlet in outlets] == states
    energies = [books.port_energy_kwh.get(identity) for identity in books.states]
    assert [outlet["energy_kwh"] for outlet in outlets] == pytest.approx(energies)
    for key in ("current_a", "power_w"):
        is_metered = any(outlet[key] for outlet in outlets)
        assert is_metered is (key in outlet_meters(name))


@pytest.mark.parametrize("name", PEERS)
def test_the_table_of_outlets_has_a_column_of_each_metered_figure(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with PEERS[name]() as peer:
        arguments = use_login(monkeypatch, peer)
        code, out, _ = run(capsys, "outlets", name, peer.address, *arguments)
    assert code == 0
    units = {"current_a": "A", "power_w": "W", "energy_kwh": "kWh"}
    metered_units = [unit for key, unit in units.items() if key in outlet_meters(name)]
    _, head, *_ = out.splitlines()
    assert head.split() == ["identity", "number", "name", "state", *metered_units]


@pytest.mark.parametrize("name", PEERS)
def test_the_csv_of_outlets_has_all_keys_and_the_true_states(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with PEERS[name]() as peer:
        arguments = use_login(monkeypatch, peer)
        _, out, _ = run(capsys, "outlets", name, peer.address, *arguments, "--csv")
        states = peer.books().states
    rows = list(csv.DictReader(io.StringIO(out)))
    assert list(rows[0]) == ["pdu", "handler", "host", *KEYS]
    assert [row["state"] for row in rows] == [SHOWN[is_on] for is_on in states.values()]


class WithoutPower(BasePdu):
    """Its load and energy can be read; its power, which only tools read, raises `why`."""

    why: PduHandlerError = errors.ProtocolError("the watts are no number")

    @contextlib.contextmanager
    def opened(self, with_states: bool) -> Iterator[WithoutPower]:
        yield self

    def figures(self, with_power: bool) -> dcimanager.Figures:
        if with_power:
            raise self.why
        return dcimanager.Figures(2.0, 5.0, {"1": MeterFigures(energy_kwh=5.0)})


def test_a_figure_that_only_tools_read_does_not_hide_those_of_dcimanager(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_pdu(monkeypatch, WithoutPower)
    code, out, err = run(capsys, "statistic", "x", "192.0.2.7", "--json")
    assert code == 0
    assert err == "warning: 192.0.2.7: no power: the watts are no number\n"
    document = json.loads(out)
    assert document["reasons"] == ["no power: the watts are no number"]
    assert document["load_a"] == 2
    assert document["energy_kwh"] == 5
    assert document["power_w"] is None
    assert document["outlets"][0]["energy_kwh"] == 5.0

    _, table, _ = run(capsys, "statistic", "x", "192.0.2.7")
    assert "power not known" in table


class WithoutStates(BasePdu):
    """Its outlets have names and figures; its states cannot be read."""

    energies = {"2": MeterFigures(energy_kwh=5.0)}
    names = (Label("1", "A1", "web-7"), Label("2", "A2", "web-8"))

    @contextlib.contextmanager
    def opened(self, with_states: bool) -> Iterator[WithoutStates]:
        yield self

    def states(self) -> list[tuple[str, EnumPowerStatus]]:
        raise errors.ProtocolError("outlet 1 is listed twice")

    def figures(self, with_power: bool) -> dcimanager.Figures:
        return dcimanager.Figures(2.0, 5.0, self.energies)

    def labels(self) -> Sequence[Label]:
        return self.names


def test_outlets_whose_states_cannot_be_read_have_names_and_figures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_pdu(monkeypatch, WithoutStates)
    code, out, err = run(capsys, "outlets", "x", "192.0.2.7", "--json")
    assert (code, err) == (0, "warning: 192.0.2.7: no states: outlet 1 is listed twice\n")
    document = json.loads(out)
    assert document["reasons"] == ["no states: outlet 1 is listed twice"]
    assert document["load_a"] == 2
    assert [tuple(outlet.values()) for outlet in document["outlets"]] == [
        ("1", "A1", "web-7", "unknown", None, None, None),
        ("2", "A2", "web-8", "unknown", None, None, 5.0),
    ]


def test_without_states_labels_keep_the_figures_that_were_read_before() -> None:
    handler = LoadedHandler("x", "x.tar.gz", WithoutStates, (), False)
    names = [part.name for part in ALL]
    pdu = reading.read_pdu(handler, PduData("192.0.2.7"), ALL, optional=names)
    figures = {outlet.number: outlet.figures.energy_kwh for outlet in pdu.outlets}
    assert figures == {"A1": None, "A2": 5.0}


def test_no_outlets_and_no_states_are_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(WithoutStates, "names", ())
    monkeypatch.setattr(WithoutStates, "energies", {})
    use_pdu(monkeypatch, WithoutStates)
    code, out, err = run(capsys, "outlets", "x", "192.0.2.7")
    assert (code, out) == (exit_codes.code_of("protocol"), "")
    assert err == "protocol: 192.0.2.7: status: outlet 1 is listed twice\n"


def test_a_unit_that_does_not_answer_has_no_figures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(WithoutPower, "why", errors.Unreachable("no answer"))
    use_pdu(monkeypatch, WithoutPower)
    code, _, _ = run(capsys, "statistic", "x", "192.0.2.7")
    assert code == exit_codes.code_of("unreachable")


class ByCalls(BasePdu):
    """A handler from elsewhere, without labels."""

    def status(self) -> PduView:
        return PduView([PduPortView("b", EnumPowerStatus.DOWN), PduPortView("a")])

    def statistic(self) -> PduStatisticView:
        return PduStatisticView(ports=[PduPortStatisticView("a", 1.5)])


def test_a_handler_from_elsewhere_is_read_through_its_calls() -> None:
    handler = LoadedHandler("x", "x.tar.gz", ByCalls, (), False)
    pdu = reading.read_pdu(handler, PduData("192.0.2.7"), ALL)
    assert pdu.outlets == [
        PolledOutlet("b", EnumPowerStatus.DOWN),
        PolledOutlet("a", EnumPowerStatus.UNKNOWN, figures=MeterFigures(energy_kwh=1.5)),
    ]
    assert pdu.load_a is None
    assert pdu.power_w is None
    assert pdu.energy_kwh is None


def test_several_hosts_are_one_csv_and_a_formula_is_disarmed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    view = PduView([PduPortView("=1+1", EnumPowerStatus.UP)])
    monkeypatch.setattr(ByCalls, "status", lambda _: view)
    use_pdu(monkeypatch, ByCalls)
    code, out, _ = run(capsys, "outlets", "x", "192.0.2.7", "192.0.2.8", "--csv")
    assert code == 0
    assert out.splitlines() == [
        "pdu,handler,host,identity,number,name,state,current_a,power_w,energy_kwh",
        ",x,192.0.2.7,'=1+1,,,on,,,",
        ",x,192.0.2.8,'=1+1,,,on,,,",
    ]


def test_json_and_csv_together_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "outlets", "x", "192.0.2.7", "--csv", "--json")
    assert code == 2
    assert "only one of --json and --csv" in json.loads(out)["error"]["reason"]
