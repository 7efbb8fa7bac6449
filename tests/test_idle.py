"""Settings and flags without effect are reported: empty selections, globs, unknown names, paths; and ``fail-on``."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from conftest import SEED, clean_text

from pfocr_lint.rules.declaration import nearest
from pfocr_lint.settings.model import SettingsError
from pfocr_lint.workspace.settings_files import discover, load

PATH = f"_figures/{SEED}.md"


@pytest.fixture(autouse=True)
def run(run):
    """The command; each call reads the settings again."""

    def fresh(*argv, **given):
        discover.cache_clear()
        return run(*argv, **given)

    return fresh


# --- unknown rules


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("PF2100", "PF210"), ("PF2060", "PF206"), ("PF260", "PF206"), ("pf206", "PF206"), ("PF-206", "PF206"), ("PF 206", "PF206"),
        ("P206", "PF206"), ("FP206", "PF206"), ("PFF206", "PF206"), ("PG206", "PF206"), ("PF2O6", "PF206"), ("PFl01", "PF101"),
        ("206", "PF206"), ("pf2", "PF2"), ("F206", "PF206"),
        ("titel-length", "title-length"), ("title_length", "title-length"), ("Title-Length", "title-length"),
        ("title length", "title-length"), ("titlelength", "title-length"), ("unknown-keys", "unknown-key"),
        ("duplicate-fig-id", "duplicate-figid"), ("mojibak", "mojibake"), ("YEAR-DIFFERS-FROM-REFERENCE", "year-differs-from-reference"),
        # no similar name, or several
        ("PF999", None), ("PF299", None), ("PF266", None), ("PF20b", None), ("PF7", None), ("XYZ", None), ("E501", None), ("F401", "PF401"),
        ("banana", None), ("title", None), ("", None), ("*", None), ("PF", None), ("all", None), ("key", None), ("x" * 10_000, None),
        ("PF20101", None), ("999", None), ("name", None), ("organism", None),
    ],
)  # fmt: skip
def test_a_rule_is_suggested_only_when_it_is_really_near(name, near):
    assert nearest(name) == near


def test_the_same_is_suggested_everywhere(repository, run):
    figure = repository / PATH
    for name, hint in (("PF999", "'PF999'\n"), ("banana", "'banana'\n"), ("PF2100", "'PF2100'; did you mean 'PF210'?\n")):
        assert run("--select", name).err.endswith(hint)
        assert run("--explain", name).err.endswith(hint)
        for setting in (f'ignore = ["{name}"]', f'[severity]\n"{name}" = "off"', f'[per-file-ignores]\n"*" = ["{name}"]'):
            (repository / "pfocr-lint.toml").write_text(setting)
            assert run().err.endswith(hint)
            (repository / "pfocr-lint.toml").unlink()
        figure.write_text(clean_text().replace("year:", f"# pfocr-lint: ignore[{name}] why\nyear:"), encoding="utf-8")
        assert f"there is no rule {hint}" in run(PATH, "--output-format", "concise").out


# --- empty selections


EMPTY = [
    (["--select", "PF2", "--ignore", "PF2"], "", "no rule is left to run: select PF2 (command line), ignore PF2 (command line)"),
    (["--select", "PF208", "--ignore", "figtype-differs-from-number"], "", "select PF208 (command line), ignore figtype-differs-from-number"),
    (["--ignore", "PF"], "", "no rule is left to run: ignore PF (command line)"),
    (["--ignore", "PF0,PF1,PF2,PF3,PF4,PF5,PF9"], "", "no rule is left to run: ignore PF0, PF1, PF2, PF3, PF4, PF5, PF9"),
    (["--select", "PF5"], "", "select PF5 (command line); a rule that is off by default needs its full code: PF501"),
    (["--select", "PF501", "--ignore", "PF501"], "", "select PF501 (command line), ignore PF501 (command line)"),
    ([], "select = []", "no rule is left to run: select nothing ({file})"),
    ([], 'ignore = ["PF"]', "no rule is left to run: ignore PF ({file})"),
    ([], 'select = ["PF301"]\nignore = ["PF301"]', "select PF301 ({file}), ignore PF301 ({file})"),
    ([], 'select = ["PF301"]\n[severity]\nPF301 = "off"', "select PF301 ({file}), severity off for PF301 ({file})"),
    ([], 'select = ["PF301", "title-artefact"]\n[severity]\nPF301 = "off"\nPF303 = "off"', "severity off for PF301, PF303 ({file})"),
    (["--ignore", "PF301"], 'select = ["PF301"]', "select PF301 ({file}), ignore PF301 (command line)"),
    (["--select", "PF5"], 'ignore = ["PF2"]', "ignore PF2 ({file}), select PF5 (command line)"),
    (["--extend-select", "PF5"], "select = []", "select nothing ({file}), extend-select PF5 (command line)"),
]  # fmt: skip


@pytest.mark.parametrize(("flags", "toml", "message"), EMPTY)
@pytest.mark.parametrize("target", [["."], [PATH], ["--show-settings"], ["--stdin-filename", PATH], ["--list-waivers"]])
def test_a_selection_of_nothing_is_wrong_usage(repository, run, flags, toml, message, target):
    file = repository / "pfocr-lint.toml"
    if toml:
        file.write_text(toml)
    result = run(*flags, *target, stdin=clean_text().encode())
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert result.err.startswith("pfocr-lint: no rule is left to run: ")
    assert message.format(file=file) in result.err


@pytest.mark.parametrize(
    ("flags", "toml"),
    [
        (["--select", "PF208", "--ignore", "PF2"], ""),
        (["--select", "PF501"], ""),
        (["--select", "PF301"], '[severity]\nPF301 = "off"'),
        (["--extend-select", "PF208"], "select = []"),
        ([], '[per-file-ignores]\n"*" = ["PF"]'),
        ([], '[per-file-ignores]\n"_figures/*" = ["PF"]\n"_organisms" = ["PF"]'),
    ],
)
def test_what_leaves_a_rule_is_run(repository, run, flags, toml):
    (repository / "pfocr-lint.toml").write_text(toml)
    assert run(*flags).status == 0


def test_a_nested_folder_with_an_empty_selection_is_named(repository, run):
    (repository / "_organisms" / "pfocr-lint.toml").write_text("select = []")
    result = run()
    assert result.status == 2
    assert f"select nothing ({repository / '_organisms' / 'pfocr-lint.toml'})" in result.err


# --- globs


GLOBS = [  # settings, and their globs without a match
    ('exclude = ["archive"]', ["exclude: 'archive'"]),
    ('exclude = ["_figures"]', []),
    (f'exclude = ["{PATH}"]', []),
    ('exclude = ["homo_sapiens.md"]', []),
    ('exclude = ["homo_sapiens.md", "homo_sapien.md"]', ["exclude: 'homo_sapien.md'"]),
    ('exclude = ["figures/*.md"]', ["exclude: 'figures/*.md'"]),
    ('exclude = ["_organisms/"]', []),
    ('exclude = ["**/mus_*.md"]', []),
    ('exclude = ["README.md"]', ["exclude: 'README.md'"]),  # exists, but is not a record
    ('[per-file-ignores]\n"_figures/PMC94*" = ["PF3"]', []),
    ('[per-file-ignores]\n"_figures/PMC1*" = ["PF3"]', ["per-file-ignores: '_figures/PMC1*'"]),
    ('[per-file-ignores]\n"_figure/*" = ["PF3"]\n"*.yml" = ["PF1"]', ["per-file-ignores: '_figure/*'"]),
    ('exclude = ["_organisms"]\n[per-file-ignores]\n"homo_sapiens.md" = ["PF3"]', ["per-file-ignores: 'homo_sapiens.md'"]),
    ('exclude = ["a", "b"]\n[per-file-ignores]\n"c" = ["PF3"]', ["exclude: 'a'", "exclude: 'b'", "per-file-ignores: 'c'"]),
    ('ignore = ["PF3"]', []),
]


@pytest.mark.parametrize(("toml", "idle"), GLOBS)
def test_a_glob_without_a_match_is_reported(repository, run, toml, idle):
    (repository / "README.md").write_text("none")
    file = repository / "pfocr-lint.toml"
    file.write_text(toml)
    result = run("-v")
    assert [line for line in result.err.splitlines() if "matches" in line] == [
        f"pfocr-lint: {file}: {each} matches no record" for each in idle
    ]
    assert result.status != 2
    assert "matches" not in run().err
    shown = run("--show-settings").out
    for each in idle:
        key, _, glob = each.partition(": ")
        (line,) = [line for line in shown.splitlines() if line.startswith(f"{key} = ")]
        assert "; matches no record: " in line
        assert glob in line.partition("; matches no record: ")[2].split(", ")
    assert shown.count("matches no record") == len({each.partition(":")[0] for each in idle})
    assert shown.count("\n") == run("--show-settings", "--isolated").out.count("\n")


def test_globs_are_checked_by_a_run_that_could_match_them_all(repository, run):
    (repository / "pfocr-lint.toml").write_text('exclude = ["archive"]')
    for argv in ([PATH], ["_figures"], ["--stdin-filename", PATH], ["_organisms", "_figures"]):
        result = run(*argv, "-v", stdin=clean_text().encode())
        assert "matches" not in result.err, argv
        assert "matches" not in run(*argv, "--show-settings").out
    (repository / "inner").mkdir()
    for argv in (["inner/.."], [repository], [".", PATH], ["_figures", "."]):
        assert run(*argv, "-v").err.count("matches") == 1, argv
    (repository / "inner" / "_figures").mkdir()
    (repository / "inner" / "_figures" / f"{SEED}.md").write_text(clean_text(), encoding="utf-8")
    (repository / "inner" / "pfocr-lint.toml").write_text('exclude = ["other"]')
    assert sorted(line.rpartition(": ")[2] for line in run("-v").err.splitlines() if "matches" in line) == [
        "'archive' matches no record",
        "'other' matches no record",
    ]


def test_the_globs_of_a_named_settings_file(repository, run):
    (repository / "own.toml").write_text('exclude = ["archive", "_figures"]')
    assert "exclude: 'archive' matches no record" in run("-v", "--config", "own.toml").err
    assert "'_figures'" not in run("-v", "--config", "own.toml").err


# --- tables in the wrong file


@pytest.mark.parametrize(
    ("name", "toml", "message"),
    [
        ("pfocr-lint.toml", '[tool.pfocr-lint]\nignore = ["PF3"]', "leave out 'tool.pfocr-lint': in this file the settings stand at the top"),
        ("pfocr-lint.toml", '[tool.pfocr-lint.severity]\nPF301 = "off"', "leave out 'tool.pfocr-lint'"),
        ("pfocr-lint.toml", 'tool.pfocr-lint.ignore = ["PF3"]', "leave out 'tool.pfocr-lint'"),
        ("pfocr-lint.toml", '[pfocr-lint]\nignore = ["PF3"]', "leave out 'pfocr-lint'"),
        ("pfocr-lint.toml", '[pfocr_lint]\nignore = ["PF3"]', "leave out 'pfocr_lint'"),
        ("pfocr-lint.toml", "[tool.pfocr_lint]\n", "leave out 'tool.pfocr_lint'"),
        ("pfocr-lint.toml", "[tool.ruff]\n", "unknown setting 'tool'"),
        ("pfocr-lint.toml", "tool = 1\n", "unknown setting 'tool'"),
        ("other.toml", '[tool.pfocr-lint]\nignore = ["PF3"]', "leave out 'tool.pfocr-lint'"),
        ("pyproject.toml", '[pfocr-lint]\nignore = ["PF3"]', "write '[tool.pfocr-lint]' for '[pfocr-lint]'"),
        ("pyproject.toml", '[tool.pfocr_lint]\nignore = ["PF3"]', "write '[tool.pfocr-lint]' for '[tool.pfocr_lint]'"),
        ("pyproject.toml", '[tool.PFOCR-lint]\nignore = ["PF3"]', "write '[tool.pfocr-lint]' for '[tool.PFOCR-lint]'"),
    ],
)  # fmt: skip
def test_settings_below_the_wrong_heading_are_reported(tmp_path, name, toml, message):
    (tmp_path / name).write_text(toml)
    with pytest.raises(SettingsError) as caught:
        load(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_settings_that_are_as_they_should_be_are_read(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.ruff]\n[tool.pfocr]\n[project]\nname = "x"\n[tool.pfocr-lint]\nignore = ["PF3"]'
    )
    assert load(tmp_path / "pyproject.toml").selections[0].ignore == ("PF3",)


# --- paths that do not exist


@pytest.mark.parametrize(
    ("paths", "files", "headline"),
    [
        ([PATH, "gone.md"], 1, "1 error in 0 of 1 record and 1 path that does not exist."),
        (["gone.md", PATH, "_figures/gone.md", "_organisms"], 3, "2 errors in 0 of 3 records and 2 paths that do not exist."),
        (["gone.md"], 0, "1 error in 0 of 0 records and 1 path that does not exist."),
        (["gone/"], 0, "1 error in 0 of 0 records and 1 path that does not exist."),
        ([PATH], 1, "No diagnostics in 1 record."),
    ],
)
def test_a_path_that_does_not_exist_is_no_record(repository, run, paths, files, headline):
    output = json.loads(run(*paths, "--output-format", "json").out)
    assert output["summary"]["files"] == files
    assert [each["code"] for each in output["diagnostics"]] == ["PF001"] * headline.count("error") * (
        2 if "2 e" in headline else 1
    )
    for form in ("full", "concise", "markdown"):
        assert headline in run(*paths, "--output-format", form).out.replace("**", ""), form


@pytest.mark.needs("links")
def test_what_exists_and_cannot_be_read_is_a_record(repository, run):
    (repository / "_figures" / "folder.md").mkdir()
    (repository / "_figures" / "dead.md").symlink_to("nowhere")
    output = json.loads(run("_figures", "--output-format", "json").out)
    assert output["summary"]["files"] == 3


def test_no_path_exists_and_the_rule_is_off(repository, run):
    result = run("gone.md", PATH, "--ignore", "PF001")
    assert (result.status, "No diagnostics in 1 record" in result.out) == (2, True)


# --- fail-on


@pytest.fixture
def warned(repository):
    """A record with a warning, and one with an error."""
    (repository / PATH).write_text(clean_text().replace("figlink: ", "figlink: https://www.ncbi.nlm.nih.gov"), encoding="utf-8")
    (repository / "_organisms" / "homo_sapiens.md").write_text("latin: x\n", encoding="utf-8")
    return repository


@pytest.mark.parametrize(
    ("toml", "flags", "status"),
    [
        ("", [], 1),
        ('fail-on = "warning"', [], 1),
        ('fail-on = "error"', [], 0),
        ('fail-on = "error"', ["--fail-on", "warning"], 1),
        ('fail-on = "warning"', ["--fail-on", "error"], 0),
        ("", ["--fail-on", "error"], 0),
        ('fail-on = "error"\n[severity]\nPF207 = "error"', [], 1),
        ('fail-on = "error"', ["--isolated"], 1),
        ('fail-on = "error"', ["--output-format", "json"], 0),
        ('fail-on = "error"', ["--statistics"], 0),
        ('fail-on = "error"', ["--exit-zero"], 0),
    ],
)
@pytest.mark.parametrize("target", [[PATH], ["_figures"], ["--stdin-filename", PATH]])
def test_fail_on_is_a_setting(warned, run, toml, flags, status, target):
    (warned / "pfocr-lint.toml").write_text(toml)
    assert run(*flags, *target, stdin=(warned / PATH).read_bytes()).status == status


def test_an_error_fails_whatever_fail_on_is(warned, run):
    (warned / "pfocr-lint.toml").write_text('fail-on = "error"')
    assert run(".").status == 1
    assert run("_organisms").status == 1


@pytest.mark.parametrize(("outer", "inner", "status"), [("error", "warning", 1), ("warning", "error", 0), ("error", "error", 0)])
def test_a_diagnostic_counts_by_the_settings_of_its_own_file(warned, run, outer, inner, status):
    (warned / "_organisms" / "homo_sapiens.md").unlink()
    (warned / "pfocr-lint.toml").write_text(f'fail-on = "{outer}"\norganisms = false')
    (warned / "_figures" / "pfocr-lint.toml").write_text(f'fail-on = "{inner}"\norganisms = false')
    assert run().status == status
    assert run("--fail-on", outer).status == (outer == "warning")


@pytest.mark.parametrize("value", ['"never"', '"Error"', '""', "1", "true", "false", '["error"]', '"off"', "2027-01-01", "{}"])
def test_another_value_of_fail_on_is_refused(warned, run, value):
    (warned / "pfocr-lint.toml").write_text(f"fail-on = {value}")
    result = run()
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert "fail-on is" in result.err
    assert "want 'error' or 'warning'" in result.err


def test_fail_on_is_shown(warned, run):
    assert 'fail-on = "warning"  # default\n' in run("--show-settings").out
    (warned / "pfocr-lint.toml").write_text('fail-on = "error"')
    assert f'fail-on = "error"  # {warned / "pfocr-lint.toml"}\n' in run("--show-settings").out
    assert 'fail-on = "warning"  # command line\n' in run("--show-settings", "--fail-on", "warning").out


def test_fail_on_of_the_base(warned, run):
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    name = ["-c", "user.name=a", "-c", "user.email=a@b"]
    (warned / "pfocr-lint.toml").write_text('fail-on = "warning"')
    for argv in (["init", "-q", "-b", "main"], ["add", "."], [*name, "commit", "-q", "-m", "base"]):
        subprocess.run(["git", *argv], check=True, capture_output=True, env=environ, cwd=warned)
    (warned / "pfocr-lint.toml").write_text('fail-on = "error"')
    assert run("_figures").status == 0
    assert run("_figures", "--settings-from", "main").status == 1
