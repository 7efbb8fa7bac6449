"""
Validate records with python-frontmatter and jsonschema, as a simple script does; the validator is built once.

    python frontmatter_script.py SCHEMA FOLDER
"""

import json
import sys
from pathlib import Path

import frontmatter
from jsonschema import Draft202012Validator

validator = Draft202012Validator(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
for path in sorted(Path(sys.argv[2]).glob("*.md")):
    for error in validator.iter_errors(frontmatter.load(str(path)).metadata):
        print(f"{path}: {error.json_path}: {error.message}")
