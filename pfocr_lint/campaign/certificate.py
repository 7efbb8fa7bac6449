"""What a verification proved, as a statement of in-toto's attestation framework (https://github.com/in-toto/attestation)."""

from __future__ import annotations

import json
from typing import Any

from pfocr_lint.campaign.verifying import Proof, Verification
from pfocr_lint.version import __version__

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://pfocr.wikipathways.org/pfocr-lint/plan-verification/v1"


def certificate(check: Verification, proof: Proof) -> dict[str, Any]:
    """Return the statement for a proof that holds; its subject is the commit, or for the work tree the plan."""
    plan = check.plan
    sha256 = plan.digest.removeprefix("sha256:")
    commit = {"name": "commit", "digest": {"gitCommit": check.after}}
    return {
        "_type": STATEMENT,
        "subject": [commit if check.after is not None else {"name": "plan", "digest": {"sha256": sha256}}],
        "predicateType": PREDICATE,
        "predicate": {
            "verifier": f"pfocr-lint {__version__}",
            "plan": {
                "digest": {"sha256": sha256},
                "parent": None if plan.parent is None else {"sha256": plan.parent.removeprefix("sha256:")},
                "lines": plan.lines,
                "base": plan.head.base,
                "tool": plan.head.tool,
                "settings": plan.head.settings,
            },
            "comparedWith": check.before,
            "records": proof.records,
            "edits": proof.made.total(),
            "unsafe": proof.unsafe,
            "batches": dict(sorted(proof.made.items())),
            "rules": dict(sorted(proof.rules.items())),
            "left": sorted(proof.left),
        },
    }


def written(statement: dict[str, Any]) -> str:
    """Return the statement as JSON in ASCII."""
    return json.dumps(statement, indent=1) + "\n"
