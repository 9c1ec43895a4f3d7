"""Parameters and exceptions of the platform's SNMP calls, whose own methods may raise."""

from __future__ import annotations

import contextlib
import enum
import itertools
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from ..shared.errors import SettingsError
from .foreign import call_platform, is_mapping, read_field, text, unreadable

_DOUBLE = "pdu_common.snmp_client.errors"
_DEEPEST = 10  # limit for groups of exceptions in groups
# limits for nested parameters: an object may know its session, and with it half of a program
_DEEPEST_PARAMETER, _MOST_PARAMETERS = 10, 1_000
_LARGEST_BITS = 64  # limit for a number that may be a community
# types whose values have no attributes that could be secrets
_PLAIN = (type(None), int, str, bytes, bytearray, list, set, frozenset)


def exception_text(error: BaseException) -> str:
    """The type's name and the text; the name alone if the exception cannot make its text. The
    names of our double's types are internal, and its texts say what they say.
    """
    name = type(error).__name__
    try:
        words = str(error)
    except Exception:  # its __str__ raised, or returned no text
        return f"{name}, whose text cannot be made"
    if type(error).__module__ == _DOUBLE:
        return words
    return f"{name}: {words}" if words else name


def leaf_exceptions(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    """The exceptions in a group (PEP 654), also nested ones; else the exception itself."""
    inner: object = ()
    if type(error).__name__.endswith("ExceptionGroup") and depth < _DEEPEST:
        with contextlib.suppress(Exception):
            inner = getattr(error, "exceptions", ())
    if isinstance(inner, tuple) and inner:
        for member in inner:
            yield from leaf_exceptions(member, depth + 1)
    else:
        yield error


# keys of the platform's forms whose values are not secret, without `_`, `-` and in lower case; any
# other key may be that of a secret: only our double's are known
_PUBLIC_KEYS = frozenset(
    "host ip address port device model version snmpversion timeout retries scheme verify tls"
    " user username securityname securitylevel level context contextname authprotocol privprotocol"
    " profile".split()
)


def is_public(key: str) -> bool:
    """Whether the value of this key of a form may be shown."""
    name = key.rpartition(".")[2].lower().replace("_", "").replace("-", "")
    return name in _PUBLIC_KEYS


class Parameters(NamedTuple):
    """What the field `snmp_params` has."""

    #: each text with its key; of a nested one, keys with dots between; "" for one without a key
    texts: Sequence[tuple[str, str]]
    #: whether it also has objects that cannot be searched: any text may be a secret of theirs
    is_opaque: bool

    def text(self, wanted_key: str) -> str:
        """The first text with this key, "" without one."""
        for key, value in self.texts:
            if key == wanted_key:
                return value
        return ""


def read_parameters(pdu_data: object) -> Parameters:
    """The texts of the field `snmp_params`, to find secrets in others.

    Raises SettingsError if they cannot be read: a secret among them could then reach an error.
    """
    params = read_field(pdu_data, "snmp_params")

    def parameters() -> Parameters:
        texts: list[tuple[str, str]] = []
        is_opaque = False
        nested_texts = itertools.islice(_nested_texts(params), _MOST_PARAMETERS)
        for count, (key, value) in enumerate(nested_texts, 1):
            if value is None or count == _MOST_PARAMETERS:
                is_opaque = True
            if value is not None:
                texts.append((key, value))
        return Parameters(texts, is_opaque)

    return call_platform(parameters, unreadable("snmp_params"))


def _nested_texts(node: Any, key: str = "", depth: int = 0) -> Iterator[tuple[str, Optional[str]]]:
    """Key and text; None for what cannot be searched. A community of digits may be a number."""
    if depth > _DEEPEST_PARAMETER:
        yield key, None
        return
    fields = _fields(node)
    if fields is not None:
        for name, value in fields:
            key_parts = [part for part in (key, text(name)) if part]
            yield from _nested_texts(value, ".".join(key_parts), depth + 1)
    elif isinstance(node, (list, tuple, set, frozenset)):
        for value in node:
            yield from _nested_texts(value, key, depth + 1)
    elif isinstance(node, (bytes, bytearray)):
        yield key, bytes(node).decode("utf-8", "replace")
    elif isinstance(node, bool) or (isinstance(node, int) and node.bit_length() > _LARGEST_BITS):
        return  # no community
    else:
        parameter = text(node)
        if parameter != "":
            yield key, parameter


def _fields(node: Any) -> Optional[list[tuple[object, object]]]:
    """Name and value of the items of a mapping, the fields of a named tuple, and the attributes of
    an object; None for a plain value, and for what shows no attribute or is a class or function."""
    if is_mapping(node):
        names = list(node.keys())
        return [(name, node[name]) for name in names]
    if isinstance(node, tuple):
        field_names = getattr(type(node), "_fields", None)
        return None if field_names is None else list(zip(field_names, node))
    if isinstance(node, enum.Enum):
        return [("", node.value)]
    if isinstance(node, _PLAIN) or callable(node) or text(node) is not None:
        return None
    attributes = _slot_values(node)
    attributes.update(getattr(node, "__dict__", {}))
    return list(attributes.items()) or None


def _slot_values(node: object) -> dict[object, object]:
    """The values of the slots, under the names that Python gave them ("_Login__password")."""
    values: dict[object, object] = {}
    for base in type(node).__mro__:
        for name, member in vars(base).items():
            if isinstance(member, types.MemberDescriptorType) and hasattr(node, name):
                values[name] = getattr(node, name)
    return values


def read_port(pdu_data: object) -> Optional[str]:
    """The port in the field `snmp_params`, None if there is none or if it cannot be read."""

    def port() -> Optional[str]:
        params = getattr(pdu_data, "snmp_params", None)
        value = params.get("port") if isinstance(params, Mapping) else None
        if value is None:
            return None
        port_text = text(value) or ""
        return port_text[:10]

    with contextlib.suppress(SettingsError):
        return call_platform(port, "")
    return None
