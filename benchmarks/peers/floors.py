"""
Lower bounds for every tool: list and stat the records of some folders, read their bytes, read and hash them.

    python floors.py stat|read|hash PROCESSES FOLDER ...
"""

import os
import sys


def read_all(paths):
    return sum(len(read(path)) for path in paths)


def hash_all(paths):
    from hashlib import sha256

    for path in paths:
        sha256(read(path)).digest()
    return len(paths)


if __name__ == "__main__":
    what, processes, folders = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    if what == "stat":
        print(sum(entry.stat().st_size for folder in folders for entry in os.scandir(folder)), "bytes")
    else:
        from spread import read, spread

        print(sum(spread(read_all if what == "read" else hash_all, processes, folders)), what)
