"""
Integrations with other programs, which call ``workspace`` and ``linter`` and not the command line.

At present: the GitHub Action and the language server.
"""
