# The program alone, on a base that has a C library and little else:
#
#     docker build -t solidarity .
#     docker run --rm -p 127.0.0.1:8080:8080 solidarity demo --listen 0.0.0.0:8080
#
# docs/deploy.md says how to run it for others.

# Both are Debian 12, because a program must not meet an older C library than the one it was linked with.
ARG BUILD=docker.io/library/rust:1.95-slim-bookworm
# Neither shell nor package manager: less to keep up to date, and nothing for an intruder to work with. It has the three
# libraries that `ldd` names (libc, libm, libgcc_s); time zones and certificate authorities are compiled into the program.
# Its tags have no smaller version than Debian's: who needs the same bytes again gives a digest with --build-arg BASE=….
ARG BASE=gcr.io/distroless/cc-debian12:nonroot

FROM ${BUILD} AS build
WORKDIR /src

# Dependencies first, with empty crates in place of our own: this layer lasts until the lock file changes.
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY api/Cargo.toml api/
COPY entity/Cargo.toml entity/
COPY migration/Cargo.toml migration/
RUN mkdir api/src entity/src migration/src \
    && touch api/src/lib.rs entity/src/lib.rs migration/src/lib.rs \
    && echo 'fn main() {}' >api/src/main.rs \
    && cargo build --profile dist --locked --bin solidarity

COPY entity/src entity/src
COPY migration/src migration/src
COPY api/src api/src
COPY api/samples api/samples
# Newer than what was built above, whatever time the copies bring with them: cargo goes by that.
RUN touch api/src/lib.rs api/src/main.rs entity/src/lib.rs migration/src/lib.rs \
    && cargo build --profile dist --locked --bin solidarity \
    && install -D -m 0755 target/dist/solidarity /image/solidarity \
    && install -d -m 0700 /image/data

FROM ${BASE}
LABEL org.opencontainers.image.title="Solidarity" \
    org.opencontainers.image.description="The server that grassroots solidarity campaigns run on" \
    org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /image/solidarity /usr/local/bin/solidarity
# A new volume takes its owner from this folder.
COPY --from=build --chown=65532:65532 /image/data /var/lib/solidarity
ENV SOLIDARITY_DATA_DIR=/var/lib/solidarity \
    SOLIDARITY_LISTEN=0.0.0.0:8080 \
    SOLIDARITY_METRICS_LISTEN=0.0.0.0:9090 \
    SOLIDARITY_LOG_FORMAT=json
# By number, so that orchestrators see that it is not root.
USER 65532:65532
VOLUME /var/lib/solidarity
# The port of the metrics, 9090, is left out: the world must not reach it.
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/usr/local/bin/solidarity", "health"]
ENTRYPOINT ["/usr/local/bin/solidarity"]
CMD ["serve"]
