"""Runs archives on plausible forms of DCImanager's modules, or on a copy of the real ones: `python
-m tests.conformance`.
"""
