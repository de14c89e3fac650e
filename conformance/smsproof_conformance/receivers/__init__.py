"""Judging a customer's webhook: we play the vendor, one module of cases for each.

A receiver is judged by what it answers and, where it offers a probe, by what its handler did.
Decisions: the project's paper on judging receivers and clients, rows 8 to 13.
"""
