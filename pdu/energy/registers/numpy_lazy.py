"""numpy, which is imported at its first use (64 ms): only an audit needs it.

48,000 registers of a month, one reading after the other in Python, take half an hour.
"""

from __future__ import annotations

import importlib
from typing import Any

from handlers.shared.errors import SettingsError

from ...core.cli import optional_packages

#: a column of numpy, whose types a type check for Python 3.9 cannot read
Column = Any


class _Numpy:
    """The module. Raises SettingsError at its first use if it is not installed."""

    def __getattr__(self, name: str) -> Any:
        try:
            module = importlib.import_module("numpy")
        except ModuleNotFoundError:
            raise SettingsError(optional_packages.missing("an audit of energy", "numpy")) from None
        value = getattr(module, name)
        setattr(self, name, value)
        return value


np: Any = _Numpy()


def median(column: Column) -> float:
    """The middle figure, or the mean of both. `np.median` would import masked arrays."""
    low, high = (len(column) - 1) // 2, len(column) // 2
    parts = np.partition(column, (low, high))
    return float((parts[low] + parts[high]) / 2.0)
