"""
The cases of the benchmarks: one per promise, and peers and floors without a promise.

In a command, `{lint}`, `{python}`, `{ryl}`, … are programs of the environment that runs the benchmarks. Each command runs in the
folder of the corpus, as a user runs it in the repository, so folder names are relative. `{no_cache}` is `--no-cache` if the linter
has this option; `{names}` are the names of all files of the corpus.
"""

from __future__ import annotations

from dataclasses import dataclass

FEW, SMALL, LARGE, SLOW, REAL_MIX = (
    "few",
    "small",
    "large",
    "slow",
    "real",
)  # 200, 2,000 and 100,000 records; SLOW, where both sides take long: 10,000, or 100,000 with --full; REAL_MIX: 20,000, or 100,000


@dataclass(frozen=True)
class Side:
    """A command line, its corpus, the exit statuses of success, and the preparation before each run."""

    name: str
    command: str
    statuses: tuple[int, ...] = (0,)
    corpus: str = "clean"
    before: str = ""


@dataclass(frozen=True)
class Case:
    """
    A row of the table: ``what`` and ``promise`` are texts, ``measure`` is the formula of the figure, ``limit`` its bound.

    ``measure``: `faster` (theirs ÷ ours) must be at least the limit. The others must be at most the limit: `within` (ours ÷ theirs),
    `peak` (MB of the largest process), `first` (seconds until the first byte of output) and `growth` (increase of the time per
    record from the small to the large size, in %). Without a limit the figure is for information. ``promised``: the numbers of
    processes for which the promise is checked.
    """

    key: str
    what: str
    promise: str
    measure: str
    limit: float | None
    ours: Side | None
    theirs: Side | None = None
    sizes: tuple[str, ...] = (LARGE,)
    jobs: tuple[int, ...] = (2,)
    promised: tuple[int, ...] = (2,)
    often: int = 1  # factor for the number of runs, for very short commands


FOLDERS = "_figures _organisms"
COLD = "{lint} --jobs {jobs} {no_cache} ."
CLEAN = (0, 1)  # a few captions of the clean corpus have lost a reference (PF311)
LINT = Side("pfocr-lint", COLD, CLEAN)
DIRTY = Side("pfocr-lint", COLD, (1,), "dirty")
WARM = "{lint} --jobs {jobs} --cache-dir {cache} ."
LOAD = Side("PyYAML CSafeLoader", "{python} {peers}/load_yaml.py {jobs} " + FOLDERS)
RYL = "{ryl} check --no-cache "
# Most records have lines over 80 characters, so exit status 0 would mean that ryl read no file.
RYL_DEFAULT = Side("ryl, default preset", RYL + "-d 'extends: default' .", (1,), "cut")
RYL_THREE = Side("ryl, three rules", RYL + "--enable trailing-spaces,key-duplicates,empty-lines .", (0, 1), "cut")
COMPOSE = "{python} {peers}/compose_schema.py {jobs} {schema} _figures"
ONE = "{lint} {no_cache} {record}"

REAL = Side("pfocr-lint", COLD, (1,), "real")
JSON = WARM.replace(" .", " --output-format json:{cache}.json .")

PROMISES = (
    Case("load", "cold run, clean records, against PyYAML `CSafeLoader` merely loading the same files", "≥ 1.5 times faster, aim 2",
         "faster", 1.5, LINT, LOAD, (SMALL, SLOW), (1, 2)),
    Case("check-jsonschema", "the same against check-jsonschema with the same schema (front matter cut out for it; one process)",
         "≥ 20 times", "faster", 20, LINT, Side("check-jsonschema", "{check-jsonschema} --schemafile {schema} {names}", corpus="cut"),
         (SMALL,)),
    Case("ryl", "the same against `ryl`, its default preset (two threads, front matter cut out for it)", "≥ 1.5 times", "faster", 1.5,
         LINT, RYL_DEFAULT, (SMALL, SLOW)),
    Case("ryl-three", "the same against `ryl`, only three rules enabled", "as close as can be", "faster", None,
         LINT, RYL_THREE, (SMALL, SLOW)),
    Case("dirty", "every record dirty (one defect each), against compose + jsonschema", "≥ 1.5 times faster", "faster", 1.5,
         DIRTY, Side("compose + jsonschema", COMPOSE, corpus="dirty"), (SMALL, SLOW), (1, 2)),
    Case("warm", "warm run, unchanged records, against listing and stat-ing them", "≤ 5 times", "within", 5,
         Side("pfocr-lint", WARM, CLEAN, before="warm"), Side("list and stat", "{python} {peers}/floors.py stat 1 " + FOLDERS)),
    Case("clone", "warm run in a fresh clone (cache restored, all mtimes new), against reading and hashing all bytes", "≤ 3 times",
         "within", 3, Side("pfocr-lint", WARM, CLEAN, "clone", "restored"),
         Side("read and hash, one process", "{python} {peers}/floors.py hash 1 " + FOLDERS, corpus="clone")),
    Case("one", "one clean record, as a hook runs it: whole process, against `python -c pass`", "≤ 6 times", "within", 6,
         Side("pfocr-lint", ONE), Side("python -c pass", "{python} -c pass"), (SMALL,), (1,), (1,), often=5),
    Case("fix", "`--fix` where one record in a hundred is dirty, against the lint alone", "≤ 1.5 times", "within", 1.5,
         Side("pfocr-lint --fix", "{lint} --jobs {jobs} {no_cache} --fix .", CLEAN, "some", "spoilt"),
         Side("pfocr-lint", COLD, (1,), "some", "spoilt"), (SLOW,)),
    Case("memory", "peak memory of the largest process, all rules, clean records", "≤ 300 MB", "peak", 300, LINT, None),
    Case("memory-dirty", "the same, every record dirty", "≤ 300 MB", "peak", 300, DIRTY, None, (SLOW,)),
    Case("growth", "growth of the time per record, net of the start", "linear within 15 %", "growth", 15, LINT, None, (LARGE,), (1, 2)),
    Case("real-load", "cold run over the real mix (four records in five have a defect), against PyYAML `CSafeLoader` merely loading them",
         "≥ 1.0 times, aim 1.5", "faster", 1.0, REAL, Side("PyYAML CSafeLoader", LOAD.command, corpus="real"), (REAL_MIX,)),
    Case("real-compose", "the same against compose + jsonschema", "≥ 3 times, aim 5", "faster", 3,
         REAL, Side("compose + jsonschema", COMPOSE, corpus="real"), (REAL_MIX,)),
    Case("real-warm", "warm run over the unchanged real mix, against one over as many clean records, both writing `json` to a file",
         "≤ 5 times, aim 3", "within", 5, Side("pfocr-lint", JSON, (1,), "real", "warm"),
         Side("pfocr-lint, clean", JSON, CLEAN, before="warm"), (REAL_MIX,)),
    Case("real-fix", "`--fix` over the real mix, against load and dump of every record (PyYAML, C, plain writes)", "≥ 0.8 times, aim 1.5",
         "faster", 0.8, Side("pfocr-lint --fix", "{lint} --jobs {jobs} {no_cache} --fix .", (1,), "fixing", "unfixed"),
         Side("load and dump", "{python} {peers}/dump_yaml.py {jobs} " + FOLDERS, (0,), "fixing", "unfixed"), (REAL_MIX,)),
    *(Case(f"memory-{name}", f"peak memory of the largest process, the real mix, `{flags}`", "≤ 300 MB", "peak", 300,
           Side("pfocr-lint", f"{{lint}} --jobs {{jobs}} {{no_cache}} {flags} .", (1,), "real"), None, (REAL_MIX,))
      for name, flags in (("json", "--output-format json"), ("sarif", "--output-format sarif"), ("statistics", "--statistics"))),
    Case("first", "first diagnostic of a cold run, the first record dirty", "≤ 1 s", "first", 1.0,
         Side("pfocr-lint", COLD, (1,), "some", "spoilt"), None),
)  # fmt: skip

BESIDE = (
    Case("read", "reading the bytes alone", "", "faster", None, LINT,
         Side("reading the bytes alone", "{python} {peers}/floors.py read {jobs} " + FOLDERS), (SLOW,), (1, 2)),
    Case("hash", "reading and hashing, two processes", "", "faster", None, None,
         Side("reading and hashing", "{python} {peers}/floors.py hash {jobs} " + FOLDERS)),
    Case("compose", "compose + jsonschema, clean records", "", "faster", None, LINT, Side("compose + jsonschema", COMPOSE), (SMALL,)),
    Case("frontmatter", "a script of python-frontmatter + jsonschema, one process", "", "faster", None, LINT,
         Side("python-frontmatter + jsonschema", "{python} {peers}/frontmatter_script.py {schema} _figures"), (SMALL,), (1,)),
    Case("ryl-markdown", "`ryl`, default preset, on the .md files themselves (`--markdown`)", "", "faster", None, LINT,
         Side("ryl --markdown", RYL + "--markdown -d 'extends: default' .", (1,)), (SMALL,)),
    Case("yamllint", "yamllint, relaxed preset, one process", "", "faster", None, LINT,
         Side("yamllint, relaxed", "{yamllint} -d relaxed .", (0, 1), "cut"), (FEW,), (1,)),
)  # fmt: skip
