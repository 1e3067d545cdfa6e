"""The house rules that a machine can check: who imports whom, what an import costs, sizes, words that must agree."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import tonewright

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "tonewright"
MODULES = sorted(SOURCE.rglob("*.py"))

#: From the ground up. A room may import from the floors below its own, and from itself.
FLOORS = (
    {"errors", "parameters", "compiled", "threads", "statistics", "lazy", "frozen"},
    {"files", "requests"},
    {"settings"},
    {"layouts", "hidden_ranges"},
    {"audio", "processor"},
    {"analysis", "rendering", "reporting", "formats", "web"},
    {"networks", "population"},
    {"controllers"},
    {"evaluation", "training"},
    {"running"},
    {"studio", "assistant", "listening"},
    {"cli"},
)
FLOOR_OF = {room: number for number, floor in enumerate(FLOORS) for room in floor}
#: The most lines a module may have.
LONGEST = 500
#: Torch may be imported by the differentiable processor and by what trains, not by anything that only runs.
TORCH_MODULES = re.compile(
    r"processor/(differentiable|portable\w*)\.py$|training/(?!corpus/|say/texts/)|controllers/say/reading/"
)


def room_of(module: str) -> str:
    """``tonewright.audio.reader`` is in the room ``audio``; the package itself is ``""``."""
    return [*module.split("."), ""][1]


def module_name(path: Path) -> str:
    parts = list(path.relative_to(SOURCE.parent).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {module_name(path): path for path in MODULES}


def imports(path: Path) -> Iterator[str]:
    """Every module imported anywhere in a file, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno} imports relatively"
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                yield inner if inner in NAMES or node.module == "tonewright" else str(node.module)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def readable(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=readable)
def test_imports_go_downwards_only(path: Path) -> None:
    room = room_of(module_name(path))
    if room == "" or room == "__main__":
        return
    assert room in FLOOR_OF, f"the room {room} has no floor yet: add it to FLOORS and to docs/design.md"
    for other in {room_of(name) for name in imports(path) if name.split(".")[0] == "tonewright"} - {
        room,
        "__version__",
    }:
        assert other in FLOOR_OF, f"{readable(path)} imports {other!r}, which has no floor"
        assert FLOOR_OF[other] < FLOOR_OF[room], f"{readable(path)} imports upwards: {room} from {other}"


def test_the_package_itself_only_refers_to_rooms() -> None:
    loaded = {name for name in imports(SOURCE / "__init__.py") if name.startswith("tonewright")}
    assert {room_of(name) for name in loaded} <= FLOOR_OF.keys() - {"cli"}


def test_no_circles_between_modules() -> None:
    needs = {
        name: {other for other in imports(path) if other in NAMES and other != name} for name, path in NAMES.items()
    }
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join((*way[way.index(name) :], name))
        if name in done:
            return
        for other in needs[name]:
            visit(other, (*way, name))
        done.add(name)

    for name in needs.keys() - {"tonewright"}:
        visit(name, ())


def test_torch_stays_in_its_modules() -> None:
    users = [readable(path) for path in MODULES if "torch" in {name.split(".")[0] for name in imports(path)}]
    assert [path for path in users if not TORCH_MODULES.search(path)] == []


@pytest.mark.parametrize("folder", ["src", "tests", "benchmarks", "scripts"])
def test_changed_copies_are_validated(folder: str) -> None:
    """Models are changed by ``changed`` or a method with a name, not by pydantic's copy, which validates nothing."""
    copies = re.compile(r"\.model_(?:copy|construct)\b")
    assert [readable(path) for path in ROOT.glob(f"{folder}/**/*.py") if copies.search(path.read_text("utf-8"))] == []


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, json, tonewright; tonewright.__version__; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert loaded.isdisjoint({"torch", "numba", "matplotlib", "scipy", "numpy", "pydantic", "typer", "soundfile"})


def test_the_public_names_can_be_had() -> None:
    for name in tonewright.__all__:
        assert getattr(tonewright, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        tonewright.nonsense  # noqa: B018


@pytest.mark.parametrize("folder", ["src", "tests", "benchmarks", "scripts"])
def test_modules_are_short(folder: str) -> None:
    paths = ROOT.glob(f"{folder}/**/*.py")
    lengths = {readable(path): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


@pytest.mark.parametrize("path", MODULES, ids=readable)
def test_public_things_are_documented(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree) or path.name == "__main__.py", f"{readable(path)} has no docstring"
    missing = []
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        members = node.body if isinstance(node, ast.ClassDef) else []
        public = [m for m in members if isinstance(m, ast.FunctionDef) and not m.name.startswith("_")]
        # A setter is documented where its property is.
        public = [m for m in public if not any(isinstance(d, ast.Attribute) for d in m.decorator_list)]
        missing += [f"{one.name}:{one.lineno}" for one in [node, *public] if not ast.get_docstring(one)]
    assert missing == [], readable(path)


def verbs() -> set[str]:
    from typer.main import get_command

    from tonewright.cli.verbs import application

    return set(getattr(get_command(application()), "commands"))  # noqa: B009


def test_every_verb_is_in_the_manual() -> None:
    manual = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert {verb for verb in verbs() if not re.search(rf"^\| `{verb}\b", manual, re.MULTILINE)} == set()


PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/design.md",
    "docs/match.md",
    "docs/processor.md",
    "docs/command-line.md",
    "docs/assistant.md",
    "docs/auto.md",
    "docs/compare.md",
    "docs/metrics.md",
    "docs/training.md",
    "docs/evaluation.md",
    "docs/install.md",
    "docs/layouts.md",
    "docs/models.md",
    "docs/population.md",
    "docs/say.md",
    "docs/studio.md",
    "docs/studies.md",
    "docs/study-analysis.md",
    "docs/studio-api.md",
    "docs/say-command.md",
    "docs/vocabulary.md",
    "docs/web.md",
    "docs/formats.md",
]


@pytest.mark.parametrize("page", PAGES)
def test_commands_on_a_page_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"^ {4,}\S.*$", text, re.MULTILINE)) + "\n".join(re.findall(r"`[^`\n]+`", text))
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^ *|`)make ([a-z][\w-]*)", blocks, re.MULTILINE)) <= targets
    said = set(re.findall(r"(?:^ {4,}|`)tonewright ([a-z]+)", blocks, re.MULTILINE))
    assert said <= verbs(), "planned verbs are not shown as commands"


@pytest.mark.parametrize("page", PAGES)
def test_imports_on_a_page_work(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for block in re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for node in ast.parse(block).body:
            if isinstance(node, ast.ImportFrom):
                if "torch" in block:
                    pytest.importorskip("torch", reason="torch is not installed")
                module = import_module(str(node.module))
                assert all(hasattr(module, name.name) for name in node.names), node.module


@pytest.mark.parametrize("page", PAGES)
def test_links_on_a_page_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"https?:|mailto:|#", link)]
    assert [link for link in links if not ((ROOT / page).parent / link.partition("#")[0]).exists()] == []


def test_the_version_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    latest = re.search(r"^## \[?(\d+\.\d+\.\d+)", changes, re.MULTILINE)
    assert latest is not None
    assert project["version"] == tonewright.__version__ == latest[1]


def test_what_the_package_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    everything = project["dependencies"] + extras
    assert not [name for name in everything if "==" in name or "<" in name]
    names = {re.split(r"[^\w-]", name)[0].lower() for name in project["dependencies"]}
    assert names.isdisjoint({"torch", "mutagen", "pedalboard", "matchering", "torchfx", "pingouin"})
    assert set(project["optional-dependencies"]) == {"train", "llm", "studio", "study", "live", "eval", "mcp", "all"}
    assert (SOURCE / "py.typed").exists()


def test_pins_satisfy_what_the_package_asks_for() -> None:
    """Every requirement and tool has a pinned version, so that the tests mean the same everywhere."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / "constraints-ci.txt").read_text(encoding="utf-8"), re.MULTILINE))
    wanted = content["project"]["dependencies"] + content["dependency-groups"]["dev"] + ["torch", "auraloss"]
    assert {re.split(r"[><=]", name)[0] for name in wanted} <= pinned
