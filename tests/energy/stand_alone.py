"""docs/check_statement.py, the second verifier: it shares no code with the pack but the text of
pdu/energy/statement/form.py, which makes it one file.

    python -m tests.energy.stand_alone

copies it anew.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
from pathlib import Path
from typing import Any, Optional

from tests.needs import ROOT

FORM = ROOT / "pdu" / "energy" / "statement" / "form.py"
PROGRAM = ROOT / "docs" / "check_statement.py"
_SPEC = importlib.util.spec_from_file_location("check_statement", PROGRAM)
assert _SPEC is not None and _SPEC.loader is not None
#: the program as a module
SECOND: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(SECOND)
_BEGIN = "# ---- the form of a statement ---"
_FROM = "# ---- pdu/energy/statement/form.py from here on"
_TO = "# ---- the end of its text ---"


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


def with_form(program: str) -> str:
    """The program with the text of the form as it is now."""
    text = FORM.read_text("utf-8")
    head = program[: program.index("\n", program.index(_FROM)) + 1]
    return f"{head}\n{text[text.index(_BEGIN) :]}\n\n{program[program.index(_TO) :]}"


if __name__ == "__main__":
    PROGRAM.write_text(with_form(PROGRAM.read_text("utf-8")), "utf-8")
