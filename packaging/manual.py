#!/usr/bin/env python3
"""Writes the manual page of `workbench`: manual.py VERSION < the output of `workbench --experimental-dump-help`."""
import json
import re
import sys

# Shown with every command otherwise.
SHARED = {"help", "version", "workspace", "json"}


def text(words):
    """Text as roff, with nothing that roff would read."""
    escaped = words.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return re.sub(r"(?m)^([.'])", r"\\&\1", escaped)


def paragraphs(words):
    """Paragraphs of a discussion; lines that begin with spaces stay as they are."""
    for part in words.split("\n\n"):
        if re.search(r"(?m)^  ", part):
            yield ".PP\n.nf\n" + text(part) + "\n.fi"
        else:
            yield ".PP\n" + text(part.replace("\n", " "))


def argument(of):
    value = f" \\fI{text(of.get('valueName', 'value'))}\\fR" if of["kind"] == "option" else ""
    if of["kind"] == "positional":
        return f"\\fI{text(of['valueName'])}\\fR"
    names = sorted(of["names"], key=lambda name: name["kind"] == "long")
    return ", ".join("\\fB" + text(("--" if name["kind"] == "long" else "-") + name["name"]) + "\\fR" for name in names) + value


def described(of):
    default = of.get("defaultValue")
    words = of.get("abstract", "") or ""
    return text(words + (f" (default: {default})" if default and "default" not in words else ""))


def sections(command, path):
    """The command and those below it, each with its own options."""
    path = path + [command["commandName"]]
    shown = [a for a in command.get("arguments", []) if a.get("shouldDisplay", True)
             and a.get("preferredName", {}).get("name") not in SHARED]
    yield f".SS {' '.join(text(name) for name in path)}"
    yield text(command.get("abstract", ""))
    if command.get("discussion"):
        yield from paragraphs(command["discussion"])
    for of in shown:
        yield f".TP\n{argument(of)}\n{described(of) or '.br'}"
    for below in command.get("subcommands", []):
        if below["commandName"] != "help" and below.get("shouldDisplay", True):
            yield from sections(below, path)


def page(root, version):
    yield f'.TH WORKBENCH 1 "" "workbench {version}" "User Commands"'
    yield f".SH NAME\nworkbench \\- {text('fine-tune language models in the terminal')}"
    yield ".SH SYNOPSIS\n.B workbench\n[\\fIcommand\\fR] [\\fIoptions\\fR]"
    yield ".SH DESCRIPTION\n" + text(
        "A full-screen terminal program in which open language models are fine-tuned, runs are watched and compared, and "
        "their results are registered, promoted, rolled back and chatted with. Without a command the screen opens; ? shows "
        "its keys. Each action of the screen is a command, too.")
    yield ".SH OPTIONS\nThese go with every command."
    yield ".TP\n\\fB\\-\\-workspace\\fR \\fIfolder\\fR\nThe workspace."
    yield ".TP\n\\fB\\-\\-json\\fR\nPrint JSON."
    yield ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nExplain the command."
    yield ".TP\n\\fB\\-\\-version\\fR\nPrint the version."
    yield ".SH COMMANDS"
    for command in root["subcommands"]:
        if command["commandName"] != "help" and command.get("shouldDisplay", True):
            yield from sections(command, [])
    yield ".SH EXIT STATUS\n" + text(
        "0 success; 1 failure; 3 refused in the current state; 64 wrong usage; 130 and 143 ended by a signal; 141 the reader "
        "of a pipe went away.")
    yield ".SH ENVIRONMENT"
    for name, means in [
        ("WORKBENCH_HOME", "The workspace, if no option names one."),
        ("WORKBENCH_ISA", "Forces a set of kernels: portable, avx2, avx512 and others that doctor names."),
        ("NO_COLOR", "The screen has no colours."),
        ("HF_ENDPOINT, HF_TOKEN", "The hub that models are pulled from, and the token for it."),
        ("SWIFT_BACKTRACE", "enable=yes,swift-backtrace=FILE: after a crash print a backtrace; FILE is Swift's swift-backtrace-static."),
    ]:
        yield f".TP\n.B {name}\n{text(means)}"
    yield ".SH FILES"
    for name, means in [
        ("~/.local/share/workbench", "The workspace, if none is named."),
        ("~/.cache/workbench/models", "Pulled models."),
        ("share/workbench", "Beside the program's bin: themes, sample data and the small model."),
    ]:
        yield f".TP\n.I {text(name)}\n{text(means)}"


print("\n".join(page(json.load(sys.stdin)["command"], sys.argv[1])))
