"""Several exporters behind one Prometheus, with VictoriaMetrics for the long term: what happens if
one dies, and what a hall of many PDUs needs.
"""
