"""How HTTP reaches Django: a server with deadlines for its connections, and threads that never wait for a client.

``connections`` is uvicorn's HTTP protocol with deadlines, ``bodies`` reads what a request brings, ``bridge`` runs the WSGI
application with it and sends the answer, and ``python -m rosetta.serving`` runs it all in as many processes as there are workers.
"""
