"""The fuzz phase: what an engine and our own strategies invent, judged by the standing cases."""
