"""The command line: parses arguments, starts the run, and prints help, settings and lists. No other package imports it."""
