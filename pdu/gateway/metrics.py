"""What the gateway counts, as metrics. Pure.

No client, machine or secret is in it, and only the PDUs of who asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..core.web.exposition import MetricFamily, counter


class GatewayCounts:
    """What the gateway counts, from its start on."""

    def __init__(self) -> None:
        #: by action and result
        self.commands: Counter[tuple[str, str]] = Counter()
        #: by the status of the answer
        self.requests: Counter[int] = Counter()


def metric_families(counts: GatewayCounts) -> Iterable[MetricFamily]:
    """The counts as metrics."""
    yield counter(
        "pdu_gateway_commands",
        "Commands that ended. unproven: sent, and not proven by reading back.",
        *sorted(counts.commands.items()),
        labels=("action", "result"),
    )
    yield counter(
        "pdu_gateway_requests",
        "Answers, by their status.",
        *(((str(status),), number) for status, number in sorted(counts.requests.items())),
        labels=("status",),
    )
