"""What is decided once for every command that names a PDU: an empty value, the environment, HOST
beside the setting `host`, and a name that is another PDU's address.
"""

from __future__ import annotations

import pytest

from handlers.shared.address import Address
from handlers.shared.errors import SettingsError
from handlers.shared.printed_forms import printed_forms
from pdu.cli.error_output import Usage
from pdu.loading.handler_loading import load
from pdu.outlets.outlet_words import resolve
from pdu.pdu_list import device_list, form, logins, names
from pdu.pdu_list.login_options import Login
from pdu.reading.polling import Target

OUTLETS = {str(number): "" for number in range(1, 13)}


@pytest.mark.parametrize("key", ["port", "host", "username", "scheme"])
@pytest.mark.parametrize("text", ["", " "])
def test_an_empty_setting_wins_over_nothing(key: str, text: str) -> None:
    login = Login({key: text}).with_list({"scheme": "http", "port": "8081"}, None)
    with pytest.raises(SettingsError, match="is empty"):
        form.pdu_data(load("netio"), Address("192.0.2.1"), login)
    with pytest.raises(SettingsError, match=f"{key} is empty"):
        device_list.parse_device_list(
            f"handler,address,settings\nnetio,192.0.2.1,{key}={text}\n".encode(), "l.csv"
        )


@pytest.mark.parametrize("handler", ["netio", "snmp", "nut"])
def test_the_setting_host_is_refused_beside_an_address(handler: str) -> None:
    with pytest.raises(SettingsError, match="not taken beside HOST"):
        form.pdu_data(load(handler), Address("192.0.2.1"), Login({"host": "192.0.2.2"}))


@pytest.mark.parametrize(
    "handler, variables",
    [
        ("nut", {"PDU_DEVICE": "rack7"}),
        ("redfish", {"PDU_PDU": "2"}),
        ("netio", {"PDU_SCHEME": "http", "PDU_VERIFY": "no"}),
        ("snmp", {"PDU_PORT": "1161", "PDU_SNMP_VERSION": "1"}),
    ],
)
def test_one_name_is_one_unit_whatever_the_environment_says(
    handler: str, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    login = {"PDU_PASSWORD": "p", "PDU_USERNAME": "u", "PDU_COMMUNITY": "c"}
    for name, text in {**variables, **login}.items():
        monkeypatch.setenv(name, text)
    fleet = device_list.parse_device_list(
        f"name,handler,address\nr9,{handler},127.0.0.9\n".encode(), "l.csv"
    )
    (device,) = fleet.devices
    login_of_command = Login().with_list({}, None)
    by_name = form.pdu_data(load(handler), device.address, login_of_command, device.name)
    by_check = Target(device, load(handler), logins.environment_login({})).data()
    assert by_name == by_check
    chosen = names.ChosenPdu(handler, device.address, login_of_command, device.name)
    assert chosen.variables_text(load(handler)) == ", with PDU_USERNAME of the environment"


def test_a_name_that_is_the_address_of_another_pdu_is_refused() -> None:
    # another host, and another port of one host
    for address in ("192.0.2.99", "192.0.2.8:8081"):
        text = f"name,handler,address\n192.0.2.8,netio,{address}\nr2,netio,192.0.2.8\n"
        with pytest.raises(SettingsError, match="'192.0.2.8' is the address of 'r2'"):
            device_list.parse_device_list(text.encode(), "l.csv")


def test_a_name_that_is_an_address_is_that_of_its_own_pdu() -> None:
    """The PDU may have moved: `pdu off ADDRESS` must not switch the one that is elsewhere now."""
    wrong = {
        "192.0.2.8": "192.0.2.99",
        "192.0.2.8:161": "192.0.2.99:161",
        "192.0.2.99:8080": "192.0.2.99",
        "[2001:db8::8]:161": "2001:db8::9",
    }
    for name, address in wrong.items():
        text = f"name,handler,address\nr1,snmp,192.0.2.1\n{name},snmp,{address}\n"
        with pytest.raises(SettingsError, match="line 3: the name .* is an address, and not that"):
            device_list.parse_device_list(text.encode(), "l.csv")
    right = """name,handler,address,settings
192.0.2.8,snmp,192.0.2.8:1161,
192.0.2.9:161,snmp,192.0.2.9,
192.0.2.10:1161,snmp,192.0.2.10,port=1161
2001:DB8::8,snmp,2001:db8:0::8,
192.0.2.12,nut,192.0.2.12,host=192.0.2.13; device=a
192.0.2.14,nut,192.0.2.12,host=192.0.2.14; device=a
,netio,192.0.2.15,
10.1,netio,192.0.2.16,
"""
    fleet = device_list.parse_device_list(right.encode(), "l.csv")
    assert len(fleet.devices) == 8


@pytest.mark.parametrize("line", ["password = 1.10", "token = 1_000", "community = true"])
def test_a_secret_in_toml_is_a_text(line: str) -> None:
    with pytest.raises(SettingsError, match="must be a text in quotes"):
        logins.parse_login_file(f"[auth.a]\n{line}\n", "l.toml")


@pytest.mark.parametrize(
    "word, outlet_names",
    [
        ("1-4", {"9": "1-4"}),
        ("1-4", {"9": "1-4", "10": "1-4"}),
        ("1-4,6", {"9": "1-4"}),
        ("1-4", {"9": "1-4 "}),
        ("1,2", {"9": "1,2", "10": "1,2"}),
        ("1,2", {"9": "1, 2"}),
    ],
)
def test_a_word_of_two_meanings_means_no_outlet(word: str, outlet_names: dict[str, str]) -> None:
    with pytest.raises(Usage, match="nothing was done"):
        resolve([word], {**OUTLETS, **outlet_names})


@pytest.mark.parametrize("secret", ["pa\\ss", "p\u00e4ss", "it's\"x", "a\tb"])
def test_the_printed_forms_of_a_secret_are_found(secret: str) -> None:
    texts = (repr(secret), ascii(secret), repr(secret.encode()), repr([f"{secret}'\""]))
    for text in texts:
        assert any(printed in text for printed in printed_forms(secret)), text
