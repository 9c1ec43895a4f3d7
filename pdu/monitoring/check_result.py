"""The verdict of a check on each PDU and on the whole fleet: rows and the summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Optional

from handlers.shared.errors import printable
from handlers.shared.meter_figures import NOT_ASKED, Figure, measured
from pdu_common.helper import EnumPowerStatus

from ..cli.output import counted, decimals
from ..cli.states import DOWN, UNKNOWN, UP
from ..inspection.topology import MeteredPart
from ..pdu_list.listed_pdu import ListedPdu
from ..reading.figures import (
    OUTLET_FIGURES,
    PDU_FIGURES,
    figure_text,
    is_lost,
    missing_sentences,
    reason_lost,
)
from ..reading.parts import FIGURES, STATES, UNREACHABLE, CallError, PolledOutlet, Reading

WELL = 0
DOUBTFUL = 1
BAD = 2

_WELL_RESULT, _NO_OUTLETS, UNKNOWN_FIGURES = "well", "no outlets", "unknown figures"
_UNKNOWN = "unknown"
_STALE = ("data-stale", "driver-not-connected")

# Kind of error -> what to do. The error itself says what happened.
REMEDIES: Mapping[str, str] = {
    "unreachable": (
        "check power, cable, address and firewall; over SNMP also the community, over TLS the"
        " certificate"
    ),
    "denied": "correct the account on the PDU, or the login that was used for it",
    "settings": "correct this PDU in the list, or its login",
    "protocol": "read this PDU alone with `pdu status --debug` and report what it prints",
    "refused": (
        "look up the PDU's message in its manual; missing rights and licences are the usual reasons"
    ),
    "unsupported": (
        "follow the error's advice, have this PDU added (`pdu record`) or, if it speaks SNMP,"
        " describe it in JSON"
    ),
    "data-stale": (
        "the NUT driver has no up-to-date data: check the cable to its device, or restart the"
        " driver"
    ),
    "driver-not-connected": "start the NUT driver (upsdrvctl start), or wait until it has reported",
    "no-such-outlet": (
        "read this PDU alone with `pdu status`, and compare its outlets with the settings in the"
        " list"
    ),
    "defect": (
        "a defect of the handler: run `pdu handler check` on one of your own, else `pdu status"
        " --debug` on this PDU, and report what it prints"
    ),
}
_ONLY_METERS = (
    "no state of its outlets is known: if this PDU only meters, set metered=yes in the list (the"
    " column metered)"
)
_OTHERWISE = "read this PDU alone with `pdu status`"
_STATES_NOT_KNOWN = (
    "the PDU reports no plain state of these outlets: look at them on its own page, or read it"
    " alone with `pdu status`"
)
_NO_ERROR = CallError("", "")  # as a row has it: neither a kind nor a reason
_NOT_KNOWN_NOW = (
    "poll again; for a unit that never shows it, set unknown_figures=unset in the list (settings)"
)


class PduRow(NamedTuple):
    """One PDU of the table."""

    device: ListedPdu
    #: WELL, DOUBTFUL or BAD
    level: int
    #: why, in a word or two
    result: str
    #: outlets that are on; None if the states could not be read
    on: Optional[int]
    #: outlets that are off; None if the states could not be read
    off: Optional[int]
    #: outlets whose state is not known; None if the states could not be read
    unknown: Optional[int]
    load_a: Figure
    energy_kwh: Figure
    #: how long the reading took
    seconds: float
    #: see `Reading.requests`
    requests: Optional[int]
    #: the kind of the error, "" for none
    kind: str = ""
    #: the text of the error
    reason: str = ""
    #: all outlets, or only those that are not on (`judge_reading`, `keep_outlets`)
    outlets: Sequence[PolledOutlet] = ()
    #: how much of its rating the fullest line or breaker carries; "" if not all were read
    of_rating: str = ""
    #: lines and breakers, if they were read
    meters: Sequence[MeteredPart] = ()
    #: why figures of the PDU and of its outlets have no value, and states are not known, if the
    #: handler says so
    reasons: Sequence[str] = ()
    #: whether all parts were read, and the error is that a figure is not known now
    lacks_figure: bool = False
    #: whether states or figures could not be read, so that it is open which figures the PDU has
    hides_figures: bool = False

    def hides(self, figure: Figure) -> bool:
        """Whether this figure is not known now, or could not be read (`hides_figures`)."""
        return is_lost(figure) or (figure is None and self.hides_figures)

    @property
    def sentences(self) -> Sequence[str]:
        """The text of the error, and the reasons that it does not have."""
        further_reasons = [reason for reason in self.reasons if reason not in self.reason]
        if not self.reason:
            return further_reasons
        return [self.reason, *further_reasons]

    @property
    def remedy(self) -> str:
        """What to do about the error or about states that are not known; "" if there is nothing."""
        if self.lacks_figure:
            return _NOT_KNOWN_NOW
        if self.kind:
            return REMEDIES.get(self.kind, _OTHERWISE)
        if self.result == _NO_OUTLETS:
            return "it lists no outlet and measures nothing: read it alone with `pdu status`"
        if self.result != _UNKNOWN:
            return ""
        return _STATES_NOT_KNOWN if self.on or self.off else _ONLY_METERS


def judge_reading(device: ListedPdu, reading: Reading, *, keep_outlets: bool = True) -> PduRow:
    """The row of one PDU. If it was read, and has a figure that is not known now, the row has an
    error: DCImanager lacks this figure, too, because its call `statistic` raises for a total and
    leaves out an outlet without its energy. `keep_outlets`: False keeps only those that are not on.
    """
    figure_reasons = tuple(missing_sentences(reading, PDU_FIGURES, OUTLET_FIGURES))
    lacks_figure = not reading.failures and _has_lost_figure(reading)
    level, result = _level(device, reading)
    error = (
        CallError("protocol", "; ".join(figure_reasons))
        if lacks_figure
        else _error_of_all_parts(reading)
    )
    outlets = reading.outlets
    if not keep_outlets:
        outlets = [outlet for outlet in outlets if outlet.state is not UP]
    return PduRow(
        device=device,
        level=level,
        result=result,
        on=_count(reading, UP),
        off=_count(reading, DOWN),
        unknown=_count(reading, UNKNOWN),
        load_a=reading.load_a,
        energy_kwh=reading.energy_kwh,
        seconds=round(reading.seconds, 3),
        requests=reading.requests,
        kind=error.kind,
        reason=error.reason,
        outlets=tuple(outlets),
        of_rating=_share_of_rating(reading.meters),
        meters=reading.meters,
        reasons=(*figure_reasons, *reading.warnings),
        lacks_figure=lacks_figure,
        hides_figures=STATES in reading.failures or FIGURES in reading.failures,
    )


def _count(reading: Reading, state: EnumPowerStatus) -> Optional[int]:
    """How many outlets are in this state; None if the states were not read."""
    return reading.count(state) if reading.answered else None


def _has_lost_figure(reading: Reading) -> bool:
    """Whether a figure of the PDU or of an outlet is not known now."""
    return any(missing_sentences(reading, PDU_FIGURES, OUTLET_FIGURES, reason_lost))


def _error_of_all_parts(reading: Reading) -> CallError:
    """The error that the verdict and the remedy are about, with the reasons of all parts; _NO_ERROR
    if all were read.
    """
    failure = reading.failure
    if failure is None:
        return _NO_ERROR
    if len(reading.failures) == 1:
        return failure
    reasons: list[str] = []
    for part, error in reading.failures.items():
        reasons.append(f"no {part}: {error.reason}")
    return failure._replace(reason="; ".join(reasons))


def _share_of_rating(meters: Sequence[MeteredPart]) -> str:
    """`77 % of 32 A (L1)`: the line or breaker nearest to its rating; "" if one lacks its current
    or its rating, because it might be nearer.
    """
    shares: list[tuple[float, str]] = []
    for meter in meters:
        current_a = measured(meter.current_a)
        if current_a is None or not meter.rating_a:
            return ""
        share = current_a / meter.rating_a
        words = f"{100 * share:.0f} % of {meter.rating_a:g} A ({meter.label})"
        shares.append((share, words))
    if not shares:
        return ""
    _, words_of_largest = max(shares)
    return words_of_largest


def _level(device: ListedPdu, reading: Reading) -> tuple[int, str]:
    """WELL, DOUBTFUL or BAD, with a word for why."""
    error = reading.failure
    if error is None:
        return _level_without_error(device, reading)
    if error.kind in _STALE:
        return DOUBTFUL, "stale"
    if not reading.answered or error.kind == UNREACHABLE:
        return BAD, error.kind
    first_part, *_ = reading.failures
    return DOUBTFUL, f"no {first_part}"


def _level_without_error(device: ListedPdu, reading: Reading) -> tuple[int, str]:
    """Severity and result of a PDU all of whose parts were read."""
    if reading.count(UNKNOWN) and not device.metered:
        return DOUBTFUL, _UNKNOWN
    if _has_lost_figure(reading):
        return DOUBTFUL, UNKNOWN_FIGURES
    has_figure = any(row.of(reading) not in (None, NOT_ASKED) for row in PDU_FIGURES)
    if not reading.outlets and not device.metered and not has_figure:
        return DOUBTFUL, _NO_OUTLETS
    return WELL, _WELL_RESULT


@dataclass(frozen=True)
class Summary:
    """The whole fleet."""

    pdus: int
    #: `PduRow.result` -> number of PDUs, the most frequent first
    results: dict[str, int]
    on: int
    off: int
    unknown: int
    #: the sum over the PDUs that reported a load; None if none did
    load_a: Optional[float]
    #: how many PDUs reported a load
    loads: int
    #: the sum over the PDUs that reported an energy; None if none did
    energy_kwh: Optional[float]
    #: how many PDUs reported an energy
    energies: int
    #: how long the poll took
    seconds: float
    #: the worst level of a PDU
    level: int
    #: the name of a PDU that is listed twice -> the name under which it counts in the sums
    repeated: Mapping[str, str] = field(default_factory=dict)
    #: how many decimals the coarsest counter of a PDU has; the sum of all is no finer
    energy_places: int = 0
    #: whether a PDU may have a load, or an energy, that was not read
    hides_load: bool = False
    hides_energy: bool = False
    #: names of PDUs that lack a figure -> why, if the handler says so
    reasons: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def lines(self, names_without_reasons: Collection[str] = ()) -> list[str]:
        """The text for people: the results, the sums, a line for each PDU that is listed twice,
        then one for each PDU that lacks a figure, but for those in `names_without_reasons`.
        """
        results = [f"{self.results.get(_WELL_RESULT, 0)} well"]
        other_results = {result: n for result, n in self.results.items() if result != _WELL_RESULT}
        results += [f"{count} {result}" for result, count in other_results.items()]
        load = figure_text(self.load_a, "A", is_hidden=self.hides_load)
        if self.loads:
            load = f"{load} of {counted(self.loads, 'PDU')}"
        energy = figure_text(self.energy_kwh, "kWh", is_hidden=self.hides_energy)
        if self.energy_kwh is not None:
            energy = f"{self.energy_kwh:.{self.energy_places}f} kWh of {self.energies}"
        pdus = counted(self.pdus, "PDU")
        outlets = counted(self.on + self.off + self.unknown, "outlet")
        states = f"{self.on} on, {self.off} off, {self.unknown} unknown"
        lines = [
            f"{pdus} in {self.seconds:.1f} s: {', '.join(results)}",
            f"{outlets}: {states}; load {load}, energy {energy}",
        ]
        for name, counted_as in self.repeated.items():
            other_name = printable(counted_as, 60)
            lines.append(f"{printable(name, 60)} is {other_name} again: counted once")
        for name, reasons in self.reasons.items():
            if name not in names_without_reasons:
                lines.append(f"{printable(name, 60)}: {'; '.join(reasons)}")
        return lines


def summary(
    rows: Sequence[PduRow], seconds: float, counted_as: Mapping[str, str] = MappingProxyType({})
) -> Summary:
    """The whole fleet. Results count every row; outlets and figures count each unit once.

    `counted_as`: the name of a PDU that is listed twice -> the name under which it counts.
    """
    unit_rows = _row_per_unit(rows, counted_as) if counted_as else rows
    loads = _values(row.load_a for row in unit_rows)
    energies = _values(row.energy_kwh for row in unit_rows)
    metered_rows = [row for row in unit_rows if measured(row.energy_kwh) is not None]
    return Summary(
        pdus=len(rows),
        results=_result_counts(rows),
        on=_total(row.on for row in unit_rows),
        off=_total(row.off for row in unit_rows),
        unknown=_total(row.unknown for row in unit_rows),
        load_a=sum(loads) if loads else None,
        loads=len(loads),
        energy_kwh=sum(energies) if energies else None,
        energies=len(energies),
        seconds=seconds,
        level=max((row.level for row in rows), default=WELL),
        repeated=_names_read_twice(rows, counted_as),
        energy_places=min(map(_places, metered_rows), default=0),
        hides_load=any(row.hides(row.load_a) for row in unit_rows),
        hides_energy=any(row.hides(row.energy_kwh) for row in unit_rows),
        reasons={row.device.name: row.reasons for row in unit_rows if row.reasons},
    )


def _total(counts: Iterable[Optional[int]]) -> int:
    """The sum of the counts that were read."""
    return sum(count for count in counts if count is not None)


def _names_read_twice(rows: Sequence[PduRow], counted_as: Mapping[str, str]) -> dict[str, str]:
    """The names of `counted_as`, each with the other name of its unit, if both were read."""
    names = {row.device.name for row in rows}
    names_read_twice: dict[str, str] = {}
    for name, other_name in counted_as.items():
        if name in names and other_name in names:
            names_read_twice[name] = other_name
    return names_read_twice


def _result_counts(rows: Sequence[PduRow]) -> dict[str, int]:
    """How many PDUs have each result, the most frequent first."""
    counts = Counter(row.result for row in rows)
    most_frequent_first = sorted(counts, key=lambda result: (-counts[result], result))
    return {result: counts[result] for result in most_frequent_first}


def _places(row: PduRow) -> int:
    """How many decimals the counters of a PDU have, its outlets' included."""
    outlet_energies = [outlet.figures.energy_kwh for outlet in row.outlets]
    return decimals(_values([row.energy_kwh, *outlet_energies]))


def _values(figures: Iterable[Figure]) -> list[float]:
    """The figures that have a value."""
    return [value for value in map(measured, figures) if value is not None]


def _row_per_unit(rows: Sequence[PduRow], counted_as: Mapping[str, str]) -> Sequence[PduRow]:
    """One row of each unit, whatever names it has: the first without an error, else the first."""
    row_by_unit: dict[str, PduRow] = {}
    for row in rows:
        name = row.device.name
        unit = counted_as.get(name, name)
        earlier_row = row_by_unit.get(unit)
        if earlier_row is None or (earlier_row.kind and not row.kind):
            row_by_unit[unit] = row
    return list(row_by_unit.values())
