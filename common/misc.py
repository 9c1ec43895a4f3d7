"""Double of `common.misc`: the three helpers that the vendor's RPCM example uses."""

from __future__ import annotations

import functools
import time
from typing import Any, Callable, Optional, TypeVar, Union, overload

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")
R = TypeVar("R")


class Oid(str):
    """KNOWN: `Oid(text) + text` is a longer OID.

    INFERRED: `+` adds the dot, and an Oid can be used as text.
    """

    def __add__(self, other: object) -> Oid:
        return Oid(f"{str(self).rstrip('.')}.{str(other).strip('.')}")


class InversionDict(dict[K, V]):
    """KNOWN: `get_by_value(value, default)` returns the key of a value. INFERRED: it is a dict."""

    @overload
    def get_by_value(self, value: object) -> Optional[K]: ...
    @overload
    def get_by_value(self, value: object, default: D) -> Union[K, D]: ...
    def get_by_value(self, value: object, default: object = None) -> object:
        """The first key with `value`, else `default`."""
        for key, value_of_key in self.items():
            if value_of_key == value:
                return key
        return default


def waiter(function: Callable[[], R]) -> Callable[..., Any]:
    """KNOWN: a decorator whose result takes `matcher=` and `timeout=` (seconds), and is assigned to
    a state though the function may return an exception. INFERRED: it repeats until the matcher is
    true.

    UNKNOWN: the pause between tries, and what happens at the deadline. Here the last result is
    returned.
    """

    @functools.wraps(function)
    def repeated(matcher: Callable[[R], bool], timeout: float = 10, pause: float = 0.5) -> R:
        """The first result that `matcher` accepts, or the last in `timeout` s, `pause` s apart."""
        end = time.monotonic() + timeout
        while True:
            result = function()
            if matcher(result) or time.monotonic() + pause > end:
                return result
            time.sleep(pause)

    return repeated
