from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pysnmp.proto import rfc1902, rfc1905

from tests.benchmarks import __main__ as command, readers
from tests.benchmarks.figures import SECONDS, Figure


def test_a_busy_machine_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "BENCHMARKS", {})
    for load, is_reported in ((99.0, True), (0.0, False)):
        monkeypatch.setattr(os, "getloadavg", lambda load=load: (load, 0.0, 0.0))
        assert command.main([]) == 0
        assert ("this machine was busy" in capsys.readouterr().err) is is_reported


def test_figures_are_printed_when_their_benchmark_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing() -> Iterator[Figure]:
        yield first
        raise RuntimeError("valgrind had no time")

    first = Figure("area", "a poll", "ours", "theirs", SECONDS, 1.0, 2.0)
    monkeypatch.setattr(command, "BENCHMARKS", {"first": lambda: iter([first]), "next": failing})
    with pytest.raises(RuntimeError):
        command.main([])
    assert "| area | a poll | ours | theirs | seconds 1:2=0.5 |" in capsys.readouterr().out


@pytest.mark.parametrize(
    "value, plain",
    [
        (rfc1902.Integer32(-1), -1),
        (rfc1902.Gauge32(7), 7),
        # a text of digits stays one: a profile may tell the two apart
        (rfc1902.OctetString(b"12"), "12"),
        (rfc1902.OctetString(b"L1"), "L1"),
        (rfc1902.ObjectIdentifier("1.3.6"), "1.3.6"),
        (rfc1905.NoSuchInstance(""), None),
    ],
)
def test_a_value_of_pysnmp_is_a_number_or_a_text(value: object, plain: object) -> None:
    assert readers.plain_value(value) == plain
