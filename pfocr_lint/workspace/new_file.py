"""Files that are written whole: they take their name when they are complete."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable


def write_whole(target: str, pieces: Iterable[bytes]) -> str:
    """Write a file, in place of one of its name; the SHA-256 of its bytes in hexadecimal. Raises OSError."""
    digest = hashlib.sha256()
    handle, beside = tempfile.mkstemp(dir=os.path.dirname(target) or ".", prefix=".pfocr-lint-new-")  # noqa: PTH120
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
        os.chmod(beside, 0o666 & ~_umask())  # noqa: PTH101 - a temporary file is for its owner alone
        os.replace(beside, target)  # noqa: PTH105
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)  # noqa: PTH108
        raise
    return digest.hexdigest()


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now
