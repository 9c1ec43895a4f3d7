"""Gets the objects of a NetBox or Nautobot: over its REST API, or from saved answers.

TLS is verified. The token is read from a file and goes only to the host of the URL: redirects and
the hosts in `next` are not followed; pages are asked for by their offset.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from handlers.http.login import Login
from handlers.http.strict_json import loads
from handlers.shared.errors import ProtocolError, SettingsError, printable
from handlers.shared.tls import Trust

from ...core.files import secret_files
from ...core.files.whole_files import read_file
from ...core.network.server_client import ReadLimits, ServerClient
from . import dcim
from .dcim import EXTRA, KINDS, Objects

_PAGE = 200
_MOST = 200_000  # objects of one kind
_LIMITS = ReadLimits(timeout_s=60.0, total_s=120.0, most_bytes=32 << 20)
_OPTIONAL = ("devices", "power-panels", "power-feeds", *EXTRA)
_SOME = 50  # ids in one request


def fetch(url: str, token_file: str, ca_file: str = "", needs_places: bool = False) -> Objects:
    """The objects of a living system; with `needs_places` the tree of locations too.

    Raises SettingsError and the errors of http/errors.py.
    """
    token = secret_files.read_secret(token_file, secret_files.SECRET).strip()
    # "Token" is the scheme of both; NetBox 4.5 also has tokens that are sent as Bearer
    scheme = "Bearer" if token.startswith("nbt_") else "Token"
    login = Login(token=token, sent_as=f"Authorization: {scheme} ")
    trust = (
        Trust(ca_pem=secret_files.read_secret(ca_file, secret_files.LIST)) if ca_file else Trust()
    )
    client = ServerClient(url, login, trust, _LIMITS, "--token-file FILE")
    base = client.path.removesuffix("/api")
    kinds = (*KINDS, "locations") if needs_places else KINDS
    try:
        objects = {kind: list(_pages(client, f"{base}/api/dcim/{kind}/")) for kind in kinds}
        # of the cables, only those that may be planned: a DCIM has many more of the network
        cables = sorted(map(str, dcim.cables_to_check(objects["power-ports"])))
        id_groups = [cables[start : start + _SOME] for start in range(0, len(cables), _SOME)]
        queries = ["".join(f"&id={quote(item, safe='')}" for item in ids) for ids in id_groups]
        path = f"{base}/api/dcim/cables/"
        objects["cables"] = [item for query in queries for item in _pages(client, path, query)]
        return objects
    finally:
        client.close()


def _pages(client: ServerClient, path: str, query: str = "") -> Iterator[dict[str, Any]]:
    # > GET /api/dcim/power-ports/?limit=200&offset=0&depth=1
    # < {"count": 412, "next": "...", "results": [...]}
    offset = 0
    while True:
        reply = client.get(f"{path}?limit={_PAGE}&offset={offset}&depth=1{query}")
        try:
            page = loads(reply.body)
        except (ValueError, RecursionError):
            page = None
        results, count = _results(page, path)
        yield from results
        offset += len(results)
        if offset >= count:
            return
        if not results or count > _MOST:
            raise ProtocolError(f"{path} lists {offset} of {count} objects", host=client.name)


def _results(page: object, where: str) -> tuple[list[dict[str, Any]], int]:
    results = page.get("results") if isinstance(page, dict) else page
    if not isinstance(results, list) or not all(isinstance(item, dict) for item in results):
        raise ProtocolError(f"{printable(where)}: not a list of objects of a REST API")
    count = page.get("count") if isinstance(page, dict) else None
    return results, count if isinstance(count, int) else len(results)


def read_saved(folder: str) -> Objects:
    """The objects in saved answers: `power-ports.json`, or several pages `power-ports-2.json`.

    Raises SettingsError.
    """
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise SettingsError(f"{folder} cannot be read ({error.strerror})") from None
    return {kind: _read_kind(folder, kind, names) for kind in (*KINDS, *EXTRA)}


def _read_kind(folder: str, kind: str, names: Sequence[str]) -> list[dict[str, Any]]:
    pages = [re.fullmatch(rf"{kind}(?:-([0-9]{{1,9}}))?\.json", name) for name in names]
    page_by_number = {int(page[1] or 1): page[0] for page in pages if page is not None}
    if not page_by_number and kind not in _OPTIONAL:
        raise SettingsError(
            f"{folder} has no {kind}.json: save the answer of /api/dcim/{kind}/?limit=0 there"
        )
    objects: list[dict[str, Any]] = []
    most = 0
    for _, name in sorted(page_by_number.items()):
        path = os.path.join(folder, name)
        try:
            results, count = _results(json.loads(read_file(path)), path)
        except (ValueError, RecursionError, ProtocolError):
            raise SettingsError(f"{path} is not an answer of a REST API") from None
        objects += results
        most = max(most, count)
    if len(objects) < most:
        raise SettingsError(
            f"{folder}: the {kind} saved are {len(objects)} of {most}; save all pages, as"
            f" {kind}-2.json and so on"
        )
    return objects
