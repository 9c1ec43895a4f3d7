"""The rehearsal against what happens in some random halls; `python -m tests.hall.trial` runs
more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdu.core.files import toml
from pdu.site.drawing import drawing_file
from tests.hall.physics import PhysicalHall
from tests.hall.trial import FAILURE_LAWS, RETURN_LAWS, Trial


def run_failures(folder: Path, seeds: range) -> Trial:
    trial = Trial(str(folder))
    for seed in seeds:
        trial.fail(seed)
    return trial


def run_returns(folder: Path, seeds: range) -> Trial:
    trial = Trial(str(folder), RETURN_LAWS)
    for seed in seeds:
        trial.come_back(seed)
    return trial


def test_no_answer_about_a_failure_is_false(tmp_path: Path) -> None:
    trial = run_failures(tmp_path, range(60))
    assert trial.wrong == {law: [] for law in FAILURE_LAWS}
    assert trial.counts["failures"] == 60
    for what in ("dark at once", "stays", "stays unless a breaker trips", "breaker fits",
                 "breaker overloads", "breakers that tripped"):  # fmt: skip
        assert trial.counts[what] > 3, what


def test_no_answer_about_a_return_is_false(tmp_path: Path) -> None:
    trial = run_returns(tmp_path, range(24))
    assert trial.wrong == {law: [] for law in RETURN_LAWS}
    assert trial.counts["returns"] > 15
    for what in ("machine stays dark", "breaker fits"):
        assert trial.counts[what] > 5, what


@pytest.mark.trial
def test_no_answer_about_more_failures_is_false(tmp_path: Path) -> None:
    assert run_failures(tmp_path, range(60, 360)).wrong == {law: [] for law in FAILURE_LAWS}


@pytest.mark.trial
def test_no_answer_about_more_returns_is_false(tmp_path: Path) -> None:
    assert run_returns(tmp_path, range(24, 104)).wrong == {law: [] for law in RETURN_LAWS}


def test_the_halls_have_each_key_of_the_language() -> None:
    """A key that no hall writes is one of which nobody proves anything."""
    schema = json.loads(drawing_file.SCHEMA.read_text("utf-8"))
    language: set[tuple[str, str]] = set()
    waiting = [("", schema)]
    while waiting:
        table, rule = waiting.pop()
        for key, value in rule["properties"].items():
            language.add((table, key))
            item = value.get("items", {}).get("$ref", "")
            if item:
                waiting.append((f"{table}.{key}".lstrip("."), schema["$defs"][item[8:]]))
    written = {place for seed in range(40) for place in keys(PhysicalHall(seed).text)}
    assert written == language


def keys(text: str) -> Iterator[tuple[str, str]]:
    """Each key of a drawing with its table."""
    waiting: list[tuple[str, Any]] = [("", toml.loads(text, "hall.power.toml"))]
    while waiting:
        table, values = waiting.pop()
        for key, value in values.items():
            yield table, key
            if isinstance(value, list) and value and isinstance(value[0], dict):
                waiting += [(f"{table}.{key}".lstrip("."), item) for item in value]
