"""Checks a statement of energy without `pdu`: python3 check_statement.py FOLDER ROOT

FOLDER has proof.json.gz, statement.json, perhaps statement.html and .csv. Checks that these and the
readings are those of the ROOT that was published, and from the readings registers, power, sums, and
no more kWh than a register rose; not what bounds resets. It does not show that the meter was right.
"""

import gzip
import hashlib
import json
import math
import sys
from datetime import datetime
from pathlib import Path

FILES = ("statement.csv", "statement.html", "statement.json")


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(salt, text):
    return sha(b"\0", salt, text.encode())


def climbed(node, path):
    for step in path:
        other = bytes.fromhex(step[1:])
        node = sha(b"\1", other, node) if step[0] == "l" else sha(b"\1", node, other)
    return node.hex()


def need(fact, said):
    fact or sys.exit(f"NOT PROVEN: {said}")


def row_leaf(text, salts):
    if text.startswith("["):
        return leaf(salts[0], text)
    register, _, flow = text.partition("|")
    inner = bytes.fromhex(flow[1:]) if flow.startswith("#") else leaf(salts[1], flow)
    return leaf(salts[0], f"{register}|{inner.hex()}")


def block(day):
    texts = day["texts"]
    if "seed" in day:
        seed, places = bytes.fromhex(day["seed"]), range(len(texts))
        salts = ([sha(seed, one, at.to_bytes(4, "big")) for one in (b"\0", b"\1")] for at in places)
    else:
        salts = ([bytes.fromhex(one) for one in some] for some in day["salts"])
    hidden = [bytes.fromhex(one[1:]) if one.startswith("#") else None for one in texts]
    return sha(b"\2", *(one or row_leaf(text, next(salts)) for one, text in zip(hidden, texts)))


def readings(line, days):
    """Begin, end, register and watts of each reading, each proven."""
    texts = []
    for day in line["days"]:
        where = f"{line['pdu']}, outlet {line['outlet']}, {day['day']}"
        need(climbed(block(day), day["path"]) == days.get(day["day"]), f"{where}: other readings")
        heads = [json.loads(text)[:3] for text in day["texts"] if text.startswith("[")]
        place = [day["day"], line["pdu"], line["outlet"]]
        need(heads and all(head == place for head in heads), f"{where}: another outlet or day")
        texts += [text for text in day["texts"] if not text.startswith("[")]
    shown = [at for at, text in enumerate(texts) if not text.startswith("#")]
    need(not shown or len(shown) == shown[-1] - shown[0] + 1, "a reading between others is hidden")
    for at in shown:
        register, _, flow = texts[at].partition("|")
        begin, end, _, _, kwh = register.split(",")
        watts = "" if flow.startswith("#") else flow.split(",")[1]
        yield float(begin), float(end), kwh and float(kwh), watts and float(watts)


def quarters(seen, begin, end):
    sums = {}
    for when, _, _, watts in seen:
        if watts != "" and begin <= when < end:
            sums.setdefault(int(when // 900), []).append(watts)
    return {at: math.fsum(some) / len(some) / 1000 for at, some in sums.items()}


def power(held):
    sums = {}
    for _, _, flows in held:
        for at, kilowatts in flows.items():
            sums.setdefault(at, []).append(kilowatts)
    known = sorted(
        math.fsum(some)
        for at, some in sums.items()
        if len(some) == sum(begin < (at + 1) * 900 and end > at * 900 for begin, end, _ in held)
    )
    return [known[-1], known[math.ceil(0.95 * len(known)) - 1]] if known else [None, None]


def same(one, other):
    return one is other if one is None or other is None else abs(one - other) < 0.0011


def check_line(line, seen):
    begin, end = (datetime.fromisoformat(line[one]).timestamp() for one in ("from", "to"))
    where = f"{line['pdu']}, outlet {line['outlet']}"
    read = [one for one in seen if one[2] != ""]
    need(sum(begin <= one[0] < end for one in read) == line["readings"], f"{where}: readings")
    for moment, said in ((begin, line["register_begin"]), (end, line["register_end"])):
        found = ([one for one in read if one[1] <= moment][-1:] or read[:1] or [None])[0]
        need((found and found[2]) == (said and said["kwh"]), f"{where}: register")
    flows = quarters(seen, begin, end)
    for one, other in zip(power([(begin, end, flows)]), (line["peak_kw"], line["p95_kw"])):
        need(same(one, other), f"{where}: power")
    lowest = line["kwh"] and line["kwh"]["low"]
    if lowest and not line["events"]:  # the register rose from the begin to what came next
        after = ([one for one in read if one[0] >= end] or read[-1:])[0][2]
        most = after - line["register_begin"]["kwh"] + line["meter"]["step_kwh"] + 0.001
        need(lowest <= most, f"{where}: more than the register rose")
    return begin, end, flows


def main(folder, root):
    proof = json.loads(gzip.decompress((folder / "proof.json.gz").read_bytes()))
    published = proof["published"]
    need(hashlib.sha256(published.encode()).hexdigest() == root, "the root is another one")
    said = [one.split(" ") for one in published.splitlines()]
    days = {one[1]: one[2] for one in said if one[0] == "day"}
    listed = "".join(f"{name} {proof['files'][name]}\n" for name in FILES)
    top = climbed(leaf(bytes.fromhex(proof["salt"]), listed), proof["path"])
    need(top == said[-1][1], "this statement is not one of those of the root")
    there = [one for one in FILES if one == "statement.json" or (folder / one).exists()]
    for name in there:
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        need(found == proof["files"][name], f"{name} is not the one that was published")
    statement = json.loads((folder / "statement.json").read_bytes())
    lines, total = statement["lines"], statement["total"]
    places = [[(one["pdu"], one["outlet"]) for one in all_] for all_ in (lines, proof["lines"])]
    need(places[0] == places[1], "the outlets are others")
    held = [check_line(one, [*readings(two, days)]) for one, two in zip(lines, proof["lines"])]
    for bound, said in total["kwh"].items():
        summed = sum(line["kwh"][bound] or 0 for line in lines if line["kwh"])
        need(same(summed, said), "the total is no sum")
    for one, other in zip(power(held), (total["peak_kw"], total["p95_kw"])):
        need(same(one, other), "the total's power")
    print(f"{statement['customer']}: readings as published, and {', '.join(there)}")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2])
    except Exception as error:  # whatever a file that is no proof may cause
        sys.exit(f"NOT PROVEN: {error!r}\n{__doc__.splitlines()[0]}")
