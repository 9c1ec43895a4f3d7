"""The owner's site: what his files say, and what options mean by it, for every product."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from ..errors import printable
from .drawing.drawing import Drawing, Machine
from .kit.report import Usage

_SHOWN = 8


def chosen(drawing: Drawing, values: Iterable[str]) -> list[Machine]:
    """The machines that --machines names, in the drawing's order. Each value is a name, a pattern
    (`row3/*`), or several of them with a comma between two. Raises Usage for one that fits none.
    """
    names: set[str] = set()
    for value in values:
        for text in [value] if value in drawing.machines else value.split(","):
            pattern = text.strip()
            found = {name for name in drawing.machines if fnmatchcase(name, pattern)}
            if pattern in drawing.machines:
                found = {pattern}
            if pattern and not found:
                known = ", ".join(printable(name, 60) for name in list(drawing.machines)[:_SHOWN])
                raise Usage(
                    f"--machines {printable(pattern, 60)!r}: no machine has such a name; there are"
                    f" {known}"
                )
            names |= found
    return [one for one in drawing.machines.values() if one.name in names]
