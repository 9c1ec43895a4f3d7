"""SNMP for the double of BaseSnmpPdu.

`calls` has the platform's three calls. `tool_api` is what the command may import: typed reads and
the datagram of a GET. Handlers import nothing from here.

The client sends over blocking UDP with a codec of its own, which takes less than a tenth of the
processor time of pysnmp's calls, and none of its 0.1 s of imports. The codec (`ber`, `pdus`, `v3`,
`keys`, `ciphers`, `usm`) is pure; `exchanges` and `usm_exchange` pair requests with responses;
`udp_client` has the only socket.
"""
