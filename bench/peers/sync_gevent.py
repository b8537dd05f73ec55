"""What greenlets pay to talk to each other; see probes/sync.cpp."""

import time

import gevent
from gevent.lock import Semaphore
from gevent.pool import Pool
from gevent.queue import Channel, Queue

HAND_OVERS = 50_000  # it takes its time
TASKS = 20_000
WORKERS = 100


def measure(name, operations, body):
    start = time.process_time_ns()
    body()
    print(f"{name} {(time.process_time_ns() - start) / operations:.2f}")


def hand_over(values):
    def consume():
        for _ in range(HAND_OVERS):
            values.get()

    consumer = gevent.spawn(consume)
    for i in range(HAND_OVERS):
        values.put(i)
    consumer.join()


def semaphore():
    ping, pong = Semaphore(0), Semaphore(0)

    def answer():
        for _ in range(HAND_OVERS // 2):
            ping.acquire()
            pong.release()

    other = gevent.spawn(answer)
    for _ in range(HAND_OVERS // 2):
        ping.release()
        pong.acquire()
    other.join()


measure("queue", HAND_OVERS, lambda: hand_over(Queue(1)))
measure("channel", HAND_OVERS, lambda: hand_over(Channel()))
measure("semaphore", HAND_OVERS, semaphore)
measure("map", TASKS, lambda: Pool(WORKERS).map(lambda i: i + 1, range(TASKS)))
