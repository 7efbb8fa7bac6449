"""
The rules, one module for each family of codes. A rule is a function with a declaration: its docstring is its page, its examples
are its tests. Rules see values and yield findings; the catalogue finds the modules by itself. Imports record and schema.
"""
