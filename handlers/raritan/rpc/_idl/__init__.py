"""The declarations of the vendor's modules as text in its IDL, each in a Python file: so archives,
the wheel and an import from a zip file carry them as they carry all code.

_runtime/idl_text.py describes the notation. `python packaging/idl_stubs.py`, which `make env` and
`make lint` run, writes a type stub beside each file.
"""
