FROM python:3.13-slim AS build
WORKDIR /srv/storywell
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir uv
ENV VIRTUAL_ENV=/opt/venv UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
COPY requirements.txt ./
RUN /opt/venv/bin/uv pip install --no-cache --require-hashes -r requirements.txt
COPY pyproject.toml requirements.in requirements-dev.in README.md LICENSE ./
COPY service service
COPY workers workers
COPY templates templates
COPY static static
COPY demo demo
RUN /opt/venv/bin/uv pip install --no-cache --no-deps --no-build-isolation -e .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /srv/storywell storywell \
 && install -d -o storywell -g storywell /srv/storywell/var
WORKDIR /srv/storywell
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/storywell /srv/storywell
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 VAR=/srv/storywell/var \
    MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072
USER storywell
EXPOSE 8000
CMD ["storywell", "web"]
