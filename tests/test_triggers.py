"""
The trigger of a rule is present whenever the rule has a finding: both paths report the same for texts from its expressions.

The texts are generated from the expressions that a rule searches with, never from its trigger. Each alternative, each range of a
class and each number of repetitions has a text. So one of the texts fails if a part of a trigger is removed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import islice, product
from types import CodeType, ModuleType

import pytest
from conftest import SEED
from test_canonical import same_report

from pfocr_lint.handbook import examples
from pfocr_lint.linter import prefilter, record_check
from pfocr_lint.record import emitter, fast_parser
from pfocr_lint.record.parser import read
from pfocr_lint.record.texts import joined
from pfocr_lint.record.values import Values
from pfocr_lint.rules import characters
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.rules.declaration import InTexts, Rule
from pfocr_lint.rules.text import both
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import Selection, Settings

if sys.version_info >= (3, 11):
    from re import _constants as constants
    from re import _parser as parser
else:
    import sre_constants as constants
    import sre_parse as parser

PATH = f"_figures/{SEED}.md"
TRIGGERED = [rule for rule in RULES if isinstance(rule.trigger, InTexts)]
MOST = 400  # texts per expression
CATEGORIES = {
    "CATEGORY_SPACE": " \t\u00a0\u3000",
    "CATEGORY_DIGIT": "19",
    "CATEGORY_WORD": "aZ5_é",
    "CATEGORY_NOT_SPACE": "a.",
    "CATEGORY_NOT_WORD": " .",
}


# ---- the expressions of a rule


def codes_of(code: CodeType) -> Iterator[CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from codes_of(const)


def expressions_of(function, seen: set) -> Iterator[re.Pattern[str]]:
    """Return the expressions that a function, and the functions of this package that it calls, search with."""
    if function in seen:
        return
    seen.add(function)
    for code in codes_of(function.__code__):
        names = [function.__globals__.get(name) for name in code.co_names]
        modules = [each for each in names if isinstance(each, ModuleType) and each.__name__.startswith("pfocr_lint")]
        names += [getattr(module, name, None) for module in modules for name in code.co_names]
        for each in names:
            if isinstance(getattr(each, "pattern", None), str):
                yield re.compile(each.pattern, getattr(each, "_flags", getattr(each, "flags", 0)))
            elif getattr(each, "__module__", "") in (
                "pfocr_lint.record.derived",
                "pfocr_lint.record.references",
                "pfocr_lint.record.texts",
                "pfocr_lint.rules.text",
                function.__module__,
            ) and hasattr(each, "__code__"):
                yield from expressions_of(each, seen)


# ---- the texts of an expression: the first choice everywhere, then each other choice at one place


def choices(tree, flags: int) -> list[list[str]]:
    """Return the choices for each part of an expression; lookarounds and anchors give empty texts."""
    found = []
    for operation, argument in tree:
        name = str(operation)
        if operation is constants.LITERAL:
            found.append(list(dict.fromkeys([chr(argument), *(chr(argument).swapcase() if flags & re.IGNORECASE else ())])))
        elif operation is constants.IN:
            found.append(class_members(argument))
        elif operation is constants.NOT_LITERAL or name == "ANY":
            found.append(["x", " "])
        elif operation is constants.BRANCH:
            found.append([text for branch in argument[1] for text in texts_of(branch, flags)])
        elif operation is constants.SUBPATTERN:
            found.append(texts_of(argument[3], flags | argument[1]))
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, _, inner = argument
            once = texts_of(inner, flags)
            found.append([text * times for times in (max(low, 1), max(low, 1) + 1) for text in once] + ([] if low else [""]))
        elif name == "ATOMIC_GROUP":
            found.append(texts_of(argument, flags))
    return found


def class_members(items) -> list[str]:
    if items[0][0] is constants.NEGATE:
        outside = class_members(items[1:])
        return [char for char in "aB3 .-;é" if char not in outside][:3] or ["ü"]
    found = []
    for operation, argument in items:
        if operation is constants.LITERAL:
            found.append(chr(argument))
        elif operation is constants.RANGE:
            found += sorted({chr(argument[0]), chr(argument[1]), chr(sum(argument) // 2)})
        else:
            found += CATEGORIES.get(str(argument), "a")
    return found


def texts_of(tree, flags: int) -> list[str]:
    parts = choices(tree, flags)
    first = [part[0] for part in parts]
    found = ["".join(first)]
    for place, part in enumerate(parts):
        found += ["".join([*first[:place], other, *first[place + 1 :]]) for other in part[1:]]
    return list(dict.fromkeys(found))[:MOST]


# Texts for rules that search with more than expressions: accents, letters in the wrong encoding, plain characters.
FOLLOWERS = [bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xC0)]


def misread(char: str) -> str:
    """Return a character in UTF-8, decoded as Windows-1252."""
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in char.encode())


MORE = {
    "PF304": ["&b.alpha;"],
    "PF311": ["(figs.)"],
    "PF306": ["a  b", "a ", " a"],
    "PF308": ["\ufffd", *(misread(chr(code)) * 2 for code in (0x605, 0x645, 0x7CE, 0x612, 0x652)), *(f"Ã{follower}" for follower in FOLLOWERS), *map(misread, map(chr, (*range(0xA1, 0x7FF, 29), *range(0x800, 0xD7FF, 997), 0xE123,
                *range(0x2000, 0x2040), *range(0xF900, 0xFFF0, 997), *range(0x1F300, 0x1F340), 0x10348, 0x40000, 0x80000, 0xC0000, 0x10FFFD)))],
    "PF309": ["o\u0302", "e\u0301", "\u1100\u1161", "\u212b", "\u0958", "\u0340", "\u1e9b\u0323", "\ufb1f", "\U0001d15e", "\u2126", "\u037e"],
    "PF310": ["\\"],
}  # fmt: skip
FRAMES = ["{}", "{} leukemic stem cells", "Leukemic stem cells{}", "Leukemic stem {} cells", "Stem{}Cells"]
FIELDS = (lambda text: {"figtitle": text}, both, lambda text: {"schema-jsonld/keywords": ["PTEN", text]})
ENOUGH = 1  # records with a finding per text


CLEAN = {key: emitter.top_level(key, value) for key, value in schemas.example(Kind.FIGURE).items()}


def _found_with(rule: Rule, text: str) -> Iterator[tuple[str, bytes]]:
    for frame, values_of in product(FRAMES, FIELDS):
        values = values_of(frame.format(text))
        data = examples.data_of(Kind.FIGURE, values)
        changed = {key.partition("/")[0] for key in values}
        lines = (emitter.top_level(key, data[key]) if key in changed else written for key, written in CLEAN.items())
        encoded = f"---\n{''.join(lines)}---\n".encode("utf-8", "surrogatepass")
        read_as = fast_parser.read(encoded)
        if read_as is not None and any(True for _ in rule.check(Values(PATH, Kind.FIGURE, data=read_as))):
            yield frame.format(text), encoded


def reported(rule: Rule) -> list[tuple[str, bytes]]:
    """Yield records with a finding of a rule, each with its text, for each text of the expressions, in the first places."""
    texts = dict.fromkeys(MORE.get(rule.code, []))
    for pattern in expressions_of(rule.check, set()):
        texts.update(dict.fromkeys(texts_of(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE), pattern.flags)))
    found = []
    for text in texts:
        found += islice(_found_with(rule, text), ENOUGH)
    return found


def weakened(trigger: str) -> Iterator[str]:
    """Yield a trigger without one range or character of a class, or without one alternative of a group."""
    one = r"(?:\\u[0-9a-fA-F]{4}|\\.|[^\\])"
    for match in re.finditer(r"(?<!\\)\[((?:\\.|[^\]\\^])(?:\\.|[^\]\\])*)\]", trigger):
        items = re.findall(rf"{one}-{one}|{one}", match[1])
        for number in range(len(items) if len(items) > 1 else 0):
            yield f"{trigger[: match.start(1)]}{''.join(items[:number] + items[number + 1 :])}{trigger[match.end(1) :]}"
    for match in re.finditer(r"\(\?[a-z]+:([^()]*)\)", trigger):
        parts = match[1].split("|")
        for number in range(len(parts) if len(parts) > 1 else 0):
            yield f"{trigger[: match.start(1)]}{'|'.join(parts[:number] + parts[number + 1 :])}{trigger[match.end(1) :]}"


# Parts of triggers that no text needs, each with its reason.
SPARE = {
    ("PF307", "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069]"): "the fast reader knows no text with U+FEFF",
    **{
        ("PF308", trigger.replace(char, "")): "ftfy takes such a pair for a letter or a sign and a mark behind it"
        for trigger in characters._MISREAD[1:2]
        for char in "€…’”–—™›"
    },
}


@pytest.mark.parametrize("rule", TRIGGERED, ids=lambda rule: rule.code)
def test_both_paths_report_what_a_rule_searches_and_each_part_of_a_trigger_is_needed(rule: Rule):
    texts = reported(rule)
    assert texts
    # one rule alone, because triggers with the same beginning are searched together
    alone = Settings(selections=(Selection(select=(rule.code,)),))
    for text, data in texts:
        reference = read(PATH, data)
        checked = record_check.check_record(reference, alone)
        assert {hit.rule.code for hit in checked.hits} == {rule.code}
        for worth in (True, False):
            prefilter._figures_checked[0] = prefilter.WORTH_COLUMNS if worth else 0
            quick = prefilter.quick_check(PATH, data, alone)
            assert quick is not None, text
            assert not same_report(quick, data, reference, checked), text
    wholes = [joined(read(PATH, data)) for _, data in texts]
    missing = []
    patterns = [*(pattern for _, pattern in rule.trigger.patterns), *rule.trigger.non_ascii]
    for number, trigger in enumerate(patterns):
        others = [re.compile(each) for place, each in enumerate(patterns) if place != number]
        alone = [whole for whole in wholes if not any(other.search(whole) for other in others)]
        for less in ["(?!)", *weakened(trigger)]:
            found = re.compile(less)
            if (rule.code, less) not in SPARE and all(found.search(whole) for whole in alone):
                missing.append((rule.code, trigger, less))
    assert missing == []


@pytest.mark.parametrize("rule", TRIGGERED, ids=lambda rule: rule.code)
def test_each_match_of_a_pattern_begins_with_its_first_character(rule: Rule):
    for first, pattern in rule.trigger.patterns:
        tree = parser.parse(pattern)
        assert {text[:1] for text in texts_of(tree, 0)} == {first}, pattern
    for pattern in rule.trigger.non_ascii:
        assert not re.search(pattern, "".join(map(chr, range(0x80)))), "ASCII is not searched for it"
