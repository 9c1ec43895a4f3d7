"""A PDU with pages for a browser, and an engineer's handler that reads them: a login form with a
token against forged requests (CSRF), two cookies in one answer, redirects, gzip, 304, a picture and
a font. What names its owner is planted.
"""

from __future__ import annotations

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

USER, PASSWORD = "mustermann", "Zq01-Sesam_01"
CSRF, SESSION = "tok-5f5f0ab7c1", "S1d-7f3a9b1c"
#: what a recording may not hold
PLANTED = (
    USER,
    PASSWORD,
    CSRF,
    SESSION,
    "Mustermann",
    "Reihe 7, Schrank Nord",
    "db-master-kunde7",
    "10.77.41.9",
    "SN7731AB41",
)
ON = "POST /outlet outlet={outlet}&to=1&csrf={any}"
OFF = "POST /outlet outlet={outlet}&to=0&csrf={any}"

HANDLER = '''
import http.cookiejar
import re
import time
import urllib.parse
import urllib.request

from pdu_common.base_pdu import BasePdu
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView

STATES = {"Ein": EnumPowerStatus.UP, "Aus": EnumPowerStatus.DOWN}


def make_handler(pdu_data):
    return PagePdu(pdu_data)


class PagePdu(BasePdu):
    def session(self):
        """A function that asks for a path, logged in, and the token of a form."""
        settings = self.pdu_data.custom_params
        jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
        )

        def ask(path, **form):
            body = urllib.parse.urlencode(form).encode() if form else None
            address = f"http://{self.pdu_data.ip}:{settings['port']}{path}"
            with opener.open(address, body, timeout=60) as answer:
                return answer.read().decode()

        token = re.search('name="csrf" value="([^"]*)"', ask("/login.html"))[1]
        ask("/login", user=settings["username"], pw=settings["password"], csrf=token)
        return ask, token

    def rows(self, ask):
        rows = re.findall("<tr id=o([0-9])><td>[^<]*<td>(.*?)<td>([0-9.]*)", ask("/outlets.html"))
        if not rows:
            raise RuntimeError("the page lists no outlets")
        return rows

    def status(self):
        ask, _ = self.session()
        view = PduView()
        for number, word, _ in self.rows(ask):
            state = STATES.get(re.sub("<.*?>| ", "", word), EnumPowerStatus.UNKNOWN)
            view.ports.append(PduPortView(identity=number, power_status=state))
        return view

    def port_up(self, port):
        return self.switch(port, 1)

    def port_down(self, port):
        return self.switch(port, 0)

    def switch(self, port, to):
        ask, token = self.session()
        ask("/outlet", outlet=port.identity, to=to, csrf=token)
        (port.power_status,) = (
            other.power_status for other in self.status().ports if other.identity == port.identity
        )
        return port

    def statistic(self):
        ask, _ = self.session()
        return PduStatisticView(load=sum(float(amps or 0) for _, _, amps in self.rows(ask)))
'''


class PageUnit(ThreadingHTTPServer):
    """Six outlets; the third and the sixth are off. `with` starts and ends it."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Pages)
        self.on = {str(number): number not in (3, 6) for number in range(1, 7)}
        self.commands: list[str] = []
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)

    def __enter__(self) -> PageUnit:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def page(self) -> str:
        rows = []
        for number, on in self.on.items():
            word = "Ein" if on else "Aus"
            cell = f"<b class=alarm>{word}</b>" if number == "2" else word
            name = "db-master-kunde7" if number == "1" else f"Dose {number}"
            amps = f"0.{number}" if on else ""
            rows.append(f"<tr id=o{number}><td>{name}<td>{cell}<td>{amps}")
        return (
            "<html><head><title>PDU von Mustermann</title><link rel=stylesheet href=/style.css>"
            f"<body><img src=/logo.png><p>Standort: Reihe 7, Schrank Nord</p>{''.join(rows)}"
            f"<p>Serial: SN7731AB41</p><a href=http://10.77.41.9/>IP</a>{self.form()}</html>"
        )

    def form(self) -> str:
        return f'<input type=hidden name="csrf" value="{CSRF}">'


_STYLE = b"@font-face{font-family:A;src:url(/a.woff2)}body{font:9px A}"
_LOGO = bytes.fromhex("89504e470d0a1a0a") + bytes(range(256))
_FONT = b"wOF2" + bytes(range(255, 0, -1))


class _Pages(BaseHTTPRequestHandler):
    server: PageUnit
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        is_logged_in = f"sid={SESSION}" in self.headers.get("Cookie", "")
        if self.path == "/":
            self._send(302, b"", [("Location", "/login.html")])
        elif self.path == "/login.html":
            page = "<html><link rel=stylesheet href=/style.css><form action=/login method=post>"
            page += f"<input name=user><input name=pw type=password>{self.server.form()}</form>"
            self._send_page(page)
        elif self.path == "/outlets.html" and is_logged_in:
            self._send_page(self.server.page())
        elif self.path == "/outlets.html":
            self._send(302, b"", [("Location", "/login.html")])
        elif self.path == "/style.css":
            self._send_cached(_STYLE, "text/css")
        elif self.path == "/logo.png":
            self._send_cached(_LOGO, "image/png")
        elif self.path == "/a.woff2":
            self._send_cached(_FONT, "font/woff2")
        else:
            self._send(404, b"", [])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if form.get("csrf") != CSRF:
            self._send(403, b"", [])
        elif self.path == "/login":
            is_right = (form.get("user"), form.get("pw")) == (USER, PASSWORD)
            cookies = [("Set-Cookie", f"sid={SESSION}; Path=/"), ("Set-Cookie", "lang=de; Path=/")]
            place = "/outlets.html" if is_right else "/login.html"
            self._send(303, b"", [("Location", place), *(cookies if is_right else [])])
        else:
            self.server.commands.append(body)
            self.server.on[form["outlet"]] = form["to"] == "1"
            self._send(303, b"", [("Location", "/outlets.html")])

    def _send_page(self, page: str) -> None:
        headers = [("Content-Type", "text/html; charset=iso-8859-1"), ("X-Owner", "Mustermann")]
        body = page.encode("iso-8859-1")
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body)
            headers.append(("Content-Encoding", "gzip"))
        self._send(200, body, headers)

    def _send_cached(self, body: bytes, kind: str) -> None:
        if self.headers.get("If-None-Match") == '"1"':
            self._send(304, b"", [])
        else:
            self._send(200, body, [("Content-Type", kind), ("ETag", '"1"')])

    def _send(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response(status)
        for name, text in headers:
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Prints nothing."""
