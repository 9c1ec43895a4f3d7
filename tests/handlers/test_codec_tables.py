"""The readings and commands of units over HTTP: cases.txt in the folder of each handler."""

from __future__ import annotations

from functools import partial

import pytest

from tests.handlers import codec_tables
from tests.tables import Law


@pytest.mark.parametrize(
    "handler, law",
    [(handler, law) for handler in codec_tables.HANDLERS for law in codec_tables.laws(handler)],
    ids=str,
)
def test_a_reading_is_what_its_lines_say(handler: str, law: Law) -> None:
    law.check(partial(codec_tables.difference, handler))
