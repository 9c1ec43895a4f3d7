"""Builds and registers the archives, then polls and switches simulated PDUs: `make demo`, or
`python -m tests.demo`.
"""
