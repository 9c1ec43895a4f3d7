"""`pdu plan import`: CSV, saved answers in the shapes of NetBox and Nautobot, an API over TLS."""

from __future__ import annotations

import http.server
import json
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme

from pdu import root
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import Cord, Drawing, HallNode
from tests.servers.serving import in_thread

TOKEN = "0123456789abcdef0123456789abcdef01234567"


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = root.run([str(word) for word in words])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


@pytest.fixture
def readings(tmp_path: Path) -> Path:
    """Two PDUs. The left one's outlets have names, which differ from the printed numbers."""
    path = tmp_path / "readings.json"
    left = [("1", "11", "web"), ("2", "12", "db"), ("3", "13", "2")]
    pdus: list[dict[str, Any]] = [
        {
            "name": "left",
            "outlets": [{"identity": key, "state": "on"} for key, _, _ in left],
            "labels": [dict(zip(("identity", "number", "name"), one)) for one in left],
        },
        {"name": "right", "outlets": [{"identity": str(n), "state": "on"} for n in (1, 2)]},
    ]
    path.write_text(json.dumps({"pdus": pdus}))
    return path


def drawn(path: Path) -> Drawing:
    return drawing_file.read_drawing(str(path))


def cords(path: Path, machine: str) -> list[str]:
    return [str(cord) for cord in drawn(path).machines[machine].cords]


# ---- CSV -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "outlets, expected",
    [(("web", "db"), ["left/1", "left/2"]), (("11", "13"), ["left/1", "left/3"])],
    ids=["names", "numbers"],
)
def test_outlets_join_by_name_then_by_printed_number(
    tmp_path: Path,
    readings: Path,
    capsys: pytest.CaptureFixture[str],
    outlets: tuple[str, str],
    expected: list[str],
) -> None:
    table, target = tmp_path / "c.csv", tmp_path / "hall.toml"
    rows = [f"srv,{number},left,{outlet}" for number, outlet in enumerate(outlets)]
    table.write_text("\n".join(["server,psu,pdu,outlet", *rows, ""]))
    code, _, err = run(capsys, "plan", "import", table, "--readings", readings, "-o", target)
    assert code == 0 and "the feed of some PDUs is not known" in err
    assert cords(target, "srv") == expected


def test_an_outlet_that_does_not_join_stops_the_import_with_both_lists(
    tmp_path: Path, readings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, target = tmp_path / "c.csv", tmp_path / "hall.toml"
    # one is a name and one a number: no rule joins both
    table.write_text("server,psu,pdu,outlet\nsrv,1,left,web\nsrv,2,left,12\n")
    code, out, err = run(capsys, "plan", "import", table, "--readings", readings, "-o", target)
    assert code == 2 and not target.exists()
    assert "c.csv: line 2: left: outlet 'web' of the import has neither the name nor the" in err
    assert out.splitlines()[:3] == [
        "in the import  identity  printed  name on the PDU",
        "web            1         11       web",
        "12             2         12       db",
    ]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("server,pdu\na,b\n", "c.csv: the header must be server,psu,pdu,outlet or pdu,line"),
        ("server,psu,pdu,outlet\na,1,left\n", "line 2: the cell 'outlet' is empty"),
        ("server,psu,pdu,outlet\na,1,left,1,5\n", "line 2 has 5 cells, the header has 4"),
        (
            "pdu,line,breaker_a,feed\nleft,L1,big,A\n",
            "line 2: breaker_a is 'big': give a number from",
        ),
        ("server,psu,pdu,outlet\na,1,gone,1\n", "line 2: the outlets of 'gone' are not known"),
        (
            "server,psu,pdu,outlet\na,1,left,web\n\nb,1,left,web\n",
            "line 4: outlet '1' of 'left' already belongs to 'a' (",
        ),
    ],
)
def test_a_wrong_table_is_one_sentence(
    tmp_path: Path, readings: Path, capsys: pytest.CaptureFixture[str], text: str, expected: str
) -> None:
    table = tmp_path / "c.csv"
    table.write_text(text)
    target = tmp_path / "hall.toml"
    code, out, err = run(capsys, "plan", "import", table, "--readings", readings, "-o", target)
    assert code == 2 and not out and expected in err and not target.exists()


def test_an_update_keeps_comments_and_what_people_added(
    tmp_path: Path, readings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("tomlkit")
    table, lines, target = tmp_path / "c.csv", tmp_path / "l.csv", tmp_path / "hall.toml"
    table.write_text("server,psu,pdu,outlet\na,1,left,web\nb,1,left,db\n")
    lines.write_text("pdu,line,breaker_a,feed,limit_percent\nleft,L1,16,A,80%\n")
    again = ("plan", "import", table, lines, "--readings", readings, "-o", target)
    assert run(capsys, *again)[0] == 0
    target.write_text(
        target.read_text().replace('name = "b"', 'name = "b"  # ours\nprotected = true')
    )
    table.write_text("server,psu,pdu,outlet\nb,1,left,db\nb,2,right,2\n")
    lines.write_text("pdu,line,breaker_a,feed,limit_percent\nleft,L1,20,A,80%\nright,L1,16,B,\n")
    code, out, _ = run(capsys, *again)
    assert code == 0
    assert set(out.splitlines()[1:]) == {
        "new: feed B",
        "new: pdu right",
        "changed: pdu left/L1: breaker_a",
        "changed: machine b: cords",
        "not in the import, kept: machine a",
    }
    found = drawn(target).machines["b"]
    assert found.protected and found.cords == (Cord("left", "2"), Cord("right", "2"))
    assert "# ours" in target.read_text()
    assert drawn(target).pdus["left"].lines[0].rating_a == 20


# ---- NetBox and Nautobot -------------------------------------------------------------------------


#: by kind
Objects = dict[str, list[dict[str, Any]]]


def netbox() -> Objects:
    """In the shapes of NetBox 4's OpenAPI document: PowerPort, PowerOutlet, PowerFeed."""
    feed = {"phase": {"value": "three-phase", "label": "Three-phase"}, "max_utilization": 75}
    return {
        "devices": [
            {"id": 1, "name": "left", "rack": {"id": 4, "name": "r1"}},
            {"id": 2, "name": "right", "rack": None},
            {"id": 3, "name": "srv"},
        ],
        "power-outlets": [
            {"id": 51, "device": {"id": 1, "name": "left"}, "name": "web"},
            {"id": 52, "device": {"id": 2, "name": "right"}, "name": "2"},
        ],
        "power-ports": [
            _port(61, 1, "Inlet", "dcim.powerfeed", {"id": 71, "name": "F1"}),
            _port(62, 2, "Inlet", "dcim.powerfeed", {"id": 72, "name": "F2"}),
            _port(63, 3, "PSU1", "dcim.poweroutlet", {"id": 51, "name": "web"}),
            _port(64, 3, "PSU2", "dcim.poweroutlet", {"id": 52, "name": "2"}),
            {"id": 65, "device": {"id": 3}, "name": "PSU3", "connected_endpoints": None},
        ],
        "power-feeds": [
            {"id": 71, "name": "F1", "power_panel": {"id": 81}, "amperage": 32, **feed},
            {"id": 72, "name": "F2", "power_panel": {"id": 82}, "amperage": 16, **feed},
        ],
        "power-panels": [{"id": 81, "name": "PP-A"}, {"id": 82, "name": "PP-B"}],
    }


def _port(number: int, device: int, name: str, kind: str, end: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": number,
        "device": {"id": device},
        "name": name,
        "connected_endpoints": [end],
        "connected_endpoints_type": kind,
        "connected_endpoints_reachable": True,
    }


def nautobot() -> Objects:
    """The same in Nautobot 3's shapes: one endpoint, ids as text, power paths, nested panels."""
    text = json.loads(json.dumps(netbox()))
    for kind, objects in text.items():
        for one in objects:
            one["id"] = f"id-{one['id']}"
            for key in ("device", "power_panel"):
                if key in one:
                    one[key] = {"id": f"id-{one[key]['id']}", "object_type": "dcim.x"}
            if kind == "power-ports":
                ends = one.pop("connected_endpoints")
                end_kind = one.pop("connected_endpoints_type", None)
                one["connected_endpoint"] = {"id": f"id-{ends[0]['id']}"} if ends else None
                one["connected_endpoint_type"] = end_kind
    main = {"id": "id-83", "name": "MAIN"}
    text["power-panels"].append(main)
    text["power-feeds"][0]["power_path"] = {"value": "a", "label": "Path A"}
    text["power-feeds"].append(
        {
            "id": "id-73",
            "name": "F3",
            "power_panel": {"id": "id-83"},
            "destination_panel": {"id": "id-82"},
            "power_path": "b",
            "amperage": 63,
        }
    )
    found: Objects = text
    return found


def saved(folder: Path, objects: Objects) -> Path:
    folder.mkdir()
    for kind, every in objects.items():
        for page, one in enumerate(every, 1):  # a page for each object
            name = f"{kind}.json" if page == 1 else f"{kind}-{page}.json"
            answer = {"count": len(every), "next": "http://x/", "results": [one]}
            (folder / name).write_text(json.dumps(answer))
    return folder


def test_saved_answers_of_netbox_become_a_drawing(
    tmp_path: Path, readings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, target = saved(tmp_path / "answers", netbox()), tmp_path / "hall.toml"
    code, _, err = run(
        capsys, "plan", "import", "--answers", folder, "--readings", readings, "-o", target
    )
    assert code == 0 and not err
    found = drawn(target)
    assert cords(target, "srv") == ["left/1", "right/2"]
    assert list(found.feeds) == ["PP-A", "PP-B"] and found.pdus["left"].rack == "r1"
    left = found.pdus["left"]
    assert left.inputs == (HallNode("feed", "PP-A"),)
    assert (left.lines[0].rating_a, left.lines[0].limit_a) == (32, 24)


def test_saved_answers_of_nautobot_bring_paths_and_panels_that_feed_panels(
    tmp_path: Path, readings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, target = saved(tmp_path / "answers", nautobot()), tmp_path / "hall.toml"
    code, _, err = run(
        capsys, "plan", "import", "--answers", folder, "--readings", readings, "-o", target
    )
    assert code == 0 and not err
    found = drawn(target)
    assert cords(target, "srv") == ["left/1", "right/2"]
    assert {name: panel.inputs for name, panel in found.panels.items()} == {
        "PP-A": (HallNode("feed", "A"),),
        "PP-B": (HallNode("panel", "MAIN"),),
        "MAIN": (HallNode("feed", "B"),),
    }


def test_missing_pages_and_other_shapes_are_refused(
    tmp_path: Path, readings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, target = saved(tmp_path / "answers", netbox()), tmp_path / "hall.toml"
    (folder / "power-ports-4.json").unlink()
    words = ("plan", "import", "--answers", folder, "--readings", readings, "-o", target)
    assert "the power-ports saved are 4 of 5; save all pages" in run(capsys, *words)[2]
    (folder / "power-ports-4.json").write_text(json.dumps([{"id": 9, "name": "x"}]))
    assert "another shape than NetBox's or Nautobot's" in run(capsys, *words)[2]


class Api(NamedTuple):
    """A REST API with two objects on a page, over TLS."""

    url: str
    #: its authority's certificate
    pem: Path
    #: path, query and Authorization of each request
    seen: list[tuple[str, str, str]]
    #: what it answers
    objects: Objects
    token: str = TOKEN


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    objects: Objects = {**netbox(), "cables": []}
    seen: list[tuple[str, str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            seen.append((parts.path, parts.query, self.headers.get("Authorization", "")))
            offset = int(parse_qs(parts.query)["offset"][0])
            every = objects[parts.path.rstrip("/").rpartition("/")[2]]
            allowed = self.headers.get("Authorization") == f"Token {TOKEN}"
            answer: Any = {
                "count": len(every),
                "next": "http://elsewhere.invalid/",
                "results": every[offset : offset + 2],
            }
            body = json.dumps(answer if allowed else {"detail": "Invalid token"}).encode()
            self.send_response(200 if allowed else 403)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Prints no traceback into the output that the test reads: a client that trusts no
            certificate ends the connection."""
            assert isinstance(sys.exc_info()[1], OSError)

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    authority.issue_cert("127.0.0.1").configure_cert(context)
    pem = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(pem))
    pem.chmod(0o644)
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with in_thread(server):
        yield Api(f"https://127.0.0.1:{server.server_address[1]}/netbox", pem, seen, objects)


def test_a_living_api_is_read_page_by_page_with_the_token_of_a_file(
    tmp_path: Path, readings: Path, capsys: pytest.CaptureFixture[str], api: Api
) -> None:
    token, target = tmp_path / "token", tmp_path / "hall.toml"
    token.write_text(TOKEN + "\n")
    token.chmod(0o600)
    words = ["plan", "import", "--url", api.url, "--token-file", token, "--readings", readings]
    code, out, err = run(capsys, *words, "-o", target)
    assert code == 3 and "certificate" in err and not api.seen  # no token without trust
    code, out, err = run(capsys, *words, "-o", target, "--ca-pem", api.pem)
    assert code == 0 and not err
    assert cords(target, "srv") == ["left/1", "right/2"]
    ports = [query for path, query, _ in api.seen if path == "/netbox/api/dcim/power-ports/"]
    assert [parse_qs(query)["offset"] for query in ports] == [["0"], ["2"], ["4"]]
    token.write_text("x" * 40)
    code, out, err = run(capsys, *words, "-o", target, "--ca-pem", api.pem)
    assert code == 4 and "x" * 40 not in out + err
