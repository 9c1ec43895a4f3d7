from __future__ import annotations

import os

import pytest
from pysnmp.proto import rfc1902, rfc1905

from tests.benchmarks import __main__ as command, readers


def test_a_busy_machine_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "BENCHMARKS", {})
    for load, is_told in ((99.0, True), (0.0, False)):
        monkeypatch.setattr(os, "getloadavg", lambda load=load: (load, 0.0, 0.0))
        assert command.main([]) == 0
        assert ("this machine was busy" in capsys.readouterr().err) is is_told


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
