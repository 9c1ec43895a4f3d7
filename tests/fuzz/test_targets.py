"""Each target reads or refuses its seeds, the findings of earlier runs, and many changed inputs."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from pdu.pdus import device_list

from . import devices
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
    assert len(device_list.read_device_list(str(file)).devices) == 1


@pytest.mark.parametrize("part", [range(50), pytest.param(range(50, 200), marks=pytest.mark.trial)])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: str(target.name))
def test_changed_input_is_read_or_refused(target: Target, part: range) -> None:
    seeds = [*target.seeds(), *found(target.name)]
    for number in part[:: 5 if target.name in SLOW else 1]:
        data = mutated(random.Random(number), seeds)
        try:
            target.run(data)
        except Exception as error:
            raise AssertionError(f"{data!r} is neither read nor refused") from error


def test_each_finding_that_is_kept_belongs_to_a_target_and_is_named_by_its_content() -> None:
    for path in FOUND.glob("*.bin"):
        name, _, digest = path.stem.rpartition("-")
        assert name in BY_NAME and hashlib.sha256(path.read_bytes()).hexdigest()[:8] == digest, (
            path.name
        )
