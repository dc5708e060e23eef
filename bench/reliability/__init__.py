"""Faults under load: what was acknowledged is compared with what every reader finally has.

``python -m bench.reliability`` runs all of it; docs/reliability.md says what it proves and has the table.
"""
