"""Each target reads or refuses its seeds and many changed inputs."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pdu.pdus import device_list
from pdu_common.helper import EnumPowerStatus, PduPortView

from . import devices
from .mutation import mutated
from .targets import BY_NAME, TARGETS, Target

SLOW = ("raritan", "redfish")  # in these targets each case is two whole calls of a handler


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: str(target.name))
def test_seeds_are_read_or_refused(target: Target) -> None:
    assert target.seeds()
    for data in (*target.seeds(), b""):
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
    for pdu, seeds, identity in (
        (devices.raritan_pdu, devices.raritan_seeds(), "1"),
        (devices.redfish_pdu, devices.redfish_seeds(), "A1"),
    ):
        status, statistic, command = seeds
        assert pdu(status).status().ports and pdu(statistic).statistic().load > 0
        port = PduPortView(identity, EnumPowerStatus.UNKNOWN)
        assert pdu(command).port_down(port).power_status is EnumPowerStatus.DOWN
    file = tmp_path / "list.toml"
    file.write_bytes(BY_NAME["list-toml"].seeds()[0])
    assert len(device_list.read_device_list(str(file)).devices) == 1


@pytest.mark.parametrize("part", [range(50), pytest.param(range(50, 200), marks=pytest.mark.trial)])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: str(target.name))
def test_changed_input_is_read_or_refused(target: Target, part: range) -> None:
    seeds = target.seeds()
    for number in part[:: 5 if target.name in SLOW else 1]:
        data = mutated(random.Random(number), seeds)
        try:
            target.run(data)
        except Exception as error:
            raise AssertionError(f"{data!r} is neither read nor refused") from error
