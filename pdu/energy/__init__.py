"""kWh of a month per outlet and customer, as intervals: from readings in one SQLite file, which
`pdu meter` writes, or in a Prometheus that scrapes `pdu exporter`.
"""
