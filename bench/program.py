"""A program that calls the API over one connection, each time for another address."""

from bench.browser import Line


class Program(Line):
    accepted = b"HTTP/1.1 202 "

    def post(self, name: str, network: int) -> bytes:
        """The bytes that ask for `name`@example.com from one of 65,536 networks, as the proxy in front passes them."""
        body = f'{{"email": "{name}@example.com"}}'
        head = [
            "POST /api/v1/recovery-requests/ HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"X-Forwarded-For: 10.{network >> 8 & 255}.{network & 255}.7",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*head, "", body]).encode()
