"""docs/recipes/invoices.py: forms with the fields that each program documents, sent by curl."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from tests.needs import ROOT, program
from tests.waiting import PATIENCE_S

SCRIPT = ROOT / "docs" / "recipes" / "invoices.py"
HEAD = (
    "row,number,corrects,date,customer_id,customer,item,period,quantity,unit,price,net_amount,"
    "currency"
)
ROWS = (
    "energy,2026-00001,,2026-11-02,7,Acme,Energy of r1/web-1,day,33.172,kWh,0.2890,9.59,EUR",
    "energy,2026-00001,,2026-11-02,7,Acme,Energy of r1/web-1,night,11.426,kWh,0.2150,2.46,EUR",
    "peak,2026-00001,,2026-11-02,7,Acme,Highest quarter hour,,0.176,kW,4.50,0.79,EUR",
    "total,2026-00001,,2026-11-02,7,Acme,Total,,44.598,kWh,,12.84,EUR",
    'not billed,2026-00002,,2026-11-02,8,"Bright, Sons & Co",Energy of r1/x,,,,,,EUR',
    'energy,2026-00002,,2026-11-02,8,"Bright, Sons & Co",Energy of r1/y,day,1.000,kWh,0.3,0.30,EUR',
    "energy,2026-00003,2026-00001,2026-11-03,7,Acme,Energy,day,30.000,kWh,0.2890,8.67,EUR",
    "difference,2026-00003,2026-00001,2026-11-03,7,Acme,Difference,,-3.172,kWh,,-0.92,EUR",
)
#: the parameters of each program's public documentation, read on 2026-11-25: needed, and others
DOCUMENTED: Mapping[str, tuple[set[str], set[str]]] = {
    # ispsystem.com/docs/b6c/developer-section/billmanager-api/expenses-expense: expense.edit
    "billmanager": (
        {"func", "sok", "subaccount", "amount"},
        {"out", "item", "operation", "taxrate", "postpaid", "name"},
    ),
    # developers.whmcs.com/api-reference/addbillableitem
    "whmcs": (
        {"action", "clientid", "description", "amount", "unit"},
        {"quantity", "invoiceaction", "recur", "recurcycle", "recurfor", "duedate", "responsetype"},
    ),
    # api2.hostbillapp.com/invoices/meteredAddUsage.html
    "hostbill": (
        {"call", "account_id", "variable", "qty"},
        {"output", "rawoutput", "charge", "date_created", "date_updated"},
    ),
    # docs.blesta.com: API, model invoices, method add; vars as PHP spells them
    "blesta": (
        {"vars[client_id]", "vars[date_billed]", "vars[date_due]", "vars[currency]"},
        {
            f"vars[lines][{at}][{name}]"
            for at in range(3)
            for name in ("description", "qty", "amount")
        },
    ),
}
#: what the key of an amount ends with
AMOUNT = {"blesta": "[amount]", "billmanager": "amount", "whmcs": "amount", "hostbill": "charge"}


@pytest.fixture
def billing(tmp_path: Path) -> Path:
    path = tmp_path / "billing.csv"
    path.write_text("\n".join([HEAD, *ROWS, ""]), "utf-8")
    return path


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *map(str, words)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def forms(*words: object) -> list[dict[str, str]]:
    return [dict(parse_qsl(one, strict_parsing=True)) for one in run(*words).stdout.splitlines()]


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_form_has_the_fields_that_the_program_documents(name: str, billing: Path) -> None:
    needed, others = DOCUMENTED[name]
    found = forms(name, billing)
    assert len(found) == (2 if name == "blesta" else 4)
    for form in found:
        assert needed <= form.keys() <= needed | others
    values = [
        form[key]
        for form in found
        for key in form
        if key.endswith(("amount]", AMOUNT.get(name, "]]")))
    ]
    assert sum(map(Decimal, values)) == Decimal("13.14")
    assert all("2026-0000" in " ".join(form.values()) for form in found)


def test_fields_have_the_values_of_the_rows(billing: Path) -> None:
    item = forms("whmcs", billing)[0]
    assert (item["clientid"], item["amount"], item["quantity"]) == ("7", "9.59", "1")
    assert (item["unit"], item["invoiceaction"]) == ("quantity", "nextinvoice")
    dated = forms("whmcs", billing, "--due", "2026-11-16")[0]
    assert (dated["invoiceaction"], dated["duedate"]) == ("duedate", "2026-11-16")
    usage = [form["variable"] for form in forms("hostbill", billing)]
    assert usage == ["energy_day", "energy_night", "energy_peak", "energy_day"]
    acme, bright = forms("blesta", billing)
    assert acme["vars[lines][2][amount]"] == "0.79" and "vars[lines][3][amount]" not in acme
    assert bright["vars[client_id]"] == "8" and bright["vars[lines][0][qty]"] == "1"


def test_a_correction_is_left_out_and_named(billing: Path) -> None:
    done = run("whmcs", billing)
    assert done.returncode == 1 and "a correction: statement 2026-00003" in done.stderr
    done = run("whmcs", billing, "--corrections")
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 5


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [(",7,Acme", ",,Acme", "give the id"), (",9.59,", ",,", "no price")],
)
def test_what_no_program_can_take_is_a_sentence_and_no_form(
    old: str, new: str, said: str, billing: Path
) -> None:
    billing.write_text(billing.read_text("utf-8").replace(old, new), "utf-8")
    done = run("whmcs", billing)
    assert done.returncode == 1 and not done.stdout and said in done.stderr


class _Kept(http.server.BaseHTTPRequestHandler):
    """Keeps the bodies that it gets."""

    bodies: list[str]

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        content = b'{"result":"success","billableid":1}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    kept: list[str] = []
    handler = type("Kept", (_Kept,), {"bodies": kept})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{made.server_address[1]}/", kept
        made.shutdown()
        thread.join(PATIENCE_S)


@pytest.mark.against("curl")
def test_curl_sends_a_form_with_the_login_of_its_own_file(
    server: tuple[str, list[str]], billing: Path, tmp_path: Path
) -> None:
    url, kept = server
    login = tmp_path / "whmcs.curl"
    login.write_text(f'url = "{url}"\ndata = "identifier=ID&secret=SECRET"\nfail-with-body\n')
    for form in run("whmcs", billing).stdout.splitlines():
        subprocess.run(
            [program("curl"), "--silent", "--show-error", "--config", str(login), "--data", "@-"],
            input=form,
            text=True,
            check=True,
            timeout=PATIENCE_S,
        )
    assert len(kept) == 4
    sent = [dict(parse_qsl(body, strict_parsing=True)) for body in kept]
    expected = [{"identifier": "ID", "secret": "SECRET", **one} for one in forms("whmcs", billing)]
    assert sent == expected and "Bright" not in sent[0]["description"]
