"""PyYAML's loader and dumper: libyaml's where PyYAML was built with it, else those in Python, which read and write alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING or yaml.__with_libyaml__:
    from yaml import CSafeDumper as Dumper
    from yaml import CSafeLoader as Loader
else:
    from pfocr_lint.record.python_yaml import Dumper, Loader

__all__ = ["Dumper", "Loader"]
