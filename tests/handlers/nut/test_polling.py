from __future__ import annotations

from collections.abc import Mapping

import pytest

from handlers.nut.switching import late_reading

SNMP_UPS = {"driver.name": "snmp-ups"}


@pytest.mark.parametrize(
    "variables, words",
    [
        (SNMP_UPS, "snmp-ups reads its device only every 30 s (pollfreq in ups.conf is not set)"),
        (
            {**SNMP_UPS, "driver.parameter.pollfreq": "60"},
            "every 60 s (pollfreq in ups.conf is 60)",
        ),
        ({"driver.name": "usbhid-ups"}, "usbhid-ups reads its device only every 30 s"),
    ],
)
def test_a_driver_that_reads_seldom_is_named(variables: Mapping[str, str], words: str) -> None:
    assert words in late_reading(variables, 10.0)


@pytest.mark.parametrize(
    "variables",
    [{**SNMP_UPS, "driver.parameter.pollfreq": "5"}, {"driver.name": "bcmxcp"}, {}],
)
def test_a_driver_that_has_read_since_is_no_reason(variables: Mapping[str, str]) -> None:
    assert late_reading(variables, 10.0) == ""


def test_a_longer_wait_than_its_interval_leaves_no_reason() -> None:
    assert late_reading(SNMP_UPS, 31.0) == ""
    assert late_reading(SNMP_UPS, 30.0) != ""
