"""
Measure the gate on a pull request of a large repository: clone and run, in seconds, and the bytes that Git receives.

    python benchmarks/gate.py [--records 100000] [--changed 20] [--commits 20] [--runs 1]

A repository of figures is made in a temporary folder: one commit with all records, then ``--commits`` commits that edit a few, and a
branch that edits ``--changed`` records and adds one that takes an alias. It is cloned over a file URL, without a local shortcut: Git
sends a pack as over a network. ``full`` is a clone with a checkout of all files; ``without files`` is a clone without blobs and
without a checkout, where pfocr-lint fetches what it needs. Both must report the same findings. Best of the runs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from since import IDENTITY

from pfocr_lint.record import emitter
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import Kind

LINT = [sys.executable, "-I", "-m", "pfocr_lint"]
HEAD, BASE = "origin/pull", "origin/main"
CHECK = ["--since", BASE, "--introduced", "--settings-from", BASE, "--output-format", "json", "--no-cache", "--exit-zero"]
WAYS = {
    "full": (["--branch", "pull"], []),
    "without files": (["--filter=blob:none", "--no-checkout"], ["--revision", HEAD]),
}
SYLLABLES = ("ki", "na", "se", "pho", "ta", "mo", "ri", "gen", "cy", "lo", "pro", "te", "in", "al", "ve", "dro")


def git(folder: Path, *args: str) -> None:
    subprocess.run(["git", "-C", str(folder), *IDENTITY, *args], check=True, stdout=subprocess.DEVNULL)


def words(source: random.Random, number: int) -> str:
    return " ".join("".join(source.choices(SYLLABLES, k=source.randint(1, 4))) for _ in range(number))


def figure(number: int, source: random.Random) -> tuple[str, str]:
    """Return the name and the text of a clean figure, with a caption of its own: three figures have one paper."""
    pmcid, stem = f"PMC{1_000_000 + number // 3}", f"g{number % 3 + 1:03}"
    figid, alias, caption = f"{pmcid}__{stem}", f"{pmcid}__F{number % 3 + 1}", f"{words(source, 120).capitalize()}."
    data = schemas.example(Kind.FIGURE)
    data.update(
        figid=figid, pmcid=pmcid, filename=f"{stem}.jpg", number=f"F{number % 3 + 1}", figid_alias=alias, caption=caption,
        redirect_from=f"/figures/{alias}", figlink=f"/pmc/articles/{pmcid}/figure/F{number % 3 + 1}/",
        organisms=["Homo sapiens"], doi=f"10.1234/{pmcid}",
    )  # fmt: skip
    data["schema-jsonld"].update({"@id": f"https://pfocr.wikipathways.org/figures/{figid}.html", "description": caption})
    return f"{figid}.md", emitter.document(data)


def make(folder: Path, records: int, changed: int, commits: int) -> None:
    """Make the repository, which serves clones without blobs."""
    source, figures, pages = random.Random(1), folder / "_figures", folder / "_organisms"
    figures.mkdir(parents=True)
    pages.mkdir()
    (pages / "homo_sapiens.md").write_text(emitter.document(schemas.example(Kind.ORGANISM)), encoding="utf-8")
    paths = []
    for number in range(records):
        name, text = figure(number, source)
        paths.append(figures / name)
        paths[-1].write_text(text, encoding="utf-8")
    git(folder, "init", "-q", "-b", "main")
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        git(folder, "config", key, "true")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "records")
    for turn in range(commits):
        edit(source.sample(paths, min(10, records)), "publisher_name:", f"publisher_name: {turn}", folder, f"edit {turn}")
    git(folder, "switch", "-q", "-c", "pull")
    clash, text = figure(records + 3 - records % 3, source)
    taken = f"PMC{1_000_000}__F1"
    lines = [f"figid_alias: {taken}" if line.startswith("figid_alias:") else line for line in text.split("\n")]
    (figures / clash).write_text("\n".join(lines), encoding="utf-8")
    edit(source.sample(paths, min(changed, records)), "figtype:", "figtype: Scheme", folder, "edits of a pull request")
    git(folder, "repack", "-adq")


def edit(paths: list[Path], begin: str, line: str, folder: Path, message: str) -> None:
    """Commit records with another line in the place of the one with this beginning."""
    for path in paths:
        lines = path.read_text(encoding="utf-8").split("\n")
        path.write_text("\n".join(line if each.startswith(begin) else each for each in lines), encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", message)


def measure(repository: Path, way: str, folder: Path) -> tuple[float, float, int, str]:
    """Return the seconds of clone and run, the bytes that Git received, and the findings."""
    clone, lint = WAYS[way]
    start = time.perf_counter()
    subprocess.run(["git", *IDENTITY, "clone", "-q", *clone, repository.as_uri(), str(folder)], check=True)
    cloned = time.perf_counter()
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    ran = subprocess.run(
        [*LINT, *lint, *CHECK], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=True, env=environment
    )
    end = time.perf_counter()
    received = sum(path.stat().st_size for path in (folder / ".git" / "objects" / "pack").glob("*.pack"))
    found = [(each["path"], each["code"]) for each in json.loads(ran.stdout)["diagnostics"]]
    sys.stderr.write(ran.stderr)
    return cloned - start, end - cloned, received, json.dumps(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--changed", type=int, default=20, help="records that the pull request edits")
    parser.add_argument("--commits", type=int, default=20, help="commits before the pull request")
    parser.add_argument("--runs", type=int, default=1)
    flags = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        repository = Path(name) / "repository"
        make(repository, flags.records, flags.changed, flags.commits)
        found = set()
        for way in WAYS:
            rows = [measure(repository, way, Path(name) / f"{way} {turn}") for turn in range(flags.runs)]
            found |= {row[3] for row in rows}
            clone, lint, received, _ = min(rows, key=lambda row: row[0] + row[1])
            print(
                f"{flags.records:,} records, {way}: {clone + lint:.1f} s (clone {clone:.1f}, run {lint:.1f}), "
                f"{received / 1e6:.1f} MB received"
            )
        if len(found) != 1:
            sys.exit("the two ways report different findings")
        print(f"{len(json.loads(found.pop())):,} findings in both")


if __name__ == "__main__":
    main()
