"""The handler's settings: errors, defaults, secrets."""

from __future__ import annotations

import pytest

from handlers.redfish import settings
from handlers.redfish.handler import make_handler
from handlers.shared.errors import SettingsError
from pdu_common.connection import PduData

LOGIN = {"username": "admin", "password": "secret-word"}
PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


def read(**texts: str) -> settings.RedfishSettings:
    return settings.read_settings(PduData("192.0.2.7", {**LOGIN, **texts}))


@pytest.mark.parametrize(
    "texts, sentence",
    [
        ({"username": ""}, "'username' and 'password' are needed"),
        ({"password": ""}, "'username' and 'password' are needed"),
        ({"password": "two\nlines"}, "on one line without tabs"),
        ({"session": "token"}, "auto, basic or session"),
        ({"scheme": "ftp"}, "https or http"),
        ({"port": "70000"}, "1 to 65535"),
        ({"switch_unproven": "perhaps"}, "yes or no"),
        ({"outlet": "7"}, "allowed: host, port, "),
        ({"scheme": "http", "ca_pem": PEM}, "scheme=https"),
        ({"scheme": "http", "fingerprint": "ab" * 32}, "scheme=https"),
    ],
)
def test_a_bad_setting_is_an_error_with_the_remedy(texts: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError) as error_info:
        read(**texts)
    error_text = str(error_info.value)
    assert sentence in error_text
    assert LOGIN["password"] not in error_text
    assert "two" not in error_text


def test_settings_are_checked_in_the_first_call_and_not_before() -> None:
    handler = make_handler(PduData("192.0.2.7", {}))
    with pytest.raises(SettingsError) as error_info:
        handler.status()
    assert error_info.value.operation == "status"


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
