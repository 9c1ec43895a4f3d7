"""The counters of `pdu exporter` in Prometheus, VictoriaMetrics, Thanos or Mimir.

    GET /api/v1/series?match[]=pdu_up&start=S&end=S
    GET /api/v1/query?query=SELECTOR[1d]&time=S

A range selector in an instant query returns the samples as they were scraped. A query of a range
does not: at each step it repeats the last sample of up to five minutes before, so it hides pauses
and moves readings in time; and `increase()` extrapolates, so its months do not add up.

A sample has the time at which its scrape began; the exporter read the unit within the scrape. These
servers have no monotonic clock: a wrong clock of theirs cannot be seen.
"""

from __future__ import annotations

import http.client
import json
import math
import ssl
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional
from urllib.parse import urlencode, urlsplit

from handlers.shared.errors import (
    Denied,
    ProtocolError,
    Refused,
    SettingsError,
    Unreachable,
    printable,
)

from ..network import hosts
from ..reading.figures import OUTLET_FIGURES, PDU_FIGURES
from .readings import INLET, PduReadings, RegisterReadings

_TIMEOUT_S = 120.0
_MOST_BYTES = 256_000_000
_JOULES = 3600.0  # of a Wh
#: the longest scrape that Prometheus allows by default
_SCRAPE_S = 10.0
#: how far a server may move the time of a sample to the grid of its scrapes: VictoriaMetrics by a
#: tenth of their interval (lib/promscrape/scrapework.go), and any by this
_MOVED_SHARE, _MOVED_S = 0.1, 1.0
_DAY_S = 86_400.0
_INFO, _UPTIME, _MISSING = "pdu_info", "pdu_uptime_seconds", "pdu_figure_missing"
#: labels of the exporter's own metrics; the others are the target's
_OWN_LABELS = ("__name__", "outlet", "serial", "firmware", "family")
_FIELD_BY_UNIT = {"kWh": "wh", "W": "watts", "A": "amperes"}
#: metrics of a register -> field of _Register
_REGISTER_FIELDS = {row.sample: _FIELD_BY_UNIT[row.unit] for row in (*PDU_FIGURES, *OUTLET_FIGURES)}
METRICS = sorted([*_REGISTER_FIELDS, _INFO, _UPTIME, _MISSING])
#: Thanos: no answer of a part only, no means of five minutes
_RAW = (("partial_response", "false"), ("max_source_resolution", "0s"), ("dedup", "true"))


class Server:
    """The API of Prometheus at a URL. Follows no redirect, so a token goes nowhere else."""

    def __init__(self, url: str, token: str = "", ca_file: Optional[str] = None) -> None:
        """Raises SettingsError for a URL that cannot be asked, or not with a token."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise SettingsError("the URL cannot be read: give https://HOST:PORT") from None
        if not host or parts.query or parts.fragment:
            raise SettingsError("the URL must be https://HOST:PORT, with a path if there is one")
        if "@" in parts.netloc:
            raise SettingsError(
                "the URL holds a login, which others can read in the list of processes: give a"
                " token with --secret-file token=FILE"
            )
        self._connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
        if parts.scheme == "https":
            self._connection = http.client.HTTPSConnection(
                host, port, timeout=_TIMEOUT_S, context=tls_context(ca_file)
            )
        elif token and not hosts.is_this_machine(host):
            raise SettingsError(
                "the URL is http://, and the token would be readable on the way: give https://"
            )
        #: for errors
        self.name = parts.netloc
        self._path = parts.path.rstrip("/")
        self._headers = {"Accept": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def read_data(self, endpoint: str, query: Sequence[tuple[str, object]]) -> Any:
        """What the API answers as `data`. Raises PduHandlerError, also for an answer that lacks
        samples.
        """
        path = f"{self._path}/api/v1/{endpoint}?{urlencode([*query, *_RAW])}"
        status, body = self._get(path)
        if status in (401, 403):
            raise Denied("give a token that may read there: --secret-file token=FILE").at(self.name)
        try:
            document = json.loads(body)
            is_success = document["status"] == "success"
        except (ValueError, LookupError, TypeError):
            raise self.protocol_error(
                f"HTTP status {status}, and no JSON of Prometheus: check the URL"
            ) from None
        if not is_success:
            raise Refused(str(document.get("error", "no reason given"))).at(self.name, endpoint)
        if document.get("warnings") or document.get("isPartial"):
            raise self.protocol_error("the server says that samples may be missing")
        return document["data"]

    def _get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a GET. Raises Unreachable, or ProtocolError for too long a body."""
        try:
            self._connection.request("GET", path, headers=self._headers)
            response = self._connection.getresponse()
            body = response.read(_MOST_BYTES + 1)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Unreachable(f"{error or type(error).__name__}: check the URL").at(
                self.name
            ) from None
        if len(body) > _MOST_BYTES:
            raise self.protocol_error("the answer is too long")
        return response.status, body

    def protocol_error(self, reason: str) -> ProtocolError:
        """An error of this server."""
        return ProtocolError(reason).at(self.name)


def tls_context(ca_file: Optional[str]) -> ssl.SSLContext:
    """TLS 1.2 or newer, checked by the authorities in `ca_file`, else the system's. Raises
    SettingsError for a file that cannot be used."""
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise SettingsError(f"--ca-pem: {ca_file} cannot be used ({error})") from None
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # as for handlers: shared/tls.py
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Prometheus:
    """The readings in a server. Close it after use."""

    def __init__(self, server: Server, match: str = "") -> None:
        """`match`: more labels of the series, such as `job="pdu"`."""
        self._server, self._match = server, match

    def close(self) -> None:
        """Close the connection."""
        self._server.close()

    def pdus(self, begin: float, end: float) -> Sequence[str]:
        """The instances that were scraped in a period, sorted. Raises PduHandlerError."""
        selector = f"pdu_up{{{self._match}}}"
        query = (("match[]", selector), ("start", begin), ("end", end))
        labels = self._server.read_data("series", query)
        return sorted({series["instance"] for series in labels if "instance" in series})

    def read_pdu(self, pdu: str, begin: float, end: float) -> PduReadings:
        """The scrapes of an instance in a period, and a day around it. Raises PduHandlerError."""
        scrapes: dict[float, _Scrape] = {}
        times_by_target: dict[str, list[float]] = {}
        selector = f"{self._selector(pdu, '|'.join(METRICS))}[1d]"
        for day_end in _day_ends(begin - _DAY_S, end + _DAY_S):
            for labels, samples in self._series(selector, day_end):
                for time, value in samples:
                    # releases differ in whether a range contains the sample at its begin; a
                    # staleness marker is a NaN, which not all leave out
                    if time > day_end - _DAY_S and math.isfinite(value):
                        scrapes.setdefault(time, _Scrape()).add(pdu, labels, value)
                        if labels["__name__"] != _MISSING:
                            times_by_target.setdefault(_target_of(labels), []).append(time)
        _raise_if_two_at_a_time(pdu, times_by_target)
        return _pdu_readings(pdu, scrapes, self._outlets(pdu, begin, end))

    def _outlets(self, pdu: str, begin: float, end: float) -> Sequence[str]:
        """The outlets that a PDU had in a period, sorted; also those without a figure."""
        selector = self._selector(pdu, "pdu_outlet_.+")
        query = (("match[]", selector), ("start", begin), ("end", end))
        series = self._server.read_data("series", query)
        return sorted({_own(labels, "outlet") for labels in series})

    def _selector(self, pdu: str, names: str) -> str:
        """The series of an instance whose names match a regular expression, in PromQL."""
        match = f",{self._match}" if self._match else ""
        return f"{{__name__=~{json.dumps(names)},instance={json.dumps(pdu)}{match}}}"

    def _series(
        self, selector: str, time: float
    ) -> Iterator[tuple[Mapping[str, str], Sequence[tuple[float, float]]]]:
        """Labels, and pairs of time and value."""
        data = self._server.read_data("query", (("query", selector), ("time", time)))
        if data.get("resultType") != "matrix":
            raise self._server.protocol_error("the result is no matrix of samples")
        for row in data["result"]:
            yield row["metric"], [(float(at), float(value)) for at, value in row["values"]]


def _target_of(labels: Mapping[str, str]) -> str:
    """The labels of a series that its target has, as PromQL writes them."""
    pushed_aside = [f"exported_{name}" for name in _OWN_LABELS]
    return ",".join(
        f"{name}={json.dumps(value)}"
        for name, value in sorted(labels.items())
        if name not in (*_OWN_LABELS, *pushed_aside)
    )


def _raise_if_two_at_a_time(pdu: str, times_by_target: Mapping[str, Sequence[float]]) -> None:
    """Raises SettingsError if two targets of one instance were scraped in turn: two PDUs, or one
    that is scraped twice. One that got other labels goes on.
    """
    spans = sorted((min(times), max(times), target) for target, times in times_by_target.items())
    for (_, end, target), (begin, _, other) in zip(spans, spans[1:]):
        if begin <= end:
            raise SettingsError(
                f"{printable(pdu, 60)} has the series of two targets: {printable(target, 200)} and"
                f" {printable(other, 200)}: choose one with --match"
            )


class _Register(NamedTuple):
    """What one scrape stored of an outlet or the inlet; None for what it did not."""

    wh: Optional[float] = None
    watts: Optional[float] = None
    amperes: Optional[float] = None


class _Scrape:
    """What one scrape of a PDU stored."""

    def __init__(self) -> None:
        #: by outlet, or INLET
        self.registers: dict[str, _Register] = {}
        #: why a figure of one has no value
        self.reasons: dict[str, str] = {}
        #: serial number and firmware of the unit that answered, "" if not told
        self.unit = ""
        #: the unit's SNMP family, "" for none
        self.family = ""
        #: how long the unit had been running, in s
        self.uptime: Optional[float] = None
        #: field or metric, and outlet, of each sample
        self._added: set[tuple[str, str]] = set()

    def add(self, pdu: str, labels: Mapping[str, str], value: float) -> None:
        """Add a sample. Raises SettingsError for a second one of the same figure; of a figure that
        is missing, the first reason counts.
        """
        metric = labels["__name__"]
        if metric == _MISSING:
            reason = _own(labels, "reason").replace("_", " ")
            text = f"no {_own(labels, 'figure')}: {reason}"
            self.reasons.setdefault(_own(labels, "outlet"), text)
            return
        outlet = _own(labels, "outlet") if metric.startswith("pdu_outlet_") else INLET
        field = _REGISTER_FIELDS.get(metric, metric)
        if (field, outlet) in self._added:
            raise SettingsError(f"{pdu} has two series of {metric}: choose one with --match")
        self._added.add((field, outlet))
        if metric == _UPTIME:
            self.uptime = value
        elif metric == _INFO:
            self.unit = " ".join(filter(None, (_own(labels, "serial"), _own(labels, "firmware"))))
            self.family = _own(labels, "family")
        else:
            figure = value / _JOULES if field == "wh" else value
            register = self.registers.get(outlet, _Register())
            self.registers[outlet] = register._replace(**{field: figure})


def _own(labels: Mapping[str, str], name: str) -> str:
    """A label of the exporter, which a label of the target may have pushed aside."""
    return labels.get(f"exported_{name}", labels.get(name, ""))


def _pdu_readings(
    pdu: str, scrapes: Mapping[float, _Scrape], listed_outlets: Sequence[str]
) -> PduReadings:
    """A PDU's polls from its scrapes by time, in s; scrapes without a register are left out. An
    outlet that is listed and was never read has a register without values.

    A sample's time is that at which its scrape began; the server may have moved it by `moved_s`,
    and the PDU was read until the longest scrape ended.
    """
    times = sorted(time for time, scrape in scrapes.items() if scrape.registers)
    gaps = sorted(later - earlier for earlier, later in zip(times, times[1:]))
    moved_s = max(_MOVED_S, _MOVED_SHARE * gaps[len(gaps) // 2]) if gaps else _MOVED_S
    outlets = dict.fromkeys(outlet for time in times for outlet in scrapes[time].registers)
    outlets.update(dict.fromkeys(listed_outlets))
    registers = {}
    for outlet in outlets:
        rows = [scrapes[time].registers.get(outlet, _Register()) for time in times]
        registers[outlet] = RegisterReadings(
            # a counter counts whole Wh; joules as floating-point numbers may lie just below one
            [None if row.wh is None else math.floor(row.wh + 1e-6) for row in rows],
            [row.watts for row in rows],
            [row.amperes for row in rows],
            [scrapes[time].reasons.get(outlet) for time in times],
        )
    return PduReadings(
        pdu,
        earliest=[time - moved_s for time in times],
        latest=[time + _SCRAPE_S + moved_s for time in times],
        units=[scrapes[time].unit for time in times],
        families=[scrapes[time].family for time in times],
        uptimes=[scrapes[time].uptime for time in times],
        registers=registers,
    )


def _day_ends(begin: float, end: float) -> Iterator[float]:
    """The ends of the days of a period: what a server answers at once."""
    for day in range(1, math.ceil((end - begin) / _DAY_S) + 1):
        yield begin + day * _DAY_S
