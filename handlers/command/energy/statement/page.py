"""A statement as one HTML file that prints well, without scripts and requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...kit import html
from ...kit.html import Cell, number, safe, short, table, words
from .table import additions, of_period, three, told

_STYLE = ".limits { border-left: 3px solid var(--doubtful); padding-left: .7rem; }"
_MINUTE = len("2026-10-01 00:00")
_ENERGY = ("kWh lowest", "best", "highest")


def page(statement: Mapping[str, Any]) -> str:
    """The whole file. Texts from devices and files are escaped."""
    title = f"Energy of {statement['customer']}"
    period = f"{minute(statement['from'])} to {minute(statement['to'])}, {statement['zone']}"
    total = statement["total"]
    low, best, high = three(total["kwh"])
    parts = [
        html.begin(title, _STYLE),
        f"<p>{safe(period)}</p>",
        f"<p><b>{low} kWh</b> at least; {best} most likely, {high} at most.",
        *_power(total),
        "</p>",
        *_lines(statement),
        *_tariff(statement),
        *_added(statement),
        *_events(statement["lines"]),
        *_units(statement["lines"]),
        *(f"<p>{safe(one)}</p>" for one in statement["left_out"]),
        "<h2>How to check this</h2>",
        "<p>Keep this page together with <code>statement.json</code> and"
        " <code>proof.json.gz</code>, which has all readings of these outlets. <code>pdu energy"
        " check-statement proof.json.gz --root ROOT</code> computes all figures again, with the"
        " root that your provider publishes for all customers.</p>",
        f'<p class="limits">{safe(statement["limits"])}</p>',
        html.END,
    ]
    return "\n".join(parts)


def _power(said: Mapping[str, Any]) -> Iterator[str]:
    if said["peak_kw"] is not None:
        yield (
            f" Highest quarter hour {said['peak_kw']:.3f} kW; 95 % of them up to"
            f" {said['p95_kw']:.3f} kW."
        )


def _lines(statement: Mapping[str, Any]) -> Iterator[str]:
    yield "<h2>Outlets</h2>"
    head = ("machine, outlet", "from, to", "register", *_ENERGY, "peak, 95 % kW", "grade")
    rows = [
        [
            Cell("<br>".join(safe(one) for one in _names(line)), "text"),
            _broken(minute(line["from"]), minute(line["to"])),
            _broken(_register(line["register_begin"]), _register(line["register_end"]), "n"),
            *_three(line["kwh"]),
            _broken(_kw(line["peak_kw"]), _kw(line["p95_kw"]), "n wide"),
            Cell(_grade(line), "text"),
        ]
        for line in statement["lines"]
    ]
    total = statement["total"]
    foot = [
        words("Total"),
        *[Cell("")] * 2,
        *_three(total["kwh"]),
        _broken(_kw(total["peak_kw"]), _kw(total["p95_kw"]), "n wide"),
        Cell(""),
    ]
    yield from table(head, rows, [foot])
    if total["unread"]:
        yield f"<p>Outlets of which no energy was read, not in the total: {total['unread']}.</p>"
    if total["without_lowest"]:
        yield (
            "<p>Outlets of which no lowest energy can be defended, 0 in the total's:"
            f" {total['without_lowest']}.</p>"
        )
    yield (
        "<p><small>The register at begin and end is what the unit showed at the last reading until"
        " then. The peak is the highest mean of a quarter hour, of all outlets together in the"
        " total.</small></p>"
    )


def _grade(line: Mapping[str, Any]) -> str:
    # in one element, so that a narrow screen has the reason below the grade, not beside it
    return f"<div>{safe(line['grade'])}<br><small>{safe(line['reason'])}</small></div>"


def _names(line: Mapping[str, Any]) -> Sequence[str]:
    place = f"{line['pdu']}, outlet {line['outlet']}"
    return [one for one in (line["machine"], line["name"], place) if one]


def _tariff(statement: Mapping[str, Any]) -> Iterator[str]:
    periods = statement["total"]["tariff"]
    if not periods:
        return
    yield "<h2>Periods of the tariff</h2>"
    rows = []
    for line in statement["lines"]:
        for name, energy in line["tariff"].items():
            names = ", ".join(_names(line))
            rows.append([words(names), short(name), *_cells(of_period(energy))])
    foot = [
        [words("Total"), short(name), *_cells(of_period(energy))]
        for name, energy in periods.items()
    ]
    yield from table(("outlet", "period", *_ENERGY), rows, foot)
    yield (
        "<p><small>The lowest of a period is its part of the outlet's lowest, in the proportion of"
        " the periods' best, so that periods add up to the outlet; what each period has at least by"
        " itself is <code>low</code> in <code>statement.json</code>.</small></p>"
    )


def _added(statement: Mapping[str, Any]) -> Iterator[str]:
    rows = [[words(name), *_three(one)] for name, one in additions(statement)]
    yield from html.section("By your provider's factors", ("", "lowest", "best", "highest"), rows)


def _events(lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    listed = [
        f"<li>{safe(line['pdu'])}, outlet {safe(line['outlet'])}: {safe(told(event))}</li>"
        for line in lines
        for event in line["events"]
    ]
    yield "<h2>Holes, and what else happened</h2>"
    yield from (["<ul>", *listed, "</ul>"] if listed else ["<p>Nothing.</p>"])


def _units(lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    rows = [
        [
            words(f"{line['pdu']}, outlet {line['outlet']}"),
            Cell(safe(one["serial"] or "not read"), "wide"),
            *(
                cell
                for edge in ("first", "last")
                for cell in (
                    # on a phone its label and a time are wider than half of the page
                    Cell(safe(minute(one[edge]["time"])), "wide"),
                    number(repr(one[edge]["kwh"])),
                )
            ),
        ]
        for line in lines
        if len(line["units"]) > 1
        for one in line["units"]
    ]
    head = ("outlet", "serial number", "first reading", "register", "last reading", "register")
    yield from html.section("Exchanged units", head, rows)


def _three(energy: Any) -> Sequence[Cell]:
    return _cells(three(energy))


def _cells(figures: Sequence[str]) -> Sequence[Cell]:
    low, best, high = figures
    return number(low or "–", "b"), number(best), number(high)


def _broken(above: str, below: str, classes: str = "") -> Cell:
    return Cell(f"<span>{safe(above)}<br>{safe(below)}</span>", classes)


def _register(said: Any) -> str:
    return "–" if said is None else repr(said["kwh"])


def _kw(value: Any) -> str:
    return "–" if value is None else f"{value:.3f}"


def minute(text: str) -> str:
    """A time to the minute, with its offset."""
    return text[:_MINUTE] + (text[-len("+02:00") :] if len(text) > _MINUTE else "")
