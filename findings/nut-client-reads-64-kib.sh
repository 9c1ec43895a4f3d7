#!/bin/sh
# aionut, the NUT client of Home Assistant, reads a list of at most 64 KiB, asyncio's limit: of a
# longer one it raises asyncio.LimitOverrunError, which is none of its own errors. RFC 9271 sets no
# limit. Each row repeats the device's name.
# Needs python3 with venv and pip.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/env"
"$T/env/bin/pip" -q install --disable-pip-version-check aionut==4.3.4
"$T/env/bin/python" - <<'PY' | tee "$T/out"
import asyncio
import aionut

ROWS = {"short": 1000, "long": 2000}


async def read_line(reader):
    try:
        return (await reader.readline()).decode()
    except asyncio.CancelledError:  # at the end
        return ""


async def serve(reader, writer):
    while line := (await read_line(reader)).split():
        if line[:2] == ["LIST", "VAR"]:
            name = line[2]
            rows = [f'VAR {name} outlet.{n}.current "0.52"' for n in range(ROWS[name])]
            lines = [f"BEGIN LIST VAR {name}", *rows, f"END LIST VAR {name}"]
            writer.write("".join(row + "\n" for row in lines).encode())
        else:
            writer.write(b"ERR UNKNOWN-COMMAND\n")
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for name in ROWS:
        client = aionut.AIONUTClient(host="127.0.0.1", port=port)
        try:
            came = f"{len(await client.list_vars(name))} variables"
        except Exception as error:
            own = isinstance(error, aionut.NUTError)
            came = f"{type(error).__name__}, {'one' if own else 'none'} of its own errors"
        print(f"{ROWS[name]} variables: {came}", flush=True)
    server.close()


asyncio.run(main())
PY
grep -q '^1000 variables: 1000 variables$' "$T/out"
grep -q '^2000 variables: LimitOverrunError, none of its own errors$' "$T/out"
