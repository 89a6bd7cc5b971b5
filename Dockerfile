# Two stages: what builds does not ship. Every package is checked against the lock's hashes.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/dancu
COPY requirements.lock ./
RUN /opt/dancu/bin/python -m pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY benchmarks/RESULTS.md benchmarks/
COPY docs docs
COPY app app
COPY migrations migrations
COPY seed seed
RUN /opt/dancu/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation .
# What serves needs no installer.
RUN /opt/dancu/bin/python -m pip uninstall --yes hatchling trove-classifiers pip

FROM python:3.12-slim
RUN useradd --system --uid 10001 --user-group --home-dir /data dancu \
 && install --directory --owner dancu --group dancu --mode 0700 /data
COPY --from=build /opt/dancu /opt/dancu
ENV PATH=/opt/dancu/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DANCU_HOME=/data \
    DANCU_LOG_FORMAT=json
USER dancu
WORKDIR /data
VOLUME /data
EXPOSE 8000
# The first start makes the default world, which takes some seconds.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --start-interval=1s \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ.get('DANCU_PORT', '8000') + '/health', timeout=2)"]
# Beyond loopback no secret may follow from a world's seed: --rekey gives each world a random one.
CMD ["dancu", "serve", "--host", "0.0.0.0", "--rekey"]
