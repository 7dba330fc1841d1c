"""`python -m bench.known --times 500`: whether the time that the API's open calls take tells who is a customer.

So many known and as many unknown addresses, shuffled anew for each call, over one connection, while a worker sends:
ask for a mail, look at its state, try a wrong code, ask for one more mail. For each call the chance that a known
address takes longer than an unknown one (AUC; 0.5 tells nothing), with the interval that 95 of 100 resamplings lie in.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

import psycopg

from bench.browser import Line
from bench.inside_program import Inside
from bench.machine import Machine
from bench.rounds import rank_interval, rank_statistic
from bench.timing import HIGH, LOW, WORKER, new_names
from tests.kit.waiting import wait_until

REQUESTS = "/api/v1/recovery-requests/"
WRONG_CODE = "2345-6789"
WARM_UP = 100
LATER = "UPDATE recovery_message SET created_at = created_at - interval '1 hour'"
WAITING = "SELECT count(*) FROM recovery_message WHERE state = 'waiting'"


@dataclass(frozen=True)
class Call:
    """One of the open calls, and the status that it has for every address."""

    name: str
    status: int
    method: str = "POST"
    path: str = ""  # behind that of the request
    sent: str = ""


ASK = Call("ask for a mail", 202)
CALLS = (
    Call("look at its state", 200, method="GET"),
    Call("try a wrong code", 422, path="verify/", sent=json.dumps({"code": WRONG_CODE})),
    Call("ask for one more", 202, path="resend/"),
)


class Caller(Line):
    """A program's one connection. Each call comes from a network of its own, as the proxy in front says."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.calls = 0

    def timed(self, call: Call, path: str, *, sent: str = "", secret: str = "") -> tuple[float, bytes]:
        """Seconds, and the answer's body. Raises RuntimeError for another status than the call's."""
        request = self.request(call.method, path, sent, secret)
        began = time.perf_counter()
        self.line.sendall(request)
        answer = self.receive()
        taken = time.perf_counter() - began
        if not answer.startswith(f"HTTP/1.1 {call.status} ".encode()):
            raise RuntimeError(f"{call.name}: {answer[:300]!r}")
        return taken, answer.partition(b"\r\n\r\n")[2]

    def request(self, method: str, path: str, sent: str, secret: str) -> bytes:
        self.calls += 1
        head = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"X-Forwarded-For: 10.{self.calls >> 8 & 255}.{self.calls & 255}.7",
            *([f"Authorization: Bearer {secret}"] if secret else []),
            *(["Content-Type: application/json", f"Content-Length: {len(sent)}"] if method == "POST" else []),
        ]
        return "\r\n".join([*head, "", sent]).encode()


class Run:
    """The addresses, and what each of them was answered when it asked."""

    def __init__(self, database: str, port: int, *, known: Sequence[str], unknown: Sequence[str]) -> None:
        self.database, self.caller = database, Caller(port)
        self.known, self.unknown, self.warming = known, unknown, new_names(WARM_UP)
        self.asked: dict[str, tuple[str, str]] = {}  # the request's path, and its secret

    def measure(self) -> None:
        self.report(ASK, self.each(self.ask))
        wait_until(self.all_mails_are_out, timeout=600, what="the worker")
        for call in CALLS:
            if call.path == "resend/":
                self.execute(LATER)
            self.report(call, self.each(partial(self.go_on, call)))

    def each(self, do: Callable[[str], float]) -> dict[str, float]:
        """Seconds by name. Those that warm up come first, and count for nothing."""
        for name in self.warming:
            do(name)
        names = [*self.known, *self.unknown]
        random.shuffle(names)
        return {name: do(name) for name in names}

    def ask(self, name: str) -> float:
        sent = json.dumps({"email": f"{name}@example.com"})
        taken, body = self.caller.timed(ASK, REQUESTS, sent=sent)
        told = json.loads(body)
        self.asked[name] = f"{REQUESTS}{told['id']}/", told["secret"]
        return taken

    def go_on(self, call: Call, name: str) -> float:
        path, secret = self.asked[name]
        return self.caller.timed(call, path + call.path, sent=call.sent, secret=secret)[0]

    def report(self, call: Call, taken: dict[str, float]) -> None:
        known, unknown = ([taken[name] for name in names] for names in (self.known, self.unknown))
        auc, (low, high) = rank_statistic(known, unknown), rank_interval(known, unknown)
        reached = "reached" if LOW <= auc <= HIGH else "missed"
        middles = f"{median(known) * 1000:>9.2f} {median(unknown) * 1000:>9.2f}"
        print(
            f"{call.name:<20} {middles}   {auc:>6.3f}  [{low:.3f}..{high:.3f}]   {LOW} to {HIGH} {reached}",
            flush=True,
        )

    def all_mails_are_out(self) -> bool:
        with psycopg.connect(self.database) as connection:
            row = connection.execute(WAITING).fetchone()
        return row == (0,)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(statement.encode())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.known", description=__doc__)
    parser.add_argument("--times", type=int, default=500, help="known addresses, and as many unknown ones")
    times = parser.parse_args().times
    known, unknown = new_names(times), new_names(times)
    with Machine() as machine:
        database = machine.new_database("known")
        with Inside(machine, database) as inside:
            inside.do("customers", names=known)
        with machine.program(*WORKER, database=database), machine.web(database) as port:
            print(
                f"{'call':<20} {'known, ms':>9} {'unknown':>9}   {'AUC':>6}  {'95 of 100':^16}   goal",
                flush=True,
            )
            Run(database, port, known=known, unknown=unknown).measure()


if __name__ == "__main__":
    main()
