"""Random keys, in terminals of several sizes: the screen never hangs and always responds."""

import string
import time

from soak import Home, Tally, share, skip, wait_for
from terminal import AVAILABLE, Terminal

# `P` pulls a model from elsewhere; ctrl+z and ctrl+\ are for the shell.
KEYS = [key for key in string.ascii_letters if key != "P"] + list("0123456789/:?[]{}<>+-=_.,'\"!@#$%^&*()|~`")
KEYS += ["Enter", "Escape", "Tab", "BTab", "Space", "BSpace", "Up", "Down", "Left", "Right", "Home", "End",
         "PageUp", "PageDown", "Delete", "Insert", "F1", "F5", "F12", "M-a", "M-Enter", "S-Up", "C-Left"]
KEYS += [f"C-{key}" for key in "abcdefghiklnoprtuvwxy"]
TEXTS = ["한국어", "é́́", "👩‍👩‍👧", "\u202eabc", "1e999", "../../x", "%s%n", "a" * 200, "-1", "\t"]
SIZES = [(80, 24), (200, 60), (60, 16), (40, 10), (20, 5)]


def answers(terminal):
    """Whether the screen can still show the list of data, or be left."""
    terminal.tmux("resize-window", "-x", 100, "-y", 30)
    for _ in range(30):
        terminal.press("Escape")
        time.sleep(0.1)  # Else the two keys are one, with alt.
        terminal.press("1")
        if terminal.ended() is not None or wait_for(lambda: "company-faq" in terminal.text(), 0.7):
            return True
    return False


if not AVAILABLE:
    skip("keys at random", "there is no tmux")

with Tally("keys at random", seconds=900) as tally:
    home = Home()
    home.must(*home.train("one", 4))
    home.must("registry", "register", "one", "faq")
    terminal, left = None, 0
    for number in range(share(1080, least=60)):
        if terminal is None:
            pressed = []
            terminal = Terminal(home, *tally.random.choice(SIZES[:2]))
            tally.check(wait_for(lambda: terminal.screen() is not None and terminal.text().strip(), 30),
                        "the screen did not open")
        if number % 45 == 44:
            columns, rows = tally.random.choice(SIZES)
            terminal.tmux("resize-window", "-x", columns, "-y", rows)
        if number % 20 == 19:
            key = tally.random.choice(TEXTS)
            terminal.type(key)
        else:
            key = tally.random.choice(KEYS)
            terminal.press(key)
        pressed.append(key)
        status = terminal.ended()
        tally.check(status in (None, 0, 130), f"key {number}, {key}: the screen ended with {status}: "
                    f"{' '.join(terminal.text().split())[:300]}")
        if status is None and number % 60 == 59:
            tally.check(answers(terminal), f"after key {number} it does not answer: {terminal.text()[:600]} "
                        f"after {pressed[-40:]}")
            status = terminal.ended()
        if status is not None:
            left += 1
            tally.check(not terminal.is_taken() and "│" not in terminal.text(), f"the terminal is not given back, after {pressed}")
            terminal.close()
            terminal = None
    if terminal:
        terminal.close()
    tally.note(f"it was left and opened again {left} times")
    tally.check(home.integrity() == "ok", "the database is damaged")
    tally.check(home.is_sound(), "`workspace check` finds something")
