from __future__ import annotations

import os

import pytest
from pysnmp.proto import rfc1902, rfc1905

from tests.benchmarks import __main__ as command, readers


def test_the_page_is_not_written_while_the_machine_is_busy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = command.PAGE.read_bytes()
    monkeypatch.setattr(command, "BENCHMARKS", {})
    monkeypatch.setattr(os, "getloadavg", lambda: (99.0, 0.0, 0.0))
    assert command.main([]) == 1
    assert "this machine is busy" in capsys.readouterr().err
    assert command.PAGE.read_bytes() == before


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
