"""Small faults put into the modules that decide, to see whether a test notices each: mutation
testing, by `python -m tests.mutants`.
"""
