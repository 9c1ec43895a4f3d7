"""Writes the parts of the pages that are generated from the code: settings, devices and the
sentence on the families.

Run by path: `python packaging/readme.py` writes them between their markers (`<!-- NAME:begin -->`,
`<!-- NAME:end -->`) and prints the pages that changed. With `--check` it changes nothing and exits
with 1 if a page is out of date.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from handlers import registry
from handlers.shared.settings import Setting
from handlers.snmp.profiles import PROFILES
from pdu.supports import family_tables
from pdu.supports.recorded import family_counts


def row(setting: Setting[object]) -> str:
    """A setting as the row of a Markdown table: key, allowed (default), meaning.

    | `timeout` | number from 0.1 to 60 (10) | seconds for each answer |
    """
    # which characters a text may have, the error says
    allowed_text = re.sub(r", (on one line|without line breaks).*", "", setting.allowed)
    default = setting.default
    if isinstance(default, bool):
        default = "yes" if default else "no"
    if default not in ("", None):
        allowed_text = f"{allowed_text} ({default})"
    return f"| `{setting.key}` | {allowed_text} | {setting.help} |"


def _rows() -> Mapping[str, Sequence[str]]:
    """The rows of the settings of each handler, lines of a Markdown table, by its name:

    {"snmp": ["| `timeout` | number from 0.1 to 60 (10) | seconds for each answer |", ...], ...}
    """
    rows = {}
    for name in registry.names():
        settings = importlib.import_module(f"handlers.{name}.handler").SETTINGS
        rows[name] = [row(setting) for setting in settings]
    return rows


def _common() -> str:
    """The table of the settings that several handlers share, with the handlers that have them.

    | key | allowed (default) | meaning | handlers |
    |---|---|---|---|
    | `timeout` | number from 0.1 to 60 (10) | seconds for each answer | all but nut |
    """
    owners: dict[str, list[str]] = {}
    for name, rows in _rows().items():
        for row in rows:
            owners.setdefault(row, []).append(name)
    lines = ["| key | allowed (default) | meaning | handlers |", "|---|---|---|---|"]
    for row, names in owners.items():
        if len(names) < 2:
            continue
        other_names = [name for name in registry.names() if name not in names]
        if not other_names:
            owners_text = "all"
        elif len(other_names) < len(names):
            owners_text = f"all but {', '.join(other_names)}"
        else:
            owners_text = ", ".join(names)
        lines.append(f"{row} {owners_text} |")
    return "\n".join(lines)


def _own_rows(name: str) -> Sequence[str]:
    """The rows of a handler's settings that no other handler has in the same words."""
    rows = _rows()
    others_rows: list[str] = []
    for other_name, rows_of_other in rows.items():
        if other_name != name:
            others_rows += rows_of_other
    return [row for row in rows[name] if row not in others_rows]


def _own_settings(name: str) -> str:
    """The table of the settings that only this handler has, or that it has in other words."""
    head = ["| key | allowed (default) | meaning |", "|---|---|---|"]
    return "\n".join([*head, *_own_rows(name)])


def families_sentence() -> str:
    """The paragraphs of README.md on the families of SNMP: how many there are, are switched, and
    are shown by recordings of real units.
    """
    counts = family_counts()
    switched_count = counts.switched_by_recording + counts.switched_by_programs
    other_count = counts.families - switched_count - counts.unproven
    return (
        f"The pack reads {counts.families} families over SNMP. A family is all units with the same"
        " SNMP objects.\n\n"
        f"- {switched_count} are switched. For {counts.switched_by_recording}, a recording of a"
        " real unit shows the states that the commands set. For"
        f" {counts.switched_by_programs}, public programs send the same commands.\n"
        f"- {counts.unproven} are *unproven*: they have neither. They are only read until you set"
        " `switch_unproven`.\n"
        f"- {other_count} are not switched: they only meter, or their commands are not known.\n\n"
        f"Recordings of real units show the outlet states of {counts.states} families and the"
        f" figures of {counts.figures}."
    )


def _families_ru() -> str:
    """The paragraphs of README.ru.md on the families of SNMP."""
    counts = family_counts()
    switched_count = counts.switched_by_recording + counts.switched_by_programs
    other_count = counts.families - switched_count - counts.unproven
    return (
        f"Семейств по SNMP: {counts.families}. Семейство — это все устройства с одним набором"
        " OID.\n\n"
        f"- {switched_count} переключаются. У {counts.switched_by_recording} запись реального"
        " устройства показывает состояния, которые задают команды. У"
        f" {counts.switched_by_programs} те же команды посылают открытые программы.\n"
        f"- {counts.unproven} — непроверенные (unproven): ни такой записи, ни таких программ нет."
        " Они только опрашиваются, пока вы не зададите `switch_unproven`.\n"
        f"- {other_count} не переключаются: они только измеряют, или их команды неизвестны.\n\n"
        f"Записи реальных устройств показывают состояния розеток {counts.states} семейств и"
        f" показания {counts.figures}."
    )


PARTS: Mapping[str, Callable[[], str]] = {
    "settings-common": _common,
    **{f"settings-{name}": partial(_own_settings, name) for name in registry.names()},
    "devices": lambda: family_tables.devices(PROFILES),
    "families": families_sentence,
    "families-ru": _families_ru,
}
FILES: Mapping[str, Sequence[str]] = {
    "README.md": ("families",),
    "README.ru.md": ("families-ru",),
    "docs/devices.md": ("devices",),
    "docs/settings.md": (
        "settings-common",
        *(f"settings-{name}" for name in registry.names() if _own_rows(name)),
    ),
}


def filled(text: str, parts: Sequence[str]) -> str:
    r"""The text of a page in which each of `parts`, such as "devices", is written anew between its
    markers.

    >>> from unittest import mock
    >>> with mock.patch.dict(PARTS, devices=lambda: "| APC | apc-rpdu2 |"):
    ...     filled("<!-- devices:begin -->old<!-- devices:end -->", ["devices"])
    '<!-- devices:begin -->\n| APC | apc-rpdu2 |\n<!-- devices:end -->'

    Raises ValueError unless each pair of markers occurs once.
    """
    for name in parts:
        begin = f"<!-- {name}:begin -->"
        end = f"<!-- {name}:end -->"
        is_pair = text.count(begin) == text.count(end) == 1
        if not is_pair or text.index(begin) > text.index(end):
            raise ValueError(f"exactly one pair of the markers {begin} and {end} is needed")
        head, _, _ = text.partition(begin)
        _, _, tail = text.partition(end)
        part = PARTS[name]()
        text = f"{head}{begin}\n{part}\n{end}{tail}"
    return text


def main() -> int:
    """Writes the pages and prints those that changed; with `--check` changes nothing. Returns 1 if
    `--check` finds a page that is out of date, else 0.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="change nothing; exit code 1 when a page is out of date",
    )
    check = parser.parse_args().check
    pages_out_of_date = []
    for name, parts in FILES.items():
        path = ROOT / name
        old_text = path.read_text("utf-8")
        try:
            new_text = filled(old_text, parts)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        if old_text != new_text:
            pages_out_of_date.append(name)
            if not check:
                path.write_text(new_text, "utf-8")
                print(name)
    if not check or not pages_out_of_date:
        return 0
    names = ", ".join(pages_out_of_date)
    print(f"out of date: {names}; `make devices` writes them", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
