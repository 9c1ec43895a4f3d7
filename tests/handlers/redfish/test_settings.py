"""The handler's settings: errors, defaults, secrets."""

from __future__ import annotations

import pytest

from handlers.redfish import settings
from handlers.shared.errors import SettingsError
from pdu_common.connection import PduData

LOGIN = {"username": "admin", "password": "secret-word"}


def read(**texts: str) -> settings.RedfishSettings:
    return settings.read_settings(PduData("192.0.2.7", {**LOGIN, **texts}))


@pytest.mark.parametrize(
    "texts, sentence",
    [
        ({"username": ""}, "'username' and 'password' are needed"),
        ({"password": ""}, "'username' and 'password' are needed"),
        ({"session": "token"}, "auto, basic or session"),
    ],
)
def test_a_bad_setting_is_an_error_with_the_remedy(texts: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError) as error_info:
        read(**texts)
    error_text = str(error_info.value)
    assert sentence in error_text
    assert LOGIN["password"] not in error_text


def test_settings_have_defaults_and_the_setting_host_replaces_the_forms_address() -> None:
    redfish_settings = read()
    assert redfish_settings.scheme == "https"
    assert redfish_settings.host == "192.0.2.7"
    assert redfish_settings.port is None
    assert redfish_settings.session == "auto"
    assert redfish_settings.pdu == settings.PduChoice()
    assert redfish_settings.trust.verify
    assert not redfish_settings.switch_unproven
    assert redfish_settings.timeout == 10.0
    assert read(host="pdu.example:8443").host == "pdu.example:8443"


def test_the_repr_of_the_settings_does_not_show_the_password() -> None:
    assert LOGIN["password"] not in repr(read())
