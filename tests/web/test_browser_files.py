"""What is generated for pages is up to date; the browser's modules are typed and pass their own tests."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from browser_vectors import VECTORS, vectors

from tonewright.parameters import PARAMETERS
from tonewright.web import static_folder, tables
from tonewright.web.generate import generated

TOOLS = Path(__file__).parents[2] / "web"
SCRIPTS = sorted(static_folder().rglob("*.js"))
LONGEST = 500


def close(one: Any, other: Any) -> bool:
    """Equal, numbers to a millionth: processors and libraries differ in the last digits."""
    if isinstance(one, dict):
        return isinstance(other, dict) and one.keys() == other.keys() and all(close(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, float | int) and not isinstance(one, bool):
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
    return bool(one == other)


def test_generated_files_are_what_python_gives() -> None:
    for path, text in generated().items():
        assert path.read_text(encoding="utf-8") == text, "run: python -m tonewright.web.generate"


def test_vectors_are_what_python_gives() -> None:
    kept = json.loads(VECTORS.read_text(encoding="utf-8"))
    assert close(kept, json.loads(json.dumps(vectors()))), "run: python tests/web/browser_vectors.py"


def test_tables_hold_the_parameters() -> None:
    rows = tables()["PARAMETERS"]
    assert rows.keys() == PARAMETERS.keys()
    assert rows["frequency_hz"]["search"] == {"low": 20, "high": 21050, "scale": "log"}
    assert json.loads(json.dumps(tables())) == tables()


def test_the_folder_costs_nothing() -> None:
    code = "import sys; from tonewright.web import static_folder; static_folder(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"numba", "scipy", "pydantic"}.isdisjoint(done.stdout.split())


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(static_folder()).as_posix())
def test_modules_are_small_and_stay_at_home(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.name == "parameters.js" or len(text.splitlines()) <= LONGEST
    assert not re.search(r"https?://(?!www\.w3\.org/)", text), "pages have no network"
    for target in re.findall(r"""(?:from|import|new URL\()\s*["']([^"']+)["']""", text):
        assert target.startswith("."), "imports inside the folder are relative: it may be served anywhere"
        assert (path.parent / target).exists()


def test_one_module_makes_elements() -> None:
    pages = sorted(static_folder().parents[1].glob("*/static/**/*.js"))
    assert len(pages) > len(SCRIPTS)
    makers = {path.name for path in pages if "document.createElement" in path.read_text(encoding="utf-8")}
    assert makers == {"elements.js"}


def test_the_contract_names_what_exists() -> None:
    text = (static_folder() / "README.md").read_text(encoding="utf-8")
    sections = re.split(r"^## (\w+)/$", text, flags=re.MULTILINE)[1:]
    for room, section in zip(sections[::2], sections[1::2], strict=True):
        for row in re.findall(r"^\| (.*?) \|", section, re.MULTILINE):
            for name in re.findall(r"`(\w+\.js)`", row):
                assert (static_folder() / room / name).exists(), f"{room}/{name}"


def node(*command: str) -> str:
    """Run a tool of the npm folder and return what it says; fail when it does."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    done = subprocess.run(command, cwd=TOOLS, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


def test_modules_pass_their_own_tests() -> None:
    names = [path.relative_to(TOOLS).as_posix() for path in sorted((TOOLS / "tests").glob("*.test.js"))]
    said = node("node", "--import", "./resolve.js", "--test", *names)
    assert int(re.findall(r"^# pass (\d+)", said, re.MULTILINE)[0]) >= 28


def test_modules_are_typed() -> None:
    compiler = TOOLS / "node_modules" / ".bin" / "tsc"
    if not compiler.exists():
        pytest.skip("the tools of web/ are not installed: npm ci --prefix web")
    node(str(compiler), "--project", ".")


def test_wrong_types_are_found() -> None:
    compiler = TOOLS / "node_modules" / ".bin" / "tsc"
    if not compiler.exists():
        pytest.skip("the tools of web/ are not installed: npm ci --prefix web")
    said = node(str(compiler), "--project", ".", "--showConfig")
    shown = json.loads(said)
    assert shown["compilerOptions"]["strict"]
    assert shown["compilerOptions"]["checkJs"]
    assert any(name.endswith("web/static/engine/processor.js") for name in shown["files"])
