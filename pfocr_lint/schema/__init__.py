"""
The kinds of record and their JSON Schemas, and the validation of plain values.

Two validators use the same schemas: jsonschema (the reference), and functions compiled from the schemas (the fast path). This
package does not depend on YAML.
"""
