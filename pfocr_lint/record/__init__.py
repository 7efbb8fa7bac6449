"""
Reads one file into values and positions, and writes values in the pipeline's own form.

It has three parsers: PyYAML (the reference), a fast parser for the pipeline's own form, and a parser for many records at once.
It also explains YAML errors, and derives fields from other fields.
"""
