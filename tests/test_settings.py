"""Settings: enabled rules, origins, and one-line messages for errors."""

from __future__ import annotations

import pytest
from conftest import SEED, clean_text

from pfocr_lint.diagnostic import Severity
from pfocr_lint.linter import checker, fixer
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.settings.model import DEFAULT, Selection, Settings, SettingsError
from pfocr_lint.settings.overrides import with_selection
from pfocr_lint.settings.parsing import parse
from pfocr_lint.workspace.settings_files import discover

DEFAULTS = {rule.code for rule in RULES if rule.default}
PATH = f"_figures/{SEED}.md"


def on(*selections: Selection) -> set[str]:
    return set(Settings(selections=selections).enabled)


def family(prefix: str) -> set[str]:
    return {code for code in DEFAULTS if code.startswith(prefix)}


@pytest.mark.parametrize(
    ("selections", "codes"),
    [
        ([], DEFAULTS),
        ([Selection(select=("PF2",))], family("PF2")),
        ([Selection(select=("PF206", "title-length"))], {"PF206", "PF301"}),
        ([Selection(ignore=("PF2",))], DEFAULTS - family("PF2")),
        ([Selection(ignore=("PF",), extend_select=("PF206",))], {"PF206"}),
        ([Selection(select=("PF2",), ignore=("PF206",))], family("PF2") - {"PF206"}),
        ([Selection(select=("PF",))], DEFAULTS),
        ([Selection(select=("PF1",))], family("PF1")),
        ([Selection(extend_select=("PF108",))], DEFAULTS | {"PF108"}),
        ([Selection(extend_select=("old-dialect",))], DEFAULTS | {"PF108"}),
        ([Selection(ignore=("PF3",)), Selection(extend_select=("PF301",))], DEFAULTS - family("PF3") | {"PF301"}),
        ([Selection(ignore=("PF3",)), Selection(select=("PF3",))], family("PF3")),
        ([Selection(select=("PF1",)), Selection(ignore=("PF101",))], family("PF1") - {"PF101"}),
    ],
)
def test_which_rules_run(selections, codes):
    assert on(*selections) == codes


WRONG = [
    ({"selct": []}, "s.toml: unknown setting 'selct'; did you mean 'select'?"),
    ({"per_file_ignores": {}}, "s.toml: unknown setting 'per_file_ignores'; did you mean 'per-file-ignores'?"),
    ({"select": "PF1"}, "s.toml: select is 'PF1', want a list of texts"),
    ({"select": [1]}, "s.toml: select holds 1, want a list of texts"),
    ({"select": ["PF1", "PF299"]}, "s.toml: select: there is no rule 'PF299'"),
    ({"ignore": [""]}, "s.toml: ignore: a rule's code is empty"),
    ({"severity": {"PF101": "fatal"}}, "s.toml: severity of PF101 is 'fatal', want 'error', 'warning' or 'off'"),
    ({"severity": {"PF1": "off"}}, "s.toml: severity of 'PF1': name one rule by its full code"),
    ({"per-file-ignores": {"*.md": 1}}, "s.toml: per-file-ignores of '*.md' is 1, want a list of codes"),
    ({"organisms": 1}, "s.toml: organisms is 1, want a folder, or false"),
    ({"organisms": True}, "s.toml: organisms is true, want a folder, or false"),
    ({"organism-synonyms": {"Pig": 1}}, "s.toml: organism-synonyms of 'Pig' is 1, want a latin name"),
    ({"required-version": "newest"}, "s.toml: required-version is 'newest', want for example '>=0.1'"),
    ({"required-version": ">99"}, "s.toml: required-version is '>99', this is 0.1.0"),
]


@pytest.mark.parametrize(("table", "message"), WRONG, ids=[message for _, message in WRONG])
def test_what_is_wrong_is_named(table, message):
    with pytest.raises(SettingsError) as error:
        parse(table, "s.toml", ".")
    assert str(error.value) == message


def test_the_nearest_file_upward_holds(tmp_path):
    discover.cache_clear()
    below = tmp_path / "a" / "_figures"
    below.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.pfocr-lint]\nselect = ["PF1"]\n')
    assert set(discover(str(below)).enabled) == family("PF1")
    discover.cache_clear()
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (below / "pfocr-lint.toml").write_text('select = ["PF2"]\n')
    assert set(discover(str(below)).enabled) == family("PF2")
    discover.cache_clear()


@pytest.mark.parametrize("text", ["select = [", "a = '\ud800'".encode("utf-8", "surrogatepass"), b"\xff"])
def test_a_file_that_is_not_toml_is_named(tmp_path, run, text):
    discover.cache_clear()
    (tmp_path / "pfocr-lint.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "_figures").mkdir()
    (tmp_path / "_figures" / "x.md").write_text("x")
    result = run()
    assert result.status == 2
    assert result.err.startswith(f"pfocr-lint: {tmp_path / 'pfocr-lint.toml'}: is not ")
    assert result.err.count("\n") == 1
    discover.cache_clear()


def test_a_flag_that_names_a_rule_wins_over_its_severity():
    settings = parse({"severity": {"PF105": "off", "title-length": "off", "PF207": "error"}}, "s.toml", "/")
    assert not settings.enabled.keys() & {"PF105", "PF301"}
    assert with_selection(settings, Selection(select=("PF105", "PF207"))).enabled == {
        "PF105": Severity.ERROR,
        "PF207": Severity.ERROR,
    }
    assert "PF301" in with_selection(settings, Selection(extend_select=("title-length",))).enabled
    assert "PF301" not in with_selection(settings, Selection(select=("PF3",))).enabled


def test_severity_and_ignores_per_file():
    settings = parse(
        {
            "severity": {"PF105": "warning", "title-length": "off"},
            "per-file-ignores": {"_figures/PMC1*": ["PF1"], "old": "PF2"},
        },
        "s.toml",
        "/repo",
    )
    assert settings.rules_for("_figures/PMC2__x.md")["PF105"] is Severity.WARNING
    assert "PF301" not in settings.rules_for("_figures/PMC2__x.md")
    assert "PF105" not in settings.rules_for("_figures/PMC1__x.md")
    assert "PF105" not in settings.rules_for("/repo/_figures/PMC1__x.md")
    assert "PF206" not in settings.rules_for("/repo/old/_figures/PMC2__x.md")
    assert "PF206" in settings.rules_for("/repo/older/_figures/PMC2__x.md")


@pytest.mark.needs("links")
@pytest.mark.parametrize(
    ("glob", "paths"),
    [
        ("_figures/*", {"_figures/a.md"}),
        ("./_figures", {"_figures/a.md"}),
        ("**/_figures/*", {"_figures/a.md", "old/_figures/a.md"}),
        ("**/_figures", {"_figures/a.md", "old/_figures/a.md"}),
        ("_figures/**/*.md", {"_figures/a.md"}),
        ("**/_figures/**/a.md", {"_figures/a.md", "old/_figures/a.md"}),
        ("old/**/*", {"old/_figures/a.md"}),
        ("a.md", {"_figures/a.md", "old/_figures/a.md"}),
    ],
)
def test_globs(tmp_path, glob, paths):
    repository, link = tmp_path.resolve() / "repository", tmp_path / "link"
    repository.mkdir()
    link.symlink_to(repository)
    settings = parse({"exclude": [glob]}, "s.toml", str(repository))
    for top in (repository, link):
        assert {path for path in ("_figures/a.md", "old/_figures/a.md") if settings.excludes(str(top / path))} == paths


def test_synonyms_of_the_settings_come_beside_the_built_in():
    settings = parse({"organism-synonyms": {"Pig": "Sus scrofa"}}, "s.toml", ".")
    text = clean_text().replace("- Mus musculus", "- Pig\n- Barley")
    assert [d.code for d in checker.check(PATH, text.encode(), settings)] == ["PF213", "PF213"]
    fixed = fixer.fix(PATH, text.encode(), settings).data.decode()
    assert "- Sus scrofa\n- Hordeum vulgare\n" in fixed


def waived(comment: str, *, line: str = "year: '2021'", text: str | None = None, settings=DEFAULT):
    text = (text or clean_text()).replace("year: '2022'", comment.format(line))
    return [d.code for d in checker.check(PATH, text.encode(), settings)]


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("{}", ["PF210"]),
        ("{} # pfocr-lint: ignore[PF210] printed later", []),
        ("# pfocr-lint: ignore[PF210] why\n{}", []),
        ("# pfocr-lint: ignore[year-differs-from-reference] printed later,\n# and why\n{}", []),
        ("# pfocr-lint: ignore[PF210, PF301] why\n{}", ["PF901"]),
        ("# pfocr-lint: ignore[PF301] why\n{}", ["PF901", "PF210"]),
        ("# pfocr-lint: ignore[PF2] why\n{}", ["PF902", "PF210"]),
        ("# pfocr-lint: ignore[PF210] why\nwpid: WP1\n{}", ["PF901", "PF210"]),
        ("# pfocr-lint: ignore[] why\n{}", ["PF902", "PF210"]),
        ("{}\nwpid: 'text # pfocr-lint: ignore[PF210]'", ["PF210", "PF104"]),
    ],
)
def test_waivers(comment, codes):
    assert waived(comment) == codes


def test_waivers_do_not_reach_form_and_script():
    text = clean_text().replace("  - AKT1\n", "  - </script> # pfocr-lint: ignore[PF305] why\n")
    assert waived("{}", line="year: '2022'", text=text) == ["PF305", "PF901"]
    text = clean_text().replace("seo: CreativeWork\n", "# pfocr-lint: ignore[PF009] why\nseo: CreativeWork\r\n")
    assert waived("{}", line="year: '2022'", text=text) == ["PF901", "PF009"]


def test_a_waiver_of_a_rule_that_does_not_run_is_not_unused():
    settings = Settings(selections=(Selection(ignore=("PF210",)),))
    assert waived("# pfocr-lint: ignore[PF210] why\n{}", settings=settings) == []
