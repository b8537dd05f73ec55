#!/usr/bin/python3
"""Runs a program on a terminal, and types.

    terminal.py STEPS... -- PROGRAM ARGS...

Steps: "await TEXT" waits until the program has printed that since the last one; "type TEXT" types,
with \\r, \\x01 and the like; "key NAME" (up, left, home...); "size COLUMNS"; "signal NAME" to the
program; "stopped" waits until it is; "tell TEXT" writes
a line to descriptor 9; "gone" waits until it has ended. What the terminal shows in the end, as a screen would, is
printed, then "status N", and "cooked" or "raw" for the modes in which it was left.
"""
import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

KEYS = {"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
        "home": "\x1b[H", "end": "\x1b[F", "delete": "\x1b[3~"}


class Screen:
    """As much of a terminal as line editors use. Rows never scroll away."""

    def __init__(self, columns):
        self.columns, self.rows, self.row, self.column = columns, [[]], 0, 0

    def feed(self, text):
        for part in re.findall(r"\x1b\[[0-9;?]*[@-~]|\x1b.|[\s\S]", text):
            if part.startswith("\x1b["):
                self.control(part)
            elif part == "\r":
                self.column = 0
            elif part == "\n":
                self.row += 1
            elif part == "\b":
                self.column = max(0, self.column - 1)
            elif part >= " ":
                self.put(part)

    def line(self):
        while len(self.rows) <= self.row:
            self.rows.append([])
        return self.rows[self.row]

    def put(self, char):
        if self.column >= self.columns:
            self.row, self.column = self.row + 1, 0
        line = self.line()
        line.extend(" " * (self.column + 1 - len(line)))
        line[self.column] = char
        self.column += 1

    def control(self, part):
        numbers = [int(n) for n in re.findall(r"\d+", part)]
        count = numbers[0] if numbers else 1
        kind = part[-1]
        if kind == "A":
            self.row = max(0, self.row - count)
        elif kind == "B":
            self.row += count
        elif kind == "C":
            self.column = min(self.columns - 1, self.column + count)
        elif kind == "D":
            self.column = max(0, self.column - count)
        elif kind == "G":
            self.column = count - 1
        elif kind == "H":
            self.row, self.column = 0, 0
        elif kind == "K":
            del self.line()[self.column:]
        elif kind == "J":
            del self.line()[self.column:]
            del self.rows[self.row + 1:]
        elif kind == "P":
            del self.line()[self.column:self.column + count]
        elif kind == "@":
            self.line()[self.column:self.column] = " " * count

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.rows).rstrip()


def main():
    split = sys.argv.index("--")
    steps, program = sys.argv[1:split], sys.argv[split + 1:]
    columns = 80
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    before = termios.tcgetattr(slave)
    child = os.fork()
    if child == 0:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in 0, 1, 2:
            os.dup2(slave, fd)
        os.close(master)
        os.execvp(program[0], program)
    deadline = time.monotonic() + 30
    screen, seen, status = Screen(columns), "", None
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def pump(wait):
        nonlocal seen
        ready, _, _ = select.select([master], [], [], wait)
        if ready:
            text = decode(os.read(master, 65536))
            seen += text
            screen.feed(text)
        elif time.monotonic() > deadline:
            sys.exit("terminal.py: it never came: %r\n%s" % (seen, screen.text()))
        return bool(ready)

    def stopped():
        return os.waitid(os.P_PID, child, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None

    for step in steps:
        verb, _, text = step.partition(" ")
        if verb == "await":
            while text not in seen:
                pump(0.05)
            seen = seen[seen.index(text) + len(text):]
        elif verb == "type":
            os.write(master, text.encode("utf-8").decode("unicode_escape").encode("latin-1"))
        elif verb == "key":
            os.write(master, KEYS[text].encode())
        elif verb == "size":
            screen.columns = int(text)
            fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, screen.columns, 0, 0))
        elif verb == "signal":
            os.kill(child, getattr(signal, text))
        elif verb == "tell":
            os.write(9, (text + "\n").encode())
        elif verb == "stopped":
            while not stopped():
                pump(0.05)
            print("stopped", "cooked" if termios.tcgetattr(slave)[3] == before[3] else "raw")
        elif verb == "gone":
            while status is None:
                pump(0.05)
                pid, code = os.waitpid(child, os.WNOHANG)
                if pid:
                    status = os.waitstatus_to_exitcode(code)
    while pump(0):
        pass
    print(screen.text())
    if status is None:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    print("status", status)
    print("cooked" if termios.tcgetattr(slave)[:4] == before[:4] else "raw")


main()
