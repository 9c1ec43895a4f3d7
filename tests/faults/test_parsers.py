"""Random changes to the input of parsers; see `parsers`."""

from __future__ import annotations

import contextlib
import random

import pytest

from .mutation import mutated
from .parsers import PARSERS, Parser


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: str(parser.name))
@pytest.mark.parametrize("count", [50, pytest.param(500, marks=pytest.mark.trial)])
def test_a_parser_returns_a_value_or_raises_its_documented_errors(
    parser: Parser, count: int
) -> None:
    inputs = [
        mutated(random.Random(seed), seed_input)
        for seed_input in parser.seeds
        for seed in range(count)
    ]
    for data in (b"", *parser.seeds, *inputs[:: len(parser.seeds)]):
        try:
            with contextlib.suppress(*parser.errors):
                parser.read(data)
        except Exception as error:
            raise AssertionError(f"{parser.name}: {data!r}") from error
