"""The folders of records for the cases: created once, and kept in the data folder."""

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
    """A corpus cannot be created; the message is one line with the reason."""


@dataclass(frozen=True)
class Corpora:
    """
    Creates the corpora.

    ``data`` is the folder that keeps them, ``maker`` the program that creates clean records, ``given`` a folder with clean records
    (only read), ``lint`` the command of the linter, which must report a diagnostic for every dirty record.
    """

    data: Path
    maker: Path
    given: Path | None
    lint: tuple[str, ...]

    @cached_property
    def _source(self) -> str:
        """A name for the source of the clean records, so that records from different sources are kept apart."""
        if self.given is not None:
            return f"{zlib.crc32(os.fsencode(self.given.resolve())):08x}"
        if not self.maker.is_file():
            raise CorpusError(f"{self.maker}: no such corpus maker; give one with --corpus-tool, or records with --records")
        return f"{zlib.crc32(self.maker.read_bytes()):08x}"

    def _folder(self, kind: str, size: int) -> tuple[Path, bool]:
        """Return the folder of a corpus, and whether it exists."""
        folder = self.data / f"{kind}-{size}-{self._source}"
        return folder, folder.is_dir()

    def clean(self, size: int) -> Path:
        """Return the folder of the clean records, with the organism pages."""
        if self.given is not None and (available := len(self._names(self.given))) <= size:
            if available < size:
                raise CorpusError(f"{self.given}: {size:,} records are needed, the folder has {available:,}")
            return self.given
        folder, exists = self._folder("clean", size)
        if not exists:
            with _complete(folder) as part:
                if self.given is not None:
                    self._copy(self.given, part, size)
                else:
                    command = [sys.executable, str(self.maker), str(part), "--records", str(size), "--organisms"]
                    if subprocess.run(command, check=False).returncode:
                        raise CorpusError(f"{self.maker}: the corpus maker failed")
        return folder

    def real(self, size: int) -> Path:
        """Return records with the defects of the published database: four in five have one."""
        folder, exists = self._folder("real", size)
        if not exists:
            if self.given is not None or not self.maker.is_file():
                raise CommandError("the corpus maker", "it is needed for records with the defects of the database")
            with _complete(folder) as part:
                options = ["--records", str(size), "--seed", "31", "--organisms", "--defects", "real"]
                if subprocess.run([sys.executable, str(self.maker), str(part), *options], check=False).returncode:
                    raise CorpusError(f"{self.maker}: the corpus maker failed")
        return folder

    def fixing(self, size: int) -> Path:
        """Return a copy of ``real``, for runs that change it; ``restore_fixing`` undoes them."""
        folder, exists = self._folder("fixing", size)
        if not exists:
            real = self.real(size)
            with _complete(folder) as part:
                self._copy(real, part, size)
        return folder

    def restore_fixing(self, size: int) -> None:
        """Restore ``fixing`` as it was."""
        real, folder = self.real(size), self.fixing(size)
        for name in self._names(folder):
            if (folder / RECORDS / name).read_bytes() != (real / RECORDS / name).read_bytes():
                shutil.copyfile(real / RECORDS / name, folder / RECORDS / name)

    def clone(self, size: int) -> Path:
        """Return a copy of the clean records, like a fresh clone: other inodes, other times."""
        folder, exists = self._folder("clone", size)
        if not exists:
            clean = self.clean(size)
            with _complete(folder) as part:
                self._copy(clean, part, size)
        return folder

    def dirty(self, size: int) -> Path:
        """Return records that each have one defect."""
        return self._spoilt("dirty", size, size)

    def some(self, size: int) -> Path:
        """Return records of which one in a hundred, including the first, has one defect."""
        return self._spoilt("some", size, max(1, size // 100))

    def cut(self, size: int) -> Path:
        """Return only the front matter of the clean records, as .yml files."""
        folder, exists = self._folder("cut", size)
        if not exists:
            clean = self.clean(size) / RECORDS
            with _complete(folder) as part:
                part.mkdir()
                for name in sorted(os.listdir(clean)):
                    text = (clean / name).read_bytes()
                    (part / f"{name.removesuffix('.md')}.yml").write_bytes(text.removeprefix(b"---\n").removesuffix(b"---\n"))
        return folder

    def originals(self, size: int) -> Path:
        """Return copies of the dirty records of ``some``, from which ``restore`` undoes --fix."""
        return self.some(size).with_suffix(".originals")

    def restore(self, size: int) -> None:
        """Restore ``some`` as it was before --fix."""
        records = self.some(size) / RECORDS
        for kept in self.originals(size).iterdir():
            if (records / kept.name).read_bytes() != kept.read_bytes():
                shutil.copyfile(kept, records / kept.name)

    def _names(self, folder: Path) -> list[str]:
        if not (folder / RECORDS).is_dir():
            raise CorpusError(f"{folder}: no folder {RECORDS} in it; --records needs a folder with {RECORDS} and {PAGES}")
        return sorted(os.listdir(folder / RECORDS))

    def _copy(self, source: Path, target: Path, size: int) -> list[str]:
        """Copy ``size`` evenly chosen records of the source and its organism pages; return the names of the records."""
        names = self._names(source)
        names = [names[index * len(names) // size] for index in range(size)]
        (target / RECORDS).mkdir(parents=True)
        for name in names:
            shutil.copyfile(source / RECORDS / name, target / RECORDS / name)
        if (source / PAGES).is_dir():
            shutil.copytree(source / PAGES, target / PAGES, copy_function=shutil.copyfile)
        return names

    def _spoilt(self, kind: str, size: int, count: int) -> Path:
        folder, exists = self._folder(kind, size)
        if exists:
            return folder
        clean = self.clean(size)
        with _complete(folder) as part:
            names = self._copy(clean, part, size)
            spoilt = names[:: size // count][:count]
            for turn, name in enumerate(spoilt):
                record = part / RECORDS / name
                record.write_bytes(spoil(record.read_bytes().decode("utf-8"), turn).encode("utf-8"))
            clean_names = set(spoilt) - self._reported(part)
            if clean_names:
                raise CommandError("pfocr-lint", f"it reports nothing for {min(clean_names)}, which should be dirty")
            if kind == "some":
                kept = folder.with_suffix(".originals")
                shutil.rmtree(kept, ignore_errors=True)
                kept.mkdir(parents=True)
                for name in spoilt:
                    shutil.copyfile(part / RECORDS / name, kept / name)
        return folder

    def _reported(self, folder: Path) -> set[str]:
        """Return the names of the files with a diagnostic."""
        command = [*self.lint, "--output-format", "jsonl", "--no-progress", "."]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            rows = (json.loads(line) for line in process.stdout)
            return {row["path"].rpartition("/")[2] for row in rows if "path" in row}


@contextmanager
def _complete(folder: Path) -> Iterator[Path]:
    """Create a folder under another name, and rename it when it is complete."""
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    print(f"making {folder.name}", file=sys.stderr, flush=True)
    try:
        yield part
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
