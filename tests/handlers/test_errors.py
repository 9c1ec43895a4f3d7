from __future__ import annotations

import pickle

import pytest

from handlers.shared import errors

CLASSES: list[type[errors.PduHandlerError]] = [
    member
    for member in vars(errors).values()
    if isinstance(member, type) and issubclass(member, errors.PduHandlerError)
]


def test_the_text_names_host_operation_and_reason_where_known_and_the_target_last() -> None:
    assert str(errors.Unreachable("no answer", "pdu1", "status")) == "pdu1: status: no answer"
    assert str(errors.Unreachable("no answer")) == "no answer"
    text = str(errors.Unreachable("no answer", "pdu1", "read", "1.3.6.1"))
    assert text == "pdu1: read: no answer (1.3.6.1)"


def test_at_adds_a_missing_host_or_operation_and_keeps_a_known_one() -> None:
    error = errors.Denied("wrong password", operation="login").at("pdu1", "status")
    assert error.host == "pdu1"
    assert error.operation == "login"
    error = errors.Denied("wrong password", "pdu2").at("pdu1", "status")
    assert error.host == "pdu2"
    assert error.operation == "status"


def test_a_reason_names_settings_and_lists_their_keys() -> None:
    error = errors.Unreachable(
        (
            "set ",
            errors.NamedSetting("ca_pem", noun="the setting "),
            " or ",
            errors.NamedSetting("verify", "no"),
            " (verify=no)",
        )
    )
    assert error.reason == str(error) == "set the setting 'ca_pem' or verify=no (verify=no)"
    assert error.keys == ("ca_pem", "verify")
    assert errors.Unreachable("plain").keys == ()


def test_each_piece_of_a_reason_is_escaped() -> None:
    hostile = errors.SettingsError(
        (
            errors.NamedSetting("\x1b[2Jkey"),
            " is\nunknown: ",
            errors.NamedSetting("verify", "\x07no"),
        )
    )
    assert str(hostile) == "'\\x1b[2Jkey' is\\nunknown: verify=\\x07no"
    assert all(str(part).isprintable() for part in hostile.parts)


def test_no_two_classes_of_the_module_share_a_kind() -> None:
    assert len({c.kind for c in CLASSES}) == len(CLASSES) > 1


@pytest.mark.parametrize(
    "error",
    [
        errors.Refused("no", "35", "pdu1", "port_up"),
        errors.ProtocolError("?"),
        errors.SettingsError((errors.NamedSetting("verify", "no"), " is not enough")),
    ],
)
def test_an_error_can_be_sent_between_processes(error: errors.PduHandlerError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert copy.__dict__ == error.__dict__


HOSTILE = "a\x1b[2J\x07b\r\nc\x85\x9bd\u202ee\u2066f\u2028g\ud800h"


@pytest.mark.parametrize("kind", CLASSES)
def test_no_part_of_an_errors_text_reaches_a_terminal_or_a_log_unescaped(
    kind: type[errors.PduHandlerError],
) -> None:
    first_error = kind(HOSTILE, host=HOSTILE, operation=HOSTILE)
    second_error = kind("reason").at(HOSTILE, HOSTILE)
    for error in (first_error, second_error):
        for text in (str(error), error.reason, error.host, error.operation, error.args[0]):
            assert text.isprintable()
            text.encode()
    assert first_error.reason == "a\\x1b[2J\\x07b\\r\\nc\\x85\\x9bd\\u202ee\\u2066f\\u2028g\\ud800h"


def test_a_devices_code_is_escaped() -> None:
    assert errors.Refused("no", "3\x1b[m").code == "3\\x1b[m"


def test_text_in_any_script_is_kept_and_escaping_is_idempotent() -> None:
    assert str(errors.Denied("розетка 7: ‘web’ – é 日本")) == "розетка 7: ‘web’ – é 日本"
    assert errors.printable(errors.printable(HOSTILE)) == errors.printable(HOSTILE)


def test_a_long_text_is_cut() -> None:
    assert len(str(errors.Refused("x" * 10_000_000, host="y" * 10_000_000))) < 3 * errors.LONGEST
