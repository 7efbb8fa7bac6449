"""
PyYAML's composer and jsonschema on the records of some folders, a line for each failure: what a linter with positions is
usually made of. The nodes are composed once, the values made from them, the validator built once.

    python compose_schema.py PROCESSES SCHEMA FOLDER ...
"""

import json
import sys

import jsonschema
import yaml
from spread import read, spread

VALIDATOR = None


def line(node, path):
    """The line of the value at a path, counted from 1, the fence included."""
    for step in path:
        if isinstance(node, yaml.SequenceNode):
            node = node.value[step]
        else:
            node = next(value for key, value in node.value if key.value == step)
    return node.start_mark.line + 2


def judge(paths):
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
    for part in spread(judge, int(sys.argv[1]), sys.argv[3:]):
        print("\n".join(part))
