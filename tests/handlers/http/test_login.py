"""What errors show of a login that a device sends back: nothing. A password that is a word of the
paths of all units is not told by hiding the path. login.txt has the texts:

    password TEXT, user TEXT     the login, `secret-word` and `operator` without them
    token TEXT as HEADER         a token in place of it, and what precedes it in its header
    not sent, public WORD        it is only kept out of errors; a word that each such unit shows
    path TEXT, quoted TEXT       what is shown of a path and of a text
    mask PART // PART            what the reason of an error of these parts becomes
    headers                      what requests have

In a text, {p}, {hex}, {basic} and {begin} are the password, the same in hex, the Basic login, and
its first characters before base64; {b0}, {b1}, {b2} the password behind so many characters in
base64, and {u0} in that of URLs; {repr}, {repr'} and {repr"} the password as Python prints it,
alone and with a quote. `python -m tests.tables tests.handlers.http.test_login` writes right sides.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from handlers.http.login import Login
from handlers.shared import errors
from handlers.shared.errors import LONGEST, PduHandlerError, Refused
from tests.tables import Case, Table, folded, unfolded

TABLE = Table(Path(__file__).with_name("login.txt"))


def _forms(password: str) -> dict[str, str]:
    """The forms of a password, by what they are called in a text."""
    forms = {
        "p": password,
        "hex": password.encode().hex(),
        "basic": base64.b64encode(f"operator:{password}".encode()).decode(),
        "begin": f"operator:{password[:2]}",
        "repr": repr(password),
        "repr'": repr(f"{password}'"),
        'repr"': repr(f'{password}"'),
    }
    for count in range(3):
        octets = ("xy"[:count] + password).encode()
        forms[f"b{count}"] = base64.b64encode(octets).decode()
        forms[f"u{count}"] = base64.urlsafe_b64encode(octets).decode()
    return forms


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    password = "secret-word"
    login = Login("operator", password)
    ends: list[str] = []
    for change in case.left.split(TABLE.separator):
        word, _, rest = change.partition(" ")
        text = unfolded(rest)
        for name, form in _forms(password).items():
            text = text.replace(f"{{{name}}}", form)
        if word == "password":
            password = rest
            login = replace(login, password=rest)
        elif word == "user":
            login = replace(login, user=rest)
        elif word == "token":
            password, _, sent_as = rest.partition(" as ")
            login = Login(token=password, sent_as=sent_as)
        elif word == "not":
            login = replace(login, is_sent=False)
        elif word == "public":
            login = replace(login, public_words=frozenset({rest}))
        elif word == "headers":
            ends.append(repr(login.headers() or "no header"))
        elif word == "mask":
            error = Refused(text.split(" // "))
            login.mask(error)
            ends.append(error.reason)
        else:
            ends.append(login.quoted_path(text) if word == "path" else login.quoted(text))
    return folded("; ".join(ends))


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_texts_are_shown_as_the_lines_say(case: Case) -> None:
    case.check(shown(case))


_KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, PduHandlerError)
]


@pytest.mark.parametrize("kind", _KINDS, ids=lambda kind: str(kind.__name__))
@pytest.mark.parametrize("form", ["{}", "x{}x", "operator:{}"])
def test_an_error_of_any_class_shows_no_login(kind: type[PduHandlerError], form: str) -> None:
    login = Login("operator", "secret-word")
    for password in ("secret-word", base64.b64encode(b"operator:secret-word").decode()):
        error = kind(("the device says: ", form.format(password)), operation=f"GET /{password}")
        if isinstance(error, Refused):
            error.code = password
        login.mask(error)
        assert password not in f"{error!r} {error} {error.args} {error.parts} {vars(error)}"
        assert error.reason.startswith("the device says: ")


def test_a_secret_where_an_error_is_cut_is_masked() -> None:
    # the answer to a command, for example, is quoted before the login is known
    error = Refused(f"{'x' * (LONGEST - 6)}secret-word")
    Login("operator", "secret-word").mask(error)
    assert "secret" not in str(error)
    assert "not shown" in str(error)


def test_a_password_that_a_script_gives_as_a_number_is_used_and_hidden() -> None:
    """As by the vendors' libraries."""
    number: Any = 123456
    login = Login("operator", number)
    assert login.headers() == Login("operator", "123456").headers()
    assert "123456" not in login.quoted("it is 123456")
