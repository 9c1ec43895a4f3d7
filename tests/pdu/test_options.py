"""Numbers as options."""

from __future__ import annotations

import pytest

from tests.pdu.running import run


@pytest.mark.parametrize(
    "arguments",
    [
        ("energy", "audit", "x", "--from", "2026-10-01", "--to", "2026-10-02", "--limit-kw", "nan"),
        ("energy", "audit", "x", "--from", "2026-10-01", "--to", "2026-10-02", "--step", "NaN"),
        ("find", "127.0.0.0/30", "--rate", "nan"),
    ],
)
def test_nan_is_no_number_of_any_range(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, error = run(capsys, *arguments)
    assert code == 2 and "is not a number" in error
