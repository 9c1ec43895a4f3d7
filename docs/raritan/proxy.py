"""Reads a unit behind a proxy, with a client certificate, by a session of requests.

The session's retries are not for what is sent once.
"""

import os

import requests
from dcimanager_pdu_handlers.http.requests_transport import RequestsTransport
from dcimanager_pdu_handlers.raritan import rpc
from dcimanager_pdu_handlers.raritan.rpc import pdumodel

session = requests.Session()
session.proxies = {"https": "http://proxy.example:3128"}
session.cert = ("client.pem", "client.key")
session.verify = "ca.pem"
with rpc.Agent(
    "https",
    "pdu.example",
    "admin",
    os.environ["PDU_PASSWORD"],
    transport=RequestsTransport(session),
) as agent:
    print(pdumodel.Pdu("/model/pdu/0", agent).getMetaData())
