"""
Load the front matter of the records in some folders with PyYAML's C loader, without schema, rules or positions.

    python load_yaml.py PROCESSES FOLDER ...
"""

import sys

import yaml
from spread import read, spread


def load(paths):
    for path in paths:
        yaml.load(read(path)[4:-4], Loader=yaml.CSafeLoader)
    return len(paths)


if __name__ == "__main__":
    print(sum(spread(load, int(sys.argv[1]), sys.argv[2:])), "records loaded")
