"""What errors show of a login that a device sends back: nothing. A password that is a word of the
paths of all units is not told by hiding the path.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any, Callable, Optional

import pytest

from handlers.http.errors import HttpLoginRefused, HttpOtherLogin, error_of_status
from handlers.http.login import Login
from handlers.shared import errors
from handlers.shared.errors import LONGEST, PduHandlerError, Refused

REDFISH = "/redfish/v1/PowerEquipment/RackPDUs/1/Outlets/A3/Outlet.PowerControl"
XERUS = "/tfwopaque/pdumodel.Outlet:3.0.4/outlet.0"


@pytest.mark.parametrize(
    "password", ["redfish", "v1", "Outlets", "RackPDUs/1", "outlet.0", "PDU", "power", "model"]
)
def test_a_path_is_shown_as_with_any_other_password(password: str) -> None:
    for path in (REDFISH, XERUS):
        assert Login("operator", password).quoted_path(path) == path


@pytest.mark.parametrize("password", ["secret-word", "Outlet-20481", "s3cret"])
def test_a_path_that_the_device_gave_the_login_is_not_shown(password: str) -> None:
    login = Login("operator", password)
    basic = base64.b64encode(f"operator:{password}".encode()).decode()
    for piece in (password, password.encode().hex(), basic, f"operator:{password[:2]}"):
        quoted_path = login.quoted_path(f"/redfish/v1/{piece}/Outlets")
        assert piece not in quoted_path
        assert "not shown" in quoted_path


def test_the_query_of_a_path_is_not_shown() -> None:
    assert Login("operator", "secret-word").quoted_path("/redfish/v1/x?y=secret-word") == (
        "/redfish/v1/x"
    )


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


def test_a_login_in_two_parts_of_an_error_is_hidden_with_both() -> None:
    error = Refused(("secret", "-word"))
    Login("operator", "secret-word").mask(error)
    assert "word" not in error.reason
    assert "not shown" in error.reason


def test_a_secret_where_an_error_is_cut_is_masked() -> None:
    # the answer to a command, for example, is quoted before the login is known
    error = Refused(f"{'x' * (LONGEST - 6)}secret-word")
    Login("operator", "secret-word").mask(error)
    assert "secret" not in str(error)
    assert "not shown" in str(error)


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_password_in_base64_of_either_alphabet_is_not_shown(
    encode: Callable[[bytes], bytes],
) -> None:
    password = "ab~~~???"  # in base64 with + and /, or with - and _
    for before in ("", "x", "xy"):
        sent_back = encode(f"{before}{password}".encode()).decode()
        assert "not shown" in Login("operator", password).quoted(f"bad login {sent_back}")


@pytest.mark.parametrize("password", ["it's", 'it\'s "a\\b"', 'c:\\d"e'])
@pytest.mark.parametrize("beside", ["", "'", '"'])
def test_a_value_that_is_quoted_as_python_writes_it_shows_no_login(
    password: str, beside: str
) -> None:
    sentence = f"its State is {password + beside!r}"
    assert "not shown" in Login("operator", password).quoted(sentence)


def test_a_public_word_does_not_hide_what_every_unit_says() -> None:
    login = Login("netio", "netio", public_words=frozenset({"netio"}))
    error = Refused("no NETIO unit answers")
    login.mask(error)
    assert error.reason == "no NETIO unit answers"
    assert login.quoted_path("/netio.json") == "/netio.json"


@pytest.mark.parametrize(
    "sent_as, header",
    [
        ("X-SessionToken: ", {"X-SessionToken": "made-up-key"}),
        ("Cookie: SPID=", {"Cookie": "SPID=made-up-key"}),
        ("Authorization: Bearer ", {"Authorization": "Bearer made-up-key"}),
    ],
)
def test_a_token_is_sent_in_its_header_and_shown_in_no_other_place_either(
    sent_as: str, header: dict[str, str]
) -> None:
    login = Login(token="made-up-key", sent_as=sent_as)
    assert login.headers() == header
    # the token alone, as a device may repeat it
    assert "made-up-key" not in login.quoted("unknown key made-up-key")
    unsent_login = replace(login, is_sent=False)
    assert unsent_login.headers() == {}
    assert "made-up-key" not in unsent_login.quoted("made-up-key")


@pytest.mark.parametrize(
    "is_personal, words", [(True, "whole and not revoked"), (False, "session may have ended")]
)
def test_the_error_of_a_refused_token_says_what_to_do_about_it(
    is_personal: bool, words: str
) -> None:
    login = Login(token="made-up-key", is_personal=is_personal)
    assert words in error_of_status(401, login).reason


@pytest.mark.parametrize("login", [Login("operator", "secret-word"), Login(), None])
def test_a_401_that_offers_no_basic_login_names_what_the_device_wants(
    login: Optional[Login],
) -> None:
    headers = {"www-authenticate": 'Digest realm="unit", nonce="5f1d8c", algorithm=SHA-256'}
    reason = error_of_status(401, login, headers).reason
    assert "HTTP Error 401" in reason
    assert "Digest, which this handler does not have" in reason
    for basic in ({}, {"www-authenticate": 'Digest realm="a", Basic realm="a"'}):
        assert "check user name and password" in error_of_status(401, login, basic).reason
    # a scheme may be the password that was sent
    hidden = error_of_status(401, login, {"www-authenticate": "secret-word realm"}).reason
    assert ("secret-word" in hidden) is (not login or not login.password)


def test_a_401_to_a_session_is_told_by_what_it_offers() -> None:
    """Digest alone: the unit has none, and none has ended. What a unit with sessions offers
    besides says nothing.
    """
    digest = {"www-authenticate": "Digest realm"}
    beginning = Login("operator", "secret-word", is_sent=False)
    in_session = Login(token="made-up-key")
    for login in (beginning, in_session, Login(token="made-up-key", is_personal=True)):
        error = error_of_status(401, login, digest)
        assert isinstance(error, HttpOtherLogin)
        assert "another way to log in (HTTP Error 401): Digest" in error.reason
    for login in (beginning, in_session):
        for words in ("Session realm", 'Digest realm, Basic realm="unit"', 'Basic realm="unit"'):
            error = error_of_status(401, login, {"www-authenticate": words})
            assert isinstance(error, HttpLoginRefused)
            assert "another way" not in error.reason


def test_a_password_that_a_script_gives_as_a_number_is_used_and_hidden() -> None:
    """As by the vendors' libraries."""
    number: Any = 123456
    login = Login("operator", number)
    assert login.headers() == Login("operator", "123456").headers()
    assert "123456" not in login.quoted("it is 123456")
