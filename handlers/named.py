"""NamedTuple for modules that every start of `pdu` or of an archive imports.

typing's own compiles the annotation of each field: 0.3 to 0.6 ms for a class, 10 ms for a status.
Here the annotations stay text, and the class is what collections.namedtuple makes.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:

    class _Named(type):
        def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, space)
            fields = space["__annotations__"]
            defaults = [space[field] for field in fields if field in space]
            made = namedtuple(name, fields, defaults=defaults, module=space["__module__"])
            for key, value in space.items():
                if key not in fields and key != "__module__":
                    setattr(made, key, value)
            return made

    class NamedTuple(metaclass=_Named):
        """As typing.NamedTuple: fields are annotations, those with a default come last."""
