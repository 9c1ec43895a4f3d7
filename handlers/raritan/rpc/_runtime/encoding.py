"""Values → JSON. Pure. A structure from a device keeps the fields and names that the device sent, with the caller's changes.

Source: "JSON-RPC encoding" in the documentation of the vendor's Xerus JSON-RPC SDK.
"""
from __future__ import annotations

import datetime
import enum
import typing
from typing import Any, Callable, Dict, Iterable, List, Mapping, Tuple, Union

from .declarations import Reference, field_types, once
from .differing import blank
from .times import seconds_of
from .values import Structure, ValueObject, WireForm, field_names

if typing.TYPE_CHECKING:
    from .calls import Method


def parameters(method: Method, args: Tuple[object, ...], kwargs: Mapping[str, object]) -> Dict[str, object]:
    """The parameters of a call as JSON. Raises TypeError as a Python call does.

    Leaves out the parameters with the default None that are not given or are None: not every release has them. The number
    of positional arguments may also be that of an older release, whose parameters (`older_in`) are then sent.
    """
    types = {name: kind for name, kind in method.types.items() if name != "return"}
    if method.older_in and len(args) == len(method.older_in) and not kwargs:
        return {name: encoder(kind)(arg) for name, kind, arg in zip(method.older_in, types.values(), args)}
    if len(args) > len(types):
        raise TypeError(f"{method.name}() takes {len(types)} argument{'' if len(types) == 1 else 's'}, not {len(args)}")
    given = dict(zip(types, args))
    for name, value in kwargs.items():
        if name in given or name not in types:
            raise TypeError(f"{method.name}() " + (f"got {name!r} twice" if name in given else f"has no parameter {name!r}"))
        given[name] = value
    missing = [name for name in needed(method) if name not in given]
    if missing:
        raise TypeError(f"{method.name}() needs {', '.join(missing)}")
    return {name: encoder(kind)(given[name]) for name, kind in types.items()
            if name in given and not (name not in needed(method) and given[name] is None)}


def needed(method: Method) -> List[str]:
    """The parameters without a default."""
    names = [name for name in method.types if name != "return"]
    return names[:len(names) - len(getattr(method.function, "__defaults__") or ())]


def encode(value: object) -> object:
    """JSON for a value of an IDL type other than "any". An iterable other than text, bytes or a mapping is a vector.

    Raises TypeError for a value that has no IDL type.
    """
    if isinstance(value, ValueObject):
        return {"type": value.wire_type, "value": encode_structure(value)}
    if isinstance(value, Structure):
        return encode_structure(value)
    if isinstance(value, Reference):
        return {"rid": value.target, "type": value.wire_type}
    if isinstance(value, enum.Enum):
        return value.value
    if value is None or isinstance(value, (bool, str, int, float)):
        return value
    if isinstance(value, datetime.datetime):
        return seconds_of(value)
    if isinstance(value, type) and issubclass(value, (Reference, ValueObject)):
        return value.idlType
    if isinstance(value, Mapping):
        return [{"key": encode(key), "value": encode(item)} for key, item in value.items()]
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        return [encode(item) for item in value]
    raise TypeError(f"no IDL type for {type(value).__name__}")


def encode_structure(value: Structure) -> Dict[str, object]:
    """The JSON object of a structure. Fields that a device left out are written only if the caller set or changed them."""
    wire = value._wire if value._wire is not None else WireForm(absent=frozenset(value._legacy))
    out: Dict[str, object] = dict(wire.rest)
    types = field_types(type(value))
    for name in field_names(type(value)):
        kind = types[name]
        now = getattr(value, name)
        if name in wire.lifted.values() or name in wire.absent and now == blank(kind, value._wire is None)():
            continue
        sent_null = name in wire.null and now == blank(kind)()
        out[wire.spelling.get(name, name)] = None if sent_null else encoder(kind)(now)
    for older in wire.lifted:
        out[older] = encode(getattr(value, older))
    return out


def encode_opaque(value: object) -> object:
    """JSON for a value of the IDL type "any". IDL values in it are encoded; mappings become JSON objects."""
    if isinstance(value, Mapping):
        return {str(key): encode_opaque(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode_opaque(item) for item in value]
    return encode(value)


@once
def encoder(hint: Any) -> Callable[[object], object]:
    """The function that encodes values with this annotation."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Union:
        return next((one for one in map(encoder, args) if one is not encode), encode)
    if hint is Any:
        return encode_opaque
    if origin is list and args[0] is Any:
        return lambda value: [encode_opaque(item) for item in typing.cast(Iterable[object], value)]
    if origin is dict and args[1] is Any:
        return lambda value: [{"key": encode(key), "value": encode_opaque(item)}
                              for key, item in typing.cast(Mapping[object, object], value).items()]
    return encode
