"""`register.sh` and hostile text: what DCImanager answers, what an archive is called and what is in it."""
from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.dcimanager import DciManager
from tests.dcimanager.api import Answer, Request, answer_error, answer_json
from tests.hostile import LISTED, TEXTS, is_one_line

from .registering import Admin
from .test_register import CREATE, LIST
from .test_register_failures import Serve, is_call

pytestmark = pytest.mark.against("curl")
MARKER = "here"                     # what the commands in the texts would make
MEANT = ("line break", "CRLF", "quotes", "substitution", "backticks", "end of a command", "upwards", "NUL", "long", "markup",
         "ANSI", "percent path", "dots", "dash", "option", "equals", "bar", "half")
ANSWERS = {about: TEXTS[about] for about in MEANT}
# As a file's name: without the separator of folders and NUL, and of a length that a file system takes.
FILES = {about: text for about, text in ANSWERS.items() if about in LISTED and not set(text) & set("/\0") and text != ".."}


def is_clean(text: str) -> bool:
    """Whether a terminal gets one line, and nothing that it obeys. Scripts of all peoples are shown as they are."""
    return text.endswith("\n") and not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text[:-1])


@pytest.mark.parametrize("text", list(ANSWERS.values()), ids=list(ANSWERS))
def test_a_refusal_in_any_words_is_one_line_and_runs_nothing(admin: Admin, tmp_path: Path, text: str) -> None:
    def refuse(request: Request, serve: Serve) -> Answer:
        return answer_error(400, 1002, text) if is_call(request, CREATE) else serve(request)

    with DciManager(wrap=refuse) as manager:
        run = admin.run(manager, "small", folder=tmp_path)
    is_json = "\ud800" not in text       # half a character is no text, and so no reason
    assert run.code == (1 if is_json else 5) and is_clean(run.err) and ("code 1002" in run.err) is is_json, run
    assert run.err.startswith("register.sh: ") and not list(tmp_path.rglob(MARKER)) and admin.left_behind() == []


@pytest.mark.parametrize("text", list(ANSWERS.values()), ids=list(ANSWERS))
def test_an_id_that_is_no_number_reaches_no_url_no_file_and_no_terminal(admin: Admin, tmp_path: Path, text: str) -> None:
    def answer(request: Request, serve: Serve) -> Answer:
        given = serve(request)
        return answer_json(200, {"id": text}) if is_call(request, CREATE) else given

    with DciManager(wrap=answer) as manager:
        run = admin.run(manager, "small", folder=tmp_path)
        assert not [request.path for request in manager.requests if request.path.endswith("/content")]
        remembered = f"{manager.url} pdu_small ?\n"        # the next run looks in the list
    assert run.code == 5 and is_clean(run.err), run
    assert not list(tmp_path.rglob(MARKER)) and (admin.script.parent / "register.ids").read_text() == remembered


@pytest.mark.parametrize("text", list(ANSWERS.values()), ids=list(ANSWERS))
def test_a_list_of_handlers_with_such_ids_names_and_handlers_is_no_list_of_ours(admin: Admin, tmp_path: Path, text: str) -> None:
    listed = {"list": [{"id": text, "handler": "pdu_small", "name": text}, {"id": 7, "handler": text, "name": "pdu_small"}]}

    def answer(request: Request, serve: Serve) -> Answer:
        return answer_json(200, listed) if is_call(request, LIST) else serve(request)

    with DciManager(wrap=answer) as manager:
        run = admin.run(manager, "small", folder=tmp_path)
        uploads = [request.path for request in manager.requests if request.path.endswith("/content")]
        assert [handler.uploads for handler in manager.handlers()] == [1]
    assert (run.code, run.err) == (0, "") and uploads == [f"{CREATE[1]}/1/content"], run
    assert all(map(is_one_line, run.out.splitlines())) and not list(tmp_path.rglob(MARKER))


@pytest.mark.parametrize("text", list(FILES.values()), ids=list(FILES))
def test_an_archive_may_be_called_anything(admin: Admin, manager: DciManager, tmp_path: Path, text: str) -> None:
    missing = admin.run(manager, "--archive", text, folder=tmp_path)
    assert missing.code in (2, 6) and is_clean(missing.err) and manager.requests == [], missing
    data = next(admin.script.parent.glob("pdu_small-*.tar.gz")).read_bytes()
    (tmp_path / text).write_bytes(data)
    done = admin.run(manager, "--archive", text, folder=tmp_path)
    assert (done.code, done.err) == (0, "") and data in manager.requests[-1].body, done
    assert is_one_line(done.out.replace("\n", "")) and not [one for one in tmp_path.rglob(MARKER) if one.name != text]
    dry = admin.run(manager, "--dry-run", "--archive", text, folder=tmp_path)
    assert dry.code == 0, dry
    pasted = "curl() { printf '%s\\0' \"$@\"; }\n" + dry.out[dry.out.rindex("curl -X POST"):]
    said = subprocess.run(["sh", "-c", pasted], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    if is_one_line(text):
        assert f"data=@{text}" in said.stdout.split("\0") and said.stderr == "", said
    assert not [one for one in tmp_path.rglob(MARKER) if one.name != text] and not set(dry.out) & set("\x1b\r"), dry


@pytest.mark.parametrize("text", list(FILES.values()), ids=list(FILES))
def test_a_folder_in_an_archive_may_not(admin: Admin, manager: DciManager, tmp_path: Path, text: str) -> None:
    made = tmp_path / "made.tar.gz"
    with tarfile.open(made, "w:gz") as packed:
        member = tarfile.TarInfo(f"pdu_{text}/handler.py")
        packed.addfile(member, io.BytesIO(b""))
    run = admin.run(manager, "--archive", made.name, folder=tmp_path)
    assert run.code == 6 and is_clean(run.err) and manager.requests == [], run
    assert not list(tmp_path.rglob(MARKER))
