"""The body of an upload: its parts, its length, its progress and the errors of its files."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any, Callable, Optional

import pytest
from hypothesis import given, settings, strategies as st

from handlers.http.errors import HttpException
from handlers.http.multipart import MultipartForm


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.binary(max_size=50), st.integers(0, 60)), max_size=3), st.integers(1, 70)
)
def test_a_form_read_in_pieces_has_exactly_its_announced_length(
    files: list[tuple[bytes, int]], size: int
) -> None:
    streams = [io.BytesIO(data) for data, _ in files]
    for file, (_, start) in zip(streams, files):
        file.seek(start)
    form = MultipartForm(
        [
            {"data": file, "filename": f"f{number}", "formname": "upfile"}
            for number, file in enumerate(streams)
        ]
    )
    pieces = list(iter(lambda: form.read(size), b""))
    assert [len(piece) for piece in pieces[:-1]] == [size] * (len(pieces) - 1)
    assert 0 < len(pieces[-1]) <= size
    whole = b"".join(pieces)
    assert len(whole) == len(form)
    boundary = form.content_type.rpartition("=")[2].encode()
    parts = whole.split(b"--" + boundary)
    assert parts[-1] == b"--\r\n"
    assert len(parts) == len(files) + 2
    for part, (data, start) in zip(parts[1:], files):
        assert part.partition(b"\r\n\r\n")[2] == data[start:] + b"\r\n"


def test_names_in_a_form_cannot_break_out_of_their_header() -> None:
    form = MultipartForm(
        [{"data": b"x", "filename": 'a"\r\nX-Evil: 1', "formname": 'b"\r\nX-Evil: 2'}]
    )
    head = form.read().partition(b"\r\n\r\n")[0]
    assert b"\r\nX-Evil" not in head
    assert b'filename="a\\"' in head
    assert b'; name="b\\"' in head


def test_a_file_is_sent_with_its_type_or_as_an_octet_stream() -> None:
    octets = b"application/octet-stream"
    for more, kind in (({}, octets), ({"mimetype": None}, octets), ({"mimetype": "a/b"}, b"a/b")):
        form = MultipartForm([{"data": b"x", "filename": "f", "formname": "upfile", **more}])
        assert b"\r\nContent-Type: " + kind + b"\r\n\r\n" in form.read()


def test_uploading_anything_but_bytes_or_a_binary_file_is_a_type_error() -> None:
    with tempfile.NamedTemporaryFile("w+") as file:
        for data in ("text", None, io.StringIO("text"), [1], file):
            with pytest.raises(TypeError, match="bytes or a file"):
                MultipartForm([{"data": data, "filename": "f", "formname": "upfile"}])


def test_a_file_that_grows_while_it_is_sent_is_sent_up_to_its_announced_length(
    tmp_path: Path,
) -> None:
    path = tmp_path / "px3.bin"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file, path.open("ab") as writer:
        form = MultipartForm([{"data": file, "filename": "px3.bin", "formname": "upfile"}])
        begin = b""
        while b"01234" not in begin:
            begin += form.read(1)
        writer.write(b"more")
        writer.flush()
        rest = form.read()
    assert rest.startswith(b"56789\r\n--")


def test_the_progress_of_a_file_ends_with_its_length() -> None:
    reports: list[tuple[int, int]] = []

    def progress(sent: int, size: int) -> None:
        reports.append((sent, size))

    file = {"data": b"0123456789", "filename": "f", "formname": "upfile", "progress": progress}
    form = MultipartForm([file])
    for _ in range(len(form)):
        form.read(4)
    assert [size for _, size in reports] == [10] * len(reports)
    sent_counts = [sent for sent, _ in reports]
    assert sent_counts == sorted(set(sent_counts))
    assert sent_counts[-1] == 10


class Failing(io.BytesIO):
    """A file of 5000 bytes whose reading ends as `end` does."""

    def __init__(self, end: Callable[[Any], bytes]) -> None:
        super().__init__(b"x" * 5000)
        self._end = end

    def read(self, size: Optional[int] = -1, /) -> bytes:
        return self._end(super())


def shorter(file: io.BytesIO) -> bytes:
    assert file.tell() == 0, "it is read again after its end"
    file.seek(0, io.SEEK_END)
    return b""


def broken(file: io.BytesIO) -> bytes:
    raise OSError(5, "Input/output error")


def closed(file: io.BytesIO) -> bytes:
    file.close()
    return file.read()


@pytest.mark.parametrize(
    "end, words",
    [
        (shorter, "became shorter"),
        (broken, "Input/output error"),
        (closed, "closed file"),
    ],
)
def test_a_file_that_cannot_be_read_to_its_end_is_an_error_of_this_side(
    end: Callable[[Any], bytes], words: str
) -> None:
    form = MultipartForm([{"data": Failing(end), "filename": "f", "formname": "upfile"}])
    with pytest.raises(HttpException, match=f"^the upload ended on this side: .*{words}"):
        form.read()
