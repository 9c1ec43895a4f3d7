"""Prometheus' text format 0.0.4 and OpenMetrics 1.0, for metrics whose names need no escaping.

Sources: "Exposition formats" in Prometheus' documentation; OpenMetrics 1.0. prometheus-client
writes the same octets in eight times the time, and is the witness in tests.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Optional

#: values of the labels, and the figure; None: left out
Sample = tuple[tuple[str, ...], Optional[float]]
# numbers from here on have an exponent, as Go writes them
_LARGE = 1e6


class Metric(NamedTuple):
    """A gauge or a counter of fixed name."""

    #: letters, digits and underscores; of a counter without `_total`
    name: str
    #: one line without a backslash or a quotation mark
    about: str
    samples: Sequence[Sample]
    #: their names, in the order of the alphabet, in which prometheus-client writes them
    labels: tuple[str, ...] = ()
    is_counter: bool = False


def written(metrics: Iterable[Metric], is_openmetrics: bool) -> bytes:
    """The page, without metrics that have no figure."""
    lines: list[str] = []
    for metric in metrics:
        full = f"{metric.name}_total" if metric.is_counter else metric.name
        found = [
            f"{full}{_labels(metric.labels, values)} {_number(value)}\n"
            for values, value in metric.samples
            if value is not None
        ]
        if found:
            family = metric.name if is_openmetrics else full
            kind = "counter" if metric.is_counter else "gauge"
            lines.append(f"# HELP {family} {metric.about}\n# TYPE {family} {kind}\n")
            lines += found
    if is_openmetrics:
        lines.append("# EOF\n")
    return "".join(lines).encode("utf-8")


@functools.lru_cache(maxsize=2048)
def _labels(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    """Kept, because each figure of an outlet has the same labels, on each page."""
    listed = ",".join(f'{name}="{_escaped(value)}"' for name, value in zip(names, values))
    return f"{{{listed}}}" if listed else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _number(value: float) -> str:
    """The shortest text of a float64, as Go's strconv writes it from 10^6 on."""
    number = float(value)
    said = repr(number)
    if -_LARGE < number < _LARGE:
        return said
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "+Inf" if number > 0 else "-Inf"
    whole, dot, rest = said.partition(".")
    if number < 0 or not dot or "e" in said:
        return said
    return f"{whole[0]}.{whole[1:]}{rest}".rstrip("0.") + f"e+{len(whole) - 1:02d}"
