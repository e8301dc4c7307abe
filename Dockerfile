# Build: the locked dependencies and the package, into one virtual environment.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/regpulse
COPY requirements.lock ./
RUN /opt/regpulse/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY bot bot
COPY config config
RUN /opt/regpulse/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

# Run: nothing but Python, the environment and the configuration, as a user without rights.
FROM python:3.13-slim
RUN groupadd --system --gid 10001 regpulse && useradd --system --uid 10001 --gid 10001 --home-dir /data --create-home regpulse
COPY --from=build /opt/regpulse /opt/regpulse
COPY config /config
# By number, so that a cluster can see that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
ENV PATH=/opt/regpulse/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 REGPULSE_LOG_FORMAT=json REGPULSE_DATABASE_PATH=/data/regpulse.db
HEALTHCHECK --interval=60s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://' + os.environ.get('REGPULSE_WEB_LISTEN', '127.0.0.1:8080') + '/healthz', timeout=4)"]
ENTRYPOINT ["regpulse"]
CMD ["run", "--config", "/config"]
