"""`pdu outlets` and the currents of `pdu statistic`: one form for all handlers."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.pdu.running import run, use_login
from tests.peers import PEERS
from tests.peers.unit_pdus import outlet_meters

KEYS = ["identity", "number", "name", "state", "current_a", "power_w", "energy_kwh"]
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
