"""The record of a run: every request before it leaves, what came of it, and what arrived."""
