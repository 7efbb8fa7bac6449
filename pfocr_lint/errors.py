"""Errors of the user's input; the message is one line that names what is wrong and what is wanted."""

from __future__ import annotations


class UsageError(Exception):
    """A flag or path that is wrong; the message is one line that names it and what is wanted."""
