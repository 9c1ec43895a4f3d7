"""Turns billing.csv into requests for a billing program, one form for each line:

    python3 invoices.py PROGRAM billing.csv [--corrections] [--due 2026-11-16]

PROGRAM is billmanager, whmcs, hostbill or blesta. Sends nothing, and has no credentials:
docs/recipes.md shows how curl sends the forms. The fields are those of the public documentation:

- BILLmanager 6: ispsystem.com/docs/b6c/developer-section/billmanager-api/expenses-expense
- WHMCS: developers.whmcs.com/api-reference/addbillableitem
- HostBill: api2.hostbillapp.com/invoices/meteredAddUsage.html
- Blesta: docs.blesta.com/display/dev/API, model invoices, method add

Amounts are taken as they are in billing.csv, so that no program rounds them again. A row that is
not billed is left out. Of a correction the row `difference` is taken, with --corrections alone, and
else it is named: whether the statement before it was sent is for a person to know.
"""

import argparse
import csv
import re
import sys
from urllib.parse import urlencode


def billmanager(rows, due):
    """An expense for each row. `customer_id`: the client's subaccount."""
    for row in rows:
        yield {
            "func": "expense.edit", "sok": "ok", "out": "json", "subaccount": row["customer_id"],
            "amount": row["net_amount"], "name": text_of(row), "postpaid": "on",
        }  # fmt: skip


def whmcs(rows, due):
    """A billable item for each row, for the next invoice. Its quantity is 1: WHMCS keeps it as
    decimal(5,2), which 1,000 kWh do not fit, and the amount as decimal(16,2).
    """
    for row in rows:
        yield {
            "action": "AddBillableItem", "clientid": row["customer_id"],
            "description": text_of(row), "amount": row["net_amount"], "unit": "quantity",
            "quantity": "1", "responsetype": "json",
            **({"invoiceaction": "duedate", "duedate": due} if due else
               {"invoiceaction": "nextinvoice"}),
        }  # fmt: skip


def hostbill(rows, due):
    """Usage of the variables energy_PERIOD and energy_peak. `customer_id`: the HostBill account."""
    for row in rows:
        period = re.sub(r"[^a-z0-9]+", "_", row["period"].lower()) or row["row"]
        yield {
            "call": "meteredAddUsage", "account_id": row["customer_id"],
            "variable": f"energy_{period}", "qty": row["quantity"], "charge": row["net_amount"],
            "output": text_of(row),
        }  # fmt: skip


def blesta(rows, due):
    """One invoice for each statement. Blesta keeps 4 decimals of a price, so a line has its sum."""
    by_number = {}
    for row in rows:
        by_number.setdefault(row["number"], []).append(row)
    for some in by_number.values():
        form = {
            "vars[client_id]": some[0]["customer_id"], "vars[currency]": some[0]["currency"],
            "vars[date_billed]": some[0]["date"], "vars[date_due]": due or some[0]["date"],
        }  # fmt: skip
        for at, row in enumerate(some):
            line = {"description": text_of(row), "qty": "1", "amount": row["net_amount"]}
            form.update({f"vars[lines][{at}][{key}]": value for key, value in line.items()})
        yield form


def text_of(row):
    """What the invoice says of a row."""
    price = f" at {row['price']} {row['currency']}" if row["price"] else ""
    return f"{row['item']}: {row['quantity']} {row['unit']}{price} (statement {row['number']})"


def is_billed(row):
    """Whether an invoice has a row: of a correction, only the difference."""
    return row["row"] in (("difference",) if row["corrects"] else ("energy", "peak"))


PROGRAMS = {one.__name__: one for one in (billmanager, whmcs, hostbill, blesta)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", choices=PROGRAMS)
    parser.add_argument("billing")
    parser.add_argument("--corrections", action="store_true", help="also statements that correct")
    parser.add_argument("--due", default="", help="a day such as 2026-11-16")
    chosen = parser.parse_args()
    with open(chosen.billing, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if is_billed(row)]
    left_out = sorted({row["number"] for row in rows if row["corrects"]})
    if not chosen.corrections:
        rows = [row for row in rows if not row["corrects"]]
        for number in left_out:
            print(f"LEFT OUT, a correction: statement {number}", file=sys.stderr)
    for row in rows:
        if not re.fullmatch("[0-9]+", row["customer_id"]):
            sys.exit(
                f"{row['customer']}: give the id that your billing has, a whole number, as `id`"
                " of [[customer]]"
            )
        if not row["net_amount"]:
            sys.exit(f"{row['customer']}: no price, so no amount: give a tariff with prices")
    for form in PROGRAMS[chosen.program](rows, chosen.due):
        print(urlencode(form))
    sys.exit(1 if left_out and not chosen.corrections else 0)


if __name__ == "__main__":
    main()
