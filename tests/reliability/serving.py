"""A web process for tests: ``python -m tests.reliability.serving`` prints its port and answers until it is ended."""

from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from config.wsgi import application


class Threaded(ThreadingMixIn, WSGIServer):
    """Answers several requests at once, as our web processes do."""

    daemon_threads = True
    # As many callers at once as a test has.
    request_queue_size = 128


class Silent(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    with make_server("127.0.0.1", 0, application, Threaded, Silent) as server:
        print(server.server_port, flush=True)
        server.serve_forever()
