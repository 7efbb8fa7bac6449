"""
Generates the documentation of the rules from their declarations (docs/rules.md, --explain, --list-rules), and builds their
examples as complete files, which the tests check.
"""
