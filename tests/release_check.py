"""
Checks what would be published: ``make release-check``.

The archives are built twice and must have the same bytes; twine, check-wheel-contents and validate-pyproject accept them; installed
into a new environment of each Python that is found, the command checks the samples.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = [f"python3.{minor}" for minor in range(10, 15)]
SAMPLE = ROOT / "samples" / "_figures" / "PMC9405586__biomedicines-10-01841-g001.md"


def run(*command: object, **options) -> str:
    shown = " ".join(map(str, command))
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    if result.returncode:
        sys.exit(f"release-check: {shown}: status {result.returncode}\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result.stdout


def built(folder: Path) -> dict[str, str]:
    """Build wheel and source archive from what Git tracks; the digest of each by its name."""
    source = folder / "source"
    source.mkdir(parents=True)
    archive = folder / "tracked.tar"
    run("git", "-C", ROOT, "archive", "--output", archive, "HEAD")
    shutil.unpack_archive(archive, source, filter="data") if sys.version_info >= (3, 12) else shutil.unpack_archive(
        archive, source
    )
    date = run("git", "-C", ROOT, "log", "-1", "--format=%ct").strip()
    environ = {**os.environ, "SOURCE_DATE_EPOCH": date}
    run(sys.executable, "-m", "hatchling", "build", "--directory", folder / "dist", cwd=source, env=environ)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((folder / "dist").iterdir())}


def installed(archive: Path, python: str, folder: Path) -> None:
    """Install an archive into a new environment, and check a sample with it."""
    run(python, "-m", "venv", folder)
    bin_ = folder / ("Scripts" if os.name == "nt" else "bin")
    run(bin_ / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", archive)
    version = run(bin_ / "pfocr-lint", "--version", cwd=folder).split()[-1]
    run(bin_ / "pfocr-lint", "--no-cache", SAMPLE, cwd=folder)
    print(f"{archive.name}: installed with {python}, version {version}, checks a sample")


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        first, second = built(folder / "1"), built(folder / "2")
        if first != second:
            sys.exit(f"release-check: two builds differ: {first} and {second}")
        archives = sorted((folder / "1" / "dist").iterdir())
        print(f"{', '.join(first)}: two builds have the same bytes")
        here = Path(sys.executable).parent
        run(here / "twine", "check", "--strict", *archives)
        run(here / "check-wheel-contents", next(each for each in archives if each.suffix == ".whl"))
        run(here / "validate-pyproject", ROOT / "pyproject.toml")
        print("twine, check-wheel-contents and validate-pyproject find nothing")
        found = [python for python in PYTHONS if shutil.which(python) and not _is_broken(python)]
        for python in found or [sys.executable]:
            for archive in archives:
                installed(archive, python, folder / f"{Path(python).name}-{archive.suffix[1:]}")
        missing = [python for python in PYTHONS if python not in found]
        print(f"not found here, and not tried: {', '.join(missing)}" if missing else "all supported versions were tried")


def _is_broken(python: str) -> bool:
    return subprocess.run([python, "-c", "import venv, ssl"], capture_output=True, check=False).returncode != 0


if __name__ == "__main__":
    main()
