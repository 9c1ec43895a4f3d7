"""The unit that the scripts beside this file work on, by four variables of the environment."""

import os

from dcimanager_pdu_handlers.raritan import rpc

agent = rpc.Agent(
    "https",
    os.environ["PDU_HOST"],
    os.environ["PDU_USERNAME"],
    os.environ["PDU_PASSWORD"],
    trust=rpc.Trust(fingerprint=os.environ["PDU_FINGERPRINT"]),
)
