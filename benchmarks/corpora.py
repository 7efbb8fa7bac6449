"""The folders of records that the cases run on: made once, kept in the data folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from defects import spoil
from measure import CommandError

RECORDS, PAGES = "_figures", "_organisms"


class CorpusError(Exception):
    """What is needed to make a corpus is not there; one line that names it."""


@dataclass(frozen=True)
class Corpora:
    """
    ``data`` is the folder they are kept in, ``maker`` the program that makes clean records, ``given`` a folder that holds
    such records already (it is only read), ``lint`` the linter, which must find something in every record that is to be dirty.
    """

    data: Path
    maker: Path
    given: Path | None
    lint: tuple[str, ...]

    @cached_property
    def _source(self) -> str:
        """A name for where the clean records come from, so that those of another source are not taken for them."""
        if self.given is not None:
            return f"{zlib.crc32(os.fsencode(self.given.resolve())):08x}"
        if not self.maker.is_file():
            raise CorpusError(
                f"{self.maker}: there is no such corpus maker; name one with --corpus-tool, or records with --records"
            )
        return f"{zlib.crc32(self.maker.read_bytes()):08x}"

    def _made(self, kind: str, size: int) -> tuple[Path, bool]:
        """Where a corpus is or comes to be, and whether it is there."""
        folder = self.data / f"{kind}-{size}-{self._source}"
        return folder, folder.is_dir()

    def clean(self, size: int) -> Path:
        """Records without a defect, with the organism pages."""
        if self.given is not None and (there := len(self._names(self.given))) <= size:
            if there < size:
                raise CorpusError(f"{self.given}: {size:,} records are asked for, it holds {there:,}")
            return self.given
        folder, there = self._made("clean", size)
        if not there:
            with _whole(folder) as part:
                if self.given is not None:
                    self._copy(self.given, part, size)
                else:
                    command = [sys.executable, str(self.maker), str(part), "--records", str(size), "--organisms"]
                    if subprocess.run(command, check=False).returncode:
                        raise CorpusError(f"{self.maker}: the corpus maker failed")
        return folder

    def clone(self, size: int) -> Path:
        """The clean records as a fresh clone has them: other inodes, other times."""
        folder, there = self._made("clone", size)
        if not there:
            clean = self.clean(size)
            with _whole(folder) as part:
                self._copy(clean, part, size)
        return folder

    def dirty(self, size: int) -> Path:
        """Every record with one defect."""
        return self._spoilt("dirty", size, size)

    def some(self, size: int) -> Path:
        """One record in a hundred with one defect, the first among them."""
        return self._spoilt("some", size, max(1, size // 100))

    def cut(self, size: int) -> Path:
        """The front matter of the clean records alone, as .yml files."""
        folder, there = self._made("cut", size)
        if not there:
            clean = self.clean(size) / RECORDS
            with _whole(folder) as part:
                part.mkdir()
                for name in sorted(os.listdir(clean)):
                    text = (clean / name).read_bytes()
                    (part / f"{name.removesuffix('.md')}.yml").write_bytes(text.removeprefix(b"---\n").removesuffix(b"---\n"))
        return folder

    def originals(self, size: int) -> Path:
        """The spoilt records of ``some``, to put back what --fix has mended."""
        return self.some(size).with_suffix(".originals")

    def restore(self, size: int) -> None:
        """``some`` as it was before --fix."""
        records = self.some(size) / RECORDS
        for kept in self.originals(size).iterdir():
            if (records / kept.name).read_bytes() != kept.read_bytes():
                shutil.copyfile(kept, records / kept.name)

    def _names(self, folder: Path) -> list[str]:
        if not (folder / RECORDS).is_dir():
            raise CorpusError(f"{folder}: no folder {RECORDS} in it; --records wants one that holds {RECORDS} and {PAGES}")
        return sorted(os.listdir(folder / RECORDS))

    def _copy(self, source: Path, target: Path, size: int) -> list[str]:
        """``size`` records of the source, evenly taken, and its organism pages; the records' names."""
        names = self._names(source)
        names = [names[index * len(names) // size] for index in range(size)]
        (target / RECORDS).mkdir(parents=True)
        for name in names:
            shutil.copyfile(source / RECORDS / name, target / RECORDS / name)
        if (source / PAGES).is_dir():
            shutil.copytree(source / PAGES, target / PAGES, copy_function=shutil.copyfile)
        return names

    def _spoilt(self, kind: str, size: int, count: int) -> Path:
        folder, there = self._made(kind, size)
        if there:
            return folder
        clean = self.clean(size)
        with _whole(folder) as part:
            names = self._copy(clean, part, size)
            spoilt = names[:: size // count][:count]
            for turn, name in enumerate(spoilt):
                record = part / RECORDS / name
                record.write_bytes(spoil(record.read_bytes().decode("utf-8"), turn).encode("utf-8"))
            silent = set(spoilt) - self._spoken_of(part)
            if silent:
                raise CommandError("pfocr-lint", f"it has nothing to say about {min(silent)}, which is meant to be dirty")
            if kind == "some":
                kept = folder.with_suffix(".originals")
                shutil.rmtree(kept, ignore_errors=True)
                kept.mkdir(parents=True)
                for name in spoilt:
                    shutil.copyfile(part / RECORDS / name, kept / name)
        return folder

    def _spoken_of(self, folder: Path) -> set[str]:
        """The names of the files that the linter has a diagnostic for."""
        command = [*self.lint, "--output-format", "jsonl", "--no-progress", "."]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            rows = (json.loads(line) for line in process.stdout)
            return {row["path"].rpartition("/")[2] for row in rows if "path" in row}


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder that is there only when it is complete: made under another name, renamed at the end."""
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    print(f"making {folder.name}", file=sys.stderr, flush=True)
    try:
        yield part
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
