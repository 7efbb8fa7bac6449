"""What embeds the linter elsewhere, by the workspace's run and not by the command line. Today: the GitHub Action's step."""
