"""Importing: readers out of a file, ours or another program's. One file per program, per noun, per step."""
