"""What the gateway counts, as metrics. Pure.

No client, machine or secret is in it, and only the PDUs of who asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..core.web.metrics import Metric


class GatewayCounts:
    """What the gateway counts, from its start on."""

    def __init__(self) -> None:
        #: by action and result
        self.commands: Counter[tuple[str, str]] = Counter()
        #: by the status of the answer
        self.requests: Counter[int] = Counter()


def counted(counts: GatewayCounts) -> Iterable[Metric]:
    """The counts as metrics."""
    yield Metric(
        "pdu_gateway_commands_total",
        "counter",
        "Commands that ended. unproven: sent, and not proven by reading back.",
        {
            (("action", action), ("result", result)): number
            for (action, result), number in sorted(counts.commands.items())
        },
    )
    yield Metric(
        "pdu_gateway_requests_total",
        "counter",
        "Answers, by their status.",
        {(("status", str(status)),): number for status, number in sorted(counts.requests.items())},
    )
