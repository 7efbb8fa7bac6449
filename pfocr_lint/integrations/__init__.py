"""Integrations with other programs, which call ``workspace.run`` and not the command line. At present: the GitHub Action."""
