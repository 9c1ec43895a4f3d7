"""What happens if one of two exporters dies, step by step, and what it costs while all is well."""

from __future__ import annotations

import signal
import socket
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Callable, NamedTuple
from urllib.parse import urlsplit

from tests.benchmarks.bench_fleet import Hall
from tests.waiting import until

from .programs import Labels, Series, Server, Setup

# the kind of an error is a label, and a PDU may fail in several ways
_OF_PDUS = '{__name__=~"pdu_[a-z_]+", __name__!="pdu_probe_error", job="pdu"}'
_STEADY = 3  # scrapes of each PDU that the costs are measured over
_AWAY = 2  # intervals for which the storage is away
_SCRAPED = 'job="pdu", __name__!~".*:.*|ALERTS.*"'
_RECORDED = '__name__=~"pdu(_outlet)?:.*"'
_LONG_S = 3600  # longer than a trial, for queries of all its samples
_PATIENCE_S = 900.0
_TEN = {"snmp": 5, "nut": 3, "raritan": 1, "redfish": 1}
_PAGES = 50  # probes whose answers are measured in bytes
_ANSWER_S = 60.0
# what Prometheus 2.42 sends
_ASKED = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Prometheus/2.42.0\r\nAccept:"
    " application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\nAccept-Encoding: gzip\r\n"
    "X-Prometheus-Scrape-Timeout-Seconds: 20\r\nConnection: close\r\n\r\n"
)


class Counters(NamedTuple):
    """What only grows, or grew in some time."""

    probes: float
    #: requests to PDUs, and the bytes of them and their answers
    requests: float
    device_bytes: float
    #: CPU in seconds: of both exporters, Prometheus, VictoriaMetrics
    exporters_cpu_s: float
    prometheus_cpu_s: float
    victoria_cpu_s: float
    #: samples and their bytes that Prometheus sent to VictoriaMetrics
    written_samples: float
    written_bytes: float


class Costs(NamedTuple):
    """What the programs took while every PDU was scraped in turn."""

    pdus: int
    used: Counters
    #: memory in MiB: of one exporter, Prometheus, VictoriaMetrics
    exporter_mib: float
    prometheus_mib: float
    victoria_mib: float
    #: series that are scraped, with the five that Prometheus adds for a target
    series: float
    #: series that rules record
    recorded: float
    #: of one probe over HTTP, with gzip: question and answer
    page_bytes: float


class Death(NamedTuple):
    """What was seen after one exporter was killed. Times in seconds since then."""

    pdus: int
    #: PDUs of its share, and those of the other one that went on being read
    share: int
    spared: int
    #: scrapes missing of the PDUs of the other share until the alarms, together
    missing_spared: int
    #: until the alert of the exporter, and until all alerts of its PDUs
    alarm_s: float
    all_alarms_s: float
    #: alerts of living PDUs that blame the PDU
    blamed: int
    #: targets that a Prometheus has which is started while the exporter is dead
    targets: int
    #: from the reload of Prometheus until all PDUs were read again, by the other exporter
    taken_over_s: float
    #: series that nobody had before
    new_series: int
    #: of a PDU of the share: scrapes missing (median), longest gap between two readings in seconds
    missing: float
    gap_s: float
    #: seconds for which VictoriaMetrics was away, and readings that it then lacks
    away_s: float
    lacking: int
    readings: int


def gaps(times: Sequence[float]) -> list[float]:
    """Seconds between each time and the next one."""
    return [after - when for when, after in zip(times, times[1:])]


def _is_dead(name: str) -> bool:
    return name.startswith("dead")


def _parts(connection: socket.socket) -> Iterator[bytes]:
    while part := connection.recv(65536):
        yield part


class Trial:
    """One trial over a running hall."""

    def __init__(self, setup: Setup, hall: Hall) -> None:
        self._setup, self._hall = setup, hall
        self._pdus = hall.only("")[1]
        self._prometheus, self._victoria = setup.prometheus, setup.victoria

    def settle(self) -> None:
        """Returns when every PDU has been scraped, by either exporter, and each living one has
        answered. Raises RuntimeError."""
        living = sum(not _is_dead(row["name"]) for row in self._hall.rows())
        self._wait(lambda: self._read() == self._pdus, "every PDU is scraped")
        self._wait(lambda: self._prometheus.value("sum(pdu_up)") == living, "living PDUs answer")

    def costs(self) -> Costs:
        """Measures some intervals in which nothing happens."""
        before = self._used()
        time.sleep(_STEADY * self._setup.times.interval_s)
        used = Counters(*(after - one for one, after in zip(before, self._used())))
        prometheus = self._prometheus
        return Costs(
            pdus=self._pdus,
            used=used,
            exporter_mib=statistics.mean(one.memory_mib() for one in self._setup.exporters),
            prometheus_mib=prometheus.memory_mib(),
            victoria_mib=self._victoria.memory_mib(),
            series=prometheus.value(f"count({{{_SCRAPED}}})"),
            recorded=prometheus.value(f"count({{{_RECORDED}}})"),
            page_bytes=statistics.mean(self._page_bytes()),
        )

    def _used(self) -> Counters:
        exporters, prometheus = self._setup.exporters, self._prometheus
        return Counters(
            probes=sum(one.metric("pdu_exporter_probes_total") for one in exporters),
            requests=sum(self._hall.requests().values()),
            device_bytes=sum(self._hall.bytes().values()),
            exporters_cpu_s=sum(one.cpu_s() for one in exporters),
            prometheus_cpu_s=prometheus.cpu_s(),
            victoria_cpu_s=self._victoria.cpu_s(),
            written_samples=prometheus.metric("prometheus_remote_storage_samples_total"),
            written_bytes=prometheus.metric("prometheus_remote_storage_bytes_total"),
        )

    def _page_bytes(self) -> Iterator[int]:
        """Bytes of some probes over HTTP."""
        targets = [one for one in self._prometheus.targets() if one["labels"]["job"] == "pdu"]
        for one in targets[:_PAGES]:
            url = urlsplit(one["scrapeUrl"])
            asked = _ASKED.format(path=f"{url.path}?{url.query}", host=url.netloc).encode()
            with socket.create_connection((url.hostname, url.port), _ANSWER_S) as connection:
                connection.sendall(asked)
                yield len(asked) + sum(len(part) for part in _parts(connection))

    def series(self) -> tuple[list[Labels], list[Labels]]:
        """The series of ten PDUs, with handlers in the shares of the hall: those that are scraped,
        and those that rules record."""
        rows = self._hall.rows()
        chosen = [
            row["name"]
            for handler, count in _TEN.items()
            for row in [one for one in rows if one["handler"] == handler][:count]
        ]
        of_ten = f'instance=~"{"|".join(chosen)}"'
        return (
            self._prometheus.series(f"{{{_SCRAPED}, {of_ten}}}", _LONG_S),
            self._prometheus.series(f"{{{_RECORDED}, {of_ten}}}", _LONG_S),
        )

    def death(self) -> Death:
        """Kills one exporter, and follows what comes of it."""
        prometheus, (left, dying) = self._prometheus, self._setup.exporters
        before = self._series()
        share = {
            one["labels"]["instance"]
            for one in self._prometheus.targets()
            if dying.address in one["scrapeUrl"]
        } - {dying.address}
        dying.end(signal.SIGKILL)
        died = time.monotonic()
        self._wait(lambda: self._is_alarmed(dying), "the alert of the exporter")
        alarm_s = time.monotonic() - died
        self._wait(lambda: share <= self._alarmed_pdus(), "the alerts of its PDUs")
        all_alarms_s = time.monotonic() - died
        # a scrape that took too long ends the series of a PDU until the next one
        until(lambda: self._read() == self._pdus - len(share))
        spared = {one["instance"] for one, _ in prometheus.query("pdu_up")}
        blamed = self._blamed()
        missing_spared = sum(self._missing(spared))
        # a new start asks for the list again, of which one exporter has no longer any
        prometheus.end()
        prometheus.start()
        until(lambda: self._targets() == self._pdus)
        targets = self._targets()
        self._setup.share_out(left.address, left.address)
        reloaded = time.monotonic()
        self._wait(lambda: self._read() == self._pdus, "the other exporter reads all PDUs")
        taken_over_s = time.monotonic() - reloaded
        new_series = len(self._series() - before)
        away_s = self._storage_away()
        lacking, readings = self._lacking()
        return Death(
            pdus=self._pdus,
            share=len(share),
            spared=len(spared),
            missing_spared=missing_spared,
            alarm_s=alarm_s,
            all_alarms_s=all_alarms_s,
            blamed=blamed,
            targets=targets,
            taken_over_s=taken_over_s,
            new_series=new_series,
            missing=statistics.median(self._missing(share)),
            gap_s=max(gap for one in self._readings(share) for gap in gaps(one.times)),
            away_s=away_s,
            lacking=lacking,
            readings=readings,
        )

    # ---- what Prometheus knows -------------------------------------------------------------------

    def _read(self) -> int:
        """PDUs with an answer of an exporter: one without ends their series."""
        return int(self._prometheus.value("count(pdu_up)"))

    def _targets(self) -> int:
        """PDUs that Prometheus scrapes, or tries to."""
        return sum(one["labels"]["job"] == "pdu" for one in self._prometheus.targets())

    def _series(self) -> set[frozenset[tuple[str, str]]]:
        """The series of all PDUs that had a sample in this trial, by their labels."""
        found = self._prometheus.series(_OF_PDUS, _LONG_S)
        return {frozenset(one.items()) for one in found}

    def _is_alarmed(self, exporter: Server) -> bool:
        alarmed = self._prometheus.firing("PduExporterDown")
        return any(one["instance"] == exporter.address for one in alarmed)

    def _alarmed_pdus(self) -> set[str]:
        alarmed = self._prometheus.firing("PduExporterDown")
        return {one["instance"] for one in alarmed if one["job"] == "pdu"}

    def _blamed(self) -> int:
        unreachable: list[Labels] = self._prometheus.firing("PduUnreachable")
        return sum(not _is_dead(one["instance"]) for one in unreachable)

    # ---- what is lost ----------------------------------------------------------------------------

    def _readings(self, share: set[str]) -> list[Series]:
        found = self._prometheus.samples("pdu_up", _LONG_S)
        return [one for one in found if one.labels["instance"] in share]

    def _missing(self, share: set[str]) -> list[int]:
        """Scrapes that are missing between others, for each of these PDUs."""
        interval = self._setup.times.interval_s
        return [
            sum(max(0, round(gap / interval) - 1) for gap in gaps(one.times))
            for one in self._readings(share)
        ]

    def _storage_away(self) -> float:
        """Ends VictoriaMetrics for some intervals and starts it again."""
        begin = time.monotonic()
        self._victoria.end()
        time.sleep(_AWAY * self._setup.times.interval_s)
        self._victoria.start()
        return time.monotonic() - begin

    def _lacking(self) -> tuple[int, int]:
        """Readings of pdu_up that Prometheus has and VictoriaMetrics lacks after some patience, and
        how many Prometheus has."""
        here = {
            (one.labels["instance"], round(when, 3))
            for one in self._prometheus.samples("pdu_up", _LONG_S)
            for when in one.times
        }

        def lacking() -> set[tuple[str, float]]:
            found = self._victoria.samples('pdu_up{job="pdu"}')
            return here - {
                (one.labels["instance"], round(w, 3)) for one in found for w in one.times
            }

        until(lambda: not lacking(), every=1.0)
        return len(lacking()), len(here)

    @staticmethod
    def _wait(true: Callable[[], bool], what: str) -> None:
        if not until(true, _PATIENCE_S, every=0.5):
            raise RuntimeError(f"{what}: not within {_PATIENCE_S:g} s")
