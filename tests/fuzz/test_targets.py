"""Each target reads or refuses its seeds, the findings of earlier runs, and many changed inputs."""

from __future__ import annotations

import hashlib
import random
import subprocess
from pathlib import Path

import pytest

from handlers.command.fleet import listing

from . import __main__ as fuzz, devices, targets
from .mutation import mutated
from .targets import BY_NAME, FOUND, TARGETS, Target, found

SLOW = ("raritan", "redfish")  # in these targets each case is two whole calls of a handler


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: str(target.name))
def test_seeds_and_earlier_findings_are_read_or_refused(target: Target) -> None:
    assert target.seeds()
    for data in (*target.seeds(), *found(target.name), b""):
        target.run(data)


def test_good_answers_and_a_good_list_are_not_refused(tmp_path: Path) -> None:
    """Changes to a refused seed would rarely pass a parser's first checks."""
    assert [devices.answered(data).status for data in devices.http_seeds()] == [
        200,
        200,
        204,
        401,
        302,
    ]
    for pdu, seeds in (
        (devices.raritan_pdu, devices.raritan_seeds()),
        (devices.redfish_pdu, devices.redfish_seeds()),
    ):
        status, statistic = seeds
        assert pdu(status).status().ports and pdu(statistic).statistic().load > 0
    file = tmp_path / "list.toml"
    file.write_bytes(BY_NAME["list-toml"].seeds()[0])
    assert len(listing.read(str(file)).devices) == 1


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: str(target.name))
def test_changed_input_is_read_or_refused(target: Target) -> None:
    seeds = [*target.seeds(), *found(target.name)]
    for number in range(40 if target.name in SLOW else 200):
        data = mutated(random.Random(number), seeds)
        try:
            target.run(data)
        except Exception as error:
            raise AssertionError(f"{data!r} is neither read nor refused") from error


def test_a_finding_ends_the_run_and_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbles(data: bytes) -> None:
        if b"x" not in data:
            raise ZeroDivisionError("found")

    kept: list[bytes] = []

    def keep(name: str, data: bytes, failure: str) -> str:
        kept.append(data)
        return failure

    monkeypatch.setitem(BY_NAME, "nut", Target("nut", stumbles, lambda: [b"x"]))
    monkeypatch.setattr(fuzz, "_kept", keep)
    run = fuzz.blind("nut", 60.0, 1)
    assert run.cases >= 1 and "ZeroDivisionError: found" in run.finding and b"x" not in kept[0]


def test_a_guided_run_that_is_killed_is_a_failure_even_without_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        subprocess, "run", lambda words, **_: subprocess.CompletedProcess(words, -9, "")
    )
    assert "code -9" in fuzz.guided("nut", 1.0).finding


def test_a_guided_run_without_a_number_of_cases_is_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        subprocess, "run", lambda words, **_: subprocess.CompletedProcess(words, 0, "no target")
    )
    assert fuzz.guided("nut", 1.0).finding == "the process ended with code 0: no target"
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda words, **_: subprocess.CompletedProcess(
            words, 0, "stat::number_of_executed_units: 12\n"
        ),
    )
    assert fuzz.guided("nut", 1.0) == ("nut", 12, "")


def test_a_kept_finding_is_named_by_its_content_and_its_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "FOUND", tmp_path)
    monkeypatch.setattr(targets, "FOUND", tmp_path)
    assert (
        fuzz._kept("nut", b"x", "failure")
        == fuzz._kept("nut", b"x", "failure")
        == "nut-2d711642.bin: failure"
    )
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"x"]
    fuzz._kept("nut-dump", b"y", "failure")
    assert (list(found("nut")), list(found("nut-dump"))) == ([b"x"], [b"y"])


def test_each_finding_that_is_kept_belongs_to_a_target_and_is_named_by_its_content() -> None:
    for path in FOUND.glob("*.bin"):
        name, _, digest = path.stem.rpartition("-")
        assert name in BY_NAME and hashlib.sha256(path.read_bytes()).hexdigest()[:8] == digest, (
            path.name
        )
