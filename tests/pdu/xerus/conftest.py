"""A simulated unit, and `pdu raritan` run on it."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from pdu import root
from pdu.xerus import context
from tests.simulators.xerus import Model, XerusPdu
from tests.waiting import PATIENCE_S

from .results import Run

MODEL = Model(
    outlets=4, phases=3, in_rush_guard_ms=0, cycle_delay_s=0, names={2: "web"}, disabled=(4,)
)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that the unit has begun is looked at often: here it takes milliseconds, not minutes."""

    def sleep(seconds: float) -> None:
        time.sleep(min(seconds, 0.05))

    often = SimpleNamespace(monotonic=time.monotonic, sleep=sleep)
    monkeypatch.setattr(context, "time", often)


@pytest.fixture
def unit() -> Iterator[XerusPdu]:
    with XerusPdu(MODEL, links={3: Model(outlets=2, in_rush_guard_ms=0)}) as pdu:
        yield pdu


@pytest.fixture
def run(
    unit: XerusPdu,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """A function that runs a command on the unit and returns exit code, stdout and stderr.

    Fails if they show the password.
    """
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text(unit.ca_pem, encoding="ascii")
    monkeypatch.setenv("PDU_PASSWORD", unit.password)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))

    def one(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = root.run(
            [
                "raritan",
                f"{unit.host}:{unit.port}",
                words[0],
                "--ca-pem",
                str(ca_file),
                *words[1:],
                # actions that wait for their end: as long as a busy machine needs, unless said
                *(
                    ("--wait", str(PATIENCE_S))
                    if {"put", "update"} & {*words} and "--wait" not in words
                    else ()
                ),
            ]
        )
        out, err = capsys.readouterr()
        assert unit.password not in out + err
        return code, out, err

    return one
