from __future__ import annotations

import pytest

from handlers.http.settings import PASSWORD as ONE_LINE
from handlers.shared import settings
from handlers.shared.errors import SettingsError
from handlers.shared.settings import Setting, Settings
from handlers.shared.tls import CA_PEM, FINGERPRINT, LONGEST_PEM, VERIFY
from tests.chains import chain, kept

PORT: Setting[int] = Setting("port", "1 to 65535", settings.port, 443, "where")
PASSWORD: Setting[str] = Setting("password", "any text", str, "", "login", secret=True)
TABLE: tuple[Setting[object], ...] = (PORT, PASSWORD, VERIFY, CA_PEM, FINGERPRINT, settings.TIMEOUT)
BODY = "MIIB" + "A" * 120
PEM = f"-----BEGIN CERTIFICATE-----\n{BODY[:64]}\n{BODY[64:]}\n-----END CERTIFICATE-----\n"


def test_absent_and_empty_settings_take_their_default() -> None:
    values = Settings({"port": " ", "verify": ""}, TABLE)
    assert values[PORT] == 443
    assert values[VERIFY] is True
    assert values[settings.TIMEOUT] == 10.0


def test_the_repr_names_settings_and_holds_no_value() -> None:
    text = repr(Settings({"password": "hunter2"}, TABLE))
    assert "password" in text
    assert "hunter2" not in text


def test_an_unknown_key_is_an_error_that_lists_the_known_ones() -> None:
    for key, shown_key in (("prot", "prot"), ("x" * 900, "x" * 60)):
        with pytest.raises(
            SettingsError, match=f"'{shown_key}' is unknown; allowed: port, password, verify"
        ):
            Settings({key: "1"}, TABLE)


@pytest.mark.parametrize(
    "key, text",
    [
        ("port", "0"),
        ("port", "65536"),
        ("port", "https"),
        ("port", "٣"),
        ("verify", "maybe"),
        ("timeout", "0"),
        ("timeout", "nan"),
        ("timeout", "1e9"),
        ("timeout", "٣"),
        ("timeout", "1_5"),
        ("fingerprint", "abcd"),
        ("ca_pem", "not a certificate"),
        ("ca_pem", "-----BEGIN CERTIFICATE-----\n<>\n-----END CERTIFICATE-----"),
        ("ca_pem", PEM.partition("-----END")[0]),
        ("port", "9" * 900),
    ],
)
def test_the_error_for_a_bad_value_names_its_key_and_the_allowed_values(
    key: str, text: str
) -> None:
    allowed = {setting.key: setting.allowed for setting in TABLE}
    with pytest.raises(SettingsError) as error_info:
        Settings({key: text}, TABLE)
    sentence = str(error_info.value)
    assert f"'{key}'" in sentence
    assert allowed[key] in sentence
    assert len(sentence) < 300


@pytest.mark.parametrize(
    "setting, text, value",
    [
        (PORT, "1", 1),
        (PORT, "65535", 65535),
        (settings.TIMEOUT, "0.1", 0.1),
        (settings.TIMEOUT, "60", 60.0),
    ],
)
def test_the_limits_of_a_number_are_allowed(
    setting: Setting[object], text: str, value: float
) -> None:
    assert Settings({setting.key: text}, TABLE)[setting] == value


def test_a_secret_is_neither_trimmed_nor_shown() -> None:
    assert Settings({"password": " p w "}, TABLE)[PASSWORD] == " p w "
    secret: Setting[int] = Setting("password", "a number", int, 0, "x", secret=True)
    with pytest.raises(SettingsError) as error_info:
        Settings({"password": "hunter2"}, (secret,))
    assert "hunter2" not in str(error_info.value)


@pytest.mark.parametrize(
    "text, value", [("YES", True), ("on", True), ("1", True), ("False", False), ("off", False)]
)
def test_yes_and_no_have_their_usual_synonyms(text: str, value: bool) -> None:
    assert Settings({"verify": text}, TABLE)[VERIFY] is value


@pytest.mark.parametrize(
    "mangled",
    [
        PEM,
        PEM.replace("\n", " "),
        PEM.replace("\n", ""),
        PEM.replace("\n", "\\n"),
        PEM.replace("\n", "\r\n"),
        PEM.replace("\n", "\\r\\n"),
        "junk " + PEM,
    ],
)
def test_a_certificate_is_read_despite_damaged_line_breaks_or_text_before_it(mangled: str) -> None:
    assert Settings({"ca_pem": mangled}, TABLE)[CA_PEM] == PEM


def test_a_chain_of_certificates_is_kept_whole() -> None:
    assert Settings({"ca_pem": (PEM + PEM).replace("\n", " ")}, TABLE)[CA_PEM] == PEM + PEM


@pytest.mark.parametrize(
    "text",
    [
        "AB" * 32,
        "sha256:" + "ab" * 32,
        "SHA-256=" + ":".join(["AB"] * 32),
        " ".join(["ab"] * 32),
        "sha256 Fingerprint=" + ":".join(["AB"] * 32),
    ],
)
def test_a_fingerprint_is_read_in_its_usual_forms(text: str) -> None:
    assert Settings({"fingerprint": text}, TABLE)[FINGERPRINT] == "ab" * 32


def test_the_error_for_a_bad_secret_does_not_contain_it_and_has_no_cause() -> None:
    secret: Setting[int] = Setting("password", "a number", int, 0, "x", secret=True)
    for text in ("hunter2", "hunter2\ud800", "hunter2" * 1000):
        with pytest.raises(SettingsError) as error_info:
            Settings({"password": text}, (secret,))
        assert "hunter2" not in kept(error_info.value)
        assert not chain(error_info.value)[1:]


@pytest.mark.parametrize(
    "setting",
    [PORT, PASSWORD, VERIFY, CA_PEM, FINGERPRINT, settings.TIMEOUT, settings.HOST],
    ids=lambda setting: setting.key,
)
@pytest.mark.parametrize(
    "text",
    ["9" * 400_000, "1\ud800", "[" * 400_000, "-----BEGIN CERTIFICATE-----" * 20_000],
    ids=["digits", "lone surrogate", "brackets", "begin lines"],
)
def test_huge_texts_and_lone_surrogates_are_refused_with_a_short_error(
    setting: Setting[object], text: str
) -> None:
    with pytest.raises(SettingsError, match=f"'{setting.key}'") as error_info:
        Settings({setting.key: text}, (setting,))
    assert len(str(error_info.value)) < 300
    assert str(error_info.value).isprintable()


@pytest.mark.parametrize(
    "text, words",
    [
        (
            PEM * (LONGEST_PEM // len(PEM) + 1),
            f"'ca_pem': the value has more than {LONGEST_PEM} characters",
        ),
        ("-----BEGIN CERTIFICATE-----" * (LONGEST_PEM // 27 - 1), "ca_pem"),
        (
            "/etc/ssl/pdu.pem",
            "give the text of PEM certificates, not a file's name: paste the file",
        ),
    ],
    ids=["longer than the limit", "without an end", "a file's name"],
)
def test_what_is_no_certificate_is_refused(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Settings({"ca_pem": text}, TABLE)


@pytest.mark.parametrize("text", ["two\nlines", "tab\tulator", "bell\x07"])
def test_a_password_with_a_control_character_is_refused(text: str) -> None:
    with pytest.raises(
        SettingsError, match="'password': give the user's password, on one line without tabs"
    ):
        Settings({"password": text}, (ONE_LINE,))


@pytest.mark.parametrize(
    "text", ["two words", "a\tb", "a\nb", "\x1b[2Jhost", "x" * 301, "host\x00"]
)
def test_an_impossible_host_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="'host'") as error_info:
        Settings({"host": text}, (settings.HOST,))
    assert str(error_info.value).isprintable()


def test_a_wrong_text_with_an_at_is_not_quoted_for_a_password_may_precede_it() -> None:
    with pytest.raises(SettingsError) as error_info:
        Settings({"host": "admin:hunter2@pdu 7"}, (settings.HOST,))
    assert str(error_info.value) == "handler setting 'host': give a host name or an address"
