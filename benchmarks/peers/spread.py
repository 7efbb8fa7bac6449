"""Shared code of the peers: distributes records in chunks over forked processes, and reads a file with little overhead."""

import multiprocessing
import os

CHUNK = 512
BUFFER = 1 << 16


def read(path):
    """Return the bytes of a file."""
    handle = os.open(path, os.O_RDONLY)
    try:
        data = os.read(handle, BUFFER)
        if len(data) == BUFFER:
            while more := os.read(handle, 1 << 20):
                data += more
        return data
    finally:
        os.close(handle)


def names(folders):
    """Return the paths of the records in the folders, sorted by name."""
    return [f"{folder}/{name}" for folder in folders for name in sorted(os.listdir(folder))]


def spread(work, processes, folders):
    """Yield ``work(chunk)`` for each chunk of paths, in order; with one process, without a pool."""
    paths = names(folders)
    chunks = [paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)]
    if processes == 1:
        yield from map(work, chunks)
        return
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield from pool.imap(work, chunks)
