from __future__ import annotations

from typing import Tuple

import pytest

from handlers import settings
from handlers.errors import SettingsError
from handlers.settings import Setting, Settings

PORT: Setting[int] = Setting("port", "1 to 65535", settings.port, 443, "where")
PASSWORD: Setting[str] = Setting("password", "any text", settings.text, "", "login", secret=True)
TABLE: Tuple[Setting[object], ...] = (PORT, PASSWORD, settings.VERIFY, settings.CA_PEM, settings.FINGERPRINT, settings.TIMEOUT)
BODY = "MIIB" + "A" * 120
PEM = f"-----BEGIN CERTIFICATE-----\n{BODY[:64]}\n{BODY[64:]}\n-----END CERTIFICATE-----\n"


def test_absent_and_empty_settings_take_their_default() -> None:
    values = Settings({"port": " ", "verify": ""}, TABLE)
    assert (values[PORT], values[settings.VERIFY], values[settings.TIMEOUT]) == (443, True, 10.0)


def test_an_unknown_key_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="'prot' is unknown; allowed: port, password, verify"):
        Settings({"prot": "1"}, TABLE)


@pytest.mark.parametrize("key, text", [
    ("port", "0"), ("port", "65536"), ("port", "https"), ("port", "٣"), ("verify", "maybe"), ("timeout", "0"),
    ("timeout", "nan"), ("timeout", "1e9"), ("fingerprint", "abcd"), ("ca_pem", "not a certificate"),
    ("ca_pem", "-----BEGIN CERTIFICATE-----\n<>\n-----END CERTIFICATE-----")])
def test_a_bad_value_names_its_key_and_what_is_allowed(key: str, text: str) -> None:
    allowed = next(setting.allowed for setting in TABLE if setting.key == key)
    with pytest.raises(SettingsError) as caught:
        Settings({key: text}, TABLE)
    assert f"'{key}'" in str(caught.value) and allowed in str(caught.value)


def test_a_secret_is_neither_trimmed_nor_shown() -> None:
    assert Settings({"password": " p w "}, TABLE)[PASSWORD] == " p w "
    secret: Setting[int] = Setting("password", "a number", int, 0, "x", secret=True)
    with pytest.raises(SettingsError) as caught:
        Settings({"password": "hunter2"}, (secret,))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text, value", [("YES", True), ("on", True), ("1", True), ("False", False), ("off", False)])
def test_yes_and_no_have_their_usual_synonyms(text: str, value: bool) -> None:
    assert Settings({"verify": text}, TABLE)[settings.VERIFY] is value


@pytest.mark.parametrize("mangled", [PEM, PEM.replace("\n", " "), PEM.replace("\n", ""), PEM.replace("\n", "\\n"),
                                     PEM.replace("\n", "\r\n"), "junk " + PEM])
def test_a_certificate_that_lost_its_line_ends_is_put_right(mangled: str) -> None:
    assert Settings({"ca_pem": mangled}, TABLE)[settings.CA_PEM] == PEM


def test_a_chain_of_certificates_stays_a_chain() -> None:
    assert Settings({"ca_pem": (PEM + PEM).replace("\n", " ")}, TABLE)[settings.CA_PEM] == PEM + PEM


@pytest.mark.parametrize("text", ["AB" * 32, "sha256:" + "ab" * 32, "SHA-256=" + ":".join(["AB"] * 32), " ".join(["ab"] * 32),
                                  "sha256 Fingerprint=" + ":".join(["AB"] * 32)])
def test_a_fingerprint_is_read_in_its_usual_forms(text: str) -> None:
    assert Settings({"fingerprint": text}, TABLE)[settings.FINGERPRINT] == "ab" * 32


def test_the_table_for_people_holds_every_key() -> None:
    printed = settings.table(TABLE)
    assert all(f"`{setting.key}`" in printed for setting in TABLE) and "| yes |" in printed
