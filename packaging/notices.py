#!/usr/bin/env python3
"""Prints the licences of all that is linked into the program: packages, Swift's runtime with ICU, system libraries."""
import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHECKOUTS = ROOT / ".build/checkouts"
# Debian's names of the packages whose archives are linked.
SYSTEM = ["libncurses-dev", "libsqlite3-dev", "zlib1g-dev", "libstdc++-*-dev"]


def texts():
    """Pairs of what is licensed and the licence."""
    for package in sorted(CHECKOUTS.iterdir(), key=lambda path: path.name.lower()):
        for file in sorted(package.glob("LICENSE*")) + sorted(package.glob("NOTICE*")):
            yield package.name, file.read_text(errors="replace").strip()
        for file in sorted(package.glob("Sources/*BoringSSL/LICENSE*")):
            yield f"{package.name}: BoringSSL", file.read_text(errors="replace").strip()
    swift = pathlib.Path(shutil.which("swift") or sys.exit("notices: no Swift toolchain found")).resolve().parent.parent
    yield "Swift's runtime, Foundation and libdispatch", (swift / "share/swift/LICENSE.txt").read_text().strip()
    yield "ICU and its data", (ROOT / "packaging/unicode-license.txt").read_text().strip()
    for name in SYSTEM:
        for file in sorted(pathlib.Path("/usr/share/doc").glob(f"{name}/copyright")):
            yield file.parent.name.removesuffix("-dev"), file.read_text(errors="replace").strip()


together = {}
for name, text in texts():
    together.setdefault(text, []).append(name)
print("Workbench contains the following software, under the licences below.")
for text, names in together.items():
    print(f"\n{'=' * 79}\n{', '.join(dict.fromkeys(names))}\n{'=' * 79}\n\n{text}")
