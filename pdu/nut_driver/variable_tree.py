"""The variables and commands of one driver, and the lines that bring upsd up to date. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from . import driver_protocol
from .nut_variables import NutVariables


class VariableTree:
    """What a driver knows of its device."""

    def __init__(self, view: NutVariables) -> None:
        self._view = view
        self._is_ok = False

    @property
    def is_ok(self) -> bool:
        """Whether the data may be used: not before the first reading, nor after a failed one."""
        return self._is_ok

    def dump(self) -> str:
        """The answer to DUMPALL."""
        return "".join(
            (*self._begin(), *map(driver_protocol.addcmd, sorted(self._view.commands)), self._end)
        )

    def dump_one(self, variable: str) -> str:
        """The answer to DUMPVALUE: one variable, if it exists."""
        return "".join((*self._begin(variable), self._end))

    def _begin(self, only: Optional[str] = None) -> Iterator[str]:
        if not self._is_ok:
            yield driver_protocol.DATASTALE
        for variable, value in self._view.variables.items():
            if only is None or variable == only:
                yield driver_protocol.setinfo(variable, value)

    @property
    def _end(self) -> str:
        return (driver_protocol.DATAOK if self._is_ok else "") + driver_protocol.DUMPDONE

    def show(self, view: NutVariables) -> str:
        """Take over a view. Returns the lines for what has changed."""
        old_view, self._view = self._view, view
        return "".join(
            (
                *(
                    driver_protocol.delcmd(name)
                    for name in sorted(old_view.commands - view.commands)
                ),
                *(
                    driver_protocol.delinfo(name)
                    for name in old_view.variables
                    if name not in view.variables
                ),
                *(
                    driver_protocol.setinfo(name, value)
                    for name, value in view.variables.items()
                    if old_view.variables.get(name) != value
                ),
                *(
                    driver_protocol.addcmd(name)
                    for name in sorted(view.commands - old_view.commands)
                ),
            )
        )

    def mark(self, is_ok: bool) -> str:
        """Say whether the data may be used. Returns the line for it; "" without a change."""
        if is_ok == self._is_ok:
            return ""
        self._is_ok = is_ok
        return driver_protocol.DATAOK if is_ok else driver_protocol.DATASTALE
