"""Tests for mutants of the modules that write, which survived the other tests in `make mutate`."""

from __future__ import annotations

import threading

import pytest
from conftest import SEED, clean_text

from pfocr_lint.linter import edited_values, fixer, record_check
from pfocr_lint.record.parser import read
from pfocr_lint.settings.model import DEFAULT
from pfocr_lint.workspace import git_objects

PATH = f"_figures/{SEED}.md"

# ---- edited

# (line of the earlier version, line now, key, whether it was edited)
EDITED = [
    ("year: 2022", "year: '2022'", "/year", False),
    ("year: '2022'", "year: 2022", "/year", False),
    ("year: 2021", "year: '2022'", "/year", True),
    ("year: 2022.0", "year: 2022", "/year", False),
    ("year: null", "year: 'None'", "/year", True),
    ("year: 'None'", "year: null", "/year", True),
    ("year: null", "year: ~", "/year", False),
    ("year: true", "year: 'True'", "/year", False),
    ("wpid: ''", "year: '2022'", "/year", True),
    ("year: '2022'", "wpid: ''", "/year", True),
]


@pytest.mark.parametrize(("old", "new", "key", "was_edited"), EDITED)
def test_a_value_is_edited_when_a_person_reads_another_text(old, new, key, was_edited):
    before, now = (clean_text().replace("year: '2022'", line) for line in (old, new))
    record = read(PATH, now.encode())
    edited_values.track_edits(record, before.encode, read)
    assert record.edited is not None
    assert record.edited(key) is was_edited


def test_a_fix_goes_on_where_no_earlier_version_is_consulted():
    text = clean_text().replace("figtype: Figure", "figtype: Scheme")
    record = read(PATH, text.encode())
    assert record.edited is None
    done = fixer.fix_until_stable(record_check.check_record(record), text.encode(), DEFAULT, unsafe=False)
    assert (done.data.decode(), done.faults) == (clean_text(), ())


OLDER = clean_text().replace("  description: Stromal", "  description: An older Stromal")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (OLDER.replace("An older", "An old\u00ader"), OLDER.replace("An older", "An old\u00ader")),
        (OLDER, OLDER.replace("An older", "An old\x07er")),
        (OLDER.replace("An older", "An old\x07er"), OLDER.replace("An older", "An old\x07er")),
        (OLDER, "\ufeff" + OLDER),
        (OLDER, OLDER.replace("\n", "\r")),
    ],
    ids=["a soft hyphen that was there", "a bell", "a bell that was there", "a byte order mark", "lone CRs"],
)
def test_what_an_earlier_round_made_readable_was_not_edited(before, now):
    fixed = fixer.fix(PATH, now.encode(), before=before.encode())
    assert (fixed.faults, [each.code for each in fixed.left]) == ((), [])
    assert fixed.data.decode() == clean_text()


def test_what_a_fix_changed_is_not_edited_by_a_person():
    before, after = (read(PATH, text.encode()) for text in (OLDER, clean_text()))
    edited_values.track_edits(before, OLDER.encode, read)
    edited_values.keep_tracking(before, after)
    assert after.value("/schema-jsonld/description") != before.value("/schema-jsonld/description")
    assert after.edited("/schema-jsonld/description") is False


# ---- history


@pytest.mark.needs("sh")
def test_a_git_whose_child_goes_on_writing_is_not_waited_for(tmp_path, monkeypatch):
    (tmp_path / "git").write_text("#!/bin/sh\nsleep 60 &\nread line\necho nonsense\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = []
    thread = threading.Thread(target=lambda: found.append(git_objects._Blobs(str(tmp_path)).read(b"HEAD:x.md")), daemon=True)
    thread.start()
    thread.join(20)
    assert found == [None]


@pytest.mark.needs("sh")
@pytest.mark.parametrize(
    ("answer", "data"),
    [
        ("1 blob 3\nabc\n", b"abc"),
        ("1 blob 0\n\n", b""),
        ("1 blob 3\nabcd\n", None),
        ("1 blob 3\nabc", None),
        ("1 blob 4\nabc\n", None),
        ("1 tree 3\nabc\n", None),
        ("HEAD:x.md missing\n", None),
        ("1 blob 1048577\n" + "x" * 1048577 + "\n", b"x" * 1048577),
        ("1 blob 1048578\n" + "x" * 1048578 + "\n", b"x" * 1048577),
        ("1 blob 1048576\n" + "x" * 1048576 + "\n", b"x" * 1048576),
        ("", None),
    ],
    ids=[
        "bytes",
        "no bytes",
        "too many",
        "no end",
        "too few",
        "a folder",
        "missing",
        "one more",
        "too large",
        "the largest",
        "nothing",
    ],
)
def test_what_git_answers_is_read_to_the_byte(tmp_path, monkeypatch, answer, data):
    (tmp_path / "answer").write_text(answer)
    (tmp_path / "git").write_text(f'#!/bin/sh\nread line\necho "$line" > {tmp_path}/question\ncat {tmp_path}/answer\n')
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    blobs = git_objects._Blobs(str(tmp_path))
    assert blobs.read(b"HEAD:a folder/x.md") == data
    assert (tmp_path / "question").read_text() == "HEAD:a folder/x.md\n"
    blobs.close()


def test_a_name_of_two_lines_is_no_question_to_git(tmp_path, monkeypatch):
    monkeypatch.setattr(git_objects.subprocess, "Popen", lambda *_, **__: pytest.fail("Git was started"))
    assert git_objects._Blobs(str(tmp_path)).read(b"HEAD:a\nb.md") is None
