FROM rust:1-slim-bookworm AS build
WORKDIR /src
COPY . .
# `/version` and the metrics name it: --build-arg GIT_COMMIT=$(git rev-parse HEAD)
ARG GIT_COMMIT
# The caches outlive a build, so that the next one compiles only what has changed. They are not
# part of the image, hence the copy.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked && cp target/release/debatebase /debatebase

# There is no PostgreSQL in here: the program uses the one that DATABASE_URL names.
FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin debatebase
COPY --from=build /debatebase /usr/local/bin/debatebase
USER 10001
ENV LISTEN=0.0.0.0:8080
EXPOSE 8080
# Bash, which the image has, can speak to a port; curl would have to be installed for this alone.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/ready HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r status <&3 && [[ $status == 'HTTP/1.'?' 200 '* ]]"]
ENTRYPOINT ["debatebase"]
CMD ["serve"]
