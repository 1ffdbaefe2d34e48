# chatspec with all that submissions need: `make image` builds it, of the checkout, and `docker run` runs it:
#
#	docker run --rm -v "$PWD:/work:ro" chatspec run my-chat
#
# It is made for Debian 12 and later. What a container allows of isolation stands in docs/isolation.md.
ARG BASE=debian:trixie
FROM ${BASE}
RUN apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        python3 python3-zmq python3-pika python3-pymongo python3-fastapi python3-uvicorn python3-flask \
        python3-pytest python3-httpx python3-requests python3-pyqt5 python3-pyqt6 python3-gi gir1.2-gtk-3.0 python3-tk \
        nodejs default-jdk libatk-wrapper-java-jni gcc libc6-dev make \
        xvfb dbus-daemon at-spi2-core && \
    rm -rf /var/lib/apt/lists/*
COPY bin/linux/ /usr/local/bin/
WORKDIR /work
ENTRYPOINT ["chatspec"]
CMD ["doctor"]
