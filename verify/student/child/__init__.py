"""The program that runs beside a stranger's file: the standard library and NumPy alone, nothing of ours.

A server of forks runs it as the package ``child``: ``serve.warm()`` once, then ``serve.serve()`` in a fork for each
file, which reads requests on its standard input and answers on its standard output.
"""
