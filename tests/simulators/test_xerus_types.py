"""The simulator's table of types, and the methods of the simulated objects."""

from __future__ import annotations

import json

from .xerus.make_types import SCHEMA, TARGET, build, text


def test_the_table_is_the_output_of_make_types() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert text(build(schema)) == TARGET.read_text(encoding="utf-8")
