"""Lines of cron: `workbench flow schedule next` against cronsim, and against croniter away from changes of clocks.

cronsim is asked from the same instant, and must agree on every time but two of its own faults, both with `*` at the
beginning of the minute or hour: after a jump to another day it takes a midnight that the clocks skip for a time, or
leaves out the hours after it; and it adds whole hours in Lord Howe, whose clocks change by half an hour.
"""
import datetime
import json
import random
import re
import subprocess
import zoneinfo

import pytest
from croniter import croniter
from cronsim import CronSim, CronSimError

from conftest import BINARY

UTC = datetime.timezone.utc
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
DAYS = "SUN MON TUE WED THU FRI SAT".split()
ZONES = sorted(
    name
    for name in zoneinfo.available_timezones()
    if not name.startswith(("right/", "posix/")) and name not in ("localtime", "Factory", "posixrules")
)
FIRST, LAST = (int(datetime.datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2024, 2040))


def field(random, low, high, names=(), special=None):
    """A random field."""

    def value(number):
        index = number - (1 if names is MONTHS else 0)
        return names[index] if index < len(names) and random.random() < 0.4 else str(number)

    kind = random.random()
    if kind < 0.3:
        return "*"
    if kind < 0.4:
        return f"*/{random.randint(1, max(2, (high - low) // 2))}"
    if kind < 0.6:
        return value(random.randint(low, high))
    if kind < 0.7:
        first = random.randint(low, high - 1)
        last = random.randint(first + 1, high)
        step = f"/{random.randint(1, 5)}" if random.random() < 0.4 else ""
        return f"{value(first)}-{last}{step}"
    if kind < 0.75:
        return f"{random.randint(low, high)}/{random.randint(1, 7)}"
    if kind < 0.85:
        return ",".join(field(random, low, high, names, special) for _ in range(random.randint(2, 3)))
    return random.choice(special) if special else value(random.randint(low, high))


def line(random):
    """A random line of cron."""
    nth = [f"{random.randint(0, 7)}L", f"{random.choice(DAYS)}#{random.randint(1, 5)}", f"{random.randint(0, 7)}#2"]
    return " ".join(
        [
            field(random, 0, 59),
            field(random, 0, 23),
            field(random, 1, 31, special=["L", "LW"]),
            field(random, 1, 12, MONTHS),
            field(random, 0, 7, DAYS, nth),
        ]
    )


def offset(instant, zone):
    return datetime.datetime.fromtimestamp(instant, zone).utcoffset()


def changes(zone, first=2024, last=2030):
    """The instants at which a zone's clocks change."""
    found = []
    instant, end = (int(datetime.datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (first, last))
    while instant < end:
        before, after = instant, instant + 3 * 86_400
        if offset(before, zone) != offset(after, zone):
            while after - before > 1:
                middle = (before + after) // 2
                if offset(middle, zone) == offset(instant, zone):
                    before = middle
                else:
                    after = middle
            found.append(after)
        instant += 3 * 86_400
    return found


def starts(random, name, changed):
    """Twenty instants; half of them within a day of a change of clocks, if there is one."""
    if name not in changed:
        changed[name] = changes(zoneinfo.ZoneInfo(name))
    return [
        random.choice(changed[name]) + random.randint(-90_000, 90_000)
        if changed[name] and number % 2
        else random.randint(FIRST, LAST)
        for number in range(20)
    ]


def ask(questions, count):
    """The answers of our program: instants, or the error."""
    text = "".join(
        f"{line}\t{zone}\t{datetime.datetime.fromtimestamp(start, UTC):%Y-%m-%dT%H:%M:%SZ}\n"
        for line, zone, start in questions
    )
    command = [BINARY, "flow", "schedule", "next", "-", "--count", str(count), "--json"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(row) for row in done.stdout.splitlines()]
    assert len(answers) == len(questions)
    return [
        answer.get("error") or [int(datetime.datetime.fromisoformat(time).timestamp()) for time in answer["times"]]
        for answer in answers
    ]


def simulate(text, zone, start, count):
    """cronsim's times after an instant, and whether one of them does not exist."""
    simulation = CronSim(text, datetime.datetime.fromtimestamp(start, zone))
    times, isImaginary = [], False
    while len(times) < count:
        try:
            time = next(simulation)
        except (StopIteration, RuntimeError):
            break
        # In the second of two equal hours it begins with the first.
        if time.timestamp() <= start:
            continue
        isImaginary |= time.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != time.replace(tzinfo=None)
        times.append(int(time.timestamp()))
    return times, isImaginary


def is_excepted(text, name, isImaginary, ours, theirs):
    """Whether a difference is a fault of cronsim, as the head of this file says."""
    minute, hour = text.split()[:2]
    if minute[0] != "*" and hour[0] != "*":
        return False
    if isImaginary or name == "Australia/Lord_Howe":
        return True
    # A midnight that does not exist, before the first difference.
    index = next((i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), 0)
    zone = zoneinfo.ZoneInfo(name)
    day = datetime.datetime.fromtimestamp(ours[index], zone).replace(hour=0, minute=0, second=0)
    return day.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != day.replace(tzinfo=None)


def test_the_times_are_cronsims_in_all_zones_and_at_all_changes_of_clocks():
    random_ = random.Random(15)
    changed, questions = {}, []
    while len(questions) < 20_000:
        text = line(random_)
        try:
            CronSim(text, datetime.datetime(2024, 1, 1))
        except CronSimError:
            continue
        name = random_.choice(ZONES)
        questions += [(text, name, start) for start in starts(random_, name, changed)]
    answers = ask(questions, 100)
    excepted = 0
    for (text, name, start), ours in zip(questions, answers):
        theirs, isImaginary = simulate(text, zoneinfo.ZoneInfo(name), start, 100)
        if isinstance(ours, str):
            assert "never fires" in ours and not theirs, (text, ours, theirs[:3])
        elif ours != theirs:
            assert is_excepted(text, name, isImaginary, ours, theirs), (text, name, start)
            excepted += 1
    assert excepted < 50


def test_the_times_are_croniters_away_from_changes_of_clocks():
    random_ = random.Random(16)
    changed, questions = {}, []
    while len(questions) < 4_000:
        fields = [field(random_, 0, 59), field(random_, 0, 23), field(random_, 1, 28), field(random_, 1, 12), "*"]
        if random_.random() < 0.5:
            fields[2], fields[4] = "*", field(random_, 0, 6)
        # `3/2` is 3 alone there, and 3-59/2 in Vixie's cron.
        if re.search(r"(^|[ ,])\d+/", " ".join(fields)):
            continue
        name = random_.choice(ZONES)
        questions += [(" ".join(fields), name, start) for start in starts(random_, name, changed)]
    compared = 0
    for (text, name, start), ours in zip(questions, ask(questions, 20)):
        zone = zoneinfo.ZoneInfo(name)
        if offset(start - 90_000, zone) != offset(ours[-1] + 90_000, zone) or any(
            start - 90_000 < change < ours[-1] + 90_000 for change in changed[name]
        ):
            continue
        iterator = croniter(text, datetime.datetime.fromtimestamp(start, zone))
        assert [int(iterator.get_next(float)) for _ in range(20)] == ours, (text, name, start)
        compared += 1
    assert compared > 1_000


@pytest.mark.parametrize("text", ["0 0 30 2 *", "60 * * * *", "0 0 * JAX *", "0 0 * *"])
def test_what_cronsim_refuses_is_refused(text):
    with pytest.raises(CronSimError):
        CronSim(text, datetime.datetime(2024, 1, 1))
    assert isinstance(ask([(text, "UTC", FIRST)], 1)[0], str)
