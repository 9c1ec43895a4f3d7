"""Readings of a day in a real Prometheus, and in a real VictoriaMetrics."""

from __future__ import annotations

import contextlib
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.needs import program
from tests.pdu.monitoring.exporter_process import fetched, ready
from tests.ports import reserved
from tests.waiting import PATIENCE_S, bounded, until

JOULES = 3_600_000.0
#: name of a metric with its labels -> pairs of a time in s and a value
Stored = Mapping[str, Sequence[tuple[float, float]]]


def open_metrics(stored: Stored) -> str:
    """As promtool reads them: each metric once, its samples in the order of time."""
    found: dict[str, list[str]] = {}
    for series, samples in stored.items():
        name = series.partition("{")[0]
        for time, value in samples:
            found.setdefault(name, []).append(f"{series} {value} {time:.3f}")
    text = []
    for name, lines in found.items():
        kind = "counter" if name.endswith("_total") else "gauge"
        family = name[: -len("_total")] if kind == "counter" else name
        text += [f"# TYPE {family} {kind}", *lines]
    return "\n".join([*text, "# EOF", ""])


@contextlib.contextmanager
def prometheus(folder: Path, stored: Stored) -> Iterator[str]:
    """The URL of a Prometheus that has these samples."""
    text, data = folder / "samples.txt", folder / "data"
    text.write_text(open_metrics(stored))
    made = subprocess.run(
        [program("promtool"), "tsdb", "create-blocks-from", "openmetrics", str(text), str(data)],
        capture_output=True,
        text=True,
        timeout=10 * PATIENCE_S,
    )
    assert made.returncode == 0, made.stderr
    config = folder / "prometheus.yml"
    config.write_text("global: {}\n")
    port = reserved()
    arguments = [
        program("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with _running(arguments, folder / "prometheus.log"):
        url = f"http://127.0.0.1:{port}"
        assert until(lambda: ready(f"{url}/"), every=0.1), (folder / "prometheus.log").read_text()
        yield url


@contextlib.contextmanager
def victoria(folder: Path, stored: Stored) -> Iterator[str]:
    """The URL of a VictoriaMetrics that has these samples."""
    port = reserved()
    arguments = [
        program("victoria-metrics"),
        f"-storageDataPath={folder / 'victoria'}",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=100y",
    ]
    with _running(arguments, folder / "victoria.log"):
        url = f"http://127.0.0.1:{port}"

        def answers() -> bool:
            try:
                return fetched(f"{url}/health")[0] == 200
            except OSError:
                return False

        assert until(answers, every=0.1), (folder / "victoria.log").read_text()
        lines = [
            f"{series} {value} {time * 1000.0:.0f}"
            for series, samples in stored.items()
            for time, value in samples
        ]
        request = urllib.request.Request(  # noqa: S310  # loopback
            f"{url}/api/v1/import/prometheus", "\n".join(lines).encode()
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            assert answer.status == 204
        assert fetched(f"{url}/internal/force_flush")[0] == 200
        yield url


@contextlib.contextmanager
def _running(arguments: Sequence[str], log: Path) -> Iterator[None]:
    with open(log, "wb") as file:
        process = subprocess.Popen(arguments, stdout=file, stderr=file)
        with process, bounded(process, 2 * PATIENCE_S):
            yield
