"""
Validate the records of some folders with PyYAML's composer and jsonschema, and print one line per error: the usual parts of a
linter with positions. Nodes are composed once, values are constructed from them, and the validator is built once.

    python compose_schema.py PROCESSES SCHEMA FOLDER ...
"""

import json
import sys

import jsonschema
import yaml
from spread import read, spread

VALIDATOR = None


def line(node, path):
    """Return the line of the value at a path, counted from 1, with the front matter fence."""
    for step in path:
        if isinstance(node, yaml.SequenceNode):
            node = node.value[step]
        else:
            node = next(value for key, value in node.value if key.value == step)
    return node.start_mark.line + 2


def validate(paths):
    found = []
    for path in paths:
        loader = yaml.CSafeLoader(read(path)[4:-4])
        try:
            node = loader.get_single_node()
            data = loader.construct_document(node)
        finally:
            loader.dispose()
        found += [f"{path}:{line(node, error.absolute_path)}: {error.message[:200]}" for error in VALIDATOR.iter_errors(data)]
    return found


if __name__ == "__main__":
    with open(sys.argv[2], "rb") as handle:
        VALIDATOR = jsonschema.Draft202012Validator(json.load(handle))
    for part in spread(validate, int(sys.argv[1]), sys.argv[3:]):
        print("\n".join(part))
