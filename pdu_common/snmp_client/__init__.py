"""SNMP for the double of BaseSnmpPdu, and what the platform has nothing of: a quick client, and
batches.

`calls` has the platform's three calls over pysnmp or the quick client, which `process_options`
chooses for a process. `tool_api` is the door for the command: typed reads, batches, the BER of
values. Handlers import nothing from here.

The quick client reads over blocking UDP with a codec of its own. It takes about a twentieth of the
processor time of pysnmp, and none of its 0.1 s of imports. The codec (`ber`, `pdus`, `v3`, `keys`,
`ciphers`, `usm`) is pure; `exchanges` and `usm_exchange` pair requests with responses; `udp_client`
has the only socket. It cannot write: every SET goes through pysnmp.
"""
