"""JSON ↔ values, from the annotations of the declared classes. Pure: no connection, no time.

Every decoder raises JsonRpcSyntaxException for JSON of a wrong kind and nothing else. How each IDL type looks as JSON
stands in the vendor's "JSON-RPC encoding"; that fields come and go with the firmware is met in `decode_structure`.
"""
from __future__ import annotations

import datetime
import enum
import functools
import math
import typing
from typing import Any, Callable, Dict, FrozenSet, Iterable, List, Mapping, NamedTuple, Optional, Tuple, Type, TypeVar, Union

from . import catalogue
from .errors import JsonRpcSyntaxException
from .kinds import IN_FULL, Caller, Came, Enumeration, Interface, Structure, ValueObject, field_names, idl_name
from .moments import EPOCH, of_seconds, seconds_of

S = TypeVar("S", bound=Structure)
T = TypeVar("T")
Decoder = Callable[[object, Caller], Any]
Blank = Callable[[], object]


# ---- values to JSON ----------------------------------------------------------------------------------------

def encode(value: object) -> object:
    """JSON for a value of any IDL type; any iterable is a vector. Raises TypeError for what is no IDL value."""
    if isinstance(value, ValueObject):
        return {"type": value.wire_type, "value": encode_structure(value)}
    if isinstance(value, Structure):
        return encode_structure(value)
    if isinstance(value, Interface):
        return {"rid": value.target, "type": value.wire_type}
    if isinstance(value, enum.Enum):
        return value.value
    if value is None or isinstance(value, (bool, str, int, float)):
        return value
    if isinstance(value, datetime.datetime):
        return seconds_of(value)
    if isinstance(value, type) and issubclass(value, (Interface, ValueObject)):
        return value.idlType
    if isinstance(value, Mapping):
        return [{"key": encode(key), "value": encode(item)} for key, item in value.items()]
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        return [encode(item) for item in value]
    raise TypeError(f"no IDL type for {type(value).__name__}")


def encode_structure(value: Structure) -> Dict[str, object]:
    """The fields that the device has: those that came, under the names they came with, plus what the caller changed."""
    came = value._came if value._came is not None else Came(absent=frozenset(type(value)._legacy))
    out: Dict[str, object] = dict(came.rest)
    for name, codec in _fields(type(value)).items():
        now = getattr(value, name)
        if name in came.lifted.values() or name in came.absent and now == codec.blank():
            continue
        if name in came.null and now == codec.blank():
            out[came.spelling.get(name, name)] = None
        else:
            out[came.spelling.get(name, name)] = codec.encode(now)
    for older in came.lifted:
        out[older] = encode(getattr(value, older))
    return out


def encode_opaque(value: object) -> object:
    """A value of an "any" type: JSON already, with our own types turned into theirs, mappings left as objects."""
    if isinstance(value, Mapping):
        return {str(key): encode_opaque(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode_opaque(item) for item in value]
    return encode(value)


# ---- JSON to structures ------------------------------------------------------------------------------------

class FieldCodec(NamedTuple):
    """One field: how it is read and written, what stands for it when it did not come, the JSON that needs no reading."""

    decode: Decoder
    encode: Callable[[object], object]
    blank: Blank
    nullable: bool
    plain: Optional[type]


_FIELDS: Dict[type, Dict[str, FieldCodec]] = {}       # facts of our own classes, nothing of a device
_READERS: Dict[type, Decoder] = {}
_PLAIN = (bool, int, str)


def _fields(cls: type) -> Dict[str, FieldCodec]:
    if cls not in _FIELDS:
        hints = typing.get_type_hints(cls)
        _FIELDS[cls] = {name: FieldCodec(decoder(hints[name]), encoder(hints[name]), blank(hints[name]),
                                         _nullable(hints[name]), hints[name] if hints[name] in _PLAIN else None)
                        for name in field_names(cls)}
    return _FIELDS[cls]


def decode_structure(cls: Type[S], json: object, agent: Caller) -> S:
    """A structure from its JSON object: what did not come is blank and remembered, what we do not know is kept."""
    if cls not in _READERS:
        _READERS[cls] = _structure(cls)
    return typing.cast(S, _READERS[cls](json, agent))


class _Usual(NamedTuple):
    """The usual case, and the quick one: every field came and none besides, so there is nothing to remember."""

    names: FrozenSet[str]
    plain: Tuple[Tuple[str, type], ...]         # fields whose JSON needs no reading
    others: Tuple[Tuple[str, Decoder], ...]

    def fields(self, json: Dict[str, object], agent: Caller) -> Optional[Dict[str, object]]:
        """By name; None where the case is another."""
        if json.keys() != self.names:
            return None
        for name, kind in self.plain:
            if type(json[name]) is not kind:
                return None
        values = json.copy()
        for name, decode in self.others:
            item = values[name]
            if item is None:
                return None
            values[name] = decode(item, agent)
        return values


def _usual(cls: Type[Structure]) -> _Usual:
    codecs = _fields(cls)
    return _Usual(frozenset(codecs), tuple((name, codec.plain) for name, codec in codecs.items() if codec.plain is not None),
                  tuple((name, codec.decode) for name, codec in codecs.items() if codec.plain is None))


def _structure(cls: Type[Structure]) -> Decoder:
    """Reads one class; an answer to a bulk holds hundreds of them, so what can be known before is looked up once."""
    usual: Optional[_Usual] = None              # found at the first reading: a class may hold itself

    def read(json: object, agent: Caller) -> Structure:
        nonlocal usual
        if usual is None:
            usual = _usual(cls)
        if not isinstance(json, dict):
            raise _wrong(json, cls)
        values, came = usual.fields(json, agent), IN_FULL
        if values is None:
            values, came = _remembering(cls, json, agent)
        made = object.__new__(cls)
        object.__setattr__(made, "__dict__", values)
        object.__setattr__(made, "_came", came)
        if cls._lifted:
            _lift(made, agent)
        return made
    return read


def _remembering(cls: Type[Structure], json: Mapping[str, object], agent: Caller) -> Tuple[Dict[str, object], Came]:
    """The fields of a structure that is not exactly ours, and how it came."""
    rest = dict(json)
    values: Dict[str, object] = {}
    absent, null, spelling = set(), set(), {}
    for name, codec in _fields(cls).items():
        wire = name if name in rest else _older(cls, name, rest)
        item = rest.pop(wire) if wire is not None else None
        if wire is None:
            absent.add(name)
        elif wire != name:
            spelling[name] = wire
        if wire is not None and item is None and not codec.nullable:
            null.add(name)
        values[name] = codec.blank() if wire is None or name in null else codec.decode(item, agent)
    return values, Came(frozenset(absent), frozenset(null), spelling, {}, rest)


def _lift(made: Structure, agent: Caller) -> None:
    """Older fields that live inside another one now: put there, and remembered, to be written as they came."""
    came = made._came or IN_FULL
    rest, lifted = dict(came.rest), {}
    for older, place in made._lifted.items():
        outer, _, inner = place.partition(".")
        if older in rest and outer in came.absent:
            holder = getattr(made, outer)
            setattr(holder, inner, _fields(type(holder))[inner].decode(rest.pop(older), agent))
            lifted[older] = outer
    object.__setattr__(made, "_came", came._replace(rest=rest, lifted=lifted))


def _older(cls: Type[Structure], name: str, json: Mapping[str, object]) -> Optional[str]:
    return next((older for older in cls._aliases.get(name, ()) if older in json), None)


# ---- the codec of a type hint ------------------------------------------------------------------------------

@functools.lru_cache(maxsize=None)
def decoder(hint: Any) -> Decoder:
    """How a value of this annotation is read."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Union:
        return _union(tuple(arg for arg in args if arg is not type(None)), type(None) in args)
    if origin is list:
        item = decoder(args[0])
        return lambda json, agent: [item(x, agent) for x in _of(list, json, "vector")]
    if origin is dict:
        key, item = decoder(args[0]), decoder(args[1])
        return lambda json, agent: _map(json, key, item, agent)
    if hint is Any:
        return lambda json, agent: json
    if origin is type:
        return _no_class
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if isinstance(hint, type):
        for base, make in _MAKERS:
            if issubclass(hint, base):
                return make(hint)
    raise TypeError(f"no codec for {hint!r}")


@functools.lru_cache(maxsize=None)
def encoder(hint: Any) -> Callable[[object], object]:
    """How a value of this annotation is written; only "any" differs from `encode`."""
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


@functools.lru_cache(maxsize=None)
def blank(hint: Any) -> Blank:
    """What stands for a value that did not come."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (list, dict):
        return typing.cast(Blank, origin)
    if origin is Union:
        return (lambda: None) if type(None) in args else blank(args[0])
    if isinstance(hint, type):
        if issubclass(hint, Enumeration):
            return lambda: hint(-1)
        if issubclass(hint, ValueObject):
            return lambda: None
        if issubclass(hint, Structure):
            return lambda: _blank_structure(hint)
        if issubclass(hint, datetime.datetime):
            return lambda: EPOCH
        if hint in (bool, int, float, str):
            return hint
    return lambda: None


def _blank_structure(cls: Type[Structure]) -> Structure:
    return decode_structure(cls, {}, typing.cast(Caller, None))       # an empty object holds no reference to bind


def _nullable(hint: Any) -> bool:
    return hint is Any or (typing.get_origin(hint) is Union and type(None) in typing.get_args(hint))


# ---- readers of single kinds -------------------------------------------------------------------------------

def _wrong(json: object, wanted: object) -> JsonRpcSyntaxException:
    name = idl_name(wanted) if isinstance(wanted, type) and issubclass(wanted, (Structure, Interface, Enumeration)) \
        else getattr(wanted, "__name__", str(wanted))
    # A text may hold the login: only its length is kept.
    shown = f"{type(json).__name__} of {len(json)}" if isinstance(json, (dict, list, str)) else repr(json)[:200]
    return JsonRpcSyntaxException(f"{type(json).__name__} where {name} was expected", shown.encode())


def _of(kind: Type[T], json: object, wanted: object = None) -> T:
    if not isinstance(json, kind):
        raise _wrong(json, wanted or kind)
    return json


def _bool(json: object, agent: Caller) -> bool:
    return _of(bool, json)


def _text(json: object, agent: Caller) -> str:
    return _of(str, json)


def _int(json: object, agent: Caller) -> int:
    if isinstance(json, float) and json.is_integer():
        return int(json)
    if isinstance(json, bool) or not isinstance(json, int):
        raise _wrong(json, int)
    return json


def _float(json: object, agent: Caller) -> float:
    if type(json) is float and math.isfinite(json):
        return json
    if isinstance(json, bool) or not isinstance(json, (int, float)):
        raise _wrong(json, float)
    try:
        number = float(json)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _wrong(json, "a finite number")
    return number


def _time(json: object, agent: Caller) -> datetime.datetime:
    return of_seconds(_int(json, agent))


_SIMPLE: Dict[Any, Decoder] = {bool: _bool, int: _int, float: _float, str: _text, datetime.datetime: _time}


def _enumeration(hint: Type[Enumeration]) -> Decoder:
    members = {member.val: member for member in hint.__members__.values()}

    def read(json: object, agent: Caller) -> Enumeration:
        ordinal = _int(json, agent)
        found = members.get(ordinal)
        return found if found is not None else hint(ordinal)
    return read


def _reference(hint: Type[Interface]) -> Decoder:
    def read(json: object, agent: Caller) -> Interface:
        reference = _of(dict, json, hint)
        rid, name = _of(str, reference.get("rid"), hint), _of(str, reference.get("type"), hint)
        return catalogue.most_derived(hint, name)(rid, agent, name)
    return read


def _value_object(hint: Type[ValueObject]) -> Decoder:
    def read(json: object, agent: Caller) -> ValueObject:
        envelope = _of(dict, json, hint)
        name = _of(str, envelope.get("type"), hint)
        made = decode_structure(catalogue.most_derived(hint, name), envelope.get("value"), agent)
        object.__setattr__(made, "_came", (made._came or IN_FULL)._replace(type=name))
        return made
    return read


_MAKERS: Tuple[Tuple[type, Callable[[Any], Decoder]], ...] = (
    (Enumeration, _enumeration), (ValueObject, _value_object), (Structure, _structure), (Interface, _reference))


def _no_class(json: object, agent: Caller) -> object:
    """A type name stays the text that came: only the caller may give a class for it."""
    raise _wrong(json, "a type name")


def _map(json: object, key: Decoder, item: Decoder, agent: Caller) -> Dict[Any, Any]:
    out = {}
    for entry in _of(list, json, "map"):
        pair = _of(dict, entry, "map entry")
        if "key" not in pair or "value" not in pair:
            raise _wrong(pair, "map entry with key and value")
        out[key(pair["key"], agent)] = item(pair["value"], agent)
    return out


def _union(kinds: Tuple[Any, ...], optional: bool) -> Decoder:
    """null where allowed, else the first kind that fits: a field or result that changed its type between releases."""
    decoders: List[Decoder] = [decoder(kind) for kind in kinds]

    def read(json: object, agent: Caller) -> Any:
        if json is None and optional:
            return None
        for one in decoders[:-1]:
            try:
                return one(json, agent)
            except JsonRpcSyntaxException:
                continue                    # another release's type; the last one's error is the one that is raised
        return decoders[-1](json, agent)
    return read
