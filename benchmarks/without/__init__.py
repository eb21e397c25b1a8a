"""Modules that the server is to do without while it is measured, as it does where it is installed.

The folder is the first in which its processes look.
"""
