"""Prometheus' text format 0.0.4 and 1.0.0, and OpenMetrics 1.0: the metrics of the exporter, the
gateway and the meter. Pure.

Sources: "Exposition formats", "Scrape protocol content negotiation" and "UTF-8 metric and label
name escaping schemes" in Prometheus' documentation; OpenMetrics 1.0.

The product does without prometheus-client, because this writer would be needed beside it: for a
probe of 48 outlets it takes 0.17 ms where the library takes 0.8 ms. The library would be left with
counters, a histogram and the figures of a process, which are 100 lines of `pdu.monitoring`, and its
import takes 13 ms and 2.6 MB in each process that reads. Tests compare the octets with its own.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Optional

#: the media type of a page for clients that ask for none
TEXT = "text/plain; version=0.0.4; charset=utf-8"
_OPENMETRICS = "application/openmetrics-text"
# As all names here are of letters, digits and underscores, only `dots` spells them otherwise.
_ESCAPINGS = ("allow-utf-8", "underscores", "dots", "values")

#: values of the labels, and the value; None: left out
Point = tuple[tuple[str, ...], Optional[float]]
#: what follows the family's name, then as in a Point; fewer values than labels: the first of them
Sample = tuple[str, tuple[str, ...], Optional[float]]

# numbers from here on have an exponent, as Go writes them
_LARGE = 1e6


class MetricFamily(NamedTuple):
    """All samples of one metric."""

    #: letters, digits and underscores; without `_total` or `_info`
    name: str
    help: str
    #: gauge, counter, histogram or info
    type: str
    #: names of the labels, in the order of the alphabet
    labels: tuple[str, ...]
    samples: Sequence[Sample]


def gauge(name: str, help: str, *points: Point, labels: tuple[str, ...] = ()) -> MetricFamily:
    """A value that goes up and down."""
    samples = [("", values, value) for values, value in points]
    return MetricFamily(name, help, "gauge", labels, samples)


def counter(name: str, help: str, *points: Point, labels: tuple[str, ...] = ()) -> MetricFamily:
    """A value that only grows. Its samples are called `name`_total."""
    samples = [("_total", values, value) for values, value in points]
    return MetricFamily(name, help, "counter", labels, samples)


def media_type(accept: str) -> str:
    """The first media type of the header Accept that `render` knows, else TEXT. Weights are not
    compared: Prometheus sends its types in the order of its preference.
    """
    for part in accept.lower().split(","):
        name, *parameters = (text.strip() for text in part.split(";"))
        value_by_parameter = dict(text.partition("=")[::2] for text in parameters)
        if name == _OPENMETRICS and "version" not in value_by_parameter:
            return f"{name}; version=1.0.0; charset=utf-8"
        if name in (_OPENMETRICS, "text/plain") and value_by_parameter.get("version") == "1.0.0":
            requested_escaping = value_by_parameter.get("escaping")
            escaping = requested_escaping if requested_escaping in _ESCAPINGS else "underscores"
            return f"{name}; version=1.0.0; charset=utf-8; escaping={escaping}"
    return TEXT


def render(families: Iterable[MetricFamily], kind: str = TEXT) -> bytes:
    """The page, without families that have no value. `kind`: a result of `media_type`."""
    if kind.endswith("escaping=dots"):
        families = map(_double_underscores, families)
    if kind.startswith(_OPENMETRICS):
        lines = [line for family in families for line in _openmetrics_lines(family)]
        lines.append("# EOF\n")
    else:
        lines = [line for family in families for line in _text_lines(family)]
    return "".join(lines).encode("utf-8")


def _openmetrics_lines(family: MetricFamily) -> list[str]:
    lines = _sample_lines(family, family.samples)
    return [_head(family.name, _escaped(family.help), family.type), *lines] if lines else []


def _text_lines(family: MetricFamily) -> list[str]:
    samples, creations = family.samples, []
    if family.type in ("counter", "histogram"):
        creations = [sample for sample in samples if sample[0].endswith("_created")]
        samples = [sample for sample in samples if not sample[0].endswith("_created")]
    lines = _sample_lines(family, samples)
    if not lines:
        return []
    about = family.help.replace("\\", "\\\\").replace("\n", "\\n")
    if family.type == "counter" or family.type == "info":
        # these are not called as the family alone, and there is no type `info`
        name = family.name + samples[0][0]
        lines.insert(0, _head(name, about, "gauge" if family.type == "info" else "counter"))
    else:
        lines.insert(0, _head(family.name, about, family.type))
    times = _sample_lines(family, creations)
    if times:
        # times of creation are a family of their own
        lines += (_head(family.name + creations[0][0], about, "gauge"), *times)
    return lines


def _sample_lines(family: MetricFamily, samples: Iterable[Sample]) -> list[str]:
    name, labels = family.name, family.labels
    return [
        f"{name}{suffix}{_labels(labels, values)} {_number(value)}\n"
        for suffix, values, value in samples
        if value is not None
    ]


def _head(name: str, about: str, kind: str) -> str:
    return f"# HELP {name} {about}\n# TYPE {name} {kind}\n"


@functools.lru_cache(maxsize=2048)
def _labels(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    """Kept, because each figure of an outlet has the same labels, on each page."""
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in zip(names, values))
    return f"{{{pairs}}}" if pairs else ""


def _escaped(value: str) -> str:
    """The value of a label. OpenMetrics escapes the texts about metrics so, too."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _number(value: float) -> str:
    """The shortest text of a float64, as Go's strconv writes it from 10^6 on."""
    number = float(value)
    text = repr(number)
    if -_LARGE < number < _LARGE:
        return text
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "+Inf" if number > 0 else "-Inf"
    integer, dot, fraction = text.partition(".")
    if number < 0 or not dot or "e" in text:
        return text
    return f"{integer[0]}.{integer[1:]}{fraction}".rstrip("0.") + f"e+{len(integer) - 1:02d}"


def _double_underscores(family: MetricFamily) -> MetricFamily:
    """The family with its names as the escaping `dots` spells them."""
    return family._replace(
        name=_doubled(family.name),
        labels=tuple(map(_doubled, family.labels)),
        samples=[(_doubled(suffix), values, value) for suffix, values, value in family.samples],
    )


def _doubled(name: str) -> str:
    return name.replace("_", "__")
