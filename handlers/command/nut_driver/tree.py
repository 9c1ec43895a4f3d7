"""The variables and commands of one driver, and the lines that bring upsd up to date. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from . import lines
from .view import View


class Tree:
    """What a driver knows of its device."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._is_ok = False

    @property
    def is_ok(self) -> bool:
        """Whether the data may be used: not before the first reading, nor after a failed one."""
        return self._is_ok

    def dump(self) -> str:
        """The answer to DUMPALL."""
        return "".join((*self._begin(), *map(lines.addcmd, sorted(self._view.commands)), self._end))

    def dump_one(self, variable: str) -> str:
        """The answer to DUMPVALUE: one variable, if it exists."""
        return "".join((*self._begin(variable), self._end))

    def _begin(self, only: Optional[str] = None) -> Iterator[str]:
        if not self._is_ok:
            yield lines.DATASTALE
        for variable, value in self._view.variables.items():
            if only is None or variable == only:
                yield lines.setinfo(variable, value)

    @property
    def _end(self) -> str:
        return (lines.DATAOK if self._is_ok else "") + lines.DUMPDONE

    def show(self, view: View) -> str:
        """Take over a view. Returns the lines for what has changed."""
        before, self._view = self._view, view
        return "".join(
            (
                *(lines.delcmd(one) for one in sorted(before.commands - view.commands)),
                *(lines.delinfo(one) for one in before.variables if one not in view.variables),
                *(
                    lines.setinfo(one, value)
                    for one, value in view.variables.items()
                    if before.variables.get(one) != value
                ),
                *(lines.addcmd(one) for one in sorted(view.commands - before.commands)),
            )
        )

    def mark(self, is_ok: bool) -> str:
        """Say whether the data may be used. Returns the line for it; "" without a change."""
        if is_ok == self._is_ok:
            return ""
        self._is_ok = is_ok
        return lines.DATAOK if is_ok else lines.DATASTALE
