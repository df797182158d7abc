"""Slow work, done by the worker: kept in a table, run by a queue library, shown as it goes."""
