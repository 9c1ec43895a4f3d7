"""Which exit code an error has."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.nut import errors as nut_errors
from handlers.shared.errors import PduHandlerError
from pdu.cli.exit_codes import DEFECT, NOT_SEEN, code_of


def _classes(root: type[PduHandlerError]) -> Iterator[type[PduHandlerError]]:
    yield root
    for error_class in root.__subclasses__():
        yield from _classes(error_class)


def test_no_error_of_a_handler_ends_as_a_defect_of_the_program() -> None:
    kinds = {
        error_class.kind
        for error_class in _classes(PduHandlerError)
        if error_class.__module__.startswith("handlers.")
    }
    assert {kind for kind in kinds if code_of(kind) == DEFECT} == {PduHandlerError.kind}


def test_a_command_that_is_not_proven_ends_as_a_state_that_was_not_seen() -> None:
    assert "not-proven" in {
        error_class.kind
        for error_class in _classes(PduHandlerError)
        if error_class.__module__ == nut_errors.__name__
    }
    assert code_of("not-proven") == NOT_SEEN
