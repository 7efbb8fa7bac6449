"""
The rules run over a record, and fixes made until nothing changes, each round verified. Pure: bytes and values in, values out.
The prefilter decides for most records that no rule can find anything; the checker is the one place that chooses a path.
"""
