"""The files in deploy/: that they name what is there, and agree with each other."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from citeback.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
PASSWORD = "four quiet green rivers"


def test_every_setting_that_is_named_exists() -> None:
    there = {f"{PREFIX}{field.name.upper()}" for field in fields(Settings)}
    files = [file for file in DEPLOY.rglob("*") if file.is_file()]
    assert len(files) >= 6
    for file in [*files, ROOT / "docs" / "deployment.md", ROOT / "docs" / "network.md"]:
        named = set(re.findall(rf"{PREFIX}[A-Z_]+", file.read_text(encoding="utf-8")))
        assert named <= there, file


def test_the_image_is_made_of_files_that_are_there() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    sent = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = set()
    for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE):
        copied |= set(line.split()[:-1])
    assert copied == sent
    assert all((ROOT / name).exists() for name in copied)


def test_a_container_keeps_what_people_made_and_may_write_nothing_else() -> None:
    found = re.search(r"^VOLUME (.+)$", DOCKERFILE, re.MULTILINE)
    assert found
    volumes = set(yaml.safe_load(found[1]))
    folders = re.findall(
        r"CITEBACK_(?:CONTENT|INDEX|CITATIONS|ACCOUNTS)=(\S+)", DOCKERFILE
    )
    assert set(folders) == volumes
    assert re.search(r"^USER citeback$", DOCKERFILE, re.MULTILINE)

    page = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["page"]
    assert {volume.split(":")[1] for volume in page["volumes"]} == volumes
    assert page["read_only"]
    assert page["cap_drop"] == ["ALL"]
    assert all(port.startswith("127.0.0.1:") for port in page["ports"])
    assert (DEPLOY / page["build"]["context"] / page["build"]["dockerfile"]).is_file()


def test_the_service_of_systemd_reaches_nothing_but_its_own_machine() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(DEPLOY / "citeback.service")
    service = unit["Service"]
    assert service["IPAddressDeny"] == "any"
    assert service["IPAddressAllow"] == "localhost"
    assert service["ExecStart"].endswith("-m citeback serve")


@pytest.mark.skipif(os.name == "nt", reason="the container's shell")
def test_the_first_account_is_made_once(tmp_path: Path) -> None:
    commands = tmp_path / "bin"
    commands.mkdir()
    citeback = commands / "citeback"
    citeback.write_text(
        f'#!/bin/sh\n[ "$1" = serve ] && echo "serving ${{FIRST_PASSWORD-no secret}}" '
        f'&& exit\nexec {sys.executable} -m citeback "$@"\n'
    )
    citeback.chmod(0o755)
    (tmp_path / "secret").write_text(PASSWORD)

    def start(**environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", DEPLOY / "start.sh"],
            env={
                "PATH": f"{commands}:/usr/bin:/bin",
                "PYTHONPATH": str(ROOT / "src"),
                "CITEBACK_ACCOUNTS": str(tmp_path / "accounts"),
                **environment,
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    refused = start(FIRST_CURATOR="ana")
    assert refused.returncode
    assert "needs a password" in refused.stderr
    made = start(FIRST_CURATOR="ana", FIRST_PASSWORD_FILE=str(tmp_path / "secret"))
    assert made.returncode == 0, made.stderr
    assert "ana" in made.stdout
    assert "serving no secret" in made.stdout
    # Another name in the environment changes nothing any more.
    again = start(FIRST_CURATOR="eve", FIRST_PASSWORD=PASSWORD)
    assert again.stdout == "serving no secret\n", again.stderr
    assert "serving" in start().stdout
