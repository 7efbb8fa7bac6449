"""``python -m pfocr_lint``."""

from pfocr_lint.cli import run

if __name__ == "__main__":
    run()
