#!/usr/bin/env python3
"""Makes packages of what `scripts/install` installs: packages.py tarball|wheel|deb... They go to .build/packages."""
import base64
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGES = ROOT / ".build/packages"
BINARY = pathlib.Path(os.environ.get("WORKBENCH", ROOT / ".build/release/workbench"))
# What a program may ask of any Linux: the C library's own names.
SYSTEM_LIBRARIES = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2", "libdl.so.2", "libpthread.so.0"}


def output(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def tool(name):
    """A tool of Swift's toolchain."""
    return str(pathlib.Path(shutil.which("swift") or sys.exit("packages: no Swift toolchain found")).resolve().parent / name)


def needs():
    """The newest version of glibc that the binary asks for; ends if it asks for other libraries."""
    dynamic = output(tool("llvm-objdump"), "-p", str(BINARY))
    others = set(re.findall(r"NEEDED\s+(\S+)", dynamic)) - SYSTEM_LIBRARIES
    if others:
        sys.exit(f"packages: the program needs {', '.join(sorted(others))} of the machine.\n"
                 "hint: install the packages that scripts/setup names, remove .build/link, and build again")
    return max(tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_(\d+\.\d+)", dynamic))


def changed_at():
    """The time of the last commit, so that one commit makes the same packages again."""
    if stamp := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(stamp)
    return int(output("git", "log", "-1", "--format=%ct", cwd=ROOT))


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def tarball(staged, version, glibc):
    """A folder with bin and share, to be unpacked anywhere."""
    name = f"workbench-{version}-linux-x86_64"
    target = PACKAGES / f"{name}.tar.gz"

    def owned(member):
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mtime = changed_at()
        return member

    with open(target, "wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=changed_at()) as packed:
        with tarfile.open(fileobj=packed, mode="w") as archive:
            archive.add(staged / "usr", name, filter=owned)
    return target


def wheel(staged, version, glibc):
    """The program as a script and its files as data, which pip puts into bin and share of an environment."""
    target = PACKAGES / f"workbench-{version}-py3-none-manylinux_{glibc[0]}_{glibc[1]}_x86_64.whl"
    record = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        def add(name, content, mode=0o644):
            entry = zipfile.ZipInfo(name, time.gmtime(max(changed_at(), 315532800))[:6])
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(content)}")

        add(f"workbench-{version}.data/scripts/workbench", (staged / "usr/bin/workbench").read_bytes(), 0o755)
        for path in files(staged / "usr/share"):
            add(f"workbench-{version}.data/data/{path.relative_to(staged / 'usr')}", path.read_bytes())
        information = f"workbench-{version}.dist-info"
        add(f"{information}/METADATA", (
            f"Metadata-Version: 2.1\nName: workbench\nVersion: {version}\n"
            "Summary: Fine-tune language models in the terminal\nPlatform: linux_x86_64\nRequires-Python: >=3.7\n"
            "Description-Content-Type: text/markdown\n\n" + (ROOT / "README.md").read_text()).encode())
        add(f"{information}/WHEEL", (
            "Wheel-Version: 1.0\nGenerator: workbench\nRoot-Is-Purelib: false\n"
            f"Tag: py3-none-manylinux_{glibc[0]}_{glibc[1]}_x86_64\n").encode())
        add(f"{information}/licenses/NOTICES", (staged / "usr/share/doc/workbench/NOTICES").read_bytes())
        name = f"{information}/RECORD"
        entry = zipfile.ZipInfo(name, time.gmtime(max(changed_at(), 315532800))[:6])
        entry.external_attr = 0o100644 << 16
        archive.writestr(entry, "\n".join(record + [f"{name},,", ""]))
    return target


def deb(staged, version, glibc):
    """A binary package for Debian and Ubuntu."""
    root = staged.parent / "deb"
    shutil.copytree(staged, root)
    share = root / "usr/share"
    # Where Debian's zsh looks.
    (share / "zsh/site-functions").rename(share / "zsh/vendor-completions")
    values = {
        "version": version,
        "glibc": ".".join(map(str, glibc)),
        "maintainer": output("git", "log", "-1", "--format=%an <%ae>", cwd=ROOT).strip(),
        "size": sum(path.stat().st_size for path in files(root)) // 1024,
    }
    documents = share / "doc/workbench"
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(changed_at()))
    changes = f"workbench ({version}) unstable; urgency=medium\n\n  * See https://keepachangelog.com: CHANGELOG.md.\n\n" \
              f" -- {values['maintainer']}  {date}\n"
    (documents / "changelog").write_text(changes)
    shutil.copy(ROOT / "CHANGELOG.md", documents)
    for path in [documents / "changelog", documents / "CHANGELOG.md", documents / "NOTICES", share / "man/man1/workbench.1"]:
        with open(f"{path}.gz", "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
            packed.write(path.read_bytes())
        path.unlink()
    templates = ROOT / "packaging/debian"
    (documents / "copyright").write_text((templates / "copyright").read_text().format(**values))
    overrides = share / "lintian/overrides"
    overrides.mkdir(parents=True)
    shutil.copy(templates / "lintian-overrides", overrides / "workbench")
    control = root / "DEBIAN"
    control.mkdir()
    (control / "control").write_text((templates / "control").read_text().format(**values))
    sums = (f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(root)}\n" for path in files(root / "usr"))
    (control / "md5sums").write_text("".join(sums))
    subprocess.run(["chmod", "-R", "u=rwX,go=rX", str(root)], check=True)
    target = PACKAGES / f"workbench_{version}_amd64.deb"
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(changed_at())}
    output("dpkg-deb", "--root-owner-group", "-Zxz", "-z2", "--build", str(root), str(target), env=environment)
    return target


def symbols(version):
    """What turns the addresses of a crash into names and lines."""
    target = PACKAGES / f"workbench-{version}.debug"
    output(tool("llvm-objcopy"), "--only-keep-debug", str(BINARY), str(target))
    return target


def main(kinds):
    makers = {"tarball": tarball, "wheel": wheel, "deb": deb}
    if not kinds or set(kinds) - set(makers):
        sys.exit("usage: packages.py tarball|wheel|deb...")
    glibc = needs()
    version = output(str(BINARY), "--version").strip()
    PACKAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        staged = pathlib.Path(folder) / "staged"
        environment = {**os.environ, "DESTDIR": str(staged), "PREFIX": "/usr", "WORKBENCH": str(BINARY)}
        output(str(ROOT / "scripts/install"), env=environment)
        for target in [makers[kind](staged, version, glibc) for kind in kinds] + [symbols(version)]:
            print(f"{target.relative_to(ROOT)}  {target.stat().st_size / 1e6:.1f} MB")


main(sys.argv[1:])
