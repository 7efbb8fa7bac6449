"""White space: one finding a value, and first the fix that is safe."""

from __future__ import annotations

import pytest
from test_repository import figure

from pfocr_lint.linter import checker, fixer

VALUES = [  # field, value, what is reported, the value after the safe fixes, and after the unsafe ones
    ("caption", " A  b ", ["begins with a space and has a double space"], "A  b", "A b"),
    ("caption", "A\t5  b", ["has a tab and has a double space"], "A 5  b", "A 5 b"),
    ("caption", "A  b", ["has a double space"], "A  b", "A b"),
    ("caption", "A \n b", ["has a line break"], "A b", "A b"),
    ("papertitle", " A  b", ["begins with a space and has a double space"], "A b", "A b"),
    ("figtitle", " Roles of  in stem  cells", ["begins with a space and has a double space"],
     "Roles of  in stem  cells", "Roles of in stem cells"),
    ("figtitle", " Roles of stem  cells", ["begins with a space and has a double space"], *["Roles of stem cells"] * 2),
    ("publisher_name", "A  b\n", ["ends in a line break and has a double space"], "A b", "A b"),
    ("journal_title", "A\u00a0 \u00a0b", [], "A\u00a0 \u00a0b", "A\u00a0 \u00a0b"),
    ("journal_title", "  ", ["begins with a space"], "", ""),
    ("reftext", "A  b. 2022.", [], "A  b. 2022.", "A  b. 2022."),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "faults", "safe", "unsafe"), VALUES)
def test_one_value_has_one_finding_and_keeps_what_a_person_should_see(field, value, faults, safe, unsafe):
    name, text = figure(1000001, **{field: value})
    found = [each for each in checker.check(name, text.encode()) if each.code == "PF306"]
    assert [each.message for each in found] == [f"{field} {fault}" for fault in faults]
    for wanted, allowed in ((safe, False), (unsafe, True)):
        fixed = fixer.fix(name, text.encode(), unsafe=allowed)
        assert fixed.faults == ()
        assert checker.read(name, fixed.data).value(f"/{field}") == wanted
