"""ROS 2's own checks of the package that `colcon test` stands in, where they are installed: with our style."""

import shutil
from pathlib import Path

import pytest

FLAKE8_CONFIG = Path(__file__).with_name("flake8.ini")
# Google's convention, without what this repository leaves to the reader: docstrings of private and magic parts, two
# arguments in one line, a first sentence that goes on or ends with an example.
NOT_ASKED = ["D100", "D102", "D104", "D105", "D107", "D205", "D209", "D212", "D402", "D403", "D415", "D417"]


def test_copyright(capsys):
    ament_copyright = pytest.importorskip("ament_copyright.main", reason="ament_copyright is not installed")
    code = ament_copyright.main(argv=["."])
    assert code == 0, capsys.readouterr().out


def test_flake8():
    ament_flake8 = pytest.importorskip("ament_flake8.main", reason="ament_flake8 is not installed")
    code, errors = ament_flake8.main_with_errors(argv=["--config", str(FLAKE8_CONFIG)])
    assert code == 0, "\n".join(errors)


def test_pep257():
    ament_pep257 = pytest.importorskip("ament_pep257.main", reason="ament_pep257 is not installed")
    assert ament_pep257.main(argv=["--convention", "google", "--add-ignore", *NOT_ASKED]) == 0


def test_xmllint(capfd):
    ament_xmllint = pytest.importorskip("ament_xmllint.main", reason="ament_xmllint is not installed")
    if shutil.which("xmllint") is None:
        pytest.skip("xmllint is not installed")
    code = ament_xmllint.main(argv=[])
    told = capfd.readouterr().err
    if "failed to load" in told:
        pytest.skip("the schema of package.xml cannot be fetched")
    assert code == 0, told
