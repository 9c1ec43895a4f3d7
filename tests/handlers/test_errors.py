from __future__ import annotations

import pickle
from typing import List, Type

import pytest

from handlers import errors

CLASSES: List[Type[errors.PduHandlerError]] = [
    errors.SettingsError, errors.Unreachable, errors.Denied, errors.ProtocolError, errors.Refused, errors.NoSuchOutlet,
    errors.Unsupported]


def test_the_text_names_host_operation_and_reason_and_leaves_out_what_is_not_known() -> None:
    assert str(errors.Unreachable("no answer", "pdu1", "status")) == "pdu1: status: no answer"
    assert str(errors.Unreachable("no answer")) == "no answer"


def test_at_fills_in_what_is_missing_and_keeps_what_was_said_first() -> None:
    error = errors.Denied("wrong password", operation="login").at("pdu1", "status")
    assert (error.host, error.operation) == ("pdu1", "login")


def test_every_kind_and_every_exit_code_is_used_once() -> None:
    assert len({c.kind for c in CLASSES}) == len(CLASSES)
    assert len({c.exit_code for c in CLASSES}) == len(CLASSES)
    assert 0 not in {c.exit_code for c in CLASSES}


@pytest.mark.parametrize("error", [errors.Refused("no", "35", "pdu1", "port_up"), errors.ProtocolError("?", b"\x00\xff")])
def test_an_error_survives_the_way_between_two_processes(error: errors.PduHandlerError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and str(copy) == str(error) and copy.__dict__ == error.__dict__


def test_a_protocol_error_keeps_only_the_first_bytes() -> None:
    assert len(errors.ProtocolError("x", b"a" * 100_000).payload) == errors.ProtocolError.KEPT
