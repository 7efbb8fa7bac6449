"""PF4, the part about one mention table: has it the shape that the site's scripts read?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding, Span
from pfocr_lint.quoting import quote
from pfocr_lint.record.document import Record
from pfocr_lint.record.mention_table import Table
from pfocr_lint.rules.declaration import Bad, Good, TableFile, Trigger, rule
from pfocr_lint.schema.kinds import Kind

MOST = 100  # findings in one table
TABLES = frozenset({Kind.TABLE})
GENES = "\t".join(
    ("organism_id", "organism_name", "organism_group", "word", "match", "ncbigene_symbol", "ncbigene_id", "source",
     "count_direct", "count_synonym", "count_match")
)  # fmt: skip
CHEMICALS = "word\tmesh\tmatch\tname\tchebi"
DISEASES = "word\tmesh\tmatch\tname\tdoid"


def gene_table(symbol: str) -> str:
    """A table of one gene."""
    return f"{GENES}\n9606\tHomo sapiens\tPrimates\t{symbol}\t{symbol}\t{symbol}\t207\tncbigene_symbol\t1\t1\t1\n"


@rule(
    "PF407",
    kinds=TABLES,
    trigger=Trigger.TEXT,
    bad=[
        Bad(table=TableFile("chemicals", ""), message="the table is empty"),
        Bad(table=TableFile("chemicals", "word\tmesh\tmatch\tname\n"), message="the header lacks 'chebi'"),
        Bad(table=TableFile("chemicals", "word\tmesh\tmatch\tname\nLPS\tNA\tNA\tNA\tNA\n"), message="the header lacks 'chebi'"),
        Bad(table=TableFile("diseases", f"{DISEASES}\nLPS\tNA\tNA\n"), message="line 2 has 3 fields, the header has 5"),
        Bad(table=TableFile("diseases", f'{DISEASES}\n"LPS"\tNA\tNA\tNA\tNA\n'), message="quotes"),
    ],
    good=[Good(table=TableFile("chemicals", f"{CHEMICALS}\nPLGA\tmesh:C043435\tNA\tNA\tNA\n"))],
)
def table_shape(record: Record) -> Iterator[Finding]:
    """
    A mention table has not the form that the site's scripts read.

    It needs the header of its sort, as many fields in every line, tabs between them and no quotes. An empty table has no
    file.
    """
    table = Table(record)
    if len(table.lines) < 2:
        what = "has nothing but its header" if table.lines and table.lines[0] == table.columns else "is empty"
        if not table.lines or table.lines[0] == table.columns:
            yield Finding(None, f"the table {what}; an empty table has no file")
            return
    header = table.lines[0]
    if header != table.columns:
        yield Finding(None, _header(header, table.columns), at=Span(0, len("\t".join(header))))
        return  # what is wrong with it is likely wrong with every line
    start = len("\t".join(header)) + 1
    said = 0
    for number, fields in enumerate(table.lines[1:], start=2):
        length = sum(map(len, fields)) + len(fields) - 1
        at = Span(start, start + length)
        start += length + 1
        if said >= MOST:
            yield Finding(None, f"so many lines are wrong that those from line {number} on were not looked at", at=at)
            return
        if len(fields) != len(header):
            many = f"{len(fields)} field{'s' if len(fields) > 1 else ''}"
            said += 1
            yield Finding(None, f"line {number} has {many}, the header has {len(header)}", at=at)
        quoted = next((field for field in fields if field.startswith('"')), None)
        if quoted is not None:
            said += 1
            yield Finding(None, f"line {number} has quotes round {quote(quoted)}; tables have none", at=at)


def _header(header: list[str], wanted: list[str]) -> str:
    lacks = [name for name in wanted if name not in header]
    surplus = [name for name in header if name not in wanted]
    parts = [f"lacks {', '.join(map(quote, lacks))}"] if lacks else []
    parts += [f"has {', '.join(map(quote, surplus))} beside"] if surplus else []
    return f"the header {' and '.join(parts) or 'is in another order'}, want {quote(' '.join(wanted), 200)}"


@rule(
    "PF410",
    severity="warning",
    kinds=TABLES,
    trigger=Trigger.TEXT,
    bad=[
        Bad(table=TableFile("chemicals", CHEMICALS + "\nPLGA\tNA\tNA\tNA\tNA" * 2 + "\n"), message="its only row appears twice")
    ],
    good=[Good(table=TableFile("chemicals", CHEMICALS + "\nPLGA\tNA\tNA\tNA\tNA" * 2 + "\nKi\tNA\tNA\tNA\tNA\n"))],
)
def doubled_table(record: Record) -> Iterator[Finding]:
    """
    Every row of a mention table appears twice.

    The table was written twice into one file; the two copies are equal except for the counts. Single rows that repeat are
    normal.
    """
    table = Table(record)
    if len(table.lines) < 3:
        return
    kept = [at for at, name in enumerate(table.lines[0]) if not name.startswith("count_")]
    rows = Counter(tuple(fields[at] for at in kept if at < len(fields)) for fields in table.lines[1:])
    if all(count % 2 == 0 for count in rows.values()):
        once = sum(rows.values()) // 2
        yield Finding(None, f"the table is doubled: {f'each of its {once:,} rows' if once > 1 else 'its only row'} appears twice")
