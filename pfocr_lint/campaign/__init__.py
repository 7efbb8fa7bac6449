"""
Many fixes as a plan that people review: made, applied, proven and taken back.

``plan_file`` is the format, ``record_edits`` computes the bytes of a record from its base and the lines of a plan, for all four
commands. May import the linter and the workspace; knows no arguments and prints nothing.
"""
