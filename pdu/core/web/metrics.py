"""Metrics in Prometheus' text format (version 0.0.4). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

KIND = "text/plain; version=0.0.4; charset=utf-8"
Labels = tuple[tuple[str, str], ...]


class Metric(NamedTuple):
    """One metric with its samples."""

    name: str
    kind: str
    about: str
    #: labels -> value
    samples: Mapping[Labels, float]


def yes_or_no(name: str, about: str, is_so: bool) -> Metric:
    """A metric that is 1 or 0."""
    return Metric(name, "gauge", about, {(): float(is_so)})


def page(metrics: Iterable[Metric]) -> str:
    """The text of /metrics."""
    lines: list[str] = []
    for one in metrics:
        lines += (f"# HELP {one.name} {one.about}", f"# TYPE {one.name} {one.kind}")
        lines += (
            f"{one.name}{_shown(labels)} {value:.15g}" for labels, value in one.samples.items()
        )
    return "".join(f"{line}\n" for line in lines)


def _shown(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
