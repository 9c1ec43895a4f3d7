"""`pdu check --prometheus`: the file, what others make of it, and the alerts of its page. What it
says of a reading is in checks.txt.
"""

from __future__ import annotations

import contextlib
import errno
import http.client
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

import pytest
from prometheus_client.parser import text_string_to_metric_families

from handlers.dcimanager import Figures
from handlers.nut.errors import DataStale
from handlers.shared.address import Address
from handlers.shared.errors import PduHandlerError, ProtocolError, Unreachable
from handlers.shared.meter_figures import Figure, NotKnown
from pdu.cli import exit_codes, optional_packages
from pdu.cli.states import UNKNOWN, UP
from pdu.inspection.topology import BREAKER, MeteredPart
from pdu.monitoring import check, textfile
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.reading import open_handler
from pdu.reading.parts import Reading
from pdu_common.helper import EnumPowerStatus
from tests.needs import ROOT, program
from tests.ports import reserved
from tests.servers.peers import PEERS
from tests.waiting import PATIENCE_S, bounded, run_program, until

from .halls import Call, Hall

PAGE = (ROOT / "docs" / "other-tools.md").read_text("utf-8")
Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def series(text: str) -> Series:
    """The values of this pack's metrics, by name and labels."""
    value_by_series: Series = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name.startswith("pdu_"):
                labels = tuple(sorted(sample.labels.items()))
                value_by_series[sample.name, labels] = sample.value
    return value_by_series


@pytest.fixture
def page(small: Hall, call: Call, tmp_path: Path) -> Path:
    """The file about one PDU of each handler and a dead one, by the page's line for cron."""
    path = tmp_path / "pdu.prom"
    place_by_path = {
        "/etc/pdu/hall.csv": small.list(dead=True),
        "/etc/pdu/logins.toml": small.logins,
        "/var/lib/prometheus/node-exporter/pdu.prom": path,
    }
    (line,) = re.findall(r"(?m)^\*/5 .* /opt/pdu/bin/pdu (.*) >/dev/null$", PAGE)
    words = [place_by_path.get(word, word) for word in shlex.split(line)]
    begin_s = time.time()
    result = call(*words)
    assert result.returncode == 2, result.stderr
    assert f"{len(PEERS)} well, 1 unreachable" in result.stdout
    for (name, _), value in series(path.read_text()).items():
        if name == "pdu_probe_timestamp_seconds":
            assert begin_s <= value <= time.time()
    return path


def test_the_file_has_what_the_simulators_have(small: Hall, page: Path) -> None:
    value_by_series = series(page.read_text())
    assert [path.name for path in page.parent.iterdir()] == [page.name]
    for name, peer in small.peers.items():
        truth = peer.truth()
        label = ("pdu", name)
        assert value_by_series["pdu_up", (label,)] == 1.0
        if truth.load_a is not None:
            load_a = value_by_series["pdu_load_amperes", (label,)]
            assert load_a == pytest.approx(truth.load_a), name
        if truth.energy_kwh is not None:
            energy_j = value_by_series["pdu_energy_joules_total", (label,)]
            assert energy_j == pytest.approx(truth.energy_kwh * 3.6e6), name
        for outlet, is_on in truth.states.items():
            key = "pdu_outlet_state", (("outlet", outlet), label)
            assert value_by_series.get(key) == is_on, (name, outlet)
    dead = {key: value for key, value in value_by_series.items() if ("pdu", "dead") in key[1]}
    times = ("pdu_probe_timestamp_seconds", "pdu_probe_duration_seconds")
    without_times = {key: value for key, value in dead.items() if key[0] not in times}
    assert without_times == {
        ("pdu_up", (("pdu", "dead"),)): 0.0,
        ("pdu_probe_error", (("kind", "unreachable"), ("pdu", "dead"))): 1.0,
    }


@pytest.mark.against("promtool")
def test_promtool_finds_no_fault_in_the_file(page: Path) -> None:
    result = run_program([program("promtool"), "check", "metrics"], input=page.read_text())
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.trial
@pytest.mark.against("node_exporter")
def test_node_exporter_shows_each_series_of_the_file(page: Path) -> None:
    port = reserved()
    words = (
        program("prometheus-node-exporter"),
        "--collector.disable-defaults",
        "--collector.textfile",
        f"--collector.textfile.directory={page.parent}",
        f"--web.listen-address=127.0.0.1:{port}",
    )
    texts: list[str] = []

    def has_answered() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/metrics")
            except ConnectionError:
                return False
            texts.append(connection.getresponse().read().decode())
        return True

    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process, bounded(process):
        assert until(has_answered)
        process.terminate()
    (text,) = texts
    assert "\nnode_textfile_scrape_error 0\n" in text
    assert series(text) == series(page.read_text())


def test_a_file_that_nobody_would_read_is_an_error(small: Hall, call: Call, tmp_path: Path) -> None:
    words = ("--auth", small.logins, "--prometheus", tmp_path / "pdu.txt")
    result = call("check", small.one("nut"), *words)
    assert result.returncode == 2
    assert "node_exporter reads only files whose names end in .prom" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_written_if_the_reader_of_the_output_is_gone(
    small: Hall, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(check, "_print", fail)
    path = tmp_path / "pdu.prom"
    with pytest.raises(BrokenPipeError):
        call("check", small.one("nut"), "--auth", small.logins, "--prometheus", path)
    assert "pdu_" in path.read_text("utf-8")


@pytest.mark.parametrize("words", [(), ("--json",), ("--nagios",)])
def test_what_was_read_is_shown_to_people_if_the_disk_is_full(
    words: Sequence[str],
    small: Hall,
    call: Call,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Programs read one answer, the error."""

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    path = tmp_path / "pdu.prom"
    result = call("check", small.one("nut"), "--auth", small.logins, "--prometheus", path, *words)
    shown = result.stdout + result.stderr
    assert result.returncode == (3 if "--nagios" in words else 2)
    assert f"{path} cannot be written (No space left on device)" in shown
    assert ("outlets: " in shown) == (not words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "folder",
    [
        "missing",
        "has a folder",
        pytest.param(
            "read-only", marks=pytest.mark.skipif(os.geteuid() == 0, reason="root writes anywhere")
        ),
    ],
)
def test_no_pdu_is_asked_if_its_metrics_cannot_be_written(
    folder: str, small: Hall, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("a PDU is asked")

    monkeypatch.setattr(check, "read_all", fail)
    (tmp_path / "read-only").mkdir(mode=0o500)
    (tmp_path / "has a folder" / "pdu.prom").mkdir(parents=True)
    path = tmp_path / folder / "pdu.prom"
    result = call("check", small.one("nut"), "--auth", small.logins, "--prometheus", path)
    assert result.returncode == 2, result.stderr
    assert f"{path} cannot be written (" in result.stderr
    assert "Traceback" not in result.stderr


class Session:
    """A PDU of one outlet; `answers`: its state, and what each call raises."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def states(self) -> list[tuple[str, EnumPowerStatus]]:
        if self._answers.states is not None:
            raise self._answers.states
        return [("1", self._answers.state)]

    def figures(self, **_: bool) -> Figures:
        if self._answers.figures is not None:
            raise self._answers.figures
        return Figures(self._answers.load_a, 5.0)


class Answers(NamedTuple):
    """What a PDU answers to each call, and what its check and its metrics say of it."""

    code: int
    metrics: dict[str, float]
    state: EnumPowerStatus = UP
    load_a: Figure = 1.5
    states: Optional[PduHandlerError] = None
    figures: Optional[PduHandlerError] = None


LOAD = {"pdu_load_amperes": 1.5, "pdu_energy_joules_total": 1.8e7}
STATE = {"pdu_up": 1.0, "pdu_outlet_state": 1.0}
MISSING = {"pdu_figure_missing": 1.0, "pdu_energy_joules_total": 1.8e7}
ERROR = {"pdu_probe_error": 1.0}
# the rows of the page's table of verdicts
VERDICTS = {
    "well": Answers(0, {**STATE, **LOAD}),
    "doubtful: a state is unknown": Answers(
        1, {"pdu_up": 1.0, "pdu_outlet_state_unknown": 1.0, **LOAD}, state=UNKNOWN
    ),
    "doubtful: a figure is lost": Answers(1, {**STATE, **MISSING}, load_a=NotKnown("lost")),
    "doubtful: a part is lost": Answers(1, {**STATE, **ERROR}, figures=ProtocolError("cut")),
    "doubtful: the driver's data is old": Answers(
        1, {"pdu_up": 0.0, **ERROR}, states=DataStale("old")
    ),
    "bad: the states are lost": Answers(
        2, {"pdu_up": 0.0, **ERROR, **LOAD}, states=ProtocolError("cut")
    ),
    "bad: no answer": Answers(2, {"pdu_up": 0.0, **ERROR}, states=Unreachable("silence")),
    "bad: no answer any more": Answers(2, {**STATE, **ERROR}, figures=Unreachable("silence")),
}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_metrics_say_of_each_verdict_what_the_page_says(
    verdict: str, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = VERDICTS[verdict]

    @contextlib.contextmanager
    def opened(*_: object, **__: object) -> Iterator[Session]:
        yield Session(answers)

    monkeypatch.setattr(open_handler, "opened", opened)
    path = tmp_path / "pdu.prom"
    line = ("check", "jaws", "127.0.0.1", "--username", "u", "--prometheus", path)
    result = call(*line, PDU_PASSWORD="s3cret")
    metrics = {name: value for (name, _), value in series(path.read_text()).items()}
    del metrics["pdu_probe_timestamp_seconds"], metrics["pdu_probe_duration_seconds"]
    assert (result.returncode, metrics) == (answers.code, answers.metrics), result.stderr


def test_a_check_that_fails_leaves_the_file(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "pdu.prom"
    path.write_text("old")
    assert call("check", tmp_path / "none.csv", "--prometheus", path).returncode == 2
    assert path.read_text() == "old"


def test_the_file_keeps_its_permissions_and_no_planted_link_is_followed(
    small: Hall, call: Call, tmp_path: Path
) -> None:
    """A new one follows the umask; a note says if others cannot read it."""
    folder = tmp_path / "node-exporter"
    folder.mkdir()
    path, other = folder / "pdu.prom", tmp_path / "other"
    other.write_text("mine")
    (folder / f"pdu.prom.{os.getpid()}.{threading.get_ident()}").symlink_to(other)
    line = ("check", small.one("nut"), "--auth", small.logins, "--prometheus", path)
    note = f"note: other users, such as node_exporter's, cannot read {path}: chmod o+r {path}"
    umask = os.umask(0o077)
    try:
        for mode_before, mode in ((None, 0o600), (0o644, 0o644), (0o640, 0o640)):
            if mode_before is not None:
                path.chmod(mode_before)
            result = call(*line)
            assert stat.S_IMODE(path.stat().st_mode) == mode
            assert (note in result.stderr) == (mode != 0o644)
    finally:
        os.umask(umask)
    assert other.read_text() == "mine"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_while_the_file_is_written_leaves_the_old_one_and_nothing_else(
    number: int, small: Hall, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pdu.prom"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", lambda _: signal.raise_signal(number))
    result = call("check", small.one("nut"), "--auth", small.logins, "--prometheus", path)
    assert result.returncode == exit_codes.INTERRUPTED
    assert [file.name for file in tmp_path.iterdir()] == ["pdu.prom"]
    assert path.read_text() == "old"


def test_of_ratings_of_parts_that_are_named_alike_none_has_a_sample() -> None:
    """A series that is there twice would cost node_exporter all of the file."""
    meters = [MeteredPart(BREAKER, "B1", 1.0, rating_a) for rating_a in (16.0, 32.0)]
    pdu = ListedPdu("r1", "snmp", Address("192.0.2.1"))
    metrics = textfile.ReadingMetrics([(pdu, Reading(meters=meters))], 0.0).collect()
    samples = {metric.name: metric.samples for metric in metrics}
    assert samples["pdu_breaker_rating_amperes"] == []


def test_without_the_package_the_error_says_how_to_install_it(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optional_packages, "has", lambda _: False)
    result = call("check", "snmp", "192.0.2.1", "--prometheus", "pdu.prom")
    assert result.returncode == 2
    assert optional_packages.missing("--prometheus", "prometheus_client") in result.stderr


def test_the_russian_page_has_the_same_line() -> None:
    russian_page = (ROOT / "docs" / "other-tools.ru.md").read_text("utf-8")
    (line,) = re.findall(r"(?ms)^```\n.*?^```$", PAGE)
    assert [line] == re.findall(r"(?ms)^```\n.*?^```$", russian_page)


@pytest.mark.against("promtool")
def test_each_alert_fires(tmp_path: Path) -> None:
    rules = (ROOT / "docs" / "recipes" / "prometheus-alerts.yml").read_text("utf-8")
    (tmp_path / "rules.yml").write_text(rules)
    cases = Path(__file__).with_name("rules_test.yml")
    shutil.copy(cases, tmp_path)
    result = run_program([program("promtool"), "test", "rules", cases.name], cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    alerts = re.findall(r"alert: (\w+)", rules)
    assert len(alerts) == 6
    assert set(alerts) == set(re.findall(r"alertname: (\w+)\n +exp_alerts:\n", cases.read_text()))
