"""The file of clients: who has which token, and what is refused when it is read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from handlers.shared.errors import SettingsError
from pdu.gateway import clients
from tests.pdu.monitoring.halls import private

TOKEN = "0123456789abcdef0123456789"
HASH = hashlib.sha256(TOKEN.encode()).hexdigest()
GOOD = f'token_sha256 = "{HASH}"\nmachines = ["rack1-*", "srv-17"]\nmay = ["read"]\n'


def read(folder: Path, text: str) -> clients.Clients:
    return clients.read_clients(str(private(folder / "clients.toml", text)))


def test_a_token_is_found_by_its_hash_or_by_its_file(tmp_path: Path) -> None:
    private(tmp_path / "b.token", "another-token-of-30-characters\n")
    found = read(
        tmp_path,
        f"[client.a]\n{GOOD}"
        '[client.b]\ntoken_file = "b.token"\nmachines = ["*"]\nmay = ["read", "switch"]\n',
    )
    a, b = found.find_by_token(TOKEN), found.find_by_token("another-token-of-30-characters")
    assert a is not None and b is not None and (a.name, b.name) == ("a", "b")
    assert [sorted(one.may) for one in (a, b)] == [["read"], ["read", "switch"]]
    assert found.find_by_login("a", TOKEN) == a and found.find_by_login("b", TOKEN) is None
    for wrong in ("", TOKEN[:-1], TOKEN + "x", HASH, "\udc80", TOKEN.upper()):
        assert found.find_by_token(wrong) is None
    assert TOKEN not in repr(a) and HASH not in repr(a)


def test_patterns_take_case_and_whole_names(tmp_path: Path) -> None:
    found = read(tmp_path, f"[client.a]\n{GOOD}").find_by_token(TOKEN)
    assert found is not None
    assert [name for name in ("rack1-1", "srv-17") if not found.sees(name)] == []
    assert [name for name in ("Rack1-1", "xrack1-1", "srv-171", "") if found.sees(name)] == []


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "tables are expected"),
        ("x = 1\n", "not 'x'"),
        ("[client]\n", "tables are expected"),
        (f'[client."a b"]\n{GOOD}', "letters, digits"),
        (f'[client."a:b"]\n{GOOD}', "letters, digits"),
        (f"[client.a]\n{GOOD}x = 1\n", "unknown key 'x'"),
        (f'[client.a]\n{GOOD}token_file = "x"\n', "only one of them"),
        (f"[client.a]\n{GOOD}commands_per_minute = 0\n", "commands_per_minute must be"),
        (f"[client.a]\n{GOOD}commands_per_minute = true\n", "commands_per_minute must be"),
        (f"[client.a]\n{GOOD}requests_per_minute = 1.5\n", "requests_per_minute must be"),
        ("[client.a]\n" + GOOD.replace(HASH, HASH[1:]), "64 hexadecimal digits"),
        ("[client.a]\n" + GOOD.replace('["read"]', '["read", "journal"]'), "may must be"),
        ("[client.a]\n" + GOOD.replace('["read"]', "[]"), "may must be"),
        ("[client.a]\n" + GOOD.replace('["rack1-*", "srv-17"]', "[]"), "machines must be"),
        ("[client.a]\n" + GOOD.replace('["rack1-*", "srv-17"]', '"*"'), "machines must be"),
        (f"[client.a]\n{GOOD}[client.b]\n{GOOD}", "have the same token"),
        ('[client.a]\ntoken_file="no"\nmachines=["*"]\nmay=["read"]', "cannot be read"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError) as error:
        read(tmp_path, text)
    assert words in error.value.reason and TOKEN not in error.value.reason


@pytest.mark.parametrize("token", ["short", "with space 0123456789abc", "x" * 257, "ü" * 30, ""])
def test_a_weak_or_malformed_token_is_refused_and_not_shown(tmp_path: Path, token: str) -> None:
    private(tmp_path / "a.token", token)
    text = '[client.a]\ntoken_file = "a.token"\nmachines = ["*"]\nmay = ["read"]\n'
    with pytest.raises(SettingsError) as error:
        read(tmp_path, text)
    assert "openssl rand -hex 32" in error.value.reason
    assert not token or token not in error.value.reason


@pytest.mark.parametrize("name, mode", [("clients.toml", 0o644), ("a.token", 0o604)])
def test_files_that_others_can_read_are_refused(tmp_path: Path, name: str, mode: int) -> None:
    private(tmp_path / "a.token", TOKEN)
    text = '[client.a]\ntoken_file = "a.token"\nmachines = ["*"]\nmay = ["read"]\n'
    private(tmp_path / "clients.toml", text)
    (tmp_path / name).chmod(mode)
    with pytest.raises(SettingsError, match="permissions"):
        clients.read_clients(str(tmp_path / "clients.toml"))
