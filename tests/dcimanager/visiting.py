"""An HTTP client in the role of a browser that visits the page; and a hostile text, which no page
may show as markup.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional, Union
from urllib.parse import urlencode

from tests.waiting import PATIENCE_S

from .chromium import Browser
from .manager import DciManager

HOSTILE = "<script>alert(1)</script>\"'&\x1b[2J\x00\u202egnp.exe\r\nX: y" + "W" * 10_000


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str


class Visitor:
    """A person's browser, reduced to HTTP: keeps the cookie and sends forms."""

    def __init__(self, manager: DciManager) -> None:
        self._manager = manager
        self._host = manager.page_url[len("http://") :].strip("/")
        self.cookie = ""

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE_S)
        try:
            all_headers = {key.replace("_", "-"): value for key, value in headers.items()}
            if self.cookie:
                all_headers.setdefault("cookie", self.cookie)
            connection.request(method, path, body, all_headers)
            answer = connection.getresponse()
            answer_headers = {key.lower(): value for key, value in answer.getheaders()}
            return Answer(answer.status, answer_headers, answer.read().decode())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, b"", **headers)

    def log_in(self, password: Optional[str] = None) -> Answer:
        typed_password = self._manager.password if password is None else password
        answer = self.post("/login", {"email": self._manager.email, "password": typed_password})
        self.cookie = answer.headers.get("set-cookie", "").partition(";")[0]
        return answer

    def post(
        self, path: str, fields: Mapping[str, Union[str, Sequence[str]]], **headers: str
    ) -> Answer:
        body = urlencode(fields, doseq=True, errors="surrogatepass").encode()
        kind = "application/x-www-form-urlencoded"
        return self.request("POST", path, body, content_type=kind, **headers)

    def upload(
        self,
        name: str,
        data: bytes,
        path: str = "/handlers/upload",
        field: str = "archive",
        **fields: str,
    ) -> Answer:
        mark = "d41d8c"
        part = f'--{mark}\r\nContent-Disposition: form-data; name="'
        parts = [f'{part}{key}"\r\n\r\n{value}\r\n'.encode() for key, value in fields.items()]
        parts.append(f'{part}{field}"; filename="{name}"\r\n\r\n'.encode() + data + b"\r\n")
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        return self.request("POST", path, body, content_type=kind)


def logged_in(window: Browser, manager: DciManager) -> None:
    """Opens the first page with the cookie of a login over HTTP, which takes a quarter of the time
    of the login form.
    """
    visitor = Visitor(manager)
    visitor.log_in()
    window.cookie(manager.page_url, visitor.cookie)
    window.open(manager.page_url)
    window.one("nav")
