# SPDX-License-Identifier: MIT
"""A person at a terminal: reads what the program asks, types an answer, presses Ctrl-C."""
import os
import pty
import re
import select
import signal
import struct
import termios
import time

CTRL_C, CTRL_D = "\x03", "\x04"
PATIENCE = 60       # seconds without a word from the program


class Terminal:
    """A program with a terminal of its own, 80 columns wide."""

    def __init__(self, command, env):
        self.screen, self.seen, self.code = "", 0, None
        self.pid, self.master = pty.fork()
        if not self.pid:
            os.execve(command[0], [str(word) for word in command], {"TERM": "xterm", **env})
        self.resize(24, 80)

    def resize(self, rows, columns):
        import fcntl
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        """What came in a moment; False at the end."""
        ready, _, _ = select.select([self.master], [], [], PATIENCE)
        assert ready, f"nothing more was said:\n{self.screen[-2000:]}"
        try:
            got = os.read(self.master, 65536)
        except OSError:         # the last one has closed the other side
            got = b""
        self.screen += got.decode(errors="replace").replace("\r\n", "\n")
        return bool(got)

    def wait_for(self, pattern):
        """Until the program has said this, behind what was waited for before."""
        while True:
            found = re.search(pattern, self.screen[self.seen:], re.S)
            if found:
                self.seen += found.end()
                return found
            assert self.read(), f"not said: {pattern}\n{self.screen[self.seen:][-3000:]}"

    def type(self, text):
        os.write(self.master, text.encode())

    def answer(self, pattern, line):
        """Waits for a question and its prompt, types a line."""
        self.wait_for(pattern + r".*?(?:> |\] |   - )\Z")
        self.type(line + "\n")

    def answer_until_the_end(self, answers):
        """Answers whatever is asked, by the first pattern that the newest question fits: the exit code."""
        asked = 0
        while True:
            question = self.screen[self.seen:]
            if re.search(r"(?:> |\] |   - )\Z", question):
                self.seen, asked = len(self.screen), asked + 1
                question = question.split("\n\n")[-1]
                fitting = [line for pattern, line in answers if re.search(pattern, question, re.S)]
                assert fitting and asked < 200, f"what to answer to this?\n{question}"
                self.type(fitting[0] + "\n")
            elif not self.read():
                return self.end()

    def end(self):
        """Until the program has ended: its exit code."""
        while self.read():
            pass
        os.close(self.master)
        _, status = os.waitpid(self.pid, 0)
        self.pid = None
        self.code = os.waitstatus_to_exitcode(status)
        assert "Sanitizer" not in self.screen and "runtime error" not in self.screen, self.screen
        return self.code

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self.master)


def plain(screen):
    """Without colours and without what a progress line wrote over."""
    return re.sub(r"\033\[[0-9;]*[mK]", "", screen)
