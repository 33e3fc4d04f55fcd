"""One function types secrets; a secret is handed to it and to the log's filter, and to nothing else."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {"password", "seed"}
ALLOWED = {
    ("browser/signing_in.py", "type_secret"),  # types it
    ("browser/signing_in.py", "append"),  # to memory.secrets: no picture and no text shows it
    ("worker/work.py", "add"),  # strikes it out
    ("worker/codes.py", "Seed"),  # makes a code of it
    ("worker/codes.py", "Assign"),
    ("worker/codes.py", ""),  # seed.code(…), the code of now
}


def uses(source: str) -> Iterator[tuple[str, int]]:
    """Where an attribute named like a secret is read: the function it is handed to, and the line."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        named = isinstance(node, ast.Attribute) and node.attr in SECRETS
        read = isinstance(node, ast.Name) and node.id in SECRETS and isinstance(node.ctx, ast.Load)
        if named or read:
            yield _handed_to(node, parents), node.lineno  # type: ignore[attr-defined]  # both have one


def _handed_to(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> str:
    while (parent := parents.get(node)) is not None and not isinstance(parent, ast.stmt):
        if isinstance(parent, ast.Call) and node is not parent.func:
            return ast.unparse(parent.func).rpartition(".")[2]
        node = parent
    return "Assign" if isinstance(parent, ast.Assign | ast.If) else ""


def strays(root: Path) -> list[str]:
    found = []
    for room in ("browser", "sdk", "worker"):
        for file in sorted((root / "agent" / room).rglob("*.py")):
            place = file.relative_to(root / "agent").as_posix()
            found += [
                f"{place}:{line} {handed}"
                for handed, line in uses(file.read_text())
                if (place, handed) not in ALLOWED
                and not (place == "worker/codes.py" and handed in {"Assign", ""})
            ]
    return found


def test_a_secret_goes_to_the_one_that_types_it_and_nowhere_else() -> None:
    assert strays(ROOT) == []


def test_a_stray_use_is_noticed(tmp_path: Path) -> None:
    for room in ("browser", "sdk", "worker"):
        (tmp_path / "agent" / room).mkdir(parents=True)
    file = tmp_path / "agent" / "browser" / "other.py"
    file.write_text("def sign_in(session, account):\n    session.page.fill('#p', account.password)\n")
    assert strays(tmp_path) == ["browser/other.py:2 fill"]
    file.write_text("def sign_in(session, account):\n    print(f'{account.seed}')\n")
    assert strays(tmp_path) == ["browser/other.py:2 print"]
