"""A terminal for the screen: a tmux server of its own with one window."""

import os
import shutil
import signal
import subprocess
import time

from soak import BINARY, wait_for

AVAILABLE = shutil.which("tmux") is not None


class Terminal:
    """The screen in a window of this size."""

    def __init__(self, home, columns=80, rows=24):
        self.home, self.name = home, f"soak-{os.getpid()}-{time.monotonic_ns()}"
        self.end = f"{home.folder}/{self.name}.end"
        self.tmux("new-session", "-d", "-x", columns, "-y", rows, "-c", home.folder,
                  f"trap : INT QUIT; '{BINARY}'; status=$?; stty -isig; echo $status > {self.end}; "
                  "exec sleep 9999")
        self.tmux("set-option", "-g", "remain-on-exit", "on")

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-L", self.name, "-f", "/dev/null", *map(str, words)], timeout=30,
                              env=self.home.environment, capture_output=True, check=True)
        return done.stdout.decode(errors="replace")

    def press(self, *keys):
        self.tmux("send-keys", "--", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", "--", text)

    def text(self):
        return self.tmux("capture-pane", "-p")

    def shows(self, *texts, seconds=30):
        """Whether all of these are on the screen within the time limit."""
        return wait_for(lambda: all(text in (shown := self.text()) for text in texts), seconds)

    def ended(self):
        """The exit status of the screen; None while it runs."""
        try:
            with open(self.end) as file:
                return int(file.read() or -1)
        except FileNotFoundError:
            return None

    def is_taken(self):
        """Whether a program has the alternate screen, the mouse, or hides the cursor."""
        return self.tmux("display-message", "-p", "#{alternate_on}#{mouse_any_flag}#{cursor_flag}").strip() != "001"

    def screen(self):
        """The process of the screen; None after it has ended."""
        shell = int(self.tmux("display-message", "-p", "#{pane_pid}"))
        try:
            with open(f"/proc/{shell}/task/{shell}/children") as file:
                children = file.read().split()
        except OSError:
            return None
        for child in map(int, children):
            try:
                if os.readlink(f"/proc/{child}/exe") == BINARY:
                    return child
            except OSError:
                pass
        return None

    def close(self):
        subprocess.run(["tmux", "-L", self.name, "kill-server"], env=self.home.environment,
                       capture_output=True)

    # Forms and questions

    def focus(self, mark):
        return next((line for line in self.text().splitlines() if mark in line), "")

    def move(self, key, until, mark):
        """Presses a key until the line with the focus has this text."""
        for _ in range(30):
            before = self.focus(mark)
            if until in before:
                return
            self.press(key)
            wait_for(lambda: self.focus(mark) != before, 5)
        raise TimeoutError(f"{until} did not get the focus")

    def train(self, **answers):
        """Fills in the form of a run and starts it."""
        self.press("t")
        if not self.shows("Train a model", "examples", seconds=180):
            raise TimeoutError("the form did not open")
        for label, value in answers.items():
            self.move("Down", f"› {label.replace('_', ' ')}", "› ")
            self.press("C-u")
            self.type(str(value))
            wait_for(lambda: str(value) in self.focus(f"› {label.replace('_', ' ')}"), 10)
        self.press("Enter")

    def answer(self, question, button):
        """Answers a question by the button with this title."""
        if not self.shows(question):
            raise TimeoutError(f"{question} was not asked")
        self.move("Right", f"[ {button} ]", "[ ")
        self.press("Enter")


def kill(process, number=signal.SIGKILL):
    try:
        os.kill(process, number)
    except ProcessLookupError:
        pass
