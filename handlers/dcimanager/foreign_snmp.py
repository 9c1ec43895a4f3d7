"""Parameters and exceptions of the platform's SNMP calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Optional

from .foreign import read_field, text

_DOUBLE = "pdu_common.snmp_client.errors"
_LONGEST_PORT = 10
# limit for nested parameters: an object may know its logger, and with it half of a program
_DEEPEST = 4
# keys of the platform's forms whose values are not secret, without `_`, `-` and in lower case; any
# other key may be that of a secret: only our double's are known
_PUBLIC_KEYS = frozenset(
    "host ip address port device model version snmpversion timeout retries scheme verify tls"
    " user username securityname securitylevel level context contextname authprotocol privprotocol"
    " profile".split()
)


def exception_text(error: BaseException) -> str:
    """The type's name and the text of an exception of the platform's library; the name alone if it
    has no text, or cannot make one. Of an exception of this pack's own pdu_common, the text alone.

    >>> exception_text(TimeoutError("no answer in 2 s")), exception_text(TimeoutError())
    ('TimeoutError: no answer in 2 s', 'TimeoutError')
    """
    name = type(error).__name__
    try:
        words = str(error)
    except Exception:  # its __str__ raised, or returned no text
        return f"{name}, whose text cannot be made"
    if type(error).__module__ == _DOUBLE:
        return words
    return f"{name}: {words}" if words else name


def is_public(key: str) -> bool:
    """Whether the value of this key of a form may be shown.

    >>> is_public("snmp.security-level"), is_public("snmp.auth_password")
    (True, False)
    """
    name = key.rpartition(".")[2].lower().replace("_", "").replace("-", "")
    return name in _PUBLIC_KEYS


def parameter_texts(pdu_data: object) -> Sequence[tuple[str, str]]:
    """Key and text of the parameters in the field `snmp_params`, to find secrets in other texts. Of
    a nested one, keys with dots between; "" for one without a key.

    >>> parameter_texts({"snmp_params": {"community": 7531, "v3": {"user": "poll"}}})
    [('community', '7531'), ('v3.user', 'poll')]
    """
    return list(_nested_texts(read_field(pdu_data, "snmp_params")))


def _nested_texts(node: object, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Key and text of each value in the parameter `node`, nested ones too, with keys joined by
    dots: `key` is that of the node itself, `depth` how deep it is, at most 4. A community of digits
    may be a number; a truth value is left out.

    >>> list(_nested_texts({"v3": {"user": "poll", "is_default": True}, "community": 7531}))
    [('v3.user', 'poll'), ('community', '7531')]
    """
    if depth > _DEEPEST or isinstance(node, bool):
        return
    if isinstance(node, (bytes, bytearray)):
        # octets that are no UTF-8 as Python prints them
        node = node.decode("utf-8", "backslashreplace")
    parameter = text(node)
    if parameter is not None:
        if parameter:
            yield key, parameter
    elif isinstance(node, (list, tuple, set, frozenset)):
        for value in node:
            yield from _nested_texts(value, key, depth + 1)
    else:
        fields = node if isinstance(node, Mapping) else _attributes(node)
        for name, value in fields.items():
            yield from _nested_texts(value, f"{key}.{name}" if key else str(name), depth + 1)


def _attributes(node: object) -> Mapping[str, object]:
    """The attributes of an object, also of one with slots, as attrs makes them.

    >>> from types import SimpleNamespace
    >>> _attributes(SimpleNamespace(community="public"))
    {'community': 'public'}
    """
    names = [*getattr(node, "__dict__", ())]
    for base in type(node).__mro__:
        slots = vars(base).get("__slots__", ())
        names += [slots] if isinstance(slots, str) else slots
    return {name: getattr(node, name, None) for name in names}


def read_port(pdu_data: object) -> Optional[str]:
    """The port in the field `snmp_params`, None if there is none.

    >>> read_port({"snmp_params": {"port": 1161}}), read_port({"snmp_params": {}})
    ('1161', None)
    """
    port = text(read_field(read_field(pdu_data, "snmp_params"), "port"))
    return port[:_LONGEST_PORT] if port else None
