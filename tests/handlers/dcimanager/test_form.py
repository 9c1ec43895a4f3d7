"""The address and the settings of DCImanager's form, in each form that they may have: form.txt.

    ip = '192.0.2.7'             a field of the platform's object, of an object with attributes and
                                 of a mapping; the fields of addresses are asked for the address
    setting = VALUE              the setting `username` with this value, in a mapping and in a list
                                 of objects
    own device                   the handler has such a setting

A value is Python's, with `7{100}` for a hundred 7, one of NAMED, or one that a function of MADE
makes: `json {"a": "b"}`. On the right stand the address or the settings, or the error.
`python -m tests.tables tests.handlers.dcimanager.test_form` writes right sides.
"""

from __future__ import annotations

import ast
import itertools
import json
from collections import UserDict
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable

import pytest

from handlers import dcimanager
from handlers.shared.errors import PduHandlerError, SettingsError
from handlers.shared.settings import Setting, Settings, one_line
from tests.chains import kept
from tests.tables import Case, Table, unfolded

from .odd_values import Lazy, Number, Plain, Raising, SecretStr, Starred, Word

TABLE = Table(Path(__file__).with_name("form.txt"))
_ADDRESS_FIELDS = ("ip", "ip_addr", "address", "host")
NAMED: dict[str, Callable[[], object]] = {
    "Word.ADMIN": lambda: Word.ADMIN,
    "Number.ON": lambda: Number.ON,
    "Plain.ADMIN": lambda: Plain.ADMIN,
    "an object": object,
    "a lazy text": Lazy,
    "an object that raises": Raising,
    "endless": lambda: ((f"key{number}", "x") for number in itertools.count()),
}
MADE: dict[str, Callable[[Any], object]] = {
    "UserDict": UserDict,
    "pairs": lambda settings: list(settings.items()),
    "rows": lambda settings: [{"key": key, "value": settings[key]} for key in settings],
    "objects": lambda settings: [SimpleNamespace(key=key, value=settings[key]) for key in settings],
    "json": json.dumps,
    "bytes": lambda text: text.encode(),
    "SecretStr": SecretStr,
    "Starred": Starred,
    "ip_address": ip_address,
    "keys": lambda count: {f"key{number}": "x" for number in range(count)},
}


def _value(text: str) -> Any:
    """The value that a text is."""
    word, _, rest = text.partition(" ")
    if text in NAMED:
        return NAMED[text]()
    return MADE[word](_value(rest)) if word in MADE else ast.literal_eval(unfolded(text))


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now for each kind of object."""
    ends: list[str] = []
    for as_object in (False, True):
        fields: dict[str, Any] = {}
        own: list[str] = []
        for change in case.left.split(TABLE.separator):
            name, equals, text = change.partition(" = ")
            if not equals:
                assert change.startswith("own "), change
                own.append(change.removeprefix("own "))
            elif name == "setting":
                setting = SimpleNamespace(key=Starred("username"), value=_value(text))
                fields["custom_params"] = [setting] if as_object else {"username": setting.value}
            else:
                fields[name] = _value(text)
        data = SimpleNamespace(**fields) if as_object else fields
        is_address = not fields.keys().isdisjoint(_ADDRESS_FIELDS)
        ends.append(_end(data, own, is_address=is_address))
    return " or ".join(dict.fromkeys(ends))


def _end(data: object, own: list[str], *, is_address: bool) -> str:
    """The address or the settings, or the error."""
    try:
        if is_address:
            return str(dcimanager.address(data))
        settings = dcimanager.settings(data, own_keys=own)
        assert all(type(text) is str for text in settings.values())
        if len(settings) == 100:
            return f"100 settings, {list(settings)[-1]}"
        return " ".join(f"{key}={text!r}" for key, text in settings.items()) or "no settings"
    except PduHandlerError as error:
        secret = " SHOWS A SECRET" if "hunter2" in kept(error) else ""
        return f"{error.kind}: {error}{secret}"


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_a_form_is_read_as_the_lines_say(case: Case) -> None:
    case.check(shown(case))


@pytest.mark.parametrize("text", ["**********", "******", "••••••••", " ******** "])
def test_a_secret_of_only_stars_is_refused(text: str) -> None:
    password = Setting("password", "text", one_line, "", "the password", secret=True)
    with pytest.raises(SettingsError, match="'password': the value is only stars"):
        Settings({"password": text}, (password,))
    assert Settings({"password": "***** x"}, (password,))[password] == "***** x"
