"""The project's outside: what README, manual and packaging say is what the code does."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import doctest
import inspect
import re
import tomllib
from pathlib import Path

import pytest
import yaml

import stormgraph_py
from stormgraph_py.cli.main import build_parser
from stormgraph_py.params import StormGraphParams

ROOT = Path(__file__).parents[1]
MANUAL = ROOT / "manual"
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PARAMETERS = [f.name for f in dataclasses.fields(StormGraphParams)]
FENCE = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def markdown_files() -> list[Path]:
    """Every page that people read, in the root and in the manual."""
    pages = [*ROOT.glob("*.md"), *MANUAL.rglob("*.md")]
    return sorted(p for p in pages if "_build" not in p.parts)


def readme_commands() -> list[str]:
    """The README's commands for a fresh machine."""
    return [line for line in README.splitlines() if line.startswith("python3 -m venv")]


def test_readme_has_two_commands_each_alone_on_its_line() -> None:
    demo, tests = readme_commands()
    blocks = [body.strip() for _, body in FENCE.findall(README)]
    assert demo in blocks
    assert tests in blocks
    for command in (demo, tests):
        assert not command.endswith("\\")
        assert [part.split()[0] for part in command.split("&&")] == [
            "python3",
            ".venv/bin/pip",
            command.split("&&")[-1].split()[0],
        ]


def test_readme_commands_stand_on_the_first_screen() -> None:
    text = README.splitlines()
    for command in readme_commands():
        assert text.index(command) < 30
    assert any("_static/overview.png" in line for line in text[:10])


def test_ci_runs_what_the_readme_says() -> None:
    endings = re.findall(r'readme_command "([^"]+)"', CI)
    demo, tests = readme_commands()
    assert [c for c in (demo, tests) if c.endswith(endings[0])] == [tests]
    assert [c for c in (demo, tests) if c.endswith(endings[1])] == [demo]
    # the commands are read from the README, not written a second time
    assert demo not in CI
    assert tests not in CI


def test_readme_installs_extras_that_exist() -> None:
    extras = PYPROJECT["project"]["optional-dependencies"]
    for page in markdown_files():
        for name in re.findall(r"pip install [^\n`]*\[(\w+)\]", page.read_text(encoding="utf-8")):
            assert name in extras, page


def test_versions_agree() -> None:
    version = PYPROJECT["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    top = re.search(r"^## (?!Unreleased)(\S+)", changelog, re.MULTILINE)
    assert top is not None
    assert citation["version"] == version
    assert top[1] == version
    assert stormgraph_py.__version__ == version
    assert citation["license"] == PYPROJECT["project"]["license"]


@pytest.mark.parametrize("page", markdown_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            continue
        assert (page.parent / target.split("#")[0]).exists(), target


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameter_is_documented_with_its_default(name: str) -> None:
    page = (MANUAL / "method" / "parameters.md").read_text(encoding="utf-8")
    section = re.search(rf"^### `{name}`\n(.*?)(?=^##)", page, re.MULTILINE | re.DOTALL)
    assert section is not None
    default = re.search(r"^Default: `(.+)`$", section[1], re.MULTILINE)
    assert default is not None
    assert ast.literal_eval(default[1]) == getattr(StormGraphParams(), name)


def test_manual_names_no_parameter_that_does_not_exist() -> None:
    page = (MANUAL / "method" / "parameters.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^### `(\w+)`", page, re.MULTILINE)) == sorted(PARAMETERS)


@pytest.mark.parametrize("name", sorted(stormgraph_py.__all__))
def test_public_name_is_documented(name: str) -> None:
    thing = getattr(stormgraph_py, name)
    reference = (MANUAL / "api" / "index.md").read_text(encoding="utf-8")
    assert re.search(rf"^.. auto\w+:: stormgraph_py\.{name}$", reference, re.MULTILINE)
    if not isinstance(thing, str):
        assert (inspect.getdoc(thing) or "").strip()


def test_every_step_is_in_the_reference() -> None:
    reference = "".join(p.read_text(encoding="utf-8") for p in (MANUAL / "api").glob("*.md"))
    documented = set(re.findall(r"^.. automodule:: stormgraph_py\.(\S+)$", reference, re.MULTILINE))
    folders = ("engine", "io", "filters", "clusters", "simulate", "batch")
    package = ROOT / "stormgraph_py"
    modules = {f"{f}.{p.stem}" for f in folders for p in (package / f).glob("[!_]*.py")}
    assert modules <= documented
    assert {"metrics", "roi", "progress"} <= documented


def test_tutorial_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    outcome = doctest.testfile(str(MANUAL / "tutorial.md"), module_relative=False)
    assert outcome.attempted > 20
    assert outcome.failed == 0


def children(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Parsers of the subcommands of a parser, by name."""
    return {
        name: child
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name, child in action.choices.items()
    }


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Long options of a parser and of its subcommands."""
    own = {o for a in parser._actions for o in a.option_strings if o.startswith("--")}
    return own.union(*map(options, children(parser).values())) - {"--help"}


SUBCOMMANDS = children(build_parser())


def sections(page: str) -> dict[str, str]:
    """Sections of the command line's page, by the subcommand that heads them."""
    text = (MANUAL / page).read_text(encoding="utf-8")
    found = re.findall(
        r"^## `stormgraph (\w+)[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    return dict(found)


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_subcommand_is_documented_with_every_option(name: str) -> None:
    section = sections("command_line.md")[name]
    first_column = " ".join(re.findall(r"^\| ([^|]+)", section, re.MULTILINE))
    named = set(re.findall(r"`(--[\w-]+)", first_column))
    assert named <= options(SUBCOMMANDS[name])
    assert options(SUBCOMMANDS[name]) <= set(re.findall(r"--[\w-]+", section))
    for kind in children(SUBCOMMANDS[name]):
        assert f"`{kind}`" in first_column


def test_manual_names_no_subcommand_that_does_not_exist() -> None:
    assert set(sections("command_line.md")) == set(SUBCOMMANDS)
