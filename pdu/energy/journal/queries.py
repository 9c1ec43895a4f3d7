"""Prometheus' query API (`/api/v1`), as Thanos and VictoriaMetrics have it too: raw samples.

    GET /api/v1/series?match[]=SELECTOR&start=S&end=S       which series exist
    GET /api/v1/query?query=SELECTOR[RANGE]&time=S          their samples, with the scrapes' times

A range selector in an instant query returns the samples that are stored. `query_range` would
return values at times of the asker's choice instead. Staleness markers are no samples.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from handlers.http.login import Login
from handlers.shared.errors import ProtocolError, Refused
from handlers.shared.tls import Trust

from ...core.network.server_client import ReadLimits, ServerClient

#: a day of a PDU with 48 outlets at 5 s takes about 100 MB
_LIMITS = ReadLimits(timeout_s=120.0, total_s=600.0, most_bytes=256_000_000)
_LOGIN_OPTIONS = "--username and --secret-file password=FILE"
#: what Thanos must not do to samples: merge blocks that are missing, or take means of 5 minutes
_RAW = (("partial_response", "false"), ("max_source_resolution", "0s"), ("dedup", "true"))
#: a header that VictoriaMetrics sends (lib/httpserver)
_VICTORIA = "x-server-hostname"
#: these answers hold JSON that says what is wrong
_ANSWERS = (200, 400, 404, 422, 503)


class Samples(NamedTuple):
    """One series."""

    labels: Mapping[str, str]
    #: in s, rising
    times: list[float]
    values: list[float]


class QueryLogin(NamedTuple):
    """How to log in; "" for what is not used. The repr shows nothing."""

    user: str = ""
    password: str = ""
    #: sent as `Authorization: Bearer TOKEN`
    token: str = ""

    def __repr__(self) -> str:
        return "QueryLogin(...)"

    @property
    def login(self) -> Login:
        """What requests are sent with."""
        if self.token:
            return Login(token=self.token, sent_as="Authorization: Bearer ")  # RFC 6750, 2.1
        return Login(self.user, self.password) if self.user else Login()

    def hidden(self, text: str) -> str:
        """A server's text for an error, without the login."""
        bare = Login(token=self.token) if self.token else self.login
        return bare.quoted(text)


class Api:
    """A server. Close it after use."""

    def __init__(self, url: str, credentials: QueryLogin, trust: Trust) -> None:
        """Raises SettingsError for a URL that cannot be asked, or not with a login."""
        self._client = ServerClient(url, credentials.login, trust, _LIMITS, _LOGIN_OPTIONS)
        self.name, self._credentials = self._client.name, credentials
        #: whether VictoriaMetrics answered
        self.is_victoria = False

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def series(self, selector: str, begin: float, end: float) -> list[Mapping[str, str]]:
        """The labels of the series that have samples in a time.

        Raises PduHandlerError, also for an answer that is not complete.
        """
        rows = self._query("series", (("match[]", selector), *_times(start=begin, end=end)))
        if not isinstance(rows, list):
            raise self._protocol_error("series is not a list")
        return [self._labels(labels) for labels in rows]

    def samples(self, selector: str, begin: float, end: float) -> list[Samples]:
        """The samples after `begin`, and up to `end`. Raises PduHandlerError."""
        # Since Prometheus 3 a range has no sample at its begin, before it could have one.
        seconds = math.ceil(end - begin)
        query = (("query", f"{selector}[{seconds}s]"), *_times(time=end))
        answer = self._query("query", query)
        if not isinstance(answer, dict) or answer.get("resultType") != "matrix":
            raise self._protocol_error("the result is no matrix of samples")
        rows = answer.get("result")
        if not isinstance(rows, list):
            raise self._protocol_error("the result is not a list")
        found_rows = [self._row(row, begin) for row in rows]
        return [row for row in found_rows if row.times]

    def _row(self, row: Any, begin: float) -> Samples:
        if not isinstance(row, dict) or not isinstance(row.get("values"), list):
            raise self._protocol_error("a series has no values")
        labels = self._labels(row.get("metric"))
        times: list[float] = []
        values: list[float] = []
        last_time = -math.inf
        for pair in row["values"]:
            try:
                time, value = float(pair[0]), float(pair[1])
            except (TypeError, ValueError, LookupError, OverflowError):
                raise self._protocol_error("a sample is no pair of a time and a number") from None
            if not last_time < time < math.inf:
                raise self._protocol_error("the samples of a series are not in the order of time")
            last_time = time
            # A staleness marker is a NaN. Prometheus leaves them out, others may not.
            if value == value and time > begin:
                if not 0.0 <= value < math.inf:
                    raise self._protocol_error("a sample is below 0 or infinite")
                times.append(time)
                values.append(value)
        return Samples(labels, times, values)

    def _labels(self, labels: Any) -> Mapping[str, str]:
        if not isinstance(labels, dict) or not all(
            isinstance(value, str) for value in labels.values()
        ):
            raise self._protocol_error("labels are no texts")
        return labels

    def _query(self, what: str, query: Sequence[tuple[str, str]]) -> Any:
        path = self._client.path
        reply = self._client.get(f"{path}/api/v1/{what}?{urlencode([*query, *_RAW])}", _ANSWERS)
        try:
            answer = json.loads(reply.body)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise self._protocol_error(
                "no JSON object: is this the URL of a Prometheus API?", reply.body
            )
        if answer.get("status") != "success" or reply.status != 200:
            reason = self._credentials.hidden(str(answer.get("error", "no reason given")))
            raise Refused(f"the server refuses the query: {reason}").at(self.name, what)
        if answer.get("warnings") or answer.get("isPartial"):
            reason = self._credentials.hidden(
                str(answer.get("warnings") or "the answer is partial")
            )
            raise self._protocol_error(f"the server says that samples may be missing: {reason}")
        self.is_victoria = _VICTORIA in reply.headers
        return answer.get("data")

    def _protocol_error(self, what: str, body: bytes = b"") -> ProtocolError:
        return ProtocolError(what, body).at(self.name)


def _times(**times: float) -> Sequence[tuple[str, str]]:
    return [(name, f"{time:.3f}") for name, time in times.items()]
