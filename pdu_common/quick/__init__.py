"""An SNMP client for reads: a codec of its own on blocking UDP.

It takes about a twentieth of the processor time of pysnmp, and none of its 0.1 s of imports. The
codec (`ber`, `pdus`, `v3`, `keys`, `ciphers`, `usm`) is pure; `dialogues` and `users` pair
requests with answers; `client` has the only socket. It cannot write: every SET goes through pysnmp.
"""
