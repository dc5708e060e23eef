"""Test faults under load.

Compare what was acknowledged with what every reader finally has.

``python -m bench.reliability`` runs everything; docs/reliability.md explains it and has the results.
"""
