"""The HTTP server: connections with deadlines, and threads that never wait for a client.

``connections`` is uvicorn's HTTP protocol with deadlines, ``bodies`` reads request bodies, ``bridge`` runs the WSGI
application and sends its response, and ``python -m rosetta.serving`` runs them in one process per worker.
"""
