# The executable is built from the lock file, then copied alone into a small image.
FROM node:20-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="ledis" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 6380 --no-create-home --shell /usr/sbin/nologin ledis \
 && install -d -o ledis -g ledis -m 0750 /var/lib/ledis
COPY --from=build /src/dist/ledis /usr/local/bin/ledis
USER ledis
WORKDIR /var/lib/ledis
VOLUME /var/lib/ledis
EXPOSE 6380
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["ledis", "health", "--addr", "127.0.0.1:6380"]
ENTRYPOINT ["ledis", "server", "--addr", "0.0.0.0:6380", "--data-dir", "/var/lib/ledis"]
# Clients outside the container are not local, so protected mode would refuse them all. Whoever
# publishes the port decides who reaches it. Own arguments replace this line:
# `docker run ledis --requirepass SECRET` leaves protected mode on, behind the password.
CMD ["--protected-mode", "no"]
