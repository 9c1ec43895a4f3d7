"""Requests to the local DCImanager: what the lines of visits.txt mean.

A line is a stand-in of its own, what it has at first, and the requests to it. On the right stands
the answer to each request, with ` // ` between two: of the API its status and body, of the page its
status, where it leads, its headline and messages, and whether a secret is shown. Behind ` | ` stand
the handlers with their number of uploads, and behind another one the PDUs, their form, and the
states and changes that are known of them. The steps:

    has NAME [snmp]                  the handler is registered, and it has no archive
    installed ARCHIVE [snmp]         the handler pdu_small has this archive, of ARCHIVES
    pdu NAME key=value               a PDU of pdu_small at 127.0.0.1, with settings
    poll                             all PDUs are polled
    labels                           the outlets of the first PDU have names
    api METHOD PATH BODY             a request to the API, with the login's headers; `handlers` and
                                     `token` are its paths
    headers JSON                     the headers of the next requests to the API, in place of these
    upload ARCHIVE IMPORT TO         the archive is uploaded to the handler TO, else to 1
    get PATH WORDS                   a page is visited by a person who is logged in; whether it has
                                     the words, if some are given
    post PATH FORM                   a form is sent
    send ARCHIVE                     the archive is sent on the page
    stranger, login PASSWORD         the person is not logged in, and logs in
    with HEADER VALUE                a header of the next visits

`python -m tests.dcimanager.visits` writes right sides.
"""

from __future__ import annotations

import html
import io
import json
import re
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Callable, Optional
from urllib.parse import parse_qs

from tests.packaging.building import archive, small_tree
from tests.tables import Case, Table

from .client import HANDLERS, TOKEN, Client, Reply
from .conftest import METERED
from .manager import DciManager
from .records import Label, Pdu
from .visiting import Answer, Visitor

TABLE = Table(Path(__file__).with_suffix(".txt"))
_SECRETS = ("hidden-4711", "secret-12")
_FORM_TYPE = "multipart/form-data; boundary=x"


def packed(*entries: tuple[str, bytes]) -> bytes:
    """A tar.gz of these files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


_EMPTY = (("pdu_x/__init__.py", b""), ("pdu_x/handler.py", b""))
ARCHIVES = {
    "nothing": b"",
    "cut": packed(*_EMPTY)[:-1],
    "zeros": packed(*_EMPTY, ("pdu_x/zeros", bytes(60_000_000))),
    "no-module": packed(("pdu_x/__init__.py", b"")),
}


def archives_in(folder: Path) -> dict[str, bytes]:
    """Archives of pdu_small, whose trees are made in the folder: `small`, `newer` in version 2.0,
    and `metered` with 24 metered outlets."""
    metered = small_tree(folder / "metered")
    (metered / "small" / "handler.py").write_text(METERED, "utf-8")
    return {
        "small": archive(small_tree(folder / "small"), "small"),
        "newer": archive(small_tree(folder / "newer", version="2.0"), "small"),
        "metered": archive(metered, "small"),
    }


class Visit:
    """A stand-in, and those who use it."""

    def __init__(self, manager: DciManager, archives: Mapping[str, bytes]) -> None:
        self._manager = manager
        self._archives = {**ARCHIVES, **archives}
        self._client = Client(manager)
        self._api_headers: Optional[dict[str, str]] = None
        self._visitor = Visitor(manager)
        self._visitor.log_in()
        self._page_headers: dict[str, str] = {}
        self.answers: list[str] = []
        self._steps: Mapping[str, Callable[..., None]] = {
            "has": self._has,
            "installed": self._installed,
            "pdu": self._pdu,
            "poll": self._poll,
            "labels": self._labels,
            "headers": self._headers,
            "api": self._api,
            "upload": self._upload,
            "stranger": self._stranger,
            "login": self._login,
            "with": self._with,
            "get": self._get,
            "post": self._post,
            "send": self._send,
        }

    def step(self, text: str) -> None:
        """Do what a step of a line says."""
        word, _, rest = text.partition(" ")
        words = rest.split(" ", 2 if word in ("api", "upload") else 1) if rest else []
        self._steps[word](*words)

    def _has(self, name: str, protocol: str = "custom") -> None:
        self._client.create(name, protocol)

    def _installed(self, archive: str, protocol: str = "custom") -> None:
        self._client.install(self._archives[archive], protocol=protocol)

    def _pdu(self, name: str, setting: str = "") -> None:
        key, _, value = setting.partition("=")
        settings = {key: value} if key else {}
        self._manager.add_pdu(name, "pdu_small", "127.0.0.1", settings=settings)

    def _poll(self) -> None:
        self._manager.poll()

    def _labels(self) -> None:
        self._manager.pdus()[0].labels = {"1": Label("1", "web"), "1.0": Label("2", "")}

    def _headers(self, *words: str) -> None:
        self._api_headers = json.loads(" ".join(words))

    def _api(self, method: str, path: str, body: str = "") -> None:
        path = {"handlers": HANDLERS, "token": TOKEN}.get(path, path)
        path = path.replace("handlers/", f"{HANDLERS}/")
        headers = self._client.headers if self._api_headers is None else self._api_headers
        if body.startswith("form "):
            headers = {**headers, "Content-Type": _FORM_TYPE}
            body = body[len("form ") :].replace("\\n", "\r\n")
        reply = self._client.request(method, path, body.encode(), headers)
        self.answers.append(_reply(reply))

    def _upload(self, archive: str, import_path: str = "''", number: str = "1") -> None:
        path = import_path.strip("'")
        reply = self._client.upload(int(number), self._archives[archive], path)
        self.answers.append(_reply(reply))

    def _stranger(self) -> None:
        self._visitor = Visitor(self._manager)

    def _login(self, password: str = "") -> None:
        self._note(self._visitor.log_in(password or self._manager.password))

    def _with(self, header: str, value: str) -> None:
        self._page_headers[header] = value

    def _get(self, path: str, words: str = "") -> None:
        answer = self._visitor.get(path, **self._page_headers)
        self._note(answer)
        if words:
            self.answers[-1] += ", with them" if words in answer.body else ", without them"

    def _post(self, path: str, form: str = "") -> None:
        fields = parse_qs(form, keep_blank_values=True)
        self._note(self._visitor.post(path, fields, **self._page_headers))

    def _send(self, archive: str) -> None:
        self._note(self._visitor.upload("pdu.tar.gz", self._archives[archive]))

    def _note(self, answer: Answer) -> None:
        self.answers.append(_page(answer))

    def state(self) -> str:
        """The handlers and the PDUs, and the folders of archives that were left."""
        handlers = self._manager.handlers()
        texts = [f"{row.id} {row.handler} {row.uploads}" for row in handlers]
        state = f" | {', '.join(texts)}" if texts else ""
        pdus = self._manager.pdus()
        if pdus:
            state += f" | {', '.join(map(_pdu_text, pdus))}"
        ids = {str(row.id) for row in handlers if row.uploads}
        folders = (self._manager.ca_file.parent / "handlers").iterdir()
        others = [folder.name for folder in folders if folder.name.partition(".")[0] not in ids]
        return f"{state} | LEFT {others}" if others else state


def _reply(reply: Reply) -> str:
    """The answer of the API, with the token that it gives left out."""
    if isinstance(reply.body, dict) and "error" in reply.body:
        error = reply.body["error"]
        return f"{reply.status} {error['code']} {error['msg']} {error['value']}".strip()
    return f"{reply.status} {json.dumps(reply.body)}" if reply.body else str(reply.status)


def _page(answer: Answer) -> str:
    """The answer of the page."""
    words = [str(answer.status), answer.headers.get("location", "")]
    if answer.headers.get("content-type", "").startswith("application/json"):
        words.append(re.sub(r'"at":\[.*?\],', "", answer.body))
    else:
        headline = r'<h1[^>]*>(.*?)</h1>|<p class="message[^>]*>(.*?)</p>'
        for texts in re.findall(headline, answer.body, re.DOTALL):
            text = re.sub(r"<[^>]*>", "", "".join(texts))
            words.append(" ".join(html.unescape(text).split()))
    if any(secret in answer.body for secret in _SECRETS):
        words.append("A SECRET IS SHOWN")
    return " ".join(filter(None, words))


def _pdu_text(pdu: Pdu) -> str:
    """The form of a PDU, and what is known of it."""
    words = [pdu.name, pdu.address]
    if pdu.notes:
        words.append(f"({pdu.notes})")
    for fields in (pdu.snmp, pdu.settings):
        words += [f"{key}={value}" for key, value in fields.items()]
    words += [f"{identity}:{state}" for identity, state in pdu.ports.items()]
    words += [label.name for label in pdu.labels.values() if label.name]
    if pdu.changes:
        words.append(f"changed {pdu.changes}")
    return " ".join(words)


def shown(case: Case, archives: Mapping[str, bytes]) -> str:
    """What comes of a line."""
    with DciManager(page_port=0) as manager:
        visit = Visit(manager, archives)
        for step in case.left.split(TABLE.separator):
            visit.step(step)
        return " // ".join(visit.answers) + visit.state()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        small_archives = archives_in(Path(place))
        TABLE.write(lambda case: shown(case, small_archives))
