"""Runs of `pdu register` against the stand-in for DCImanager: what the lines of runs.txt mean.

A line is a situation, on a server and a machine of its own, and the runs in it. Of a run, it says

    EXIT CODE | CALLS | IDS | HANDLERS | ERROR

with ` // ` between two. CALLS are those that were sent; IDS the ids that are remembered, of which
the last of a handler counts; HANDLERS the id, name and number of uploads of those that DCImanager
has then; ERROR what is on standard error, and whether a secret is shown. The changes of a line:

    has [TYPE] NAME            DCImanager has this handler, and it has the next id
    ids NAME ID                the machine remembers this id
    CALL: ANSWER               DCImanager gives this answer to such a call, and behind `/` to the
                               next ones, then its own: `cut`, or a status and a body; with `+`
                               before it, it carries the call out first; with `xN`, N times
    busy N                     DCImanager answers 503 to the first N calls
    short                      a login ends at once
    archive NAME WORD          its archive is `empty` or `gone`
    VARIABLE=VALUE             of the environment; `nowhere` is a server that no run must reach
    run WORDS                  `pdu register WORDS`
"""

from __future__ import annotations

import re
import shlex
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Callable, Optional

from handlers import VERSION
from tests.dcimanager.api import Answer, Request
from tests.dcimanager.manager import DciManager
from tests.packaging import building
from tests.packaging.registering import LIST, Admin
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_suffix(".txt"))
_NOWHERE = {
    "DCI_URL": "https://127.0.0.1:1",
    "DCI_EMAIL": "me@example.com",
    "DCI_PASSWORD": "s3cret",
}


def shown(case: Case, pack: Path) -> str:
    """What each run of a case ends with. `pack`: a folder with the small archives."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        admin = Admin(folder, shutil.copytree(pack, folder / "dist"))
        answers: dict[str, list[str]] = {}
        environment: dict[str, str] = {}
        busy, token_seconds = 0, 3600.0
        names: list[tuple[str, str]] = []
        ids: list[str] = []
        runs: list[str] = []
        for change in case.left.split(TABLE.separator):
            word, _, rest = change.partition(" ")
            answer = re.fullmatch("(login|list|create|upload [0-9]+): (.*)", change)
            if answer is not None:
                answers[answer[1]] = _answer_texts(answer[2])
            elif word == "run":
                runs.append(rest)
            elif word == "has":
                *types, name = rest.split()
                names.append((types[0] if types else "pdu", name))
            elif word == "ids":
                ids.append(rest)
            elif word == "busy":
                busy = int(rest)
            elif word == "short":
                token_seconds = 0.0
            elif word == "archive":
                _spoil_archive(admin, *rest.split())
            elif word == "nowhere":
                environment.update(_NOWHERE)
            else:
                name, equals, value = change.partition("=")
                assert equals and name.isupper(), change
                environment[name] = value
        server = DciManager(wrap=_wrap(answers), busy=busy, token_seconds=token_seconds)
        manager = stack.enter_context(server)
        for device_type, name in names:
            manager.store.create(device_type, name, name, ["custom"], [])
        lines = [f"{manager.url} {line}\n" for line in ids]
        if lines:
            admin.ids.write_text("".join(lines))
        return " // ".join(_result(admin, manager, words, environment) for words in runs)


def _answer_texts(text: str) -> list[str]:
    """The answers one by one."""
    answers = []
    for part in text.split(" / "):
        times = re.search(r" x([0-9]+)$", part)
        count = int(times[1]) if times else 1
        answers += [part.removesuffix(times[0]) if times else part] * count
    return answers


def _spoil_archive(admin: Admin, name: str, word: str) -> None:
    archive = admin.archive(name)
    if word == "gone":
        archive.unlink()
    else:
        archive.write_bytes(b"")


def _wrap(
    answers: dict[str, list[str]],
) -> Callable[[Request, Callable[[Request], Answer]], Optional[Answer]]:
    def wrap(request: Request, serve: Callable[[Request], Answer]) -> Optional[Answer]:
        texts = answers.get(_call(request))
        if not texts:
            return serve(request)
        text = texts.pop(0)
        if text.startswith("+"):
            serve(request)
            text = text[1:]
        if text == "cut":
            return None
        status, _, body = text.partition(" ")
        location = "https://elsewhere.example/" if status.startswith("3") else ""
        return Answer(int(status), body.encode(), location=location)

    return wrap


def _call(request: Request) -> str:
    """A short name of a call."""
    if request.path.endswith("/token"):
        return "login"
    if request.path == LIST[1]:
        return "list" if request.method == "GET" else "create"
    return "upload " + request.path.split("/")[-2]


def _result(admin: Admin, manager: DciManager, words: str, environment: dict[str, str]) -> str:
    """The exit code of a run, its calls, the ids in the file, the handlers, and the errors."""
    before = len(manager.requests)
    run = admin.run(manager, *shlex.split(words), **environment)
    calls = [_call(request) for request in manager.requests[before:]]
    last_lines = {}
    if admin.ids.is_file():
        for line in admin.ids.read_text().splitlines():
            handler, _, number = line.removeprefix(f"{manager.url} ").partition(" ")
            last_lines[handler] = f"{handler} {number}"
    handlers = [f"{row.id} {row.handler} {row.uploads}" for row in manager.handlers()]
    # a cut connection is the server's error, too, which is in this process
    errors = [line for line in run.err.splitlines() if not line.startswith("ASGI ")]
    error = "\n".join(errors).replace(manager.url, "URL").replace(str(admin.dist), "dist")
    secrets = (environment.get("DCI_PASSWORD") or manager.password, "s3cret-token")
    if any(secret in run.out + run.err for secret in secrets):
        error += " A SECRET IS SHOWN"
    parts = [
        str(run.code),
        ", ".join(calls),
        ", ".join(sorted(last_lines.values())),
        ", ".join(handlers),
        error.replace(VERSION, "VERSION"),
    ]
    return " | ".join(parts).strip()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        small_pack = building.small_pack(Path(place), "small", "snmp")
        TABLE.write(lambda case: shown(case, small_pack))
