"""`register.sh` and hostile text: in answers of DCImanager, an archive's name and content, and the
environment.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.dcimanager.api import Answer, Request
from tests.dcimanager.manager import DciManager
from tests.hostile import TEXTS, is_one_line

from .building import packed
from .registering import SHELLS, Admin
from .test_register import CREATE, LIST
from .test_register_failures import Serve, is_call

pytestmark = pytest.mark.against("curl")
MARKER = "here"  # the file that the commands in the texts would create
# what a shell, a terminal and a URL take for signs of their own, in one text
SIGNS = "".join(
    TEXTS[about]
    for about in (
        "line break",
        "CRLF",
        "quotes",
        "substitution",
        "backticks",
        "end of a command",
        "markup",
        "ANSI",
        "percent path",
        "bar",
        "right to left",
        "line separator",
    )
)
ANSWERS = {"signs": SIGNS, **{about: TEXTS[about] for about in ("upwards", "NUL", "long", "half")}}
# texts that can be the name of a file
FILES = {"signs": SIGNS.replace("/", ""), "option": TEXTS["option"], "equals": TEXTS["equals"]}
# line ends, direction marks
TURNS = "\u200e\u200f\u061c\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def is_clean(text: str) -> bool:
    """Whether `text` is one line with its line break, without control characters and direction
    marks.
    """
    return text.endswith("\n") and not any(
        ord(c) < 32 or 127 <= ord(c) < 160 or c in TURNS for c in text[:-1]
    )


def answered(status: int, value: object) -> Answer:
    """An answer with `value` as JSON in UTF-8.

    A lone surrogate, which UTF-8 cannot express, is escaped.
    """
    return Answer(status, json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def test_a_refusal_with_hostile_text_is_shown_in_one_line_and_runs_nothing(
    admin: Admin, tmp_path: Path
) -> None:
    refusals: list[Answer] = []
    with DciManager(wrap=lambda request, serve: refusals.pop()) as manager:
        for text in ANSWERS.values():
            # both texts are shown
            refusals.append(answered(400, {"error": {"code": 1002, "msg": text, "value": text}}))
            run = admin.run(manager, "small", folder=tmp_path)
            assert (
                run.code == 3
                and run.err.startswith("register.sh: the login of ")
                and "(code 1002): " in run.err
            ), run
            assert (
                is_clean(run.err) and not list(tmp_path.rglob(MARKER)) and admin.left_behind() == []
            ), run


def test_an_id_that_is_not_a_number_reaches_no_url_no_file_and_no_terminal(
    admin: Admin, tmp_path: Path
) -> None:
    answers, remembered = (
        [answered(200, {"id": text}) for text in ANSWERS.values()],
        admin.script.parent / "register.ids",
    )
    shown = set()

    def answer(request: Request, serve: Serve) -> Answer:
        return answers.pop() if is_call(request, CREATE) else serve(request)

    with DciManager(wrap=answer) as manager:
        while answers:
            run = admin.run(manager, "small", folder=tmp_path)
            assert run.code == 5 and is_clean(run.err) and not list(tmp_path.rglob(MARKER)), run
            shown.add(run)
            # the next run looks the id up in the list
            assert remembered.read_text() == f"{manager.url} pdu_small ?\n"
            remembered.unlink()
        assert not [
            request.path for request in manager.requests if request.path.endswith("/content")
        ]
    assert len(shown) == 1, "the id changes what the script prints"


def test_hostile_entries_in_the_list_of_handlers_are_ignored(admin: Admin, tmp_path: Path) -> None:
    listed = [
        entry
        for text in ANSWERS.values()
        for entry in (
            {"id": text, "handler": "pdu_small", "name": text},
            {"id": 7, "handler": text, "name": "pdu_small"},
        )
    ]

    def answer(request: Request, serve: Serve) -> Answer:
        return answered(200, {"list": listed}) if is_call(request, LIST) else serve(request)

    with DciManager(wrap=answer) as manager:
        run = admin.run(manager, "small", folder=tmp_path)
        uploads = [
            request.path for request in manager.requests if request.path.endswith("/content")
        ]
        assert [handler.uploads for handler in manager.handlers()] == [1]
    assert (run.code, run.err) == (0, "") and uploads == [f"{CREATE[1]}/1/content"], run
    assert all(map(is_one_line, run.out.splitlines())) and not list(tmp_path.rglob(MARKER))


def test_an_archive_may_have_any_name(admin: Admin, manager: DciManager, tmp_path: Path) -> None:
    data = next(admin.script.parent.glob("pdu_small-*.tar.gz")).read_bytes()
    for text in FILES.values():
        before = len(manager.requests)
        missing = admin.run(manager, "--archive", text, folder=tmp_path)
        assert missing.code == 6 and is_clean(missing.err) and len(manager.requests) == before, (
            missing
        )
        (tmp_path / text).write_bytes(data)
        done = admin.run(manager, "--archive", text, folder=tmp_path)
        assert (
            (done.code, done.err) == (0, "")
            and len(manager.requests) > before
            and data in manager.requests[-1].body
        ), done
        assert is_one_line(done.out.replace("\n", ""))
        dry = admin.run(manager, "--dry-run", "--archive", text, folder=tmp_path)
        assert dry.code == 0 and is_clean(dry.out.replace("\n", "") + "\n"), dry
        pasted = "curl() { printf '%s\\0' \"$@\"; }\n" + dry.out[dry.out.rindex("curl -X POST") :]
        printed = subprocess.run(
            ["sh", "-c", pasted], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
        if is_one_line(text):
            assert f'data=@"{curl_quoted(text)}"' in printed.stdout.split("\0"), printed
            assert printed.stderr == ""
        assert not [one for one in tmp_path.rglob(MARKER) if one.name != text], text
        (tmp_path / text).unlink()


def curl_quoted(text: str) -> str:
    """A file name inside the quotes of curl's option -F (manual page of curl, --form)."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def test_curl_finds_the_file_of_a_pasted_dry_run(admin: Admin, tmp_path: Path) -> None:
    """Curl takes a semicolon for the end of the name, and a comma for the begin of another one."""
    name = "a;type=b,c 'd' \"e\".tar.gz"
    (tmp_path / name).write_bytes(next(admin.script.parent.glob("pdu_small-*.tar.gz")).read_bytes())
    address = {"DCI_URL": "https://127.0.0.1:1"}
    dry = admin.run(None, "--dry-run", "--archive", name, folder=tmp_path, **address)
    done = subprocess.run(
        ["sh", "-c", dry.out[dry.out.rindex("curl -X POST") :]],
        cwd=tmp_path,
        env=admin.environment(None),
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 7  # no connection; 26: the file cannot be read


@pytest.mark.parametrize("shell", SHELLS)
def test_dry_run_shows_no_direction_mark_of_a_file_name_or_the_environment(
    admin: Admin, tmp_path: Path, shell: str
) -> None:
    name, email = f"a{TURNS}'b.tar.gz", f"a{TURNS}'\"\x1b[2Jb@example.com"
    (tmp_path / name).write_bytes(next(admin.script.parent.glob("pdu_small-*.tar.gz")).read_bytes())
    dry = admin.run(
        None,
        "--dry-run",
        "--archive",
        name,
        shell=admin.shell(shell),
        folder=tmp_path,
        DCI_EMAIL=email,
    )
    assert dry.code == 0 and is_clean(dry.out.replace("\n", "") + "\n"), dry
    commands = "\n".join(
        line for line in dry.out.splitlines()[1:] if not line.startswith("pdu_small: ")
    )
    pasted = "curl() { printf '%s\\n' \"$@\"; }\n" + commands
    printed = subprocess.run(
        ["sh", "-c", pasted], capture_output=True, text=True, timeout=120
    ).stdout.splitlines()
    hidden = "?" * len(TURNS)
    assert f'data=@"a{hidden}\'b.tar.gz"' in printed
    assert {"email": f"a{hidden}'\"\x1b[2Jb@example.com", "password": "<password>"} in [
        json.loads(line) for line in printed if line.startswith("{")
    ]


def test_an_archive_with_a_hostile_folder_is_refused(admin: Admin, tmp_path: Path) -> None:
    made = tmp_path / "made.tar.gz"
    for text in FILES.values():
        made.write_bytes(packed(f"pdu_{text}/__init__.py", f"pdu_{text}/handler.py"))
        run = admin.run(None, "--archive", made.name, folder=tmp_path)
        assert run.code == 6 and is_clean(run.err) and "the archive made.tar.gz" in run.err, run
        assert not list(tmp_path.rglob(MARKER)), text
