"""`pdu exporter` as a program and in this process, its answers, and Prometheus as its client."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from prometheus_client.parser import text_string_to_metric_families
from waitress import wasyncore

from pdu.monitoring import exporter as exporter_command, server
from pdu.monitoring.web_server import WebServer
from pdu.pdu_list.login_options import login_of
from pdu.reading.owner_files import OwnerFiles
from tests.needs import ROOT, program
from tests.ports import reserved
from tests.waiting import PATIENCE_S, bounded, finished, until

from .halls import PDU, environment

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Exporter:
    """A running exporter. `url` ends with a slash."""

    url: str

    def get(
        self, path: str, headers: dict[str, str] | None = None, /, **query: str
    ) -> tuple[int, str, dict[str, str]]:
        """Return status, text and headers of an answer. Header names are in lower case."""
        return fetched(
            f"{self.url}{path}{f'?{urllib.parse.urlencode(query)}' if query else ''}", headers
        )

    def probe(self, timeout: str = "", **query: str) -> dict[str, dict[Labels, float]]:
        """Return the metrics of a probe by name and labels, read with prometheus_client.

        `timeout`: of the scrape, in s.
        """
        status, text, _ = self.get(
            "probe", {"X-Prometheus-Scrape-Timeout-Seconds": timeout} if timeout else None, **query
        )
        assert status == 200, text
        return parsed(text)


@dataclass(frozen=True)
class Program(Exporter):
    process: subprocess.Popen[str]


def fetched(url: str, headers: dict[str, str] | None = None) -> tuple[int, str, dict[str, str]]:
    request = urllib.request.Request(url, headers=headers or {})  # noqa: S310  # loopback
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return (
                answer.status,
                answer.read().decode(),
                {key.lower(): value for key, value in answer.headers.items()},
            )
    except urllib.error.HTTPError as error:
        with error:  # it holds the connection
            return (
                error.code,
                error.read().decode(),
                {key.lower(): value for key, value in error.headers.items()},
            )


def parsed(text: str) -> dict[str, dict[Labels, float]]:
    """The values of a page of metrics by name and labels."""
    samples: dict[str, dict[Labels, float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            samples.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return samples


@contextlib.contextmanager
def exporter(
    *arguments: object, port: int = 0, seconds: float = 2 * PATIENCE_S
) -> Iterator[Program]:
    """Run an exporter as a program until the block ends; SIGTERM ends it, if it still runs.

    Fails if the block takes more than `seconds`.
    """
    process = subprocess.Popen(
        [*PDU, "exporter", "--listen", f"127.0.0.1:{port}", *map(str, arguments)],
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process, bounded(process, seconds):
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), process.stderr.read()
        yield Program(url, process)
        # it removes the folders of unpacked archives
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=PATIENCE_S)


@contextlib.contextmanager
def serving(*arguments: object) -> Iterator[Exporter]:
    """Run an exporter in this process until the block ends. It reads as the command does, and
    reports no currents of outlets: see the fixture `call`.
    """
    context = exporter_command.exporter.make_context("exporter", [*map(str, arguments)])
    values = context.params
    files = OwnerFiles.of_command(
        values["list_word"], values["list_file"], values["auth_file"], login_of(context)
    )
    config = exporter_command.ExporterOptions(files, values["network"])
    targets = exporter_command.read_targets(config)
    exporter = server.Exporter(targets)
    with web_server(server.ExporterRoutes(exporter), exporter.threads) as running:
        yield Exporter(f"http://127.0.0.1:{running.effective_port}/")
        assert until(
            lambda: b"pdu_exporter_probes_running 0.0\n" in exporter.own_metrics.page("").body
        ), "a probe still runs"


@contextlib.contextmanager
def web_server(application: WSGIApplication, threads: int = 4, **limits: int) -> Iterator[Any]:
    """Run the exporter's web server until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    running: Any = WebServer(application, listener, threads, **limits)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        # in the thread of the server, whose loop ends when nothing is open
        with contextlib.suppress(OSError):  # it has done so before it is woken for that
            running.trigger.pull_trigger(lambda: wasyncore.close_all(running._map))
        finished(thread)
        running.task_dispatcher.shutdown()


class Prometheus(NamedTuple):
    """A running Prometheus. `url` ends with a slash."""

    url: str

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Return labels and present value of each sample that the expression selects."""
        _, text, _ = fetched(
            f"{self.url}api/v1/query?{urllib.parse.urlencode({'query': expression})}"
        )
        series = json.loads(text)["data"]["result"]
        return [(row["metric"], float(row["value"][1])) for row in series]

    def alerts(self) -> dict[str, list[dict[str, Any]]]:
        """Return the labels of each firing alert, by alert name."""
        labels_by_name: dict[str, list[dict[str, Any]]] = {}
        for alert in json.loads(fetched(f"{self.url}api/v1/alerts")[1])["data"]["alerts"]:
            if alert["state"] == "firing":
                labels = alert["labels"]
                labels_by_name.setdefault(labels["alertname"], []).append(labels)
        return labels_by_name


@contextlib.contextmanager
def running(command: Sequence[str], folder: Path, ready: str) -> Iterator[None]:
    """A server, until the block ends. `ready`: a URL that answers with 200 when it is."""

    def is_ready() -> bool:
        try:
            return fetched(ready)[0] == 200
        except OSError:
            return False

    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    with process, bounded(process, 2 * PATIENCE_S):
        assert until(is_ready, every=0.1), (folder / "log").read_text()[-2000:]
        yield


@contextlib.contextmanager
def prometheus(folder: Path, config: str) -> Iterator[Prometheus]:
    """Run Prometheus with `config` until the block ends. `folder` must already hold the rules."""
    path = folder / "prometheus.yml"
    path.write_text(config)
    url = f"http://127.0.0.1:{reserved()}/"
    command = [
        *(program("prometheus"), f"--config.file={path}"),
        *(f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address={url[7:-1]}"),
    ]
    with running(command, folder, f"{url}-/ready"):
        yield Prometheus(url)
