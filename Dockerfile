# One image for every process; the command says which: web, gateway, worker or beat.
# A digest, as python:3.11-slim@sha256:…, makes builds repeatable: docs/operations.md says where it comes from.
ARG PYTHON_IMAGE=python:3.11-slim
FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.txt requirements-observing.txt requirements.lock ./
# What the lock lacks, or has with another hash, is refused.
RUN /opt/venv/bin/pip install --require-hashes -r requirements.lock

FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/rosetta rosetta \
    && install --directory --owner rosetta --group rosetta /var/lib/rosetta
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/rosetta
COPY . .
RUN /opt/venv/bin/python -m compileall -q .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    VAR_DIR=/var/lib/rosetta
USER rosetta
VOLUME /var/lib/rosetta
EXPOSE 8000 8001
# For the process that serves HTTP; docker-compose.yml has the others' own. Whether it is alive, because a process that waits
# for its database must not be replaced.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD /srv/rosetta/deploy/healthcheck "${PORT:-8000}"
CMD ["python", "-m", "rosetta.processes", "web"]
