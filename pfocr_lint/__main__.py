"""``python -m pfocr_lint``."""

from pfocr_lint.cli.main import run

if __name__ == "__main__":
    run()
