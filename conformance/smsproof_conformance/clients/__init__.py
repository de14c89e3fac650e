"""Judging a client: any program in any language sends to a recording server, and its requests are judged.

Decisions: the project's paper on judging receivers and clients, rows 1 to 7.
"""
