"""The writer of Prometheus' text formats, with prometheus-client as the witness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings, strategies
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from pdu.monitoring.web.exposition import (
    TEXT,
    MetricFamily,
    Sample,
    counter,
    gauge,
    media_type,
    render,
)

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT_1 = "text/plain; version=1.0.0; charset=utf-8"
# what a client accepts -> the media type of the answer
ACCEPTED = {
    "": TEXT,
    "*/*": TEXT,
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1": TEXT,
    "text/plain;version=1.0.0;escaping=allow-utf-8": f"{TEXT_1}; escaping=allow-utf-8",
    "text/plain;version=1.0.0": f"{TEXT_1}; escaping=underscores",
    "application/openmetrics-text": OPENMETRICS,
    "application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5": TEXT,
    "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5": (
        f"{OPENMETRICS}; escaping=underscores"
    ),
    "application/openmetrics-text;version=1.0.0;escaping=x\r\ny": (
        f"{OPENMETRICS}; escaping=underscores"
    ),
    **{
        f"application/openmetrics-text;version=1.0.0;escaping={name};q=0.6,text/plain": (
            f"{OPENMETRICS}; escaping={name}"
        )
        for name in ("allow-utf-8", "underscores", "dots")
    },
    "text/plain;version=1.0.0;escaping=dots": f"{TEXT_1}; escaping=dots",
    "text/plain;version=1.0.0;escaping=values": f"{TEXT_1}; escaping=values",
}
TEXTS = strategies.text(
    strategies.characters(exclude_categories=["Cs"]) | strategies.sampled_from('\\"\n,{}%')
)
FIGURES = strategies.none() | strategies.floats() | strategies.integers(-(2**64), 2**64)


class Collected(Collector):
    """Families for prometheus-client."""

    def __init__(self, made: Iterable[MetricFamily]) -> None:
        self._made = list(made)

    def collect(self) -> Iterator[Metric]:
        for metric_family in self._made:
            family = Metric(metric_family.name, metric_family.help, metric_family.type)
            for suffix, values, value in metric_family.samples:
                if value is not None:
                    family.add_sample(
                        metric_family.name + suffix, dict(zip(metric_family.labels, values)), value
                    )
            if family.samples:
                yield family


def witness(made: Iterable[MetricFamily], accept: str) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collected(made))
    body = choose_encoder(accept)[0](registry)
    assert isinstance(body, bytes)
    return body


def histogram(name: str, values: str, number: float) -> list[Sample]:
    return [
        ("_bucket", (values, "0.5"), 1),
        ("_bucket", (values, "+Inf"), 2),
        ("_count", (values,), 2),
        ("_sum", (values,), number),
        ("_created", (values,), 1.7e9),
    ]


@pytest.mark.parametrize("accept", ACCEPTED)
@settings(max_examples=10)  # for each of 14
@given(strategies.lists(strategies.tuples(TEXTS, TEXTS, FIGURES)), TEXTS)
def test_any_text_and_any_figure_is_written_octet_by_octet_as_prometheus_client_does(
    accept: str, rows: list[tuple[str, str, float]], about: str
) -> None:
    totals: list[Sample] = []
    durations: list[Sample] = []
    for first, _, number in rows:
        totals += [("_total", (first,), number), ("_created", (first,), 1.7e9)]
        durations += histogram("pdu_e_seconds", first, number)
    metric_families = [
        gauge("pdu_a_amperes", about, *(((b, a), n) for a, b, n in rows), labels=("id", "name")),
        counter("pdu_b_joules", "About.", *(((a,), n) for a, _, n in rows), labels=("outlet",)),
        gauge("pdu_c", "About; it.", *(((), n) for _, _, n in rows[:1])),
        MetricFamily("pdu_d", about, "counter", ("outlet_id",), totals),
        MetricFamily("pdu_e_seconds", about, "histogram", ("handler", "le"), durations),
        MetricFamily(
            "pdu_f", about, "info", ("version",), [("_info", (b,), 1.0) for _, b, _ in rows]
        ),
    ]
    if any(number is None for _, _, number in rows):
        # a time of creation without its value is no page of ours
        del metric_families[3:5]
    assert render(metric_families, media_type(accept)) == witness(metric_families, accept)


@pytest.mark.parametrize(("accept", "kind"), ACCEPTED.items())
def test_the_media_type_is_the_one_of_prometheus_client(accept: str, kind: str) -> None:
    assert media_type(accept) == kind
    if "\n" not in accept:
        assert choose_encoder(accept)[1] == kind
