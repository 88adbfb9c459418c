#!/usr/bin/env python3
"""Builds the company FAQ's training and held-out files, and the table of the sample flows, from its facts.

    python3 sample-data/build.py            writes the files
    python3 sample-data/build.py --check    fails if the files differ from what would be written

`company-faq/source/facts.json` is the source. For every fact and language one phrasing is held out: the
one with the smallest SHA-256 of "fact/language/question". Nothing is written if a rule of
the set is broken; the rules are the functions named `check_…`. `flows/questions.csv` has two other
phrasings of each fact and language.
"""

import csv
import hashlib
import io
import json
import re
import sys
import unicodedata
from pathlib import Path

HERE = Path(__file__).resolve().parent
FAQ = HERE / "company-faq"
FLOWS = HERE / "flows"
LANGUAGES = ("en", "ko")
PHRASINGS = 5
GRAM = 8
LONGEST_ANSWER = 7  # words: shorter than a gram, since both parts give the same answers


def words(text):
    """The words of a text without case and punctuation."""
    return [word for word in (re.sub(r"[^\w]+", "", part) for part in text.lower().split()) if word]


def grams(text):
    """All runs of GRAM words."""
    found = words(text)
    return {tuple(found[i : i + GRAM]) for i in range(len(found) - GRAM + 1)}


def is_held_out(fact, language, question):
    """Whether this phrasing has the smallest hash of its fact and language."""

    def digest(text):
        return hashlib.sha256(f"{fact['id']}/{language}/{text}".encode()).hexdigest()

    return question == min(fact[f"questions_{language}"], key=digest)


def rows(facts):
    """Every question with its answer, fact by fact, as (is held out, row)."""
    for fact in facts:
        for language in LANGUAGES:
            for question in fact[f"questions_{language}"]:
                yield is_held_out(fact, language, question), {
                    "messages": [
                        {"role": "user", "content": question},
                        {"role": "assistant", "content": fact[f"answer_{language}"]},
                    ],
                    "fact": fact["id"],
                    "language": language,
                    "key": fact["key"],
                }


def check_facts(facts):
    """Ids, keys and questions are unique; every fact is asked often enough; text is NFC."""
    for what in ("id", "key"):
        values = [fact[what] for fact in facts]
        yield from (f"{what} {v} is not unique" for v in set(values) if values.count(v) > 1)
    asked = [q for fact in facts for lang in LANGUAGES for q in fact[f"questions_{lang}"]]
    folded = [" ".join(words(question)) for question in asked]
    yield from (f"{q} is asked twice" for q in set(folded) if folded.count(q) > 1)
    for fact in facts:
        for language in LANGUAGES:
            if len(fact[f"questions_{language}"]) < PHRASINGS:
                yield f"{fact['id']} has fewer than {PHRASINGS} phrasings in {language}"
            if len(words(fact[f"answer_{language}"])) > LONGEST_ANSWER:
                yield f"{fact['id']} has an answer of more than {LONGEST_ANSWER} words in {language}"
        text = json.dumps(fact, ensure_ascii=False)
        if text != unicodedata.normalize("NFC", text):
            yield f"{fact['id']} is not in NFC"


def check_keys(facts):
    """A key is ASCII, in both answers of its fact, in no other answer and in no question."""
    for fact in facts:
        key = fact["key"]
        if not key.isascii():
            yield f"the key {key} is not ASCII"
        for other in facts:
            for language in LANGUAGES:
                if (key in other[f"answer_{language}"]) != (other is fact):
                    yield f"the key {key} against the {language} answer of {other['id']}"
                if any(key.lower() in q.lower() for q in other[f"questions_{language}"]):
                    yield f"the key {key} is in a question of {other['id']}"


def check_overlap(all_rows):
    """No run of GRAM words, over question and answer together, is in both parts."""
    trained = {}
    for held_out, row in all_rows:
        if not held_out:
            for gram in grams(" ".join(m["content"] for m in row["messages"])):
                trained[gram] = row
    for held_out, row in all_rows:
        if held_out:
            for gram in grams(" ".join(m["content"] for m in row["messages"])):
                if gram in trained:
                    other = trained[gram]["messages"][0]["content"]
                    yield f"{row['fact']}: {row['messages'][0]['content']!r} is too like {other!r}"
                    break


def lines(values):
    """JSON Lines."""
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


def table(facts):
    """A table of questions and answers, none of which is held out; as people keep such tables, some
    rows are there twice, and some have spaces that do not belong there."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("question", "answer", "topic"))
    for number, fact in enumerate(facts):
        for language in LANGUAGES:
            asked = [q for q in fact[f"questions_{language}"] if not is_held_out(fact, language, q)]
            for question in asked[:2]:
                spaced = question.replace(" ", "  ", 1) + " " if number % 5 == 0 else question
                row = (spaced, fact[f"answer_{language}"], fact["topic"])
                writer.writerows([row, row] if number % 7 == 0 else [row])
    return text.getvalue()


def main():
    facts = json.loads((FAQ / "source" / "facts.json").read_text(encoding="utf-8"))
    all_rows = list(rows(facts))
    faults = [*check_facts(facts), *check_keys(facts), *check_overlap(all_rows)]
    if faults:
        sys.exit("\n".join(faults))
    files = {
        FAQ / "train.jsonl": lines(row for held_out, row in all_rows if not held_out),
        FAQ / "validation.jsonl": lines(row for held_out, row in all_rows if held_out),
        FLOWS / "questions.csv": table(facts),
    }
    if "--check" in sys.argv[1:]:
        stale = [p.name for p, text in files.items() if p.read_text(encoding="utf-8") != text]
        sys.exit(f"not as built from facts.json: {', '.join(stale)}" if stale else 0)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(HERE)}: {text.count(chr(10))} rows")


if __name__ == "__main__":
    main()
