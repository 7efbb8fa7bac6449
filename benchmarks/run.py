"""
Measure the promises of speed of the linter, and the speed of other tools.

    python benchmarks/run.py [--full] [--cases load,warm] [--json figures.json]

Each case has two commands, timed as whole processes in alternation; the ratio is that of the best runs. The records are created
by a corpus maker (--corpus-tool), or copied from a folder (--records), and kept in a data folder (--data) for later runs.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

import table
from cases import BESIDE, PROMISES, Case, Side
from corpora import Corpora, CorpusError
from measure import Command, CommandError, Timing, alternate

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BIN = Path(sys.executable).parent
DATA = Path(tempfile.gettempdir()) / "pfocr-lint-bench"  # outside the checkout, because ryl skips files that Git ignores
PEERS = ("PyYAML", "jsonschema", "check-jsonschema", "ryl", "yamllint", "python-frontmatter")


class Bench:
    """The programs, corpora and sizes of one run; turns cases into commands and rows."""

    def __init__(self, corpora: Corpora, sizes: dict[str, int], runs: int) -> None:
        self.corpora = corpora
        self.sizes = sizes
        self.runs = runs
        self.lint = corpora.lint
        usage = subprocess.run([*self.lint, "--help"], capture_output=True, text=True, check=False).stdout
        self.no_cache = "--no-cache" if "--no-cache" in usage else ""

    def command(self, side: Side, size: int, jobs: int) -> Command:
        """Return the command of a side. Raises CorpusError when a corpus cannot be created, CommandError for a missing program."""
        folder: Path = getattr(self.corpora, side.corpus)(size)
        known = "clean" if side.corpus == "clone" else side.corpus
        cache = self.corpora.data / f"cache-{known}-{size}"
        words = {
            "python": sys.executable,
            "peers": str(HERE / "peers"),
            "schema": str(ROOT / "schemas" / "figure.schema.json"),
            "jobs": str(jobs),
            "cache": str(cache),
        }
        argv: list[str] = []
        for word in shlex.split(side.command):
            if word == "{lint}":
                argv += self.lint
            elif word == "{no_cache}":
                argv += [self.no_cache] if self.no_cache else []
            elif word == "{names}":
                argv += sorted(os.listdir(folder))
            elif word == "{record}":
                argv.append(f"_figures/{min(os.listdir(folder / '_figures'))}")
            elif word in ("{ryl}", "{yamllint}", "{check-jsonschema}"):
                program = BIN / word.strip("{}")
                if not program.exists():
                    raise CommandError(side.name, f"{program.name} is not installed")
                argv.append(str(program))
            else:
                argv.append(word.format(**words))
        before: Callable[[], None] | None = None
        if side.before in ("warm", "restored"):
            kept = self._warm(getattr(self.corpora, known)(size), side.statuses, cache)
            if side.before == "restored":
                before = partial(_replace, cache, kept)
        elif side.before == "spoilt":
            before = partial(self.corpora.restore, size)
        elif side.before == "unfixed":
            before = partial(self.corpora.restore_fixing, size)
        return Command(side.name, tuple(argv), folder, side.statuses, before)

    def _warm(self, records: Path, statuses: tuple[int, ...], cache: Path) -> Path:
        """Fill the cache by a run on some records, and return the folder of a copy of it."""
        kept = cache.with_suffix(".kept")
        for folder in (cache, kept):
            shutil.rmtree(folder, ignore_errors=True)
        cache.parent.mkdir(parents=True, exist_ok=True)
        argv = (*self.lint, "--cache-dir", str(cache), ".")
        alternate([Command("pfocr-lint", argv, records, statuses)], 1)
        if not cache.is_dir() or not any(cache.iterdir()):
            raise CommandError("pfocr-lint", "the run left nothing in its cache folder")
        shutil.copytree(cache, kept)
        return kept

    def rows(self, case: Case, jobs: tuple[int, ...]) -> list[dict]:
        """Return one row for each size and number of processes."""
        processes = [number for number in case.jobs if number in jobs] or case.jobs
        sizes = dict.fromkeys(self.sizes[size] for size in case.sizes)
        return [self._row(case, size, number) for size in sizes for number in processes]

    def _row(self, case: Case, size: int, jobs: int) -> dict:
        row = {"case": case.key, "what": case.what, "promise": case.promise, "records": size, "processes": jobs, "note": ""}
        row |= {"measure": case.measure, "value": None, "median": None, "sides": []}
        try:
            if case.measure == "growth":
                return row | self._growth(case, size, jobs)
            commands = [self.command(side, size, jobs) for side in (case.ours, case.theirs) if side is not None]
            runs = 1 if case.measure in ("peak", "first") else self.runs * case.often
            timings = alternate(commands, runs, case.measure == "first")
        except CommandError as failure:
            ours = case.ours is not None and failure.name == case.ours.name
            return row | {"verdict": "not met" if ours and case.promise else "not measured", "note": str(failure)}
        row["sides"] = [_side(command.name, timing) for command, timing in zip(commands, timings, strict=True)]
        return row | self._figure(case, jobs, timings)

    def _figure(self, case: Case, jobs: int, timings: list[Timing]) -> dict:
        if case.ours is None:
            return {"verdict": ""}
        ours, theirs = timings[0], timings[-1]
        middle = None
        if case.measure == "peak":
            value = ours.peak / 1e6
        elif case.measure == "first":
            if not ours.first:
                return {"verdict": "not met", "note": "nothing was printed"}
            value = min(ours.first)
        else:
            pairs = list(zip(theirs.seconds, ours.seconds, strict=True))
            value, middle = theirs.best / ours.best, median(one / other for one, other in pairs)
            if case.measure == "within":
                value, middle = 1 / value, median(other / one for one, other in pairs)
        return {"value": value, "median": middle, "verdict": _verdict(case, value, jobs)}

    def _growth(self, case: Case, size: int, jobs: int) -> dict:
        """Compare the time per record in the small and in the large corpus, without the time of a run on one record."""
        assert case.ours is not None
        small = self.sizes["small"]
        one = Side("one record", "{lint} --jobs {jobs} {no_cache} {record}")
        commands = [self.command(side, number, jobs) for side, number in ((one, small), (case.ours, small), (case.ours, size))]
        start, few, many = alternate(commands, self.runs)
        net = [(timing.best - start.best) / number for timing, number in ((few, small), (many, size))]
        gross = [timing.best / number for timing, number in ((few, small), (many, size))]
        value = (net[1] / net[0] - 1) * 100
        note = (
            f"µs a record, {small:,} → {size:,}: net {net[0] * 1e6:.1f} → {net[1] * 1e6:.1f}, "
            f"with the start {gross[0] * 1e6:.1f} → {gross[1] * 1e6:.1f}"
        )
        sides = [_side(case.ours.name, many), _side(f"{small:,} records", few), _side("one record", start)]
        return {"value": value, "verdict": _verdict(case, value, jobs), "note": note, "sides": sides}


def _verdict(case: Case, value: float, jobs: int) -> str:
    if case.limit is None or jobs not in case.promised:
        return ""
    return "met" if (value >= case.limit if case.measure == "faster" else value <= case.limit) else "not met"


def _side(name: str, timing: Timing) -> dict:
    return {"name": name, "seconds": timing.seconds, "first": timing.first, "peak": timing.peak}


def _replace(folder: Path, kept: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(kept, folder)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def machine() -> dict:
    """Return the processor, system and versions of the measurement."""
    about = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    models = [line.partition(": ")[2] for line in about.splitlines() if line.startswith("model name")]
    versions = {name: _version(name) for name in ("pfocr-lint", *PEERS)}
    cpu = models[0] if models else platform.processor() or platform.machine()
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
        "versions": versions,
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="all sizes, one and two processes, best of five (over an hour)")
    parser.add_argument("--cases", default="", metavar="KEYS", help="measure only these cases, comma separated")
    parser.add_argument("--list", action="store_true", help="list the cases")
    tool = os.environ.get("CORPUS_TOOL") or ROOT.parent / "shared" / "tools" / "make_corpus.py"
    parser.add_argument("--corpus-tool", type=Path, default=tool, metavar="FILE", help="the corpus maker (also: CORPUS_TOOL)")
    parser.add_argument("--records", type=Path, metavar="FOLDER", help="use these clean records instead; only read")
    parser.add_argument("--data", type=Path, default=DATA, metavar="FOLDER", help=f"the folder for the corpora (default: {DATA})")
    parser.add_argument(
        "--runs", type=int, metavar="N", help="number of runs; the best counts (default: 2; with --publish 3, with --full 5)"
    )
    parser.add_argument("--few", type=int, default=200, metavar="N", help="records for the slowest peers")
    parser.add_argument("--small", type=int, default=2_000, metavar="N")
    parser.add_argument("--large", type=int, default=100_000, metavar="N")
    parser.add_argument(
        "--slow",
        type=int,
        metavar="N",
        help="records instead of --large if both sides are slow (default: 10,000; with --publish 20,000, with --full as --large)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    parser.add_argument(
        "--publish", action="store_true", help="measure all cases; write figures.json, the tables in README.md and speed.svg"
    )
    parser.add_argument(
        "--redraw", action="store_true", help="measure nothing; write the tables in README.md and speed.svg from figures.json"
    )
    return parser.parse_args()


def main() -> int:
    flags = arguments()
    if flags.redraw:
        table.publish(json.loads((HERE / "figures.json").read_text(encoding="utf-8")), HERE)
        return 0
    if flags.publish and flags.cases:
        print("run.py: --publish needs all cases and cannot be combined with --cases", file=sys.stderr)
        return 2
    known = {case.key: case for case in (*PROMISES, *BESIDE)}
    every_case = flags.full or flags.publish
    wanted = flags.cases.split(",") if flags.cases else list(known) if every_case else [case.key for case in PROMISES]
    if unknown := [key for key in wanted if key not in known]:
        print(f"run.py: unknown case '{unknown[0]}'; use {', '.join(known)}", file=sys.stderr)
        return 2
    if flags.list:
        for case in known.values():
            print(f"{case.key:18}{case.what}{f': {case.promise}' if case.promise else ''}")
        return 0
    slow = flags.slow or (flags.large if flags.full else min(flags.large, 20_000 if flags.publish else 10_000))
    real = flags.large if flags.full else min(flags.large, 20_000)
    sizes = {"few": flags.few, "small": flags.small, "large": flags.large, "slow": slow, "real": real}
    script = BIN / "pfocr-lint"
    lint = (str(script),) if script.exists() else (sys.executable, "-m", "pfocr_lint")
    compileall.compile_dir(HERE.parent / "pfocr_lint", quiet=1)  # like an installed package
    corpora = Corpora(flags.data.resolve(), flags.corpus_tool.resolve(), flags.records and flags.records.resolve(), lint)
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    if busy > 0.5:
        print(f"run.py: the machine is busy (load {busy:.1f}), so the figures are inexact", file=sys.stderr)
    rows = []
    try:
        bench = Bench(corpora, sizes, flags.runs or (5 if flags.full else 3 if flags.publish else 2))
        for key in wanted:
            for row in bench.rows(known[key], (1, 2) if flags.full else (2,)):
                rows.append(row)
                print(table.line(row), flush=True)
    except CorpusError as missing:
        print(f"run.py: {missing}", file=sys.stderr)
        return 2
    figures = {"machine": machine(), "runs": bench.runs, "rows": rows}
    for file in [*([flags.json] if flags.json else []), *([HERE / "figures.json"] if flags.publish else [])]:
        file.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if flags.publish:
        table.publish(figures, HERE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
