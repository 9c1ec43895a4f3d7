"""The output of `pdu check --nagios`: thresholds, and what a plugin prints.

A row (`PduRow`) is a PDU that was read, with its verdict: a level (WELL, DOUBTFUL or BAD, a
plugin's OK, WARNING and CRITICAL), a result in a word or two, and a reason. A load is the current
of a line, a breaker or a whole PDU, in A, with its rating, the most that it may carry. `totals` are
the sums over all PDUs.

Source: the Monitoring Plugins Development Guidelines, "Plugin Output for Nagios", "Performance
data" and "Threshold and Ranges".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Optional

import click

from handlers.shared.errors import SettingsError
from handlers.shared.meter_figures import Figure, NotKnown, measured, reason_without

from .check_result import BAD, DOUBTFUL, WELL, PduRow, Summary, summary_lines

_WORDS = {WELL: "OK", DOUBTFUL: "WARNING", BAD: "CRITICAL"}
_SHOWN = 20  # limit of PDUs with a line of their own
FAILED = 3  # UNKNOWN in the guidelines: the check itself failed
_OVER_LIMIT, _NO_RATING, _NO_CURRENT = "over limit", "without a rating", "current not known"
_NO_METER = "current not metered"
_UNREAD = NotKnown("it was not read")
_RANGE = re.compile(
    r"(?P<inside>@)?((?P<start>~|\d+(\.\d+)?):)?(?P<end>\d+(\.\d+)?)?(?P<percent>%)?", re.ASCII
)


class Range(NamedTuple):
    """A threshold, as `--critical 1:12.8`: it alerts at values below its start and above its end.
    If `is_inside`, typed as `@1:12.8`, it alerts at those between, and at both bounds.
    """

    start: float
    end: float
    is_inside: bool = False
    #: whether its bounds are percent of a rating, else A
    is_share: bool = False

    def of_rating(self, rating_a: Optional[float]) -> Optional[Range]:
        """This threshold in A, of a line or breaker with this rating; None for one in percent of a
        rating that is not known.

        >>> str(Range(0.0, 80.0, is_share=True).of_rating(16.0))
        '12.8'
        >>> Range(0.0, 80.0, is_share=True).of_rating(None)
        """
        if not self.is_share:
            return self
        if not rating_a:
            return None
        start_a = self.start * rating_a / 100
        end_a = self.end * rating_a / 100
        return Range(start_a, end_a, self.is_inside)

    @property
    def top(self) -> float:
        """The lowest value from which on it alerts; infinite for one that alerts below a value
        alone.

        >>> Range(0.0, 12.8).top, Range(10.0, 20.0, is_inside=True).top, Range(1.0, math.inf).top
        (12.8, 10.0, inf)
        """
        return self.start if self.is_inside else self.end

    def alerts(self, value: float) -> bool:
        """Whether a value is beyond the threshold.

        >>> [Range(0.0, 12.8).alerts(value) for value in (12.8, 12.9)]
        [False, True]
        >>> [Range(10.0, 20.0, is_inside=True).alerts(value) for value in (9.0, 15.0)]
        [False, True]
        """
        return (self.start <= value <= self.end) is self.is_inside

    def __str__(self) -> str:
        """The range in A, in the notation of the plugins' guidelines.

        >>> str(Range(10.0, 20.0, is_inside=True)), str(Range(0.0, 12.8)), str(Range(1.0, math.inf))
        ('@10:20', '12.8', '1:')
        """
        end = "" if self.end == math.inf else f"{self.end:g}"
        if self.start == -math.inf:
            start = "~:"
        elif self.start == 0 and end:
            start = ""
        else:
            start = f"{self.start:g}:"
        inside = "@" if self.is_inside else ""
        return f"{inside}{start}{end}"


class RangeType(click.ParamType):
    """The type of --warning and --critical: a range in the notation of the guidelines, in A such as
    12.8 or 1:12.8, or in % of the rating: 80%.
    """

    name = "range"

    def convert(
        self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]
    ) -> Range:
        """The range of a text that was typed. Without a start it begins at 0, with the start `~` it
        has no lower bound, without an end no upper one. `@` before it: it alerts inside.

        >>> RangeType().convert("80%", None, None)
        Range(start=0.0, end=80.0, is_inside=False, is_share=True)
        >>> RangeType().convert("@10:", None, None)
        Range(start=10.0, end=inf, is_inside=True, is_share=False)
        >>> RangeType().convert("~:12.8", None, None)
        Range(start=-inf, end=12.8, is_inside=False, is_share=False)
        """
        text = str(value)
        match = _RANGE.fullmatch(text)
        if match is None or not (match["start"] or match["end"]):
            self.fail(f"{text[:20]!r}: give A or % of the rating, such as 12.8 or 80%")
        start = 0.0
        if match["start"] == "~":
            start = -math.inf
        elif match["start"]:
            start = float(match["start"])
        end = math.inf
        if match["end"]:
            end = float(match["end"])
        if start > end:
            self.fail(f"{text[:20]!r}: the first number is larger than the second")
        return Range(
            start=start,
            end=end,
            is_inside=bool(match["inside"]),
            is_share=bool(match["percent"]),
        )


class Thresholds(NamedTuple):
    """What --warning and --critical say; None for one that is not given. Of `--critical 90%` it is
    `Thresholds(critical=Range(0.0, 90.0, is_share=True))`.
    """

    warning: Optional[Range] = None
    critical: Optional[Range] = None

    def __bool__(self) -> bool:
        return self.warning is not None or self.critical is not None

    def refuse_useless_shares(self) -> None:
        """Raise SettingsError for limits in % that are a mistake, whatever the rating is: one above
        100 %, and one of --critical below that of --warning. Called before the PDUs are read.

        >>> Thresholds(critical=Range(0.0, 90.0, is_share=True)).refuse_useless_shares()
        >>> Thresholds(critical=Range(0.0, 190.0, is_share=True)).refuse_useless_shares()
        Traceback (most recent call last):
        handlers.shared.errors.SettingsError: --critical 190% is above 100 % of a rating
        """
        limits: list[Range] = []
        for option, threshold in zip(("--warning", "--critical"), self):
            if threshold is None or not threshold.is_share:
                continue
            limits.append(threshold)
            if 100 < threshold.top < math.inf:
                raise SettingsError(f"{option} {threshold}% is above 100 % of a rating")
        _refuse_wrong_order("", limits, "%")


_NO_THRESHOLDS = Thresholds()


class _Load(NamedTuple):
    """A current that is judged: of a line, a breaker or the whole PDU. `_Load("L1", 12.9, 16.0)` is
    12.9 A of a rating of 16 A.
    """

    label: str
    current_a: Figure
    rating_a: Optional[float] = None


def _loads(row: PduRow) -> list[_Load]:
    """The loads of a PDU that have limits: those of its lines and breakers; where none were read,
    that of the whole PDU.

    lines L1, L2 were read    [_Load("L1", 12.9, 16.0), _Load("L2", 3.1, 16.0)]
    a load of 3.6 A alone     [_Load("load", 3.6)]
    no answer                 [_Load("load", NotKnown("it was not read"))]
    """
    reading = row.reading
    if reading.meters:
        return [_Load(part.label, part.current_a, part.rating_a) for part in reading.meters]
    if reading.load_a is None and row.hides(reading.load_a):
        return [_Load("load", _UNREAD)]
    return [_Load("load", reading.load_a)]


def judge_loads(row: PduRow, thresholds: Thresholds) -> PduRow:
    """A copy of the row whose level and result are the worst of its own and those of its loads, and
    whose reason names each load beyond its limit. A load that cannot be compared with its limit is
    a warning, because it may be beyond. A PDU whose states were not read keeps its row. Raises
    SettingsError for a limit in A that is a mistake.

        row                 L1 with --critical 80%    returned
        WELL, "well"        12.9 A of 16 A            BAD, "over limit", "L1 carries 12.9 A, ..."
        WELL, "well"        3.1 A of 16 A             WELL, "well"
        WELL, "well"        3.1 A, no rating          DOUBTFUL, "without a rating"
        BAD, "protocol"     not read                  BAD, "protocol"
    """
    if not thresholds or not row.reading.has_states:
        return row
    loads = _loads(row)
    for load in loads:
        _refuse_useless_limits(f"{row.device.name}: {load.label}", load.rating_a, thresholds)
    judgements = [_judge_load(load, thresholds) for load in loads]
    alerts = [judgement for judgement in judgements if judgement.level != WELL]
    if not alerts:
        return row
    worst = max(alerts, key=lambda alert: alert.rank)
    is_worse = worst.rank > (row.level, False)
    reasons = [alert.reason for alert in alerts]
    if row.reason:
        reasons.append(row.reason)
    return row._replace(
        level=max(row.level, worst.level),
        result=worst.result if is_worse else row.result,
        reason="; ".join(reasons),
    )


def _refuse_useless_limits(
    load_name: str, rating_a: Optional[float], thresholds: Thresholds
) -> None:
    """Raise SettingsError for a limit in A above the rating of a load, which most often was meant
    in %, and for one of --critical below that of --warning. `load_name` begins the error's text.

    >>> _refuse_useless_limits("left: L1", 16.0, Thresholds(critical=Range(0.0, 12.8)))
    >>> limit = Range(0.0, 80.0)
    >>> _refuse_useless_limits("L1", 16.0, Thresholds(critical=limit))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: L1: --critical 80 is above its rating of 16 A; 80 %: ...
    """
    limits: list[Range] = []
    for option, threshold in zip(("--warning", "--critical"), thresholds):
        limit = None if threshold is None else threshold.of_rating(rating_a)
        if threshold is None or limit is None:
            continue
        limits.append(limit)
        limit_a = limit.top
        is_above = rating_a is not None and rating_a < limit_a < math.inf
        if is_above and not threshold.is_share:
            raise SettingsError(
                f"{load_name}: {option} {limit} is above its rating of {rating_a:g} A;"
                f" {limit_a:g} %: {option} {limit}%"
            )
    _refuse_wrong_order(f"{load_name}: ", limits)


def _refuse_wrong_order(prefix: str, limits: Sequence[Range], unit: str = "") -> None:
    """Raise SettingsError if the second of two limits, that of --critical, is below the first, that
    of --warning. Fewer limits, and those that alert below a value or inside, are not compared.
    `prefix`: begins the error's text; `unit`: stands behind its numbers.

    >>> _refuse_wrong_order("", [Range(0.0, 80.0), Range(0.0, 90.0)], "%")
    >>> _refuse_wrong_order("", [Range(0.0, 90.0), Range(0.0, 80.0)], "%")
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: --critical 80% is below --warning 90%
    """
    if len(limits) < 2 or any(limit.is_inside or limit.end == math.inf for limit in limits):
        return
    warning, critical = limits
    if critical.end < warning.end:
        raise SettingsError(
            f"{prefix}--critical {critical}{unit} is below --warning {warning}{unit}"
        )


class _Judgement(NamedTuple):
    """Whether a load is within its limits: `_Judgement(BAD, "over limit", "L1 carries 12.9 A, limit
    12.8")`, or `_Judgement(WELL)`.
    """

    #: WELL, DOUBTFUL or BAD
    level: int
    #: in a word or two, as `PduRow.result`
    result: str = ""
    #: in a sentence
    reason: str = ""

    @property
    def rank(self) -> tuple[int, bool]:
        """A sort key, highest for the worst: of two judgements of one level, that of a load which
        is known to be over its limit is worse than that of a load which is not known.
        """
        return self.level, self.result == _OVER_LIMIT


def _judge_load(load: _Load, thresholds: Thresholds) -> _Judgement:
    """The judgement of a load by the thresholds: the first of --critical and --warning that alerts,
    or that cannot be compared with the load; WELL without one.

    >>> limits = Thresholds(critical=Range(0.0, 80.0, is_share=True))
    >>> _judge_load(_Load("L1", 12.9, 16.0), limits).reason
    'L1 carries 12.9 A, limit 12.8'
    >>> _judge_load(_Load("L1", 12.9), limits).reason
    'L1: its rating is not known: give a limit in A'
    >>> _judge_load(_Load("L1", 3.1, 16.0), limits).level == WELL
    True
    """
    current_a = measured(load.current_a)
    for level, threshold in ((BAD, thresholds.critical), (DOUBTFUL, thresholds.warning)):
        if threshold is None:
            continue
        if current_a is None:
            return _judge_without_current(load)
        limit = threshold.of_rating(load.rating_a)
        if limit is None:
            why = f"{load.label}: its rating is not known: give a limit in A"
            return _Judgement(DOUBTFUL, _NO_RATING, why)
        if limit.alerts(current_a):
            why = f"{load.label} carries {current_a:g} A, limit {limit}"
            return _Judgement(level, _OVER_LIMIT, why)
    return _Judgement(WELL)


def _judge_without_current(load: _Load) -> _Judgement:
    """The judgement of a load whose current has no value, and which so may be beyond its limit. Why
    a current is not known now is not said here: the row says it already.

    >>> _judge_without_current(_Load("L1", NotKnown("silent"))).reason
    'L1: its current is not known'
    >>> _judge_without_current(_Load("L1", None)).result
    'current not metered'
    """
    if isinstance(load.current_a, NotKnown):
        return _Judgement(DOUBTFUL, _NO_CURRENT, f"{load.label}: its current is not known")
    sentence = f"{load.label}: its current is not metered"
    why = reason_without(load.current_a)
    if why:
        sentence += f": {why}"
    return _Judgement(DOUBTFUL, _NO_METER, sentence)


def output(
    totals: Summary,
    rows: Sequence[PduRow],
    thresholds: Thresholds = _NO_THRESHOLDS,
    *,
    data_per_pdu: bool = False,
) -> list[str]:
    """The lines that the plugin prints: one with the verdict and, behind `|`, performance data;
    then one for each PDU that is not well, the worst first. `data_per_pdu`: load and energy are
    those of each PDU, not of all together.

        PDU CRITICAL - 2 PDUs in 2.0 s: 1 well, 1 unreachable; ...|pdus=2 not_well=1 ... time=2.013s
        right: unreachable: no answer
    """
    worst_first = sorted(rows, key=lambda row: -row.level)
    alert_rows = [row for row in worst_first if row.level != WELL]
    data = [
        f"pdus={totals.pdus}",
        f"not_well={len(alert_rows)}",
        f"unreachable={totals.results.get('unreachable', 0)}",
        f"outlets_on={totals.on}",
        f"outlets_off={totals.off}",
        f"outlets_unknown={totals.unknown}",
    ]
    if data_per_pdu:
        for row in rows:
            prefix = f"{row.device.name} " if len(rows) > 1 else ""
            data += _data_of_pdu(row, thresholds, prefix)
    else:
        data += _data_of_all(totals)
    data.append(f"time={totals.seconds:.3f}s")
    # the reasons of these PDUs stand in their own lines
    sentences = summary_lines(totals, rows, [row.device.name for row in alert_rows])
    verdict = _without_bar(f"PDU {_WORDS[totals.level]} - {'; '.join(sentences)}")
    lines = [f"{verdict}|{' '.join(data)}"]
    for row in alert_rows[:_SHOWN]:
        line = f"{row.device.name}: {row.result}"
        if row.sentences:
            line += f": {'; '.join(row.sentences)}"
        lines.append(_without_bar(line))
    further_count = len(alert_rows) - _SHOWN
    if further_count > 0:
        lines.append(f"and {further_count} more")
    return lines


def _data_of_all(totals: Summary) -> Iterator[str]:
    """Yields performance data of all PDUs together: the load in A as `load=7.200`, the energy in
    kWh as `energy=1866.400c`. The energy is left out while that of a PDU may be missing in it: it
    is a counter, and a counter never falls.
    """
    if totals.load_a is not None:
        yield f"load={totals.load_a:.3f}"
    if totals.energy_kwh is not None and not totals.hides_energy:
        yield f"energy={totals.energy_kwh:.3f}c"


def _data_of_pdu(row: PduRow, thresholds: Thresholds, prefix: str) -> Iterator[str]:
    """Yields performance data of one PDU: its load in A, each line and breaker with its limits, and
    its energy in kWh. Where no lines were read, the load itself has the limits. `prefix`: begins
    each label, such as "left " for the PDU left; "" if there is one PDU.

        'left load'=3.600
        'left L1'=3.100;12.8;;0;16
        'left energy'=933.200c
    """
    load_a = measured(row.reading.load_a)
    if load_a is not None and row.reading.meters:
        label = _label(f"{prefix}load")
        yield f"{label}={load_a:.3f}"
    for load in _loads(row):
        current_a = measured(load.current_a)
        if current_a is None:
            continue
        label = _label(f"{prefix}{load.label}")
        # value;warn;crit;min;max
        cells = [
            f"{current_a:.3f}",
            _limit_cell(thresholds.warning, load),
            _limit_cell(thresholds.critical, load),
            "0",
            "" if load.rating_a is None else f"{load.rating_a:g}",
        ]
        yield f"{label}={';'.join(cells).rstrip(';')}"
    energy_kwh = measured(row.reading.energy_kwh)
    if energy_kwh is not None:
        label = _label(f"{prefix}energy")
        yield f"{label}={energy_kwh:.3f}c"


def _limit_cell(threshold: Optional[Range], load: _Load) -> str:
    """The limit of this load in A for performance data; "" without a threshold, and for one in % of
    a rating that is not known.

    >>> share = Range(0.0, 80.0, is_share=True)
    >>> _limit_cell(share, _Load("L1", 3.1, 16.0)), _limit_cell(share, _Load("L1", 3.1))
    ('12.8', '')
    """
    limit = None if threshold is None else threshold.of_rating(load.rating_a)
    return "" if limit is None else str(limit)


def _label(text: str) -> str:
    """The text as a label of performance data: a blank in place of `=`, `/` in place of the bar,
    and single quotes around a text with a blank or a quote.

    >>> _label("L1")
    'L1'
    >>> print(_label("rack 1|left=B"))
    'rack 1/left B'
    """
    plain = _without_bar(text.replace("=", " "))
    escaped_text = plain.replace("'", "''")
    needs_quotes = re.search(r"[\s']", escaped_text) is not None or not escaped_text
    return f"'{escaped_text}'" if needs_quotes else escaped_text


def _without_bar(text: str) -> str:
    """The text with `/` in place of each bar, because a bar begins the performance data."""
    return text.replace("|", "/")
