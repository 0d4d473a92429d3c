"""Deliberately broken input of every kind: each is played, or refused in one line.

A module here that is no part of the frame is a kind of input, named as its file without what follows "_". It offers
`run(count, seed) -> Report`.
"""
