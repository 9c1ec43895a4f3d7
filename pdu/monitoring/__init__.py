"""Many PDUs at once: `pdu check`, `pdu find` and `pdu exporter`.

`probes` reads for the exporter, one PDU for each query. What other commands use too is in
`core/inventory`: `reader_pool` reads a list in processes, `polling` a PDU of a list.
"""
