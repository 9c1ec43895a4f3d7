"""The roots of finished days."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ..journal.journals import DayBlocks, MeterJournal, finished_files, group_by_day
from . import day_roots, merkle
from .day_roots import SaltKey
from .shown_readings import PduTexts


def seal_finished_days(folder: str, without: Sequence[str] = ()) -> day_roots.Roots:
    """Keep the root of each finished day that has none, oldest first; all roots.

    `without`: what is left out, as in `journals.left_out`. Raises SettingsError, and
    journal.HashMismatch for a line that is not as it was written.
    """
    source = MeterJournal(folder, without)
    root_by_day = day_roots.kept_roots(folder).days
    paths_by_day = group_by_day(finished_files(folder))
    new = {day: some for day, some in paths_by_day.items() if day not in root_by_day}
    if new:
        key = day_roots.key_of(folder)
        for paths in new.values():
            leaves = [
                leaf for some in source.audit_days(paths, partial(_hash_days, key)) for leaf in some
            ]
            trees = {day: merkle.Tree(leaf.hash for leaf in leaves) for day in source.hashes}
            day_roots.keep(folder, trees, source.hashes)
    return day_roots.kept_roots(folder)


def _hash_days(key: SaltKey, pdu: str, days: Sequence[DayBlocks]) -> Sequence[day_roots.DayLeaves]:
    texts = PduTexts(pdu, days, key)
    return [leaf for outlet in texts.outlets() for leaf in texts.outlet(outlet, ())[0]]
