"""
Modules that are imported when something of them is first used.

A clean run needs neither PyYAML (14 ms) nor jsonschema (59 ms), and the whole of it takes little more than that.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class OnDemand:
    """Stands for a module; what it is asked for is looked up in the module and kept."""

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(import_module(self._name), attribute)
        self.__dict__[attribute] = value
        return value
