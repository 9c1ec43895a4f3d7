"""A password that is a word of the paths of all units is not told by hiding the path."""

from __future__ import annotations

import base64

import pytest

from handlers.http.login import Login

REDFISH = "/redfish/v1/PowerEquipment/RackPDUs/1/Outlets/A3/Outlet.PowerControl"
XERUS = "/tfwopaque/pdumodel.Outlet:3.0.4/outlet.0"


@pytest.mark.parametrize(
    "password", ["redfish", "v1", "Outlets", "RackPDUs/1", "outlet.0", "PDU", "power", "model"]
)
def test_a_path_is_shown_as_with_any_other_password(password: str) -> None:
    for path in (REDFISH, XERUS):
        assert Login("operator", password).quoted_path(path) == path


@pytest.mark.parametrize("password", ["secret-word", "Outlet-20481", "s3cret"])
def test_a_path_that_the_device_gave_the_login_is_not_shown(password: str) -> None:
    login = Login("operator", password)
    basic = base64.b64encode(f"operator:{password}".encode()).decode()
    for piece in (password, password.encode().hex(), basic, f"operator:{password[:2]}"):
        shown = login.quoted_path(f"/redfish/v1/{piece}/Outlets")
        assert piece not in shown and "not shown" in shown


def test_the_query_of_a_path_is_not_shown() -> None:
    assert Login("operator", "secret-word").quoted_path("/redfish/v1/x?y=secret-word") == (
        "/redfish/v1/x"
    )
