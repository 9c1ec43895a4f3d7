"""The verdict of a check on each PDU, and the sums of all.

The verdict has a level, WELL, DOUBTFUL (something is not known) or BAD (the PDU was not read), and
a result that says why in a word or two. A reading (`Reading`) is what was read of a PDU: its
outlets, figures such as `load_a`, and its failures. A figure is a number, None or NotMetered if the
PDU does not meter it, or `NotKnown` if the PDU meters it and it cannot be read now; the last is a
lost figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Optional

from handlers.shared.errors import printable
from handlers.shared.meter_figures import NOT_ASKED, Figure, measured
from pdu_common.helper import EnumPowerStatus

from ..cli.output import counted
from ..cli.states import DOWN, UNKNOWN, UP
from ..inspection.topology import MeteredPart
from ..pdu_list.listed_pdu import ListedPdu
from ..reading.figures import (
    OUTLET_FIGURES,
    PDU_FIGURES,
    figure_text,
    is_lost,
    missing_sentences,
    reason_missing,
)
from ..reading.parts import FIGURES, STATES, UNREACHABLE, CallError, Reading

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
_NOT_KNOWN_NOW = (
    "poll again; for a unit that never shows it, set unknown_figures=unset in the list (settings)"
)


class PduRow(NamedTuple):
    """One PDU of a check: what was read of it, the verdict, and the error if there is one, as its
    kind and reason. `reasons` are sentences that say why figures and states are missing.

    all was read               WELL, "well"
    outlet 3 is unknown        DOUBTFUL, "unknown"
    no answer                  BAD, "unreachable", kind "unreachable", reason "no answer"
    """

    device: ListedPdu
    reading: Reading
    #: WELL, DOUBTFUL or BAD
    level: int
    #: why, in a word or two
    result: str
    #: the kind of the error, "" for none
    kind: str
    #: the text of the error
    reason: str
    reasons: Sequence[str]

    @property
    def lacks_figure(self) -> bool:
        """Whether the error is that a figure is not known now, though all calls succeeded."""
        return not self.reading.failures and _has_lost_figure(self.reading)

    def state_count(self, state: EnumPowerStatus) -> Optional[int]:
        """How many outlets are in this state; None if the states were not read."""
        return self.reading.count(state) if self.reading.has_states else None

    def hides(self, figure: Figure) -> bool:
        """Whether a figure of this PDU was not read, and the PDU has it or may have it: it is not
        known now, or it is None because the states or the figures were not read.
        """
        failures = self.reading.failures
        return is_lost(figure) or (figure is None and (STATES in failures or FIGURES in failures))

    @property
    def sentences(self) -> Sequence[str]:
        """What is said of the PDU: the text of the error, then those of `reasons` that are not in
        this text.

        >>> from handlers.shared.address import Address
        >>> silent = Reading(failures={STATES: CallError("unreachable", "no answer")})
        >>> row = judge_reading(ListedPdu("r1", "snmp", Address("192.0.2.8")), silent)
        >>> row._replace(reasons=["no answer", "no load: the sensor is not valid"]).sentences
        ['no answer', 'no load: the sensor is not valid']
        """
        further_reasons = [reason for reason in self.reasons if reason not in self.reason]
        if not self.reason:
            return further_reasons
        return [self.reason, *further_reasons]

    @property
    def remedy(self) -> str:
        """What to do about the error or about states that are not known; "" if there is nothing.

        well                ""
        unreachable         check power, cable, address and firewall; ...
        unknown, of all     no state of its outlets is known: if this PDU only meters, set ...
        unknown figures     poll again; for a unit that never shows it, set ...
        """
        if self.lacks_figure:
            return _NOT_KNOWN_NOW
        if self.kind:
            return REMEDIES.get(self.kind, _OTHERWISE)
        if self.result == _NO_OUTLETS:
            return "it lists no outlet and measures nothing: read it alone with `pdu status`"
        if self.result != _UNKNOWN:
            return ""
        has_states = self.state_count(UP) or self.state_count(DOWN)
        return _STATES_NOT_KNOWN if has_states else _ONLY_METERS


def judge_reading(device: ListedPdu, reading: Reading) -> PduRow:
    """The row of one PDU: its reading with the verdict. A figure that is not known now is an error,
    even if all else was read: DCImanager lacks it, too, because its call `statistic` raises for a
    total and leaves out an outlet without its energy.

    >>> from handlers.shared.address import Address
    >>> from handlers.shared.meter_figures import NotKnown
    >>> r1 = ListedPdu("r1", "snmp", Address("192.0.2.8"))
    >>> judge_reading(r1, Reading(has_states=True, load_a=3.6)).result
    'well'
    >>> no_load = NotKnown("the sensor is not valid")
    >>> row = judge_reading(r1, Reading(has_states=True, load_a=no_load))
    >>> row.level == DOUBTFUL, row.result, row.reason
    (True, 'unknown figures', 'no load: the sensor is not valid')
    """
    figure_reasons = list(missing_sentences(reading, PDU_FIGURES, OUTLET_FIGURES))
    level, result = _level(device, reading)
    error = _error(reading)
    if error is None and _has_lost_figure(reading):
        error = CallError("protocol", "; ".join(figure_reasons))
    return PduRow(
        device=device,
        reading=reading,
        level=level,
        result=result,
        kind="" if error is None else error.kind,
        reason="" if error is None else error.reason,
        reasons=[*figure_reasons, *reading.warnings],
    )


def _has_lost_figure(reading: Reading) -> bool:
    """Whether a figure of the PDU or of an outlet is not known now.

    >>> from handlers.shared.meter_figures import NotKnown
    >>> _has_lost_figure(Reading(load_a=NotKnown("silent"))), _has_lost_figure(Reading())
    (True, False)
    """
    reasons = missing_sentences(reading, PDU_FIGURES, OUTLET_FIGURES, reason_missing)
    return any(reasons)


def _error(reading: Reading) -> Optional[CallError]:
    """The error of a reading: its kind is that of the failure that matters most, and its reason
    names what was not read, with why. None if all was read.

    >>> no_states, no_names = CallError("protocol", "cut short"), CallError("refused", "no right")
    >>> _error(Reading(failures={"states": no_states, "names": no_names}))
    CallError(kind='protocol', reason='no states: cut short; no names: no right')
    >>> _error(Reading(has_states=True))
    """
    failure = reading.failure
    if failure is None or len(reading.failures) == 1:
        return failure
    reasons = [f"no {part}: {error.reason}" for part, error in reading.failures.items()]
    return failure._replace(reason="; ".join(reasons))


def _level(device: ListedPdu, reading: Reading) -> tuple[int, str]:
    """The level of a reading, WELL, DOUBTFUL or BAD, and its result. BAD: the PDU is silent, or its
    states were not read; but a NUT driver whose data is stale is DOUBTFUL.

    >>> from handlers.shared.address import Address
    >>> r1 = ListedPdu("r1", "snmp", Address("192.0.2.8"))
    >>> silent = Reading(failures={STATES: CallError("unreachable", "no answer")})
    >>> level, result = _level(r1, silent)
    >>> level == BAD, result
    (True, 'unreachable')
    >>> no_names = {"names": CallError("protocol", "cut short")}
    >>> level, result = _level(r1, Reading(has_states=True, failures=no_names))
    >>> level == DOUBTFUL, result
    (True, 'no names')
    """
    error = reading.failure
    if error is None:
        return _level_without_error(device, reading)
    if error.kind in _STALE:
        return DOUBTFUL, "stale"
    if not reading.has_states or error.kind == UNREACHABLE:
        return BAD, error.kind
    first_part, *_ = reading.failures
    return DOUBTFUL, f"no {first_part}"


def _level_without_error(device: ListedPdu, reading: Reading) -> tuple[int, str]:
    """The level, WELL or DOUBTFUL, and the result of a PDU all of whose calls succeeded. Unknown
    states are normal for a `device` that the list calls metered: it only meters.

    >>> from handlers.shared.address import Address
    >>> from pdu.reading.parts import PolledOutlet
    >>> r1 = ListedPdu("r1", "snmp", Address("192.0.2.8"))
    >>> unknown = Reading([PolledOutlet("3", UNKNOWN)], has_states=True)
    >>> _level_without_error(r1, unknown) == (DOUBTFUL, "unknown")
    True
    >>> _level_without_error(r1._replace(metered=True), unknown) == (WELL, "well")
    True
    """
    if reading.count(UNKNOWN) and not device.metered:
        return DOUBTFUL, _UNKNOWN
    if _has_lost_figure(reading):
        return DOUBTFUL, UNKNOWN_FIGURES
    has_figure = any(row.of(reading) not in (None, NOT_ASKED) for row in PDU_FIGURES)
    if not reading.outlets and not device.metered and not has_figure:
        return DOUBTFUL, _NO_OUTLETS
    return WELL, _WELL_RESULT


def share_of_rating(meters: Sequence[MeteredPart]) -> str:
    """How near the PDU is to a limit, as text: the current of its line or breaker nearest to its
    rating, in % of that. `>=` before it: another one lacks its current or its rating, and might be
    nearer. "" if none has both.

    >>> share_of_rating([MeteredPart("line", "L1", 31.9, 32.0)])
    '100 % of 32 A (L1)'
    >>> share_of_rating([MeteredPart("line", "L1", 31.9, 32.0), MeteredPart("line", "L2")])
    '>= 100 % of 32 A (L1)'
    """
    shares: list[tuple[float, str]] = []
    for meter in meters:
        current_a = measured(meter.current_a)
        if current_a is not None and meter.rating_a:
            share = current_a / meter.rating_a
            shares.append((share, f"{100 * share:.0f} % of {meter.rating_a:g} A ({meter.label})"))
    _, text = max(shares, default=(0.0, ""))
    return f">= {text}" if text and len(shares) < len(meters) else text


class Summary(NamedTuple):
    """The sums over all PDUs of a check; `on`, `off`, `unknown` count outlets. Of three PDUs, one
    of them silent: `pdus=3, results={"well": 2, "unreachable": 1}, on=14, off=2, unknown=0,
    load_a=7.2, loads=2, ..., level=BAD, hides_load=True`.
    """

    pdus: int
    #: `PduRow.result` -> number of PDUs, the most frequent first
    results: Mapping[str, int]
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
    #: the name of a PDU that was read twice -> the other name of the same PDU; both names count in
    #: `pdus` and `results`, outlets and figures once
    repeated: Mapping[str, str] = MappingProxyType({})
    #: how many decimals the coarsest counter of a PDU has: the sum of all is no finer
    energy_places: int = 0
    #: whether a PDU may have a load, or an energy, that was not read
    hides_load: bool = False
    hides_energy: bool = False


def summary(
    rows: Sequence[PduRow], seconds: float, first_names: Mapping[str, str] = MappingProxyType({})
) -> Summary:
    """The sums over the PDUs of these rows. `seconds`: how long the check took. `first_names`:
    later name → first name of a PDU that is listed twice; its outlets and figures count once.

    >>> from handlers.shared.address import Address
    >>> left = ListedPdu("left", "snmp", Address("192.0.2.8"))
    >>> right = ListedPdu("right", "snmp", Address("192.0.2.9"))
    >>> rows = [judge_reading(pdu, Reading(has_states=True, load_a=3.5)) for pdu in (left, right)]
    >>> summary(rows, 0.5).load_a, summary(rows, 0.5, {"right": "left"}).load_a
    (7.0, 3.5)
    """
    pdu_rows = _row_per_pdu(rows, first_names)
    loads = _values(row.reading.load_a for row in pdu_rows)
    energies = _values(row.reading.energy_kwh for row in pdu_rows)
    names = {row.device.name for row in rows}
    metered_rows = [row for row in pdu_rows if measured(row.reading.energy_kwh) is not None]
    counts = Counter(row.result for row in rows)
    most_frequent_first = sorted(counts, key=lambda result: (-counts[result], result))
    return Summary(
        pdus=len(rows),
        results={result: counts[result] for result in most_frequent_first},
        on=sum(row.state_count(UP) or 0 for row in pdu_rows),
        off=sum(row.state_count(DOWN) or 0 for row in pdu_rows),
        unknown=sum(row.state_count(UNKNOWN) or 0 for row in pdu_rows),
        load_a=sum(loads) if loads else None,
        loads=len(loads),
        energy_kwh=sum(energies) if energies else None,
        energies=len(energies),
        seconds=seconds,
        level=max((row.level for row in rows), default=WELL),
        repeated={name: other for name, other in first_names.items() if {name, other} <= names},
        energy_places=min(map(_energy_places, metered_rows), default=0),
        hides_load=any(row.hides(row.reading.load_a) for row in pdu_rows),
        hides_energy=any(row.hides(row.reading.energy_kwh) for row in pdu_rows),
    )


def _row_per_pdu(rows: Sequence[PduRow], first_names: Mapping[str, str]) -> Sequence[PduRow]:
    """One row of each PDU. `first_names`: later name → first name of a PDU that is listed twice; of
    its rows the first without an error is taken, else the first.

    >>> from handlers.shared.address import Address
    >>> rack1 = ListedPdu("rack1", "snmp", Address("192.0.2.8"))
    >>> silent = judge_reading(rack1, Reading(failures={STATES: CallError("denied", "no right")}))
    >>> read = judge_reading(rack1._replace(name="r1"), Reading(has_states=True, load_a=3.6))
    >>> [row.device.name for row in _row_per_pdu([silent, read], {"r1": "rack1"})]
    ['r1']
    >>> [row.device.name for row in _row_per_pdu([silent, read], {})]
    ['rack1', 'r1']
    """
    row_by_pdu: dict[str, PduRow] = {}
    for row in rows:
        name = row.device.name
        counted_name = first_names.get(name, name)
        earlier_row = row_by_pdu.setdefault(counted_name, row)
        if earlier_row.kind and not row.kind:
            row_by_pdu[counted_name] = row
    return list(row_by_pdu.values())


def _energy_places(row: PduRow) -> int:
    """How many decimals the energies of a PDU and its outlets have when they are printed, at least
    one of which is known: 2 for the energies 5 and 0.25 kWh, 0 for 5 kWh alone.
    """
    outlet_energies = [outlet.figures.energy_kwh for outlet in row.reading.outlets]
    energies = _values([row.reading.energy_kwh, *outlet_energies])
    return max(len(figure_text(energy).partition(".")[2]) for energy in energies)


def _values(figures: Iterable[Figure]) -> list[float]:
    """The numbers among these figures; what is not metered or not known is left out.

    >>> _values([3.6, None, 0.0])
    [3.6, 0.0]
    """
    return [value for value in map(measured, figures) if value is not None]


def summary_lines(
    totals: Summary, rows: Sequence[PduRow], names_without_reasons: Collection[str]
) -> list[str]:
    """The lines that show the sums to people: the results, the outlets and figures, which PDUs were
    listed twice, then why a PDU lacks a figure. `names_without_reasons`: of these PDUs the last is
    not said, because it is printed elsewhere.

        3 PDUs in 0.5 s: 2 well, 1 unreachable
        16 outlets: 14 on, 2 off, 0 unknown; load 7.2 A of 2 PDUs, energy 1866.4 kWh of 2
        r1 is rack1 again: counted once
        left: no power: the sensor is not valid
    """
    results = [f"{totals.results.get(_WELL_RESULT, 0)} {_WELL_RESULT}"]
    for result, count in totals.results.items():
        if result != _WELL_RESULT:
            results.append(f"{count} {result}")
    load = figure_text(totals.load_a, "A", is_hidden=totals.hides_load)
    if totals.loads:
        load += f" of {counted(totals.loads, 'PDU')}"
    energy = figure_text(totals.energy_kwh, "kWh", is_hidden=totals.hides_energy)
    if totals.energy_kwh is not None:
        energy = f"{totals.energy_kwh:.{totals.energy_places}f} kWh of {totals.energies}"
    outlets = counted(totals.on + totals.off + totals.unknown, "outlet")
    states = f"{totals.on} on, {totals.off} off, {totals.unknown} unknown"
    lines = [
        f"{counted(totals.pdus, 'PDU')} in {totals.seconds:.1f} s: {', '.join(results)}",
        f"{outlets}: {states}; load {load}, energy {energy}",
    ]
    for name, other_name in totals.repeated.items():
        lines.append(f"{printable(name, 60)} is {printable(other_name, 60)} again: counted once")
    for row in rows:
        if row.reasons and row.device.name not in names_without_reasons:
            lines.append(f"{printable(row.device.name, 60)}: {'; '.join(row.reasons)}")
    return lines
