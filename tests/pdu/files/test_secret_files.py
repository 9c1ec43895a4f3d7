"""What is in the place of a list or a secret is named in the error."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from handlers.shared.errors import SettingsError
from pdu.files import secret_files

PEM = b"-----BEGIN PRIVATE KEY-----\n"
SQLITE = b"SQLite format 3\0more"
LIST = b"name,handler,address\nr1,snmp,192.0.2.1\n"


@pytest.mark.parametrize(
    "content, rule, kind",
    [
        (PEM, secret_files.SECRET, "a certificate or key (PEM)"),
        (PEM, secret_files.LIST, "a certificate or key (PEM)"),
        (SQLITE, secret_files.SECRET, "an SQLite database"),
        (SQLITE, secret_files.LIST, "an SQLite database"),
        (LIST, secret_files.SECRET, "a list of PDUs"),
        (b'[{"name": "r1"}]', secret_files.LIST, "JSON, and a list is CSV or TOML"),
        (b'{"pdus": []}', secret_files.LIST, "JSON, and a list is CSV or TOML"),
        (b"- name: r1\n", secret_files.LIST, "YAML, and a list is CSV or TOML"),
    ],
)
def test_another_file_is_told_before_its_permissions(
    content: bytes, rule: secret_files.FilePermission, kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    path.chmod(0o666)
    with pytest.raises(SettingsError) as error:
        secret_files.read_bytes(str(path), rule)
    assert error.value.reason == f"{path} is {kind}: another file belongs here"


def test_a_list_is_read_as_a_list(tmp_path: Path) -> None:
    path = tmp_path / "pdus.csv"
    path.write_bytes(LIST)
    assert secret_files.read_bytes(str(path), secret_files.LIST) == LIST


@pytest.mark.parametrize("secret", ["[{", "{", "- x"])
def test_a_secret_may_begin_as_another_list(secret: str, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(secret)
    path.chmod(0o600)
    assert secret_files.secret_in(str(path)) == secret
    path.write_text('[auth.snmp]\ncommunity = "x"\n')
    with pytest.raises(SettingsError, match="is a file of logins: another file belongs here"):
        secret_files.secret_in(str(path))


def test_a_secret_of_a_user_who_is_neither_root_nor_this_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret"
    path.write_text("word")
    this_user = os.geteuid()
    for owner in (0, this_user, this_user + 1):
        status = os.stat_result((0o100600, 1, 1, 1, owner, 0, 4, 0, 0, 0))
        monkeypatch.setattr(os, "fstat", lambda _, status=status: status)
        if owner in (0, this_user):
            assert secret_files.secret_in(str(path)) == "word"
        else:
            with pytest.raises(SettingsError, match=rf"belongs to another user \({owner}\)"):
                secret_files.secret_in(str(path))


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0,
    reason="only root can give a file to another user: sudo make test",
)
def test_a_file_of_another_user_is_refused_unless_that_user_is_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "logins.toml"
    path.write_text("of root")
    path.chmod(0o600)
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    assert secret_files.read_secret(str(path), secret_files.SECRET) == "of root"
    os.chown(path, 12345, -1)
    with pytest.raises(SettingsError, match=r"belongs to another user \(12345\)"):
        secret_files.read_secret(str(path), secret_files.SECRET)


@pytest.mark.parametrize("content", ["", "\n", "\r\n\n"])
def test_a_file_without_a_secret_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(SettingsError, match=": empty"):
        secret_files.secret_in(str(path))


def test_a_file_is_read_up_to_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pdus.csv"
    monkeypatch.setattr(secret_files, "LONGEST", 2_000_000)
    path.write_bytes(b"x" * 2_000_000)
    assert secret_files.read_bytes(str(path), secret_files.LIST) == path.read_bytes()
    with path.open("ab") as file:
        file.write(b"x")
    with pytest.raises(SettingsError, match="is larger than 2 MB"):
        secret_files.read_bytes(str(path), secret_files.LIST)


@pytest.mark.parametrize("name", ["missing", "a\0b"])
def test_a_file_that_cannot_be_read_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=r" cannot be read \(.+\)"):
        secret_files.read_bytes(name, secret_files.SECRET)


@pytest.mark.parametrize(
    "mode, rules",
    [
        (0o600, ()),
        (0o640, ()),  # a service's group may read
        (0o644, (secret_files.SECRET,)),
        (0o620, (secret_files.SECRET,)),
        (0o602, (secret_files.SECRET, secret_files.LIST)),
    ],
    ids=["owner", "group reads", "all read", "group writes", "all write"],
)
def test_a_file_is_refused_whose_permissions_break_the_rule(
    mode: int, rules: Sequence[secret_files.FilePermission], tmp_path: Path
) -> None:
    """The command in the error makes it usable."""
    for rule in (secret_files.SECRET, secret_files.LIST):
        path = tmp_path / "file"
        path.write_text("word")
        path.chmod(mode)
        if rule in rules:
            with pytest.raises(SettingsError, match=f"has the permissions {mode:04o}") as error:
                secret_files.read_bytes(str(path), rule)
            subprocess.run(["sh", "-c", error.value.reason.rpartition("; ")[2]], check=True)
        assert secret_files.read_bytes(str(path), rule) == b"word"
