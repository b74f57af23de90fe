"""A local S3 and a local web server with files of leads, and what is served badly."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SECRETS = ("AKIAIOSECRET", "verysecretkey", "hunter2", "signed0815")
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": SECRETS[0],
    "AWS_SECRET_ACCESS_KEY": SECRETS[1],
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1,localhost",
}


class Web:
    """Files of a folder by HTTP; some paths answer badly. `ranges` says whether parts of a file are given."""

    def __init__(self, folder: Path, *, ranges: bool) -> None:
        self.folder, self.ranges, self.requests = folder, ranges, list[str]()
        web = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_HEAD(self) -> None:
                self.answer(body=False)

            def do_GET(self) -> None:
                self.answer(body=True)

            def answer(self, body: bool) -> None:
                web.requests.append(f"{self.command} {self.path} {self.headers.get('Range', '')}")
                path = self.path.partition("?")[0].strip("/")
                if path.isdigit():
                    self.send_error(int(path))
                elif path == "slow":
                    time.sleep(2.5)
                else:
                    self.file(web.folder / path.removeprefix("cut/"), body, cut=path.startswith("cut/"))

            def file(self, path: Path, body: bool, cut: bool) -> None:
                if not path.is_file():
                    self.send_error(404)
                    return
                content, start, stop = path.read_bytes(), 0, path.stat().st_size
                wanted = self.headers.get("Range") if web.ranges else None
                if wanted:
                    first, _, last = wanted.removeprefix("bytes=").partition("-")
                    start, stop = int(first), min(int(last or stop) + 1, stop)
                self.send_response(206 if wanted else 200)
                self.send_header("Content-Length", str(stop - start))
                self.send_header("Last-Modified", "Mon, 30 Nov 2026 10:00:00 GMT")
                if wanted:
                    self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(content)}")
                if web.ranges:
                    self.send_header("Accept-Ranges", "bytes")
                self.end_headers()
                if body:
                    self.wfile.write(content[start : start + (stop - start) // 2] if cut else content[start:stop])
                    self.close_connection = cut

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@contextmanager
def web(folder: Path, *, ranges: bool = True) -> Iterator[Web]:
    pytest.importorskip("aiohttp")
    server = Web(folder, ranges=ranges)
    try:
        yield server
    finally:
        server.server.shutdown()
        server.server.server_close()


@contextmanager
def bucket() -> Iterator[str]:
    """Address of an empty bucket in an S3 server of our own; the environment names its keys."""
    pytest.importorskip("s3fs")
    moto = pytest.importorskip("moto.server")
    pytest.importorskip("flask_cors")
    import logging

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            host, port = server.get_host_and_port()
            for key, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}.items():
                patch.setenv(key, value)
            patch.delenv("AWS_PROFILE", raising=False)
            forget()
            if not system().exists("crm-leads"):  # one store in the process
                system().mkdir("crm-leads")
            yield "s3://crm-leads"
    finally:
        server.stop()
        forget()


def system():  # type: ignore[no-untyped-def]
    """The file system of that server."""
    import fsspec

    return fsspec.filesystem("s3", use_listings_cache=False)


def forget() -> None:
    """File systems are kept by fsspec; after the environment has changed, they are to be made anew."""
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()


def put(path: Path, address: str) -> str:
    """A file put into the bucket; its address."""
    system().put_file(str(path), address.removeprefix("s3://"))
    return address
