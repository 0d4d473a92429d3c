"""Fuzzing: deliberately broken input of every kind must be accepted, or refused in one line.

Every module here except the framework is a kind of input, named by its file name up to "_". It has
`run(count, seed) -> Report`.
"""
