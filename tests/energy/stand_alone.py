"""docs/check_statement.py has the text of pdu/energy/statement/form.py, so that it is one file.

    python -m tests.energy.stand_alone

copies it anew.
"""

from __future__ import annotations

from tests.needs import ROOT

FORM = ROOT / "pdu" / "energy" / "statement" / "form.py"
PROGRAM = ROOT / "docs" / "check_statement.py"
_BEGIN = "# ---- the form of a statement ---"
_FROM = "# ---- pdu/energy/statement/form.py from here on"
_TO = "# ---- the end of its text ---"


def with_form(program: str) -> str:
    """The program with the text of the form as it is now."""
    text = FORM.read_text("utf-8")
    head = program[: program.index("\n", program.index(_FROM)) + 1]
    return f"{head}\n{text[text.index(_BEGIN) :]}\n\n{program[program.index(_TO) :]}"


if __name__ == "__main__":
    PROGRAM.write_text(with_form(PROGRAM.read_text("utf-8")), "utf-8")
