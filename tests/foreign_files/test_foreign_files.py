"""The list of foreign files, how they are brought, and where tests find them."""

from __future__ import annotations

import hashlib
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath

import pytest

from tests import foreign_files
from tests.foreign_files import File, Group, Incomplete, find
from tests.foreign_files.__main__ import bring
from tests.servers.serving import in_thread

CONTENT = {"a.snmprec": b"1.3|4|a\n", "$metadata/b c.xml": b"<b/>\n"}


def group(
    files: Mapping[str, bytes] = CONTENT, address: str = "", commented: bool = False
) -> Group:
    return Group(
        "of/us",
        "two files",
        "BSD-3-Clause",
        address or None,
        {
            name: File(hashlib.sha256(text).hexdigest(), len(text), name, commented)
            for name, text in files.items()
        },
    )


def written(folder: Path, files: Mapping[str, bytes] = CONTENT) -> Path:
    for name, text in files.items():
        path = folder / "of" / "us" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    return folder


class _Server(BaseHTTPRequestHandler):
    """Has CONTENT below /at/, and a dump with a line about its source above it."""

    def do_GET(self) -> None:
        answers = {f"/at/{urllib.parse.quote(name)}": text for name, text in CONTENT.items()}
        answers["/at/%23c.dev"] = b"# from a mail\nups: x\n"
        answer = answers.get(self.path)
        self.send_response(404 if answer is None else 200)
        self.end_headers()
        self.wfile.write(answer or b"")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with in_thread(ThreadingHTTPServer(("127.0.0.1", 0), _Server)) as server:
        yield f"http://127.0.0.1:{server.server_address[1]}/at/"


def test_each_file_of_the_list_has_a_hash_a_licence_and_an_address_at_a_commit() -> None:
    for group_of_list in foreign_files.GROUPS.values():
        assert group_of_list.licence
        assert group_of_list.what
        # put together from published files: it has no address
        assert group_of_list.folder == "raritan" or re.fullmatch(
            r"https://raw\.githubusercontent\.com/[\w-]+/[\w-]+/[0-9a-f]{40}/([\w./-]+/)?",
            group_of_list.address or "",
        )
        for name, file in group_of_list.files.items():
            assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
            assert file.size > 0
            assert ".." not in PurePosixPath(name).parts
            assert not name.startswith("/")


def test_the_list_has_the_stated_number_of_files() -> None:
    """A case of each parametrised test for each: if files go, tests go."""
    assert {
        folder: len(group_of_list.files) for folder, group_of_list in foreign_files.GROUPS.items()
    } == {
        "snmp/recordings": 23,
        "snmp/walks": 47,
        "snmp/answers": 70,
        "snmp/centreon": 2,
        "nut/dumps": 9,
        "nut/library": 90,
        "redfish/csdl": 277,
        "redfish/mockups/public-pdu": 253,
        "raritan": 1,
    }


@pytest.mark.parametrize("kind", ["snmp", "nut"])
def test_each_expectation_has_a_recording(kind: str) -> None:
    folders = [folder for folder in foreign_files.GROUPS if folder.startswith(f"{kind}/")]
    assert {name for folder in folders for name in foreign_files.names(folder)} >= set(
        foreign_files.expectations(kind)
    )


def test_the_files_that_are_here_are_those_of_the_list() -> None:
    for folder, group_of_list in foreign_files.GROUPS.items():
        if not foreign_files.place(folder):
            continue
        for name, file in group_of_list.files.items():
            content = foreign_files.path(folder, name).read_bytes()
            assert len(content) == file.size, name
            assert hashlib.sha256(content).hexdigest() == file.sha256, name


def test_files_of_a_folder_are_brought_and_the_licence_is_said_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(tmp_path / "source")
    target = tmp_path / "target"

    assert bring([group()], target, source) == 0

    for name, content in CONTENT.items():
        assert (target / "of/us" / name).read_bytes() == content
    first, fetching, last = capsys.readouterr().out.splitlines()
    assert first.startswith("of/us: two files; 2 files, 0.0 MB; licence: BSD-3-Clause; from ")
    assert fetching.startswith("fetching 2 files")
    assert last == f"2 of 2 files in {target}"


def test_nothing_is_fetched_where_all_files_are_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = written(tmp_path / "target")
    assert bring([group()], target, tmp_path) == 0
    assert "fetching" not in capsys.readouterr().out


def test_only_what_is_missing_or_changed_is_fetched_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = written(tmp_path / "target")
    changed_file = target / "of/us/a.snmprec"
    changed_file.write_bytes(b"torn")
    assert bring([group()], target, written(tmp_path / "source")) == 0
    assert "fetching 1 file," in capsys.readouterr().out
    assert changed_file.read_bytes() == CONTENT["a.snmprec"]


def test_a_file_with_another_content_is_refused_and_not_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(tmp_path / "source", {**CONTENT, "a.snmprec": b"other"})
    target = tmp_path / "target"
    assert bring([group()], target, source) == 1
    assert not (target / "of/us/a.snmprec").exists()
    output = capsys.readouterr()
    assert output.err == "of/us/a.snmprec: another content than the list says\n"
    last_line = output.out.splitlines()[-1]
    assert last_line.startswith("1 of 2 files in ")


def test_files_are_fetched_from_their_addresses(address: str, tmp_path: Path) -> None:
    assert bring([group(address=address)], tmp_path) == 0
    assert (tmp_path / "of/us/$metadata/b c.xml").read_bytes() == CONTENT["$metadata/b c.xml"]


def test_a_comment_line_of_the_public_file_is_left_out(address: str, tmp_path: Path) -> None:
    dump = {"#c.dev": b"ups: x\n"}
    assert bring([group(dump, address, commented=True)], tmp_path) == 0
    assert (tmp_path / "of/us/#c.dev").read_bytes() == dump["#c.dev"]


def test_a_clone_of_the_public_repository_has_the_files_where_it_has_them(tmp_path: Path) -> None:
    clone, target = tmp_path / "clone", tmp_path / "target"
    for name, content in CONTENT.items():
        path = clone / "tests/walks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    address = f"https://raw.githubusercontent.com/owner/name/{'0' * 40}/tests/walks/"
    assert bring([group(address=address)], target, clone) == 0
    assert (target / "of/us/a.snmprec").read_bytes() == CONTENT["a.snmprec"]


def test_an_address_without_the_file_is_named(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring([group({"gone.xml": b"x"}, address)], tmp_path) == 1
    assert f"of/us/gone.xml: {address}gone.xml: 404" in capsys.readouterr().err


def test_a_file_without_an_address_is_said_to_have_none_and_is_no_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring([group()], tmp_path) == 0
    assert "of/us/a.snmprec has no public address" in capsys.readouterr().out


def test_a_group_is_read_from_the_first_place_that_has_it(tmp_path: Path) -> None:
    places = (tmp_path / "cache", tmp_path / "shared")
    assert find(group(), places) is None
    written(places[1])
    assert find(group(), places) == places[1] / "of/us"
    written(places[0])
    assert find(group(), places) == places[0] / "of/us"


def test_a_folder_with_some_of_its_files_is_an_error(tmp_path: Path) -> None:
    written(tmp_path, {"a.snmprec": b""})
    with pytest.raises(Incomplete, match=r"1 of 2 files; \$metadata/b c.xml is missing; run: make"):
        find(group(), (tmp_path,))
