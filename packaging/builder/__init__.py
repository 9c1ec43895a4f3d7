"""Builds the archives that DCImanager takes, and the script that registers them: `build.py` beside
this folder runs `command`. Needs only the standard library and this project.
"""
