"""The vendor's SDK and files: firmware, certificates, configurations, diagnostics, power meters."""

from __future__ import annotations

import base64

import pytest

from ..xerus import XerusPdu, image
from .models import Step, only, since

pytestmark = pytest.mark.against("the vendor's SDK")


@pytest.mark.sample(1)
@since("3.6")
def test_a_firmware_update_is_uploaded_watched_and_listed_in_the_history(
    pdu: XerusPdu, step: Step
) -> None:
    version = f"{pdu.site.firmware.generation}.99.5-60000"
    found = step("files", "firmware", base64.b64encode(image(version, size=300_000)).decode())
    assert found["before"] is False
    assert (found["state"], found["done"], found["present"], found["good"]) == (
        5,
        300_000,
        True,
        True,
    )
    assert found["version"] == found["now"] == version
    assert found["history"] == [version, 0]
    assert {"INIT", "PREP", "UPDATE"} & set(found["states"])
    assert found["states"][-1] == "NONE"
    assert pdu.boots() == 1


@pytest.mark.sample(1)
def test_a_rebooted_unit_answers_again(step: Step) -> None:
    assert step("files", "reboot")["version"]


@since("4.0")
def test_a_certificate_is_uploaded_checked_and_installed(pdu: XerusPdu, step: Step) -> None:
    key, certificate = pdu.authority.issue()
    before = pdu.fingerprint
    found = step(
        "files",
        "certificate",
        {
            "key": key.decode(),
            "certificate": certificate.decode(),
            "other": pdu.authority.issue()[0].decode(),
        },
    )
    assert found["codes"] == [5, 4, 3, 0, 2]
    assert (found["pending"], found["installed"], found["pending after"]) == (True, 0, False)
    # trustme's name for an authority; certificates have "Testing cert"
    assert found["issuer"].startswith("Testing CA")
    assert found["nothing to install"] == 200
    assert found["active"] == certificate.decode()
    assert pdu.fingerprint != before


@only("3.6")
def test_a_certificate_is_uploaded_by_a_release_that_reads_no_answer(
    pdu: XerusPdu, step: Step
) -> None:
    key, certificate = (part.decode() for part in pdu.authority.issue())
    assert step("files", "plain_certificate", {"key": key, "certificate": certificate}) == {
        "pending": True,
        "installed": 0,
        "active": certificate,
    }


def test_the_unit_generates_keys_with_a_signing_request_or_a_certificate(step: Step) -> None:
    found = step("files", "requests")
    assert found == {
        "generated": 0,
        "again": 101,
        "request": "pdu.example.org",
        "early": 201,
        "gone": False,
        "signed": 0,
        "certificate": "pdu.example.org",
    }


@since("3.6")
def test_a_raw_configuration_takes_effect(step: Step) -> None:
    assert step("files", "raw") == {"codes": [5, 11, 0], "status": 3, "name": "rack 7"}


@since("3.6")
def test_a_bulk_configuration_is_downloaded_and_uploaded(step: Step) -> None:
    assert step("files", "bulk") == {"codes": [13, 14, 0], "status": 3, "backup as bulk": 10}


@since("3.6")
def test_a_backup_is_downloaded_and_restored(step: Step) -> None:
    assert step("files", "backup") == {"codes": [13, 10, 0], "status": 3, "name": "rack 7"}


@since("4.0")
def test_a_sealed_backup_needs_its_password(step: Step) -> None:
    assert step("files", "sealed_backup") == {"readable": False, "codes": [13, 0]}


@since("4.0")
def test_a_sealed_bulk_configuration_needs_its_password(step: Step) -> None:
    assert step("files", "sealed") == {
        "wrong password": 13,
        "clear text is readable": True,
        "sealed text is readable": False,
        "unknown link": 2,
        "wrong check": 2,
        "right": 0,
    }


@since("3.6")
def test_the_sdk_manages_filter_profiles(step: Step) -> None:
    assert step("files", "profiles") == {
        "added": 0,
        "again": 3,
        "modified": 0,
        "default": 0,
        "name": "no snmp",
        "is default": 5,
        "filters": ["outlet", "pdu", "snmp"],
        "settings": 0,
        "back": 0,
        "deleted": 0,
    }


@since("3.6")
def test_the_sdk_downloads_diagnostics_and_power_meter_data(pdu: XerusPdu, step: Step) -> None:
    found = step("files", "data")
    assert found["diag"] == "1f8b"  # the first bytes of a gzip file
    assert found["eto"] > 0
    # lines: a heading, the inlets, the outlets
    assert found["panel"] == 1 + 2 + 12
    assert found["pmc"] == (None if pdu.site.firmware.generation == "3.6" else "OK")
    assert "Main feed" in found["mains"]
