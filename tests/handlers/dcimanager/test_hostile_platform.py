"""What a platform's SNMP calls return, of which any method may raise: only errors of the pack come
out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

from handlers.shared.errors import PduHandlerError
from tests.handlers.dcimanager.platform_double import Platform, snmp_over

from .odd_values import Raising, Textless

ROOT = "1.3.6.1.9"


class Formatted(Exception):
    def __format__(self, _: str) -> str:
        raise ValueError


ERRORS = (
    *(Textless(), Raising(), Formatted(), RecursionError(), StopIteration()),
    *(MemoryError(), UnicodeDecodeError("a", b"", 0, 1, "x"), OSError(), KeyError(Textless())),
)
METHODS = (
    *("__str__", "__repr__", "__bool__", "__len__", "__iter__", "__eq__", "__hash__"),
    *("__getattr__", "__getattribute__", "__int__", "__index__", "__contains__", "__getitem__"),
    *("keys", "get"),
)


def _raising(kind: type, error: Exception, *names: str) -> type:
    def method(*_: object, **__: object) -> object:
        raise error

    return type("Raising", (kind,), dict.fromkeys(names, method))


def hostile() -> Iterator[object]:
    for error in ERRORS:
        for name in METHODS:
            yield _raising(object, error, name)()
    text = ("__str__", "strip", "__len__", "__eq__", "__format__", "encode")
    yield _raising(str, Textless(), *text, "__hash__")("1")
    yield _raising(
        int, Textless(), "__str__", "__repr__", "bit_length", "__le__", "__lt__", "__eq__"
    )(1)
    yield _raising(bytes, Textless(), "decode", "__len__", "__bytes__")(b"1")
    yield _raising(float, Textless(), "__str__", "__repr__")(1.0)
    yield _raising(list, Textless(), "__iter__", "__len__")([1])
    yield _raising(dict, Textless(), "keys", "items", "get", "__iter__", "__getitem__")(a=1)
    yield SimpleNamespace(value=1)


class Breaking:
    """A table that breaks off after a row."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __iter__(self) -> Iterator[object]:
        yield _row()
        raise self._error


def _row(**fields: object) -> object:
    return SimpleNamespace(**{"value": "1", "oid": f"{ROOT}.1", "oid_index": "1", **fields})


def _snmp(answer: object, params: object = None) -> Iterator[Callable[[], object]]:
    """The three SNMP calls over a platform that returns `answer` to each; `params`: those of the
    PDU's form.
    """
    device = Platform(answer, params)
    yield lambda: snmp_over(device).walk(ROOT)
    yield lambda: snmp_over(device).get(f"{ROOT}.1")
    yield lambda: snmp_over(device).set(f"{ROOT}.1", 1)


def of_snmp() -> Iterator[Callable[[], object]]:
    """Calls of a platform's SNMP whose elements or exceptions are hostile."""
    for error in ERRORS:
        yield from _snmp(error, {"community": "x", "password": "a longer one"})
        yield from _snmp(Breaking(error))
    for odd in hostile():
        yield from _snmp(odd)
        yield from _snmp([odd])
        for name in ("value", "oid", "oid_index", "index"):
            yield from _snmp([_row(**{name: odd})])
            yield from _snmp(_row(**{name: odd}))


def test_only_errors_of_the_pack_come_out() -> None:
    leaks: list[str] = []
    count = 0
    for cell in of_snmp():
        count += 1
        try:
            cell()
        except PduHandlerError as error:
            assert str(error).isprintable()
        except Exception as error:
            place = error.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            leaks.append(f"{type(error).__name__} at {place and place.tb_frame.f_code}")
    assert count > 3000
    assert leaks == []
