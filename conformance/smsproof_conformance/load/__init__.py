"""Load: many sends by many workers on Locust, each given out once, recorded and judged like any other."""
