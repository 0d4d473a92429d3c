"""What a visitor meets first: links that lead somewhere, one license, one version."""

import hashlib
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = [ROOT / "launch", *sorted((ROOT / "ros2_ws/src").glob("pianomime_*"))]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "training/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "launch").glob("*/README.md")),
    *(package / "README.md" for package in PACKAGES),
]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
"""SHA-256 of https://www.apache.org/licenses/LICENSE-2.0.txt."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if not re.match(r"[a-z]+:", link)]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_license_is_apaches() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE_2


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_every_package_agrees_with_the_citation(package: Path) -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    declared = ElementTree.parse(package / "package.xml")
    assert citation["cff-version"] == "1.2.0"
    assert declared.findtext("version") == citation["version"]
    assert declared.findtext("license") == citation["license"]
    [maintainer] = declared.iter("maintainer")
    setup = (package / "setup.py").read_text()
    assert f'version="{citation["version"]}"' in setup
    assert f'maintainer_email="{maintainer.get("email")}"' in setup


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_every_package_has_a_changelog_as_catkin_reads_it(package: Path) -> None:
    name = ElementTree.parse(package / "package.xml").findtext("name")
    rule, title, again, *rest = (package / "CHANGELOG.rst").read_text().splitlines()
    assert title == f"Changelog for package {name}"
    assert rule == again == "^" * len(title)
    assert "Forthcoming" in rest
