# i2v in one image: the same for the web process (the default) and the worker. Built with Node, run without.

# --- the packages, locked by hash; pip finds its registry as the machine that builds has it set up ---
FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /app
RUN python -m venv .venv
COPY requirements requirements
# --no-deps: the lock is complete, and it overrides one requirement of Reflex's (see pyproject.toml).
RUN .venv/bin/pip install --quiet --no-deps --require-hashes -r requirements/run.txt

# --- the page ---
FROM packages AS page
RUN .venv/bin/pip install --quiet --no-deps --require-hashes -r requirements/build.txt
COPY . .
# Trust what the base image trusts, besides Node's own list: a house with its own certificate authority adds it there.
ENV NODE_OPTIONS=--use-system-ca
RUN .venv/bin/python -m i2v_app.build && rm -rf .web/node_modules

# --- the project into the environment, which is what makes its models known (entry points) ---
FROM packages AS project
COPY . .
# The lock's setuptools, because an isolated build would fetch another; uv comes with it and is not needed.
RUN .venv/bin/pip install --quiet --no-deps --require-hashes -r requirements/uv.txt \
 && .venv/bin/pip install --quiet --no-deps --no-build-isolation --no-index --editable . \
 && .venv/bin/pip uninstall --quiet --yes uv \
 && .venv/bin/python -m compileall -q i2v_app graphql_api worker i2v_cli i2v_core

# --- what runs ---
FROM python:3.11-slim-bookworm
# A fixed number, so that the owner of a bind-mounted folder can be given.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin i2v \
 && install -d -o i2v -g i2v -m 0700 /data /data/media
WORKDIR /app
COPY --from=project /app .
COPY --from=page /app/.web .web
# As the build left it: it is part of what the page is known to be made of.
COPY --from=page /app/reflex.lock reflex.lock
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    I2V_HOST=0.0.0.0 I2V_PORT=8000 I2V_DATA_DIR=/data I2V_LOG_FORMAT=json
USER i2v
VOLUME /data
EXPOSE 8000
# Alive, not ready: an outage of Redis is no reason to restart the web process. The worker has no port and turns it off.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"I2V_PORT\"]}/healthz', timeout=4)"]
CMD ["i2v", "web"]
