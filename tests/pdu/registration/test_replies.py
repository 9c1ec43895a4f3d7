"""What DCImanager's replies say: success, the list of handlers, and the words of errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Union

import pytest

from handlers.shared.errors import PduHandlerError
from pdu.cli.known_secrets import forget_secrets, note_secret
from pdu.registration.replies import HandlerList, Outcome, Reply, id_in, token_in
from tests.hostile import TEXTS, is_one_line
from tests.tables import fits

H = "pdu_snmp"
SECRET = 's3cret-Passw0rd/ü"'


def reply(value: Union[bytes, Any], status: int = 200) -> Reply:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Reply(status, body)


@pytest.fixture(autouse=True)
def _known_secret() -> Iterator[None]:
    note_secret(SECRET)
    yield
    forget_secrets()


def row(number: Any, handler: str = H, device_type: str = "pdu", **more: Any) -> dict[str, Any]:
    return {"id": number, "handler": handler, "device_type": device_type, "name": "x", **more}


# ---- success ----


@pytest.mark.parametrize(
    "value, status, outcome",
    [
        (b"", 204, Outcome.DONE),
        (b" \n", 200, Outcome.DONE),
        ({}, 200, Outcome.DONE),
        ({"error": None}, 200, Outcome.DONE),
        ({"id": 1, "error_count": 0}, 201, Outcome.DONE),
        ({"errors": [], "success": True}, 200, Outcome.DONE),
        ({"error": "bad import path"}, 200, Outcome.REFUSED),
        ({"success": False}, 200, Outcome.UNCLEAR),
        ({"id": 1, "errors": ["bad"]}, 201, Outcome.UNCLEAR),
        ([{"error": {"msg": "bad"}}], 200, Outcome.UNCLEAR),
        ("error", 200, Outcome.UNCLEAR),
        (b"<html>portal</html>", 200, Outcome.UNCLEAR),
        (b'{"id": ', 201, Outcome.UNCLEAR),
        (b"{" * 5000, 200, Outcome.UNCLEAR),
        ({"error": {"msg": "no"}}, 400, Outcome.REFUSED),
        (b"", 404, Outcome.REFUSED),
        ({"error": {"msg": "database"}}, 500, Outcome.UNCLEAR),
        ({"error": {"msg": "gateway"}}, 502, Outcome.UNCLEAR),
        (b"", 302, Outcome.UNCLEAR),
    ],
)
def test_success_is_a_2xx_that_says_nothing_of_an_error(
    value: Any, status: int, outcome: Outcome
) -> None:
    assert reply(value, status).outcome is outcome


# ---- the list ----


PROVES_NOTHING = "protocol: the list of handlers proves nothing: "


def listed(value: Any, remembered: str) -> str:
    """The id, or the kind and the words of the error."""
    try:
        return HandlerList(reply(value)).id_of(H, remembered)
    except PduHandlerError as error:
        return f"{error.kind}: {error}"


@pytest.mark.parametrize(
    "value, remembered, number",
    [
        ({"list": [row(5)]}, "", "5"),
        ({"list": [row("5")], "size": 1}, "", "5"),
        ({"last_notify": 12, "list": [row("5")], "size": "1"}, "", "5"),
        ({"last_notify": 12, "list": [row(1, "pdu_nut")], "size": 1}, "", ""),
        ({"list": [{"id": 5, "handler": H}]}, "", "5"),
        # a row with the PDUs that have this handler
        ({"list": [row(5, equipment=[row(991)])]}, "5", "5"),
        ({"list": [row(4, "pdu_nut", children=[row(77)]), row(5)]}, "5", "5"),
        # one page of several shows a handler as well as a whole list does
        ({"list": [row(5)], "size": 120}, "", "5"),
        ({"list": []}, "", ""),
        ({"list": []}, "7", "7"),
        ({"list": [row(1, "pdu_nut")], "size": 1}, "7", "7"),
        ({"list": [row(7, "pdu_nut")]}, "7", ""),
        ({"list": [row("007", "pdu_nut")]}, "7", ""),
    ],
)
def test_a_plain_list_says_the_id(value: Any, remembered: str, number: str) -> None:
    assert listed(value, remembered) == number


def test_a_handler_of_other_devices_is_refused() -> None:
    error = listed({"list": [row(7, device_type="switch")]}, "7")
    assert error.startswith(
        "refused: DCImanager has a handler named pdu_snmp (id 7) for devices of"
    )
    assert "the type switch," in error


def test_a_name_of_any_length_is_the_handlers_own() -> None:
    name = f"pdu_{'a' * 57}_try"  # the longest
    handlers = HandlerList(reply({"list": [row(5, name)]}))
    assert handlers.other_handler("5", name) == ""
    assert handlers.other_handler("5", H) == name


@pytest.mark.parametrize(
    "value, words",
    [
        ({"list": [row("6f1c-77")]}, "the id of pdu_snmp is no number"),
        ({"list": [row(5), row(9)]}, "it has several handlers named pdu_snmp"),
        ({"list": [row(5), row(7, device_type="switch")]}, "it has several handlers named .."),
        ({"list": [], "size": 40}, "it may be one page of several"),
        ({"list": [row(1, "h1")], "size": "120"}, "it may be one page of several"),
        ({"list": [row(1, "h1")], "meta": {"total": 120}}, "it may be one page of several"),
        ({"list": [row(1, "h1")], "next": "/x?page=2"}, "it may be one page of several"),
        ({"list": [row(1, "h1")], "comment": "x"}, "it may be one page of several"),
        ({"list": [{"id": 1, "about": {"handler": H}}]}, "it has rows that are no handlers .."),
        ({"list": [{"id": 7, "name": "x"}]}, "it has rows that are no handlers with a name"),
        ({"list": [row(None, "h1")]}, "it has rows without an id"),
        # an empty list of another kind
        ({"errors": []}, "it has no list"),
        ({"items": []}, "it has no list"),
        ({"custom_equipment": [], "size": 0}, "it has no list"),
        ({"data": {"list": []}}, "it has no list"),
        ({"list": None}, "it has no list"),
        ({"list": {}}, "it has no list"),
        ([], "it has no list"),
        ([row(5)], "it has no list"),
        ({}, "it has no list"),
        ("x", "it has no list"),
    ],
)
def test_absent_is_believed_of_a_plain_and_whole_list_alone(value: Any, words: str) -> None:
    """The handler may be there, and the answer not show it: a second one would be created."""
    for remembered in ("", "7"):
        assert fits(listed(value, remembered), PROVES_NOTHING + words)


# ---- ids and tokens ----


_NO_IDS = [text for text in TEXTS.values() if not text.isdecimal()]


@pytest.mark.parametrize(
    "value", [*_NO_IDS, "", "-1", "1.0", "9" * 20, "１", None, True, [1], {"id": 1}, 1.0]
)
def test_an_id_is_a_number_of_ascii_digits_in_an_object(value: object) -> None:
    assert id_in({"id": value}) == ""
    assert id_in([value]) == ""


@pytest.mark.parametrize(
    "value",
    [
        b"<html>login</html>",
        b"\x00\xff",
        [],
        {"token": 'a"\nb'},
        {"token": "$(id)"},
        {"token": True},
        {"token": ["abc"]},
        {"token": ""},
    ],
)
def test_a_token_that_a_header_cannot_carry_is_none(value: Any) -> None:
    assert token_in(reply(value)) == ""


# ---- words ----


def test_the_words_of_an_error_are_one_line() -> None:
    for text in TEXTS.values():
        error = {"error": {"code": 1002, "msg": text, "value": text}}
        body = json.dumps(error, ensure_ascii=False).encode("utf-8", "backslashreplace")
        words = reply(body, 400).words()
        assert is_one_line(words)
        assert "(code 1002)" in words


@pytest.mark.parametrize(
    "value",
    [
        {"error": {"code": 1001, "msg": "the value is too long", "value": SECRET}},
        {"error": {"code": 1001, "msg": f"no account with {SECRET}"}},
        {"error": SECRET},
        {"error": {"code": SECRET, "msg": "x"}},
        {"detail": SECRET},
        {"error": {"code": 1, "msg": "x" * 495 + SECRET}},  # a cut leaves a part
        f'{{"error": {{"msg": "{SECRET.encode().hex()}"}}}}'.encode(),
        json.dumps({"error": {"msg": SECRET.replace("/", "\\/")}}).encode(),
    ],
)
def test_words_that_repeat_the_password_are_not_shown(value: Any) -> None:
    words = reply(value, 400).words()
    assert "s3cret" not in words.lower()
    assert SECRET.encode().hex() not in words
    assert "not shown" in words


@pytest.mark.parametrize(
    "value, status, words",
    [
        ({"error": {"code": 7, "msg": "disk full"}}, 500, 'answers "disk full" (code 7)'),
        (b"<html>", 200, "without JSON, so not from DCImanager"),
        (b"", 302, "HTTP 302 leads to no address"),
        ({"detail": "Not Found"}, 404, "HTTP 404: "),
    ],
)
def test_the_words_say_what_the_server_says(value: Any, status: int, words: str) -> None:
    assert words in reply(value, status).words()
