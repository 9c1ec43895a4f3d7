"""A handler by the vendor's page that is not of this pack: built by its path, registered, updated,
and tried beside the one in use, at the stand-in for DCImanager.
"""

from __future__ import annotations

import shlex
import sys
import tarfile
from pathlib import Path

import pytest

from builder import command
from pdu.loading.handler_archives import read_archive
from tests.dcimanager import multipart
from tests.dcimanager.manager import DciManager
from tests.needs import ROOT
from tests.pdu.loading.json_pdu import HTTP, Unit, serving
from tests.pdu.loading.page_handler import SOURCE, agent, folder, loaded_anew, packed
from tests.pdu.workshop.handler.checking import check

from .programs import output
from .registering import Admin, assert_failed

__all__ = ["loaded_anew"]

OWN = ("--name", "my_pdu", "--protocol", "snmp")


def build(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = command.main(arguments)
    output = capsys.readouterr()
    return code, output.out, output.err


@pytest.mark.parametrize("form", ["folder", "file", "archive"])
def test_build_packs_it_as_the_page_says_and_prints_how_to_register_it(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handler_folder = folder(tmp_path)
    if form == "folder":
        (handler_folder / "__init__.py").unlink()
    path = {
        "folder": handler_folder,
        "file": handler_folder / "my_handler.py",
        "archive": packed(handler_folder),
    }[form]
    outs = [tmp_path / name for name in ("one", "two")]
    for out in outs:
        code, output, err = build(capsys, str(path), "--out", str(out))
        assert (code, err) == (0, ""), err
    line = output.splitlines()[-1].partition("register it: ")[2]
    file = outs[1] / "handler_dir.tar.gz"
    assert "import path handler_dir.my_handler" in output
    assert shlex.split(line) == ["pdu", "register", str(file)]
    script = (outs[1] / "register.sh").read_text("utf-8")
    assert "\nhandler_dir|handler_dir.tar.gz|handler_dir.my_handler|{" in script
    assert file.read_bytes() == (outs[0] / "handler_dir.tar.gz").read_bytes()
    with tarfile.open(file) as tar:
        names = {entry.name for entry in tar if entry.isfile()}
        source = tar.extractfile("handler_dir/my_handler.py")
        assert source is not None
        assert source.read() == SOURCE.encode()
    assert names == {"handler_dir/__init__.py", "handler_dir/my_handler.py"}


def test_hidden_folders_and_what_python_caches_are_in_no_archive_of_a_folder(
    admin: Admin,
    manager: DciManager,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor does `pdu handler check` read them."""
    handler_folder = folder(tmp_path)
    kept = {"__init__.py", "my_handler.py", "data/table.json"}
    left_out = {
        *(".git/config", ".venv/lib/site.py", ".env", "data/.secret", "data/.cache/x.py"),
        *("__pycache__/my_handler.cpython-39.pyc", "data/__pycache__/x.py", "data/old.pyc"),
    }
    for path in left_out | {"data/table.json"}:
        file = handler_folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        # what would be a second handler, and no Python of DCImanager's
        file.write_text("import rich\ndef make_handler(data): ...\n")
    assert build(capsys, str(handler_folder), "--out", str(tmp_path / "out"))[0] == 0
    assert admin.run(manager, str(handler_folder), *OWN).code == 0
    uploaded = multipart.fields(
        manager.requests[-1].headers["content-type"], manager.requests[-1].body
    )["data"]
    for data in ((tmp_path / "out" / "handler_dir.tar.gz").read_bytes(), uploaded):
        files = {path.partition("/")[2] for path in read_archive(data).files}
        assert files == kept
    results = check(handler_folder).results
    assert results
    assert "rich" not in str(results)


def test_they_poll_and_switch_at_the_stand_in(
    admin: Admin, manager: DciManager, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(folder(tmp_path)), str(folder(tmp_path, "http_dir", HTTP))]
    out = tmp_path / "out"
    assert build(capsys, *paths, "--out", str(out))[0] == 0
    for name, protocol in (("handler_dir", "snmp"), ("http_dir", "custom")):
        file = str(out / f"{name}.tar.gz")
        assert admin.run(manager, file, "--protocol", protocol).code == 0
    form = {"path": "/outlets", "username": "admin", "password": "hunter-2"}
    with agent() as unit, serving() as address:
        snmp = {"port": str(unit.port), "community": "private", "version": "2"}
        pdus = [
            manager.add_pdu("a", "handler_dir", "127.0.0.1", snmp=snmp),
            manager.add_pdu("b", "http_dir", address, settings=form),
        ]
        manager.poll(pdus)
        for pdu in pdus:
            assert [call.text for call in pdu.calls] == ["", ""]
            first = next(identity for identity, state in pdu.ports.items() if state == "UP")
            call = manager.switch(pdu, first, False)
            assert call.ok
            assert call.value["state"] == "DOWN"
            assert call.value["same_object"]
        assert unit.truth().states["1"] is False
        assert Unit.states["1"] is False


def test_an_archive_of_a_path_with_a_dot_is_refused_with_advice(
    admin: Admin, tmp_path: Path
) -> None:
    """The page packs DIR; `tar -czf NAME.tar.gz ./DIR` gives all names a `./`."""
    handler_folder = folder(tmp_path)
    output(["tar", "-czf", "a.tar.gz", f"./{handler_folder.name}"], tmp_path)
    run = admin.run(None, str(tmp_path / "a.tar.gz"), "--dry-run")
    assert_failed(run, "settings", "pack the directory by its name")


def test_build_by_path_needs_no_package(tmp_path: Path) -> None:
    """`python3 packaging/build.py PATH` with the standard library alone."""
    handler_folder = folder(tmp_path)
    builder = [sys.executable, "-S", str(ROOT / "packaging" / "build.py")]
    output([*builder, handler_folder.name, "--out", "out"], tmp_path)
    assert (tmp_path / "out" / "handler_dir.tar.gz").is_file()
