"""The program that runs beside a stranger's file: the standard library and NumPy alone, nothing of ours.

Started as ``python -I <this folder>``; it reads requests on its standard input, answers on its standard output.
"""
