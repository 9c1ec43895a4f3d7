"""The exporter's own writer of Prometheus' text formats, with prometheus-client as the witness."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from pdu.core.adapters.nameplate import Nameplate
from pdu.core.inventory.reading import CallError, PolledOutlet, Reading
from pdu.monitoring import metrics, text_format
from pdu.monitoring.text_format import Metric, written
from pdu_common.helper import EnumPowerStatus

ACCEPTED = (
    "",
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "text/plain;version=1.0.0;escaping=allow-utf-8",
    "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5",
    *(
        f"application/openmetrics-text;version=1.0.0;escaping={name};q=0.6,text/plain;version=1.0.0"
        for name in ("allow-utf-8", "underscores", "dots", "values")
    ),
    "text/plain;version=a=b",
)
TEXTS = strategies.text(
    strategies.characters(exclude_categories=["Cs"]) | strategies.sampled_from('\\"\n,{}%')
)
FIGURES = strategies.none() | strategies.floats() | strategies.integers(-(2**64), 2**64)


def witness(made: list[Metric], accept: str) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(metrics.MetricsCollector(made))
    body = choose_encoder(accept)[0](registry)
    assert isinstance(body, bytes)
    return body


@pytest.mark.parametrize("is_openmetrics", [False, True])
@given(strategies.lists(strategies.tuples(TEXTS, TEXTS, FIGURES)))
def test_any_label_and_any_figure_is_written_octet_by_octet_as_prometheus_client_does(
    is_openmetrics: bool, rows: list[tuple[str, str, float]]
) -> None:
    made = [
        Metric("pdu_a_amperes", "About; it.", [((b, a), n) for a, b, n in rows], ("id", "name")),
        Metric("pdu_b_joules", "About.", [((a,), n) for a, _, n in rows], ("outlet",), True),
        Metric("pdu_c", "About.", [((), n) for _, _, n in rows[:1]]),
    ]
    accept = "application/openmetrics-text;version=1.0.0" if is_openmetrics else ""
    assert written(made, is_openmetrics) == witness(made, accept)


@pytest.mark.parametrize("accept", ACCEPTED)
def test_the_page_of_a_probe_is_the_one_of_prometheus_client(accept: str) -> None:
    outlets = [
        PolledOutlet(str(n), state, str(n), f'web "{n}"\\', 0.1 * n, 1e6 * n, 12345.678 * n)
        for n, state in enumerate(EnumPowerStatus, 1)
    ]
    plate = Nameplate("apc-rpdu2", 'se"rial', "1\n2", 12.5, 1.0)
    read = Reading(
        outlets, 3.5, 1234567.0, 0.25, 4, CallError("refused", "no"), True, True, plate=plate
    )
    page = metrics.page(read, accept)
    try:
        kind = choose_encoder(accept)[1]
    except TypeError:
        accept = ""
        kind = choose_encoder(accept)[1]
    assert page.kind == kind
    assert page.body == witness(list(metrics.metrics_of(read, False)), accept)
    assert len(page.body) > 2000


def test_the_texts_about_metrics_need_no_escaping() -> None:
    for metric in metrics.metrics_of(Reading(), False):
        assert not set('\\"\n') & set(metric.about)
        assert metric.name.replace("_", "").isalnum() and metric.name.isascii()
    assert text_format.written([], False) == b""
