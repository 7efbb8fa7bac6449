"""How long the language server takes for one change of an open record: 200 characters typed into the caption of a record of 5 KB."""

from __future__ import annotations

import time
from pathlib import Path

from lsprotocol import types

from pfocr_lint.integrations.language_server import offers
from pfocr_lint.integrations.language_server.document import Document
from pfocr_lint.integrations.language_server.server import freeze_memory
from pfocr_lint.integrations.language_server.text import Text
from pfocr_lint.settings.model import DEFAULT

SEED = Path(__file__).parent.parent / "samples" / "_figures" / "PMC9405586__biomedicines-10-01841-g001.md"
SIZE = 5_000  # bytes
CHANGES = 200
WARM_UP = 5  # changes before, in which libraries are imported


def typed(text: str) -> list[float]:
    """Return the seconds of each change, sorted."""
    document = Document(f"_figures/{SEED.name}", Text(text), DEFAULT, lambda: None)
    position = document.text.position(text.index("caption: ") + 20)
    seconds = []
    for number in range(WARM_UP + CHANGES):
        if number == WARM_UP:
            freeze_memory()  # as the server does when it has read the folder
        started = time.perf_counter()
        change = types.TextDocumentContentChangePartial(types.Range(position, position), "a")
        document = document.changed(document.text.changed([change]))
        offers.diagnostics(document, str)
        seconds.append(time.perf_counter() - started)
    return sorted(seconds[WARM_UP:])


def main() -> None:
    """Print a line for each state of the record."""
    seed = SEED.read_text(encoding="utf-8")
    seed = seed.replace("caption: ", f"caption: {'word ' * ((SIZE - len(seed.encode())) // 5)}", 1)
    defects = seed.replace("year: '2022'", "year: '2021'").replace("publisher_name: MDPI", "publisher_name: ' MDPI '")
    for name, text in (
        ("one finding", seed),
        ("four findings", defects),
        ("broken", seed.replace("year: '2022'", "year: '2022")),
    ):
        seconds = typed(text)
        print(
            f"{name:14} {len(text.encode()):,} bytes  median {seconds[CHANGES // 2] * 1e3:.1f} ms  slowest {seconds[-1] * 1e3:.1f} ms"
        )


if __name__ == "__main__":
    main()
