"""Options that an audit and a statement share: the period, and what is known of meters."""

from __future__ import annotations

from ..kit.options import NumberRange, option
from .grades import USUAL_TOLERANCE_KWH

PERIOD = [
    *option(
        "--from begin", "the first day, or a time such as 2026-10-12T14:00", "DAY", required=True
    ),
    *option("--to end", "the day after the last one, or a time", "DAY", required=True),
    *option("--zone", "the time zone of both", "NAME", default="UTC", show_default=True),
]
METERS = [
    *option(
        "--limit-kw",
        "the most that the supply of an outlet delivers: breaker x voltage",
        "KW",
        NumberRange(0.001, 10_000.0),
    ),
    *option(
        "--pdu-limit-kw",
        "the same of a PDU itself; else all of its outlets together",
        "KW",
        NumberRange(0.001, 10_000.0),
    ),
    *option(
        "--tolerance-kwh",
        "what the bounds of a register may be apart beside their share of it",
        "KWH",
        NumberRange(0.0, 1_000.0),
        default=USUAL_TOLERANCE_KWH,
        show_default=True,
    ),
    *option(
        "--step",
        "the smallest change that registers show; else as MIB and rises, or rises alone, say",
        "KWH",
        NumberRange(0.000_001, 1_000.0),
    ),
    *option("--wrap", "where registers begin again at 0", "KWH", NumberRange(1.0, 1e15)),
    *option(
        "--class meter_class",
        "the greatest error of the meters themselves",
        "PERCENT",
        NumberRange(0.001, 20.0),
    ),
    *option(
        "--volts",
        "the voltage at outlets, to compare energy with current",
        "V",
        NumberRange(12.0, 1000.0),
    ),
    *option("--own-use", "what a PDU itself uses", "W", NumberRange(0.0, 10_000.0)),
    *option("--meters", "CSV that says these for single PDUs and outlets", "FILE"),
]
