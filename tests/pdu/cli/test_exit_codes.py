"""Which exit code an error has."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator

from handlers.nut import errors as nut_errors
from handlers.shared.errors import PduHandlerError
from pdu.cli.exit_codes import DEFECT, EXITS, NOT_SEEN, code_of
from tests.needs import ROOT


def _classes(root: type[PduHandlerError]) -> Iterator[type[PduHandlerError]]:
    yield root
    for error_class in root.__subclasses__():
        yield from _classes(error_class)


def test_each_kind_of_error_of_a_handler_has_one_exit_code_which_is_no_defect() -> None:
    # a module that is not loaded may define further kinds
    for file in (ROOT / "handlers").rglob("*.py"):
        if re.search("^    kind = ", file.read_text("utf-8"), re.MULTILINE):
            importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    kinds = {
        error_class.kind
        for error_class in _classes(PduHandlerError)
        if error_class.__module__.startswith("handlers.")
    }
    assert {kind for kind in kinds if code_of(kind) == DEFECT} == {PduHandlerError.kind}
    table_kinds = [kind for row in EXITS for kind in row.kinds]
    assert len({row.code for row in EXITS}) == len(EXITS)
    assert len({*table_kinds}) == len(table_kinds)
    assert code_of("a kind of a newer archive") == DEFECT


def test_a_command_that_is_not_proven_ends_as_a_state_that_was_not_seen() -> None:
    assert "not-proven" in {
        error_class.kind
        for error_class in _classes(PduHandlerError)
        if error_class.__module__ == nut_errors.__name__
    }
    assert code_of("not-proven") == NOT_SEEN
