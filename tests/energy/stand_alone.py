"""docs/check_statement.py, the second verifier, which shares no code with the pack."""

from __future__ import annotations

import contextlib
import importlib.util
import io
from pathlib import Path
from typing import Any, Optional

from tests.needs import ROOT

PROGRAM = ROOT / "docs" / "check_statement.py"
_SPEC = importlib.util.spec_from_file_location("check_statement", PROGRAM)
assert _SPEC is not None and _SPEC.loader is not None
#: the program as a module
SECOND: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(SECOND)


def refusal_of(folder: Path, root: str) -> tuple[Optional[str], str]:
    """Why the program refuses a statement, None if it takes it, and what it prints."""
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            SECOND.main(folder, root)
    except SystemExit as end:
        return str(end.code), out.getvalue()
    except Exception as error:  # as its own last lines
        return f"NOT PROVEN: {error}", out.getvalue()
    return None, out.getvalue()
