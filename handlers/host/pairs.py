"""Handler settings that are not one mapping: JSON text, a list of pairs, or objects with `key` and `value`."""
from __future__ import annotations

import itertools
import json
from typing import Dict, Iterable, List, Mapping, Tuple, Union

from ..errors import Named, SettingsError
from .form import member

_LONGEST_TEXT = 1_000_000       # limit for settings given as JSON text, in characters or bytes


def entries_of(value: object, most: int) -> List[Tuple[object, object]]:
    """Key and value of each setting. Reads at most `most` entries of a list. Raises SettingsError."""
    if isinstance(value, (str, bytes)):
        value = _json(value) if value.strip() else None
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [(value["key"], value["value"])] if {"key", "value"} <= set(value) else list(value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_entry(item) for item in itertools.islice(value, most)]
    raise SettingsError(f"the handler settings have the type {type(value).__name__}; give keys and values")


def _json(text: Union[str, bytes]) -> object:
    """The parsed text. The JSON error is not chained to SettingsError, because it contains the text with its passwords."""
    if len(text) > _LONGEST_TEXT:
        raise SettingsError(f"the handler settings have more than {_LONGEST_TEXT} characters")
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        pass
    raise SettingsError("the handler settings are text that cannot be read as JSON; give them as key and value")


def _once(pairs: List[Tuple[str, object]]) -> Dict[str, object]:
    found: Dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise SettingsError((Named(key[:60], noun="handler setting "), " is given twice"))
        found[key] = value
    return found


def _entry(item: object) -> Tuple[object, object]:
    if isinstance(item, (list, tuple)) and len(item) == 2:
        return item[0], item[1]
    key, value = member(item, "key"), member(item, "value")
    if key is None:
        raise SettingsError("a handler setting has no key")
    return key, value
