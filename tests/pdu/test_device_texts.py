"""What a device calls itself, its outlets, its breakers and its errors is never printed as it is:
each text of a device in each output.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from handlers.dcimanager import Figures
from handlers.shared.errors import LONGEST, Refused
from handlers.shared.labels import Label
from handlers.shared.meter_figures import Figure, MeterFigures, NotKnown
from pdu.cli.states import UNKNOWN, UP
from pdu.inspection.nameplate import Nameplate
from pdu.inspection.topology import BREAKER, LINE, MeteredPart
from pdu.outlets import survey
from pdu.outlets.first_look import FirstLook
from pdu.reading import open_handler
from pdu_common.helper import EnumPowerStatus
from tests.pdu.running import run

FORGED = "forged"
TEXT = f'\x1b[2J1\r\n{FORGED}|a="b"=1\n{FORGED}{{x="1"}} 1\u2028{FORGED}' + 10_000 * "x"
LONG = (LONGEST + 100) * "x"  # of a text that was not cut
LOGGER = logging.getLogger(__name__)


class Session:
    """A PDU whose every text is TEXT; `fails`: one of its answers is an error with it."""

    def __init__(self, fails: str) -> None:
        self._fails = fails

    def _answer(self, name: str) -> None:
        LOGGER.warning(TEXT)
        if name == self._fails:
            raise Refused(TEXT, TEXT, operation=name)

    def states(self) -> list[tuple[str, EnumPowerStatus]]:
        self._answer("states")
        return [("1", UP), (TEXT, UNKNOWN)]

    def state(self, identity: str) -> EnumPowerStatus:
        return dict(self.states())[identity]

    def figures(self, *, with_power: bool) -> Figures:
        self._answer("figures")
        unknown: Figure = NotKnown(TEXT)
        ports = {"1": MeterFigures(0.5, unknown, unknown), TEXT: MeterFigures(unknown, 1.0, 1.0)}
        return Figures(1.5, unknown, ports, power_w=unknown if with_power else None)

    def labels(self) -> list[Label]:
        self._answer("labels")
        return [Label("1", TEXT, TEXT), Label(TEXT, TEXT, TEXT)]

    def meters(self) -> list[MeteredPart]:
        self._answer("topology")
        return [
            MeteredPart(BREAKER, TEXT, 1.5, 16.0),
            MeteredPart(LINE, f"{TEXT[::-1]}", NotKnown(TEXT), 16.0),
        ]

    def nameplate(self) -> Nameplate:
        self._answer("nameplate")
        return Nameplate(*6 * [TEXT])


@pytest.fixture(params=["", "states", "figures", "labels", "topology", "nameplate"])
def device(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> list[str]:
    """The words of a command line that name the PDU, in a list; one of its answers fails."""

    @contextlib.contextmanager
    def opened(*_: Any, **__: Any) -> Iterator[Session]:
        yield Session(request.param)

    monkeypatch.setattr(open_handler, "opened", opened)
    monkeypatch.setattr(survey, "_first_look_at", lambda *_: FirstLook())
    monkeypatch.setenv("PDU_PASSWORD", "s3cret")
    path = tmp_path / "list.csv"
    path.write_text("name,handler,address\nrack,netio,127.0.0.1:1\n")
    return ["rack", "--list", str(path)]


LINES = (
    *("check", "check --lines", "check --json", "check --csv", "check --lines --json"),
    *("check --lines --csv", "status", "status --json", "status --debug", "statistic"),
    *("statistic --json", "outlets", "outlets --json", "outlets --csv", "identify"),
    *("identify --json", "off 1", "on 1", "cycle 1"),
)


def is_plain(text: str) -> bool:
    """Whether it is one line of printable text, and no text in it is longer than one may be."""
    return text.isprintable() and LONG not in text


@pytest.mark.parametrize("line", LINES)
def test_a_line_stays_a_line(
    line: str, device: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    command, *options = line.split()
    _, out, err = run(capsys, command, *device, *options)
    assert "1" in out + err
    if "--csv" in options and out:
        head, *rows = csv.reader(io.StringIO(out, newline=""))
        assert {len(row) for row in rows} <= {len(head)}
    for shown in [*out.split("\n"), *err.split("\n")]:
        assert is_plain(shown), ascii(shown)
        assert not shown.startswith(FORGED)
    if "--json" in options:
        json.loads(out)


@pytest.mark.parametrize("limits", [[], ["--lines", "--warning", "80%"]])
def test_a_plugins_output_has_one_bar_and_its_own_lines(
    limits: list[str], device: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "check", *device, "--nagios", *limits)
    first_line, *lines = out.rstrip("\n").split("\n")
    assert first_line.startswith("PDU ")
    assert first_line.count("|") == 1
    for line in lines:
        assert line.startswith("rack: ")
        assert "|" not in line
    assert all(map(is_plain, [first_line, *lines])), ascii(out)


def test_metrics_are_read_as_they_were_meant(
    device: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pdu.prom"
    run(capsys, "check", *device, "--lines", "--prometheus", str(path))
    text = path.read_text("utf-8")
    assert all(map(is_plain, text.split("\n"))), ascii(text)
    names = {family.name for family in text_string_to_metric_families(text)}
    assert "pdu_up" in names
    assert all(name.startswith("pdu_") for name in names)


def test_a_place_and_its_next_lines(device: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    _, *options = device
    for words in (("where",), ("where", "--json"), ("where", TEXT)):
        _, out, err = run(capsys, *words, *options)
        assert out + err
        for line in [*out.split("\n"), *err.split("\n")]:
            assert is_plain(line), ascii(line)
