"""What is wrong in an owner's TOML is said with its place, and without the text there."""

from __future__ import annotations

import pytest

from handlers.shared.errors import SettingsError
from pdu.files import toml

SECRET = "s3cr3t-word"


@pytest.mark.parametrize(
    "text, words",
    [
        (f"password = {SECRET}", " at line 1, column 12: a text needs quotes"),
        (f"[auth.a]\npassword: {SECRET}", " at line 2, column 9: a key and its text are"),
        (f"password = \u201c{SECRET}\u201d", "typographic quotes"),
        (f"[auth.a]\nx = 1\n[auth.a]\npassword = '{SECRET}'", "the table stands there twice"),
        (f"x = 1 {SECRET}", "line 1"),
        (f"x = '{SECRET}", ""),
        (f"x = {'[' * 5000}{SECRET}", ""),
    ],
    ids=["no quotes", "colon", "typographic", "table twice", "two values", "open", "nested"],
)
def test_a_document_that_is_not_toml_is_refused_without_its_text(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match="^logins.toml: not valid TOML") as error:
        toml.loads(text, "logins.toml")
    assert words in error.value.reason
    assert SECRET not in error.value.reason


@pytest.mark.parametrize("value", ["", " \t"])
@pytest.mark.parametrize("key", ["timeout", "username"])
def test_an_empty_setting_is_refused_by_its_name(key: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^{key} is empty"):
        toml.setting_text(key, value)
