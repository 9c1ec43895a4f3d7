"""What is uploaded: archives that anybody made, and those under another name."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from handlers.shared.errors import SettingsError
from pdu.loading.handler_archives import read_archive
from pdu.registration.uploads import read_upload
from tests.hostile import TEXTS, is_one_line
from tests.packaging.building import packed

MAKE = b"from pdu_common.connection import PduSnmpData\ndef make_handler(d): pass\n"
SMALL = {"my_dir/__init__.py": b"", "my_dir/my_handler.py": MAKE}
FORMATS = (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT)


def archive(folder: Path, *members: tuple[str, bytes], form: int = tarfile.PAX_FORMAT) -> str:
    path = folder / "a.tar.gz"
    with tarfile.open(path, "w:gz", format=form) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return str(path)


def made(folder: Path, **changes: bytes) -> str:
    """An archive of SMALL with other files: `codec=b"..."` is my_dir/codec.py."""
    files = {**SMALL, **{f"my_dir/{name}.py": data for name, data in changes.items()}}
    return archive(folder, *files.items())


def test_an_archive_by_the_page_alone_says_all_that_dcimanager_is_told(tmp_path: Path) -> None:
    upload = read_upload(made(tmp_path))
    assert upload.description() == {
        "device_type": "pdu",
        "handler": "my_dir",
        "name": "my_dir",
        "protocol": ["snmp"],
        "features": [],
    }
    assert upload.import_path == "my_dir.my_handler"
    assert upload.is_file
    assert upload.data == Path(upload.path).read_bytes()


def test_about_py_and_the_command_line_say_more(tmp_path: Path) -> None:
    path = made(tmp_path, about=b"SHOWN = 'My PDU'\nPROTOCOL = 'custom'\n")
    upload = read_upload(path)
    assert (upload.display_name, upload.protocol) == ("My PDU", "custom")
    upload = read_upload(path, internal_name="ours", protocol="snmp")
    assert (upload.handler, upload.display_name, upload.protocol) == ("ours", "ours", "snmp")


@pytest.mark.parametrize(
    "about, words",
    [
        (b"SHOWN = 'a\\nb'\n", "one line"),
        (b"SHOWN = '%s'\n" % (b"x" * 201), "at most 200"),
        (b"PROTOCOL = 'SNMP v2'\n", "PROTOCOL is 'SNMP v2': give snmp or custom"),
    ],
)
def test_an_about_py_with_odd_texts_is_refused(about: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=words):
        read_upload(made(tmp_path, about=about))


def test_a_handler_imported_over_several_lines_is_one(tmp_path: Path) -> None:
    entry = b"from .impl import (\n    Other,\n    make_handler,\n)\n"
    impl = b"class Other: pass\nmake_handler: object = Other\n"
    path = made(tmp_path, my_handler=entry, impl=impl)
    with pytest.raises(SettingsError, match="name one, as"):
        read_upload(path)
    assert read_upload(f"{path}:my_dir.my_handler").import_path == "my_dir.my_handler"


# ---- archives that pdu does not read are not uploaded either ----


@pytest.mark.parametrize(
    "top, words",
    [
        ("json", "another Python module"),
        ("My_dir", "lower-case"),
        ("x" * 62, "at most 61"),
    ],
)
def test_a_directory_whose_name_cannot_be_an_internal_name_is_refused(
    top: str, words: str, tmp_path: Path
) -> None:
    path = archive(tmp_path, (f"{top}/__init__.py", b""), (f"{top}/handler.py", MAKE))
    with pytest.raises(SettingsError, match=words):
        read_upload(path)


@pytest.mark.parametrize("about", [name for name in TEXTS if not f"x{TEXTS[name]}".isalnum()])
def test_an_archive_with_a_hostile_folder_is_refused_in_one_line(
    about: str, tmp_path: Path
) -> None:
    top = f"pdu_{TEXTS[about].replace('/', '')}"
    try:
        (tmp_path / "made.tar.gz").write_bytes(packed(f"{top}/__init__.py", f"{top}/handler.py"))
    except ValueError:
        pytest.skip("no tar can hold it")
    with pytest.raises(SettingsError) as caught:
        read_upload(str(tmp_path / "made.tar.gz"))
    assert is_one_line(str(caught.value))


# ---- another name ----


@pytest.mark.parametrize("form", FORMATS)
def test_another_name_is_that_of_the_directory_of_all_files(form: int, tmp_path: Path) -> None:
    deep = f"my_dir/{'long_name_of_a_folder/' * 3}deep_module.py"
    members = {**SMALL, deep: b"X = 1\n", "my_dir/café.json": b"{}"}
    path = archive(tmp_path, *members.items(), form=form)
    upload = read_upload(path, internal_name="my_dir_try")
    assert (upload.handler, upload.import_path) == ("my_dir_try", "my_dir_try.my_handler")
    assert upload.display_name == "my_dir_try"
    assert not upload.is_file
    assert read_archive(upload.data).files == {
        name.replace("my_dir/", "my_dir_try/", 1): data for name, data in members.items()
    }


@pytest.mark.parametrize(
    "code",
    [
        b"import my_dir.codec\n",
        b"import os, my_dir.codec\n",
        b"try: import my_dir.codec\nexcept ImportError: pass\n",
        b"from my_dir import codec\n",
        b"from my_dir.codec import (\n    x,\n)\n",
        b"import importlib\nx = importlib.import_module('my_dir.codec')\n",
        b"x = __import__('my_dir')\n",
        b"lazy import my_dir.codec\n",  # for Python 3.15; an older one cannot parse it
    ],
)
def test_a_module_that_names_its_directory_cannot_be_renamed(code: bytes, tmp_path: Path) -> None:
    path = made(tmp_path, other=code, codec=b"x = 1\n")
    assert read_upload(path).handler == "my_dir"
    with pytest.raises(
        SettingsError, match="--name cannot rename it: my_dir/other.py line [1-3] names"
    ):
        read_upload(path, internal_name="other_dir")
    assert read_upload(path, internal_name="my_dir") == read_upload(path)


def test_relative_imports_and_words_in_texts_can_be_renamed(tmp_path: Path) -> None:
    code = b"from . import codec\nfrom .my_dir import y\nLOG = 'my_dir.log'\n# import my_dir\n"
    assert read_upload(made(tmp_path, other=code), internal_name="other_dir").handler == "other_dir"


def test_a_name_with_which_paths_become_too_long_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, *SMALL.items(), (f"my_dir/{'y' * 101}.py", b""))
    with pytest.raises(SettingsError, match="--name cannot rename it"):
        read_upload(path, internal_name="my_dir_try")


@pytest.mark.parametrize("name", ["My PDU", "pdu-snmp", "9pdu", "Pdu", "x" * 62, "a/b", "a\n"])
def test_a_name_that_cannot_be_an_internal_one_is_refused(name: str, tmp_path: Path) -> None:
    """Else the archive in use would be replaced."""
    with pytest.raises(SettingsError, match="--name must be an internal name"):
        read_upload(made(tmp_path), internal_name=name)
