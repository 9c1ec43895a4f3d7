from __future__ import annotations

from typing import Dict

import pytest

from tests import needs
from tests.benchmarks import bench_nut
from tests.handlers.nut.given import handler, states
from tests.servers.delay import DelayRelay
from tests.simulators.nut_server import NutServer


def figures(ours: float, theirs: float, tool: float, click: float) -> Dict[str, Dict[str, float]]:
    named = {"this client, one write": ours, "PyNUTClient": theirs, "pdu nut ... vars": tool, "import click, nothing else": click,
             "this client as PyNUT facade, with descriptions": ours * 6.5,
             "the facade, 144 descriptions": ours, "PyNUTClient, 144 descriptions": theirs / 6.5}
    return {name: {"near": figure, "far": figure} for name, figure in named.items()}


def test_each_goal_is_a_ratio_that_can_be_missed() -> None:
    met = bench_nut._goals(figures(1.0, 20.0, 1.0, 0.5))
    assert [ratio >= goal for _, ratio, goal in met] == [True] * 5
    missed = bench_nut._goals(figures(1.0, 19.0, 1.1, 0.5))
    assert [ratio >= goal for _, ratio, goal in missed] == [False, True, False, False, False]
    far = bench_nut._goals(figures(1.0, 3.9, 1.0, 0.5))[1]
    assert far[1] < far[2]


def test_a_handler_reads_the_same_states_through_the_relay() -> None:
    with NutServer() as server, DelayRelay(server.host, server.port, 0.002) as relay:
        assert states(handler(relay, device="pdu").status()) == states(handler(server, device="pdu").status())
        assert server.books().connections == 2


@pytest.mark.parametrize("ci", ["", "1"])
def test_a_missing_program_is_named_in_one_line(ci: str, monkeypatch: pytest.MonkeyPatch,
                                                capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(needs, "found", lambda name: None)
    monkeypatch.setenv("CI", ci)
    with pytest.raises(SystemExit) as ended:
        bench_nut.main(["--runs", "1"])
    assert ended.value.code == 2 and capsys.readouterr().err == "dummy-ups is missing: apt-get install nut-server\n"


@pytest.mark.against("NUT upsd")
def test_every_client_is_measured() -> None:
    with bench_nut.places() as where:
        measured = bench_nut.measure(where, 1)
    assert set(measured) == {name for _, name, _ in bench_nut.WORK}
    assert all(seconds > 0 for times in measured.values() for seconds in times.values())
