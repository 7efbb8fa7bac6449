"""
Settings as values: which rules run for which path, how severe they are, what the command line puts on top, and TOML tables read
into them. Finding and reading the files is the workspace's.
"""
