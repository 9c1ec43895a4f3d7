"""What an audit and a statement are both told: the period, what is known of meters, whose outlets
they are.
"""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple, Optional
from zoneinfo import ZoneInfo

from handlers.shared.errors import printable

from ..core.cli.error_output import Usage
from ..core.cli.options import NumberRange, SharedOption, option
from ..core.cli.shared_options import DRAWING
from .audit.grades import USUAL_TOLERANCE_KWH
from .registers.customers import Customers, Place, customers, machines
from .registers.meter_facts import RANGES, Meters, RegisterFacts
from .registers.period import moment, zone_named

_USUAL_ZONE = "UTC"
#: no outlet delivers more; who writes watts has thousands
_MOST_OUTLET_KW = 100.0
_MONTH = re.compile("([1-9][0-9]{3})-(0[1-9]|1[0-2])")


class BillingOptions(NamedTuple):
    """The period, the meters and the hall, as an audit and a statement are told them."""

    month: Annotated[
        Optional[str],
        option("--month", "a whole month, such as 2026-10", "MONTH", excludes=("--from", "--to")),
    ]
    begin: Annotated[
        Optional[str],
        option("--from begin", "or the first day, or a time such as 2026-10-12T14:00", "DAY"),
    ]
    end: Annotated[
        Optional[str], option("--to end", "and the day after the last one, or a time", "DAY")
    ]
    zone: Annotated[
        Optional[str], option("--zone", "their time zone", "NAME", show_default=_USUAL_ZONE)
    ]
    limit_kw: Annotated[
        Optional[float],
        option(
            "--limit-kw",
            "the most that the supply of an outlet delivers: breaker x voltage",
            "KW",
            NumberRange(RANGES["limit_kw"][0], _MOST_OUTLET_KW),
        ),
    ]
    pdu_limit_kw: Annotated[
        Optional[float],
        option(
            "--pdu-limit-kw",
            "the same of a PDU itself; else all of its outlets together",
            "KW",
            NumberRange(*RANGES["limit_kw"]),
        ),
    ]
    tolerance_kwh: Annotated[
        float,
        option(
            "--tolerance-kwh",
            "what the bounds of a register may be apart beside their share of it",
            "KWH",
            NumberRange(0.0, 1_000.0),
            default=USUAL_TOLERANCE_KWH,
            show_default=True,
        ),
    ]
    step: Annotated[
        Optional[float],
        option(
            "--step",
            "the smallest change that registers show; else as MIB and rises, or rises alone, say",
            "KWH",
            NumberRange(*RANGES["step_kwh"]),
        ),
    ]
    wrap: Annotated[
        Optional[float],
        option(
            "--wrap", "where registers begin again at 0", "KWH", NumberRange(*RANGES["wrap_kwh"])
        ),
    ]
    meter_class: Annotated[
        Optional[float],
        option(
            "--class meter_class",
            "the greatest error of the meters themselves",
            "PERCENT",
            NumberRange(*RANGES["class_percent"]),
        ),
    ]
    volts: Annotated[
        Optional[float],
        option(
            "--volts",
            "the voltage at outlets, to compare energy with current",
            "V",
            NumberRange(*RANGES["volts"]),
        ),
    ]
    own_use: Annotated[
        Optional[float],
        option("--own-use", "what a PDU itself uses", "W", NumberRange(*RANGES["own_use_w"])),
    ]
    meters: Annotated[
        Optional[str],
        option("--meters", "CSV that says these for single PDUs and outlets", "FILE"),
    ]
    drawing: Annotated[Optional[str], DRAWING()]

    def period(self) -> tuple[float, float, ZoneInfo]:
        """Begin and end in s since 1970, and their zone. Raises SettingsError or Usage."""
        zone = zone_named(self.zone or _USUAL_ZONE)
        begin, end = (moment(text, zone) for text in self._days())
        if self.zone is None and datetime.datetime.fromtimestamp(begin).astimezone().utcoffset():
            print(
                f"note: the period is in {_USUAL_ZONE}, not in this machine's time zone: --zone"
                " NAME, such as Europe/Berlin, says another",
                file=sys.stderr,
            )
        if end <= begin:
            raise Usage("--to must be later than --from")
        return begin, end, zone

    def _days(self) -> tuple[str, str]:
        """The first day and the day after the last one, as they are written. Raises Usage."""
        if self.month is None:
            if self.begin is None or self.end is None:
                raise Usage("say which period: --month 2026-10, or --from and --to")
            return self.begin, self.end
        match = _MONTH.fullmatch(self.month)
        if match is None:
            raise Usage(f"--month {printable(self.month, 40)!r}: give such as 2026-10")
        year, month = int(match[1]), int(match[2])
        return f"{self.month}-01", f"{year + month // 12:04d}-{month % 12 + 1:02d}-01"

    def files(self, customers_file: Optional[str], zone: ZoneInfo) -> BillingFiles:
        """Reads the files. Raises SettingsError."""
        usual = RegisterFacts(
            self.limit_kw, self.step, self.wrap, self.meter_class, self.volts, self.own_use
        )
        drawing = None
        if self.drawing:
            from ..site.owner_files import OwnerFiles  # 36 ms, for a drawing only

            drawing = OwnerFiles(drawing=self.drawing).read_drawing()
        pdu_nodes = drawing.pdus if drawing else {}
        return BillingFiles(
            Meters(usual, self.meters or "", self.pdu_limit_kw, pdu_nodes),
            customers(customers_file, zone) if customers_file else Customers(()),
            machines(drawing) if drawing else {},
        )


class BillingFiles(NamedTuple):
    """What the owner's files say."""

    meters: Meters
    #: who had an outlet when
    customers: Customers
    #: machine -> its outlets
    cords: Mapping[str, Sequence[Place]]


#: damaged lines of a meter's folder
WITHOUT = SharedOption(
    "--without",
    "leave a file of `pdu meter`, or lines of it, out; repeatable",
    "FILE[:LINES]",
    multiple=True,
)
