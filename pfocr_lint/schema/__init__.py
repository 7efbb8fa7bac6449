"""
The format as JSON Schemas: the kinds of record, what their schemas define for each key, and plain values held against them, by
jsonschema (the reference) and by the same schemas compiled to functions (the fast path). Knows nothing of YAML.
"""
