"""
The rules as documentation, from their declarations: the pages of docs/rules.md, --explain and --list-rules, and the examples as
whole files, which the tests run.
"""
