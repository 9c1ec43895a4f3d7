"""`pdu outlets` and the currents of `pdu statistic`: one form for all handlers."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Iterator

import pytest

from handlers import dcimanager
from handlers.shared import errors
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import MeterFigures
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
        document, books = json.loads(out), peer.books()
        rows = document["outlets"]
        assert code == 0
        # the power of NUT's unit is not known: its input lists a current alone
        assert ("no power: input.realpower is not listed" in err) == (name == "nut")
        assert [list(row) for row in rows] == [KEYS] * len(books.states)
        states = {identity: SHOWN[on] for identity, on in books.states.items()}
        assert {row["identity"]: row["state"] for row in rows} == states
        sums = (document["load_a"], document["energy_kwh"])
        assert sums == pytest.approx((books.load_a, books.energy_kwh))
        energies = {identity: books.port_energy_kwh.get(identity) for identity in books.states}
        assert {row["identity"]: row["energy_kwh"] for row in rows} == pytest.approx(energies)
        assert any(row["current_a"] for row in rows) == ("current_a" in outlet_meters(name))
        assert any(row["power_w"] for row in rows) == ("power_w" in outlet_meters(name))
        code, out, _ = run(capsys, "outlets", name, peer.address, *arguments)
        head = out.splitlines()[1].split()
        units = {"A": "current_a", "W": "power_w", "kWh": "energy_kwh"}
        metered = [unit for unit, key in units.items() if key in outlet_meters(name)]
        assert code == 0 and head == ["identity", "number", "name", "state", *metered]
        code, out, _ = run(capsys, "outlets", name, peer.address, *arguments, "--csv")
        rows = list(csv.DictReader(io.StringIO(out)))
        assert list(rows[0]) == ["host", *KEYS]
        assert [row["state"] for row in rows] == list(states.values())


def test_a_figure_that_only_tools_read_does_not_hide_those_of_dcimanager(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Watts(BasePdu):
        why: PduHandlerError = errors.ProtocolError("the watts are no number")

        @contextlib.contextmanager
        def opened(self, with_states: bool) -> Iterator[Watts]:
            yield self

        def figures(self, with_power: bool) -> dcimanager.Figures:
            if with_power:
                raise self.why
            return dcimanager.Figures(2.0, 5.0, {"1": MeterFigures(energy_kwh=5.0)})

    use_pdu(monkeypatch, Watts)
    code, out, err = run(capsys, "statistic", "x", "192.0.2.7", "--json")
    document = json.loads(out)
    assert (code, err) == (0, "warning: 192.0.2.7: no power: the watts are no number\n")
    assert document["reasons"] == ["no power: the watts are no number"]
    assert "power not known" in run(capsys, "statistic", "x", "192.0.2.7")[1]
    assert (document["load_a"], document["energy_kwh"]) == (2, 5)
    assert document["power_w"] is None and document["outlets"][0]["energy_kwh"] == 5.0
    monkeypatch.setattr(Watts, "why", errors.Unreachable("no answer"))
    assert run(capsys, "statistic", "x", "192.0.2.7")[0] == 3


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
    assert (pdu.load_a, pdu.power_w, pdu.energy_kwh) == (None, None, None)


def test_several_hosts_are_one_csv_and_a_formula_is_disarmed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        ByCalls, "status", lambda _: PduView([PduPortView("=1+1", EnumPowerStatus.UP)])
    )
    use_pdu(monkeypatch, ByCalls)
    code, out, _ = run(capsys, "outlets", "x", "192.0.2.7", "192.0.2.8", "--csv")
    assert code == 0
    assert (out.splitlines()) == (
        [
            "host,identity,number,name,state,current_a,power_w,energy_kwh",
            "192.0.2.7,'=1+1,,,on,,,",
            "192.0.2.8,'=1+1,,,on,,,",
        ]
    )
    code, out, err = run(capsys, "outlets", "x", "192.0.2.7", "--csv", "--json")
    assert code == 2 and "only one of --json and --csv" in json.loads(out)["error"]["reason"]
