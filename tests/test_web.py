"""The pages in Chromium: they open from the disk, run nothing of a record, are fast, and can be used by everybody."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from test_dashboard import HOSTILE, made, report, text
from test_plan import PLAN, broken, commit, dirty, lines, named, write

from pfocr_lint.dashboard.cards import Card
from pfocr_lint.dashboard.findings import Collected, Findings
from pfocr_lint.dashboard.numbers import About, numbers
from pfocr_lint.dashboard.report_page import report_page
from pfocr_lint.handbook import pages
from pfocr_lint.report import Report

pytestmark = pytest.mark.web
__all__ = ["dirty", "made"]

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 360, "height": 740}}


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium; CHROMIUM names it")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def open_page(browser):
    """Open a file; fails the test where the page wrote an error, or asked for anything but itself."""
    problems, contexts = [], []

    def opened(file: str, *, size: str = "wide", scheme: str = "light", downloads: bool = True):
        context = browser.new_context(viewport=SIZES[size], color_scheme=scheme, accept_downloads=downloads)
        contexts.append(context)
        page = context.new_page()
        url = f"file://{os.path.abspath(file)}"
        page.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: problems.append(request.url) if not request.url.startswith((url, "blob:")) else None)
        page.goto(url)
        page.wait_for_selector("html[data-ready]", timeout=30_000)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []


def violations(page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    # the policy of the page forbids scripts of others, so axe runs in a copy without it
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in Axe().run(page).response["violations"]]


def count(page) -> int:
    return int(page.inner_text("#status").split()[0].replace(",", ""))


def test_filters_find_what_the_run_found(made, run, open_page):
    report(run)
    whole = json.loads(run("--output-format", "json", "--exit-zero").out)["diagnostics"]
    page = open_page("../page.html")
    assert count(page) == len(whole)
    for code in {each["code"] for each in whole}:
        page.select_option("[name=rule]", code)
        assert count(page) == sum(each["code"] == code for each in whole)
    page.click("button[type=reset]")
    page.get_by_text(f"{len(whole)} findings of").wait_for()
    page.select_option("[name=fix]", "safe")
    assert count(page) == sum(each["fix"] is not None and each["fix"]["safety"] == "safe" for each in whole)
    page.select_option("[name=fix]", "")
    page.fill("[name=words]", f"{whole[0]['code']} {whole[0]['path'].upper()}")
    assert count(page) == sum((each["code"], each["path"]) == (whole[0]["code"], whole[0]["path"]) for each in whole)
    page.fill("[name=words]", "")
    page.select_option("[name=year]", label="2021")
    assert count(page) == sum("PMC9405500" in each["path"] for each in whole) > 0
    page.click("button[data-rule=PF106]")
    assert count(page) == sum(each["code"] == "PF106" for each in whole)
    hrefs = page.eval_on_selector_all("#findings a", "all => all.map((each) => each.href)")
    assert {href.split("/")[2] for href in hrefs} == {"pfocr.wikipathways.org", "example.org"}
    assert page.inner_text("#findings mark") == ".na.character"
    around = page.inner_text("#findings pre").split("\n")
    assert around[0] == "journal_nlm_ta: Biomedicines"
    assert around[1].startswith("publisher_name: .na.character")
    assert around[2].startswith("keywords: ")


def test_nothing_of_a_record_runs(made, run, open_page):
    write(
        5, named(5).replace("journal_title: ", f"journal_title: {HOSTILE} # ").replace("papertitle: ", f"papertitle: {HOSTILE}  ")
    )
    write(6, named(6).replace("year:", f"# pfocr-lint: ignore[PF210; owner=ana] {HOSTILE}\nyear:"))
    name = "_figures/PMC1__x'\"<img src=x onerror=alert(1)>&#.md"
    with open(name, "w", encoding="utf-8") as file:
        file.write(named(7))
    report(run)
    page = open_page("../page.html")
    page.fill("[name=words]", "owned")
    assert count(page) > 0
    assert page.title() == "Where the records of group/records stand"
    assert page.locator("img").count() == 0
    page.fill("[name=words]", "onerror=alert")
    (href,) = set(page.eval_on_selector_all("#findings a", "all => all.map((each) => each.href.replace(/[?].*/, ''))"))
    assert href.endswith("/_figures/PMC1__x%27%22%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E%26%23.md")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("clean", [False, True], ids=["findings", "none"])
def test_everybody_can_use_it(tmp_path, made, run, browser, size, scheme, clean):
    if clean:
        for number in range(4):
            write(number, named(number))
        write(4, named(4))
        commit()
    write(98, named(98))
    commit("later")
    report(run, "--history", "HEAD~1")
    source = text().replace("Content-Security-Policy", "x-none")  # axe is a script from outside
    (tmp_path / "open.html").write_text(source, encoding="utf-8")
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme)
    page = context.new_page()
    page.goto(f"file://{tmp_path / 'open.html'}")
    page.wait_for_selector("html[data-ready]")
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_it_can_be_used_with_the_keyboard_alone(made, run, open_page):
    report(run)
    page = open_page("../page.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.name || document.activeElement.tagName"))
    assert {"words", "rule", "severity", "fix", "year", "journal", "organism", "A"} <= reached


def test_it_prints(made, run, open_page):
    report(run, "--history", "HEAD")
    page = open_page("../page.html")
    page.emulate_media(media="print")
    assert not page.is_visible("#filters")
    assert page.is_visible("#findings")
    assert page.pdf()[:5] == b"%PDF-"
    assert page.evaluate("[...document.querySelectorAll('details')].every((each) => each.open)")


def many(findings: int) -> Collected:
    """Made findings: three of four with a text that many share, the others with one of their own."""
    found, paths, cards = Findings(), [], []
    codes = ("PF106", "PF207", "PF302", "PF311")
    for number in range(findings // 4):
        mixed = number * 2654435761 % 10**8
        path = f"_figures/PMC{mixed}__fimmu-{number % 37}-{mixed % 10**6:06d}-g{number % 9:03d}.md"
        found.paths.append(path)
        paths.append(path)
        cards.append(
            Card(is_figure=True, year=str(1990 + number % 35), journal=f"Journal {number % 900}", organisms=("Homo sapiens",))
        )
        for which, code in enumerate(codes):
            said = f"caption has lost a reference: 'as shown in ( ) by the group of {mixed * 7919 % 10**9} and {mixed * 104729 % 10**9}'"
            message = said if which == 3 else f"field{number % 5} is '.na.character', which stands for a missing value"
            source = (
                ((f"caption: {said[:100]} ", f"({number})", " of the pathway"),)
                if which == 3
                else (("doi: ", ".na.character", ""),)
            )
            body = (code, "error" if which else "warning", message, f"/field{number % 5}", "safe", "set it to ''", 0, source, ())
            if which == 3 or number < 5:
                found.bodies.append(body)
            found.record.append(number)
            found.body.append(len(found.bodies) - 1 if which == 3 or number < 5 else which + 4 * (number % 5))
            found.line.append(3 + which * 7)
            around = (
                f"filename: {path[9:]}"[:60],
                "doi: .na.character",
                "journal_title: .na.character",
                f"number: F{number % 12}",
            )
            for column, line in ((found.before, around[which]), (found.after, around[which - 1])):
                column.append(found.around.setdefault(line, len(found.around)))
    report = Report((), len(paths), 0, 0.0, "")
    return Collected(report, found, paths, cards, len(paths), (), 0)


def test_a_hundred_thousand_findings(tmp_path, open_page):
    """At most 3 MB, open in a second, filtered in a tenth of one."""
    collected = many(100_000)
    data = numbers(collected, About("many", "", "", "2026-01-01"), pages.about, None)
    source = report_page(collected, data, "https://example.org/o/r/blob/main/", "2026-01-01")
    (tmp_path / "many.html").write_text(source, encoding="utf-8")
    assert (tmp_path / "many.html").stat().st_size <= 3_000_000
    page = open_page(str(tmp_path / "many.html"))
    opened = page.evaluate("+document.documentElement.dataset.ready")  # milliseconds since it was asked for
    assert count(page) == 100_000
    page.wait_for_timeout(500)  # what is searched is made after the page is shown
    times = []
    for words in ("c", "ca", "caption reference", "PMC1", "nothing like this", "homo pf311"):
        page.fill("[name=words]", words)
        times.append(page.evaluate("+document.documentElement.dataset.filtered"))
    assert count(page) == 25_000
    print(f"{len(source):,} bytes, open in {opened} ms, filtered in {times} ms")  # noqa: T201
    assert opened <= 1_000
    assert max(times) <= 100


def test_the_page_of_a_plan_writes_the_reduced_plan(dirty, run, open_page, tmp_path):
    assert run("plan", "-o", PLAN, "--unsafe-fixes", "--html", "../plan.html").status == 0
    page = open_page("../plan.html")
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    rows = lines()
    out = rows[1]["id"], rows[-1]["batch"]
    page.uncheck(f"[data-edit='{out[0]}']")
    page.uncheck(f"[data-batch='{out[1]}']")
    assert page.inner_text("#status") == "Left out: 1 edit and 1 batch."
    page.set_input_files("#file", PLAN)
    with page.expect_download() as download:
        page.click("#write")
    download.value.save_as(tmp_path / "reduced.jsonl")
    with open(PLAN, "rb") as file:
        whole = file.readlines()
    stay = [line for line, row in zip(whole, rows, strict=True) if row.get("id") != out[0] and row.get("batch") != out[1]]
    assert (tmp_path / "reduced.jsonl").read_bytes() == b"".join(stay)
    assert page.inner_text("#status").startswith(f"Written: {len(stay) - 1} edits in reduced.jsonl, ")
    assert run("apply", "../reduced.jsonl").status in (0, 1)  # 1: what depended on the edit is left, and named
    for other, message in ((b"x", "another plan"), (whole[0] + b"x\n", "no plan")):
        (tmp_path / "other.jsonl").write_bytes(other)
        page.set_input_files("#file", tmp_path / "other.jsonl")
        page.click("#write")
        page.get_by_text(message).wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_everybody_can_review_a_plan(dirty, run, browser, tmp_path, size):
    write(60, broken("value", named(60)).replace("papertitle: ", f"papertitle: {HOSTILE}  "))
    commit()
    run("plan", "-o", PLAN, "--unsafe-fixes", "--html", "../plan.html")
    (tmp_path / "open.html").write_text(text("../plan.html").replace("Content-Security-Policy", "x-none"), encoding="utf-8")
    context = browser.new_context(viewport=SIZES[size])
    page = context.new_page()
    page.goto(f"file://{tmp_path / 'open.html'}")
    page.wait_for_selector("html[data-ready]")
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert page.title().startswith("A plan of ")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
