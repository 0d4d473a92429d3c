"""docs/python.md: its programs run, and it tells of every name."""

import re
from pathlib import Path

import pianomime as pm

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "python.md").read_text()
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_its_programs_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    play, gym = PROGRAMS
    assert len(play.splitlines()) == 8
    exec(play, {})
    assert float(capsys.readouterr().out.removeprefix("F1 ")) > 0.9
    assert pm.Rollout.load("twinkle.npz").goal.any()
    exec(gym, {})
    assert "key_press" in capsys.readouterr().out


def test_it_tells_of_every_name():
    assert [name for name in pm.__all__ if f"`{name}" not in PAGE] == []
