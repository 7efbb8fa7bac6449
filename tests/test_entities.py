"""The entities that HTML does not know."""

from __future__ import annotations

import html
import unicodedata

import pytest

from pfocr_lint.record import entities

KNOWN = [
    ("&agr;", "α"), ("&Agr;", "Α"), ("&bgr;", "β"), ("&eegr;", "η"), ("&thgr;", "θ"), ("&sfgr;", "ς"), ("&OHgr;", "Ω"),
    ("&eeacgr;", "ή"), ("&idiagr;", "ΐ"), ("&thetas;", "θ"), ("&b.beta;", "β"), ("&b.Gamma;", "Γ"), ("&b.epsis;", "ϵ"),
    ("&alpha;", "α"), ("&amp;", "&"), ("&#945;", "α"),
    ("&b.x;", "&b.x;"), ("&b.amp;", "&b.amp;"), ("&nothing;", "&nothing;"), ("&a.gr;", "&a.gr;"),
]  # fmt: skip


@pytest.mark.parametrize(("entity", "text"), KNOWN)
def test_an_entity_is_the_character_that_it_names(entity, text):
    assert entities.unescape(entity) == text


def test_the_table_has_what_html_lacks_each_name_with_its_letter():
    for entity, char in entities._characters().items():
        assert html.unescape(entity) == entity
        assert len(char) == 1
        if entity.endswith("gr;"):
            assert "GREEK" in unicodedata.name(char)
            assert unicodedata.name(char).startswith("GREEK CAPITAL") == entity[1].isupper()
    assert len(entities._characters()) == 49 + 20 + 3 + 13
