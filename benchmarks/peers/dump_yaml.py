"""
Load and dump the front matter of every record in some folders with PyYAML's C loader and dumper, and write each file back.

The form is the pipeline's: one key at a time, width 80. Nothing is compared, and nothing is flushed to disk.

    python dump_yaml.py PROCESSES FOLDER ...
"""

import sys

import yaml
from spread import read, spread

FORM = {"Dumper": yaml.CSafeDumper, "allow_unicode": True, "width": 80, "sort_keys": False, "default_flow_style": False}


def dump(paths):
    for path in paths:
        values = yaml.load(read(path)[4:-4], Loader=yaml.CSafeLoader)
        body = "".join(yaml.dump({key: value}, **FORM) for key, value in values.items())
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"---\n{body}---\n")
    return len(paths)


if __name__ == "__main__":
    print(sum(spread(dump, int(sys.argv[1]), sys.argv[2:])), "records dumped")
