"""
One file as values and positions: the parsers (PyYAML, the reference; a fast one for the pipeline's own form, and one for many
records at once), what is wrong with text that is no YAML, what follows from which field, and values written as the pipeline
writes them.
"""
