"""Exporters, Prometheus and VictoriaMetrics as programs on loopback, configured as in
docs/prometheus/sharded.yml.
"""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

from tests.benchmarks.bench_fleet import cpu, memory
from tests.needs import ROOT, program
from tests.ports import reserved
from tests.waiting import until

DOCS = ROOT / "docs" / "prometheus"
RULES = ("pdu-rules.yml", "pdu-storage-rules.yml")
#: of docs/prometheus/sharded.yml
EXPORTERS, STORAGE = ("127.0.0.1:9914", "127.0.0.1:9915"), "127.0.0.1:8428"
_BILLING_MINUTES = 5  # between two evaluations of the billing rules here, instead of an hour
_TIMEOUT_S = 60.0

Labels = Mapping[str, str]


class Times(NamedTuple):
    """Seconds between two scrapes, and the seconds that a minute of a rule's `for` lasts here."""

    interval_s: int = 60
    minute_s: float = 60


class Series(NamedTuple):
    """The samples of one series: times in seconds of Unix time, in order."""

    labels: Labels
    times: Sequence[float]


class Server:
    """A program that listens on one port of loopback, and can be started again after its end."""

    def __init__(self, words: Sequence[str], port: int, ready: str, log: Path) -> None:
        self._words, self._ready, self._log = words, ready, log
        self.address = f"127.0.0.1:{port}"
        self.process: Optional[subprocess.Popen[bytes]] = None

    def start(self) -> None:
        """Returns when it answers. Raises RuntimeError if it does not."""
        with open(self._log, "ab") as log:
            self.process = subprocess.Popen(self._words, cwd=ROOT, stdout=log, stderr=log)
        if not until(self._answers, every=0.1):
            raise RuntimeError(f"{self._words[0]} did not start: {self._log.read_text()[-2000:]}")

    def end(self, number: int = signal.SIGTERM) -> None:
        """Ends it by a signal, if it runs, and waits for its end."""
        if self.process is not None:
            self.process.send_signal(number)
            try:
                self.process.wait(_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(_TIMEOUT_S)
            self.process = None

    def reload(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def _answers(self) -> bool:
        try:
            self.get(self._ready)
        except OSError:
            return False
        return True

    def get(self, path: str, **query: str) -> bytes:
        """The body of an answer. Raises OSError, urllib.error.HTTPError for one that is not 200."""
        text = f"?{urllib.parse.urlencode(query)}" if query else ""
        url = f"http://{self.address}/{path}{text}"
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310  # loopback
            body: bytes = answer.read()
        return body

    def metric(self, name: str) -> float:
        """The sum of a metric of its own /metrics over all labels."""
        lines = self.get("metrics").decode().splitlines()
        return sum(
            float(line.split()[-1])
            for line in lines
            if re.match(rf"{re.escape(name)}(\{{|\s)", line)
        )

    def cpu_s(self) -> float:
        """CPU that it and its processes have taken, in seconds."""
        assert self.process is not None
        return cpu(self.process.pid)

    def memory_mib(self) -> float:
        """Its memory in MiB, with that of its processes."""
        assert self.process is not None
        return memory(self.process.pid)


class Prometheus(Server):
    """A running Prometheus."""

    def query(self, expression: str) -> list[tuple[Labels, float]]:
        """Labels and present value of each sample that an instant expression selects."""
        return [(one["metric"], float(one["value"][1])) for one in self._result(expression)]

    def value(self, expression: str) -> float:
        """The only value of an expression, 0 if it selects nothing."""
        values = [value for _, value in self.query(expression)]
        assert len(values) <= 1, expression
        return values[0] if values else 0.0

    def samples(self, selector: str, seconds: int) -> list[Series]:
        """The raw samples of the last seconds."""
        return [
            Series(one["metric"], [when for when, _ in one["values"]])
            for one in self._result(f"{selector}[{seconds}s]")
        ]

    def series(self, selector: str, seconds: int) -> list[Labels]:
        """The labels of each series with a sample in the last seconds."""
        begin = str(time.time() - seconds)
        found = self.get("api/v1/series", **{"match[]": selector, "start": begin})
        labels: list[Labels] = json.loads(found)["data"]
        return labels

    def targets(self) -> list[Any]:
        """What it scrapes, in the form of its API."""
        answer = json.loads(self.get("api/v1/targets", state="active"))
        found: list[Any] = answer["data"]["activeTargets"]
        return found

    def firing(self, name: str) -> list[Labels]:
        """The labels of each firing alert of this name."""
        alerts = json.loads(self.get("api/v1/alerts"))["data"]["alerts"]
        return [
            one["labels"]
            for one in alerts
            if one["state"] == "firing" and one["labels"]["alertname"] == name
        ]

    def _result(self, expression: str) -> list[Any]:
        result: list[Any] = json.loads(self.get("api/v1/query", query=expression))["data"]["result"]
        return result


class Victoria(Server):
    """A running VictoriaMetrics."""

    def samples(self, selector: str) -> list[Series]:
        """All raw samples, without Prometheus' marks of a series' end."""
        self.get("internal/force_flush")
        made = []
        for line in self.get("api/v1/export", **{"match[]": selector}).splitlines():
            one = json.loads(line)
            kept = [
                when / 1000
                for when, value in zip(one["timestamps"], one["values"])
                if value is not None
            ]
            made.append(Series(one["metric"], kept))
        return made


class Setup(NamedTuple):
    """The running programs. `folder` has Prometheus' configuration."""

    exporters: Sequence[Server]
    prometheus: Prometheus
    victoria: Victoria
    folder: Path
    times: Times

    def share_out(self, *addresses: str) -> None:
        """Writes the configuration with the exporter of each share, and lets Prometheus read it."""
        path = self.folder / "prometheus.yml"
        path.write_text(configuration(self, addresses))
        if self.prometheus.process is not None:
            self.prometheus.reload()


def configuration(setup: Setup, shares: Sequence[str]) -> str:
    """sharded.yml with other addresses and intervals. `shares`: the exporter of each share."""
    text = (DOCS / "sharded.yml").read_text()
    own = [one.address for one in setup.exporters]
    for documented, address, share in zip(EXPORTERS, own, shares):
        text = text.replace(f"replacement: {documented}", f"replacement: {share}")
        text = text.replace(documented, address)
    interval = setup.times.interval_s
    return (
        text.replace(STORAGE, setup.victoria.address)
        .replace("scrape_timeout: 20s", f"scrape_timeout: {min(20, interval)}s")
        .replace("60s", f"{interval}s")
    )


def rules(text: str, times: Times) -> str:
    """Rules whose minutes last as long as `times` has them."""

    def waits(found: re.Match[str]) -> str:
        return f"for: {round(int(found[1]) * times.minute_s * 1000)}ms"

    billing = f"interval: {round(_BILLING_MINUTES * times.minute_s * 1000)}ms"
    return re.sub(r"for: (\d+)m", waits, text).replace("interval: 1h", billing)


@contextlib.contextmanager
def running(folder: Path, listed: Path, logins: Path, times: Times) -> Iterator[Setup]:
    """Starts two exporters of the list, VictoriaMetrics and Prometheus, until the block ends."""
    exporters = []
    for number in range(len(EXPORTERS)):
        port = reserved()
        words = [sys.executable, str(ROOT / "pdu"), "exporter", "--list", str(listed)]
        words += ["--auth", str(logins), "--listen", f"127.0.0.1:{port}"]
        exporters.append(Server(words, port, "healthz", folder / f"exporter-{number}.log"))
    setup = Setup(exporters, _prometheus(folder), victoria(folder), folder, times)
    for name in RULES:
        (folder / name).write_text(rules((DOCS / name).read_text(), times))
    setup.share_out(*(one.address for one in exporters))
    servers = (*exporters, setup.victoria, setup.prometheus)
    try:
        for one in servers:
            one.start()
        yield setup
    finally:
        for one in reversed(servers):
            one.end()


def _prometheus(folder: Path) -> Prometheus:
    port = reserved()
    words = [
        program("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    return Prometheus(words, port, "-/ready", folder / "prometheus.log")


def victoria(folder: Path) -> Victoria:
    """VictoriaMetrics with its data in this folder, not started."""
    port = reserved()
    words = [
        program("victoria-metrics"),
        f"-storageDataPath={folder / 'victoria'}",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=10y",
    ]
    return Victoria(words, port, "health", folder / "victoria.log")
