"""
The linter in a browser (Pyodide): one record at a time, as text, without files, processes or Git.

Arguments and results are texts, numbers and JSON, which pass from Python to JavaScript and between threads.
"""
