"""The command line: arguments, settings flags, and what is shown instead of a run. No other package imports this one."""
