"""Imports point one way, and each heavy package is imported in one place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "citeback"

# What each part may import of ours, besides itself.
BASE = {"records", "errors", "settings"}
ALLOWED = {
    "records": set(),
    "errors": set(),
    "settings": {"errors"},
    "index": BASE,
    "ingest": BASE | {"index"},
    "ask": BASE | {"index"},
    "cite": BASE | {"index"},
    "checking": BASE | {"index", "ingest", "ask", "cite"},
    "library": BASE | {"index", "ingest", "ask", "cite", "checking"},
    "private": BASE | {"index", "ask", "cite", "library"},
    "evaluate": BASE | {"library"},
    "bulk": BASE | {"index", "ingest", "library"},
    "write": BASE | {"ingest", "cite"},
    "serve": BASE | {"bulk", "cite", "library", "private", "evaluate", "write"},
    "__init__": {"library", "records", "cite", "errors", "settings"},
    "__main__": {"serve"},
}
ONLY_IN = {
    "sentence_transformers": "index/model.py",
    "huggingface_hub": "index/encoder.py",
    "sqlite3": "index/database.py",
    "faiss": "index/vectors.py",
    "threadpoolctl": "index/vectors.py",
    "joblib": "index/cores.py",
    "snowballstemmer": "index/words.py",
    "gradio": "serve/page.py",
    "charset_normalizer": "ingest/formats/old_letters.py",
    "pypdfium2": "ingest/formats/pdf_file.py",
    "docx": "ingest/formats/docx.py",
    "trafilatura": "ingest/formats/main_text.py",
    "typst": "cite/referencing/typesetting.py",
    "openpyxl": "ingest/formats/xlsx.py",
    "pptx": "ingest/formats/pptx.py",
    "markdown_it": "ingest/formats/markdown.py",
    "sentencex": "ingest/sentences.py",
    "yaml": "ingest/formats/front_matter.py",
    "watchfiles": "ingest/watch.py",
    "ir_measures": "evaluate/measures.py",
    "sklearn": "evaluate/confidence.py",
    "httpx2": "write/client.py",
    "prometheus_client": "serve/api/metrics.py",
    "argon2": "serve/guard/passwords.py",
    "limits": "serve/guard/throttle.py",
    "pymilvus": "index/milvus/client.py",
    "grpc": "index/milvus/client.py",
    "ray": "bulk/cluster.py",
}
# Where one place is too few, the places are named.
ONLY_IN_THESE = {
    "torch": {"index/bert.py", "index/model.py", "index/packing.py"},
    "transformers": {"index/bert.py", "index/model.py"},
    "lxml": {
        "ingest/formats/html_page.py",
        "ingest/formats/html_tree.py",
        "ingest/formats/safe_xml.py",
    },
    "fastapi": {
        *(
            f"serve/api/{name}.py"
            for name in (
                "app asking checking citations documents door forms problems state"
                " uploads wire"
            ).split()
        ),
        "serve/check_routes.py",
        "serve/citing_routes.py",
        "serve/dossier_routes.py",
        "serve/guard/front.py",
        "serve/library_routes.py",
        "serve/page.py",
        "serve/reference_routes.py",
        "serve/requests.py",
        "serve/server.py",
    },
    "pydantic": {
        "serve/api/app.py",
        "serve/api/wire.py",
        "serve/mcp/arguments.py",
        "serve/mcp/protocol.py",
    },
    "uvicorn": {"serve/server.py", "serve/guard/arrival.py"},
    "pydantic_core": {"serve/api/wire.py"},
    "regex": {
        "index/words.py",
        "cite/verifying/canonical.py",
        "cite/difference.py",
        "cite/verifying/exact.py",
        "cite/verifying/negation.py",
        "cite/anchoring/fold.py",
        "cite/verifying/verify.py",
        "cite/verifying/wording.py",
    },
    "mcp": {"serve/mcp/http.py", "serve/mcp/protocol.py", "serve/mcp/stdio.py"},
    "mcp_types": {"serve/mcp/protocol.py"},
    "filelock": {
        "cite/kept.py",
        "index/folder.py",
        "evaluate/judgements.py",
        "serve/guard/accounts.py",
        "serve/guard/audit.py",
    },
    "tqdm": {"serve/bulk_command.py", "serve/evaluating.py", "serve/terminal.py"},
}
FILES = sorted(SOURCE.rglob("*.py"))


def imported(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


# Read while tests are collected: a thread that another test left behind may compile
# something, and Python 3.11 cannot parse in two threads at once.
IMPORTED = {file: imported(file) for file in FILES}


def part(file: Path) -> str:
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def test_there_are_files_to_check() -> None:
    assert len(FILES) > 20


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SOURCE)))
def test_imports_point_one_way(file: Path) -> None:
    ours = {n.split(".")[1] for n in IMPORTED[file] if n.startswith("citeback.")}
    ours -= {"__version__", part(file)}
    assert ours <= ALLOWED[part(file)]


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SOURCE)))
def test_heavy_packages_are_imported_in_one_place(file: Path) -> None:
    name = file.relative_to(SOURCE).as_posix()
    packages = {n.split(".")[0] for n in IMPORTED[file]}
    for package in packages & ONLY_IN.keys():
        assert ONLY_IN[package] == name
    for package in packages & ONLY_IN_THESE.keys():
        assert name in ONLY_IN_THESE[package]


def test_nothing_knows_of_a_cluster_but_what_opens_one() -> None:
    """What a filter is to a cluster is made in one place, from a typed one."""
    for file, names in IMPORTED.items():
        found = {name for name in names if name.startswith("citeback.index.milvus")}
        if file.parent.name != "milvus":
            where = file.relative_to(SOURCE).as_posix()
            opens = (
                {"citeback.index.milvus.connect"} if where == "library.py" else set()
            )
            assert found == opens, where
