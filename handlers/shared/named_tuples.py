"""`typing.NamedTuple`, whose classes cost a ninth at import.

The standard one compiles a constructor and each annotation of every class: 0.66 million
instructions a class, and a command makes 35 of them before it sends its first request. The classes
here share one constructor. All else is as there: fields, defaults, order, comparison, `_replace`.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # mypy knows what the standard class does.
    from typing import NamedTuple as NamedTuple
else:
    _MOST_FIELDS = 24
    _PATTERN = namedtuple("_PATTERN", [f"field_{number}" for number in range(_MOST_FIELDS)])
    # Their attributes are read as quickly as those of the standard class.
    _ATTRIBUTES = [vars(_PATTERN)[name] for name in _PATTERN._fields]

    class _NamedTupleType(type):
        def __new__(
            mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]
        ) -> _NamedTupleType:
            if "_fields" not in namespace and not bases[0]._fields:
                fields = tuple(namespace.get("__annotations__", ()))
                defaults = {field: namespace.pop(field) for field in fields if field in namespace}
                if fields[len(fields) - len(defaults) :] != tuple(defaults):
                    raise TypeError(f"{name}: a field without a default follows one with it")
                namespace.update(zip(fields, _ATTRIBUTES))
                namespace.update(
                    __slots__=(), _fields=fields, _field_defaults=defaults, __match_args__=fields
                )
            return super().__new__(mcs, name, bases, namespace)

    class NamedTuple(tuple, metaclass=_NamedTupleType):
        __slots__ = ()
        _fields = ()
        _field_defaults = {}

        def __new__(cls, *values: Any, **value_by_field: Any) -> NamedTuple:
            fields = cls._fields
            if len(values) < len(fields):
                missing_fields = fields[len(values) :]
                given = {**cls._field_defaults, **value_by_field}
                try:
                    values += tuple([given[field] for field in missing_fields])
                except KeyError as error:
                    raise TypeError(f"{cls.__name__} needs {error.args[0]}") from None
                if not value_by_field.keys() <= set(missing_fields):
                    raise TypeError(f"{cls.__name__} takes each of {', '.join(fields)} once")
            elif value_by_field or len(values) > len(fields):
                raise TypeError(f"{cls.__name__} takes each of {', '.join(fields)} once")
            return tuple.__new__(cls, values)

        @classmethod
        def _make(cls, values: Iterable[Any]) -> NamedTuple:
            return cls(*values)

        def _replace(self, **value_by_field: Any) -> NamedTuple:
            if not value_by_field.keys() <= set(self._fields):
                raise ValueError(f"{type(self).__name__} has only {', '.join(self._fields)}")
            return type(self)(**{**self._asdict(), **value_by_field})

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self))

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            fields = ", ".join([f"{name}={value!r}" for name, value in self._asdict().items()])
            return f"{type(self).__name__}({fields})"
