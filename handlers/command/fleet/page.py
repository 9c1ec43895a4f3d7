"""The result of a check as one self-contained HTML file, without scripts, fonts, pictures or
requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from ..output import counted
from .tables import SHOWN
from .verdict import BAD, DOUBTFUL, PduRow, Summary

_SLOWEST = 10
_CLASSES = {BAD: "bad", DOUBTFUL: "doubtful"}
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --bar: #3b82c4; --bad: #c0392b; --doubtful:
#b7791f; } body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem;
padding: 0 1rem; } h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } table {
border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid var(--line); padding:
.25rem .5rem; text-align: left; vertical-align: top; } .n { text-align: right;
font-variant-numeric: tabular-nums; white-space: nowrap; } .bar { min-width: 8rem; } .bar span {
display: block; height: .7rem; margin-top: .3rem; background: var(--bar); } .bad { color:
var(--bad); font-weight: 600; } .doubtful { color: var(--doubtful); font-weight: 600; } .outlets {
font: 12px/1.2 ui-monospace, monospace; word-break: break-all; } """
_NUMBERS = '<th class="n">{}</th>'
_SHORT = {"UP": "1", "DOWN": "0", "UNKNOWN": "?"}


def page(
    rows: Sequence[PduRow], found: Summary, when: str, marks: Mapping[str, Sequence[str]]
) -> str:
    """The whole file. Texts from devices and lists are escaped."""
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">""",
        (
            f"<title>{counted(found.pdus, 'PDU')},"
            f" {escape(when)}</title><style>{_STYLE}</style></head><body>"
        ),
        f"<h1>PDUs, {escape(when)}</h1>",
        *(f"<p>{escape(line)}</p>" for line in found.lines()),
        *_section(
            "Changes",
            ("PDU", "change"),
            [[escape(name), escape("; ".join(what))] for name, what in marks.items()],
        ),
        *_section(
            "Errors",
            ("PDU", "error", "what to do"),
            [
                [
                    escape(row.device.name),
                    f"{_marked('span', row, row.kind)} {escape(row.reason)}",
                    escape(row.remedy),
                ]
                for row in rows
                if row.kind
            ],
        ),
        *_section(
            "Unknown states",
            ("PDU", "outlets"),
            [
                [
                    escape(row.device.name),
                    escape(
                        ", ".join(one.identity for one in row.outlets if one.state == "UNKNOWN")
                    ),
                ]
                for row in rows
                if row.unknown and not row.device.metered
            ],
        ),
        *_all(rows),
        *_section(
            "Slowest",
            ("PDU", "address", _NUMBERS.format("seconds")),
            [
                [escape(row.device.name), escape(row.device.address), _number(f"{row.seconds:.2f}")]
                for row in sorted(rows, key=lambda one: -one.seconds)[:_SLOWEST]
            ],
        ),
        "</body></html>",
        "",
    ]
    return "\n".join(parts)


def _section(title: str, head: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    """A table with its title; nothing if it has no lines. Cells are HTML."""
    if not lines:
        return []
    return [
        f"<h2>{title}</h2><table>",
        _line("th", head),
        *(_line("td", line) for line in lines),
        "</table>",
    ]


def _line(tag: str, cells: Iterable[str]) -> str:
    made = (cell if cell.startswith(f"<{tag}") else f"<{tag}>{cell}</{tag}>" for cell in cells)
    return f"<tr>{''.join(made)}</tr>"


def _all(rows: Sequence[PduRow]) -> list[str]:
    """All PDUs, with the columns of the table for people and a row of their outlets' states."""
    head: list[str] = []
    for column in SHOWN:
        head.append(_NUMBERS.format(column.head) if column.number else column.head)
        if column.bar:
            head.append("")
    most = {
        column.key: max((_size(column.value(row)) for row in rows), default=0.0)
        for column in SHOWN
        if column.bar
    }
    lines = [_cells(row, most) for row in rows]
    return _section("Load and energy", (*head, "outlets: 1 on, 0 off, ? unknown"), lines)


def _cells(row: PduRow, most: Mapping[str, float]) -> list[str]:
    cells: list[str] = []
    for column in SHOWN:
        shown = column.text(row)
        words = "" if shown is None else str(shown)
        if column.key == "result":
            cells.append(_marked("td", row, words))
        else:
            cells.append(_number(words) if column.number else escape(words))
        if column.bar:
            cells.append(_bar(_size(column.value(row)), most[column.key]))
    states = "".join(_SHORT[one.state] for one in row.outlets)
    return [*cells, f'<td class="outlets">{states}</td>']


def _size(value: object) -> float:
    return value if isinstance(value, float) else 0.0


def _marked(tag: str, row: PduRow, text: str) -> str:
    return f'<{tag} class="{_CLASSES.get(row.level, "")}">{escape(text)}</{tag}>'


def _bar(value: float, most: float) -> str:
    width = 100 * value / most if most > 0 else 0.0
    return f'<td class="bar"><span style="width:{max(0.0, min(100.0, width)):.1f}%"></span></td>'


def _number(text: str) -> str:
    return f'<td class="n">{escape(text)}</td>'
