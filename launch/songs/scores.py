# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""The bundled songs, note by note.

A voice is a line of tokens: `C5:8` is an eighth note, `B3+D4:2` a chord, `R:4` a rest, `:4.` dotted, `:4..` doubly
dotted; a token without `:` keeps the duration before it. C4 is middle C. `|` closes a bar, and the encoder checks that
every bar is full. The composers died before 1830; scores and arrangements here were written for this project.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Piece:
    """One song.

    Attributes:
        title: As a program would print it.
        quarters_per_minute: Tempo.
        meter: Beats of a bar and the note that has one beat: (3, 8).
        voices: Name to notation; all voices begin together.
        upbeat: Length of the first, incomplete bar in whole notes; 0 for none.
    """

    title: str
    quarters_per_minute: int
    meter: tuple[int, int]
    voices: dict[str, str]
    upbeat: Fraction = Fraction(0)

    @property
    def bar(self) -> Fraction:
        """Length of a bar in whole notes."""
        return Fraction(*self.meter)


def _prelude_in_c() -> Piece:
    # Every bar is one broken chord of five notes, played twice: two held by the left hand, three repeated by the right.
    chords = """
        C4 E4 G4 C5 E5 | C4 D4 A4 D5 F5 | B3 D4 G4 D5 F5 | C4 E4 G4 C5 E5 | C4 E4 A4 E5 A5 | C4 D4 F#4 A4 D5 |
        B3 D4 G4 D5 G5 | B3 C4 E4 G4 C5 | A3 C4 E4 G4 C5 | D3 A3 D4 F#4 C5 | G3 B3 D4 G4 B4 | G3 Bb3 E4 G4 C#5 |
        F3 A3 D4 A4 D5 | F3 Ab3 D4 F4 B4 | E3 G3 C4 G4 C5 | E3 F3 A3 C4 F4 | D3 F3 A3 C4 F4 | G2 D3 G3 B3 F4 |
        C3 E3 G3 C4 E4"""
    bars = [bar.split() for bar in chords.split("|")]
    figures = [f"R:8 {c}:16 {d} {e} {c} {d} {e}" for _, _, c, d, e in bars]
    return Piece(
        title="J. S. Bach: Prelude in C, BWV 846 (bars 1-19)",
        quarters_per_minute=80,
        meter=(4, 4),
        voices={
            "right": " | ".join(f"{figure} {figure}" for figure in figures),
            "left, upper": " | ".join(f"R:16 {bar[1]}:4.. R:16 {bar[1]}:4.." for bar in bars),
            "left, lower": " | ".join(f"{bar[0]}:2 {bar[0]}" for bar in bars),
        },
    )


def _minuet_in_g() -> Piece:
    return Piece(
        title="C. Petzold: Minuet in G, BWV Anh. 114",
        quarters_per_minute=126,
        meter=(3, 4),
        voices={
            "right": """
                D5:4 G4:8 A4 B4 C5 | D5:4 G4 G4 | E5 C5:8 D5 E5 F#5 | G5:4 G4 G4 |
                C5 D5:8 C5 B4 A4 | B4:4 C5:8 B4 A4 G4 | F#4:4 G4:8 A4 B4 G4 | A4:2. |
                D5:4 G4:8 A4 B4 C5 | D5:4 G4 G4 | E5 C5:8 D5 E5 F#5 | G5:4 G4 G4 |
                C5 D5:8 C5 B4 A4 | B4:4 C5:8 B4 A4 G4 | A4:4 B4:8 A4 G4 F#4 | G4:2. |
                B5:4 G5:8 A5 B5 G5 | A5:4 D5:8 E5 F#5 D5 | G5:4 E5:8 F#5 G5 D5 | C#5:4 B4:8 C#5 A4:4 |
                A4:8 B4 C#5 D5 E5 F#5 | G5:4 F#5 E5 | F#5 A4 C#5 | D5:2. |
                D5:4 G4:8 F#4 G4:4 | E5 G4:8 F#4 G4:4 | D5 C5 B4 | A4:8 G4 F#4 G4 A4:4 |
                D4:8 E4 F#4 G4 A4 B4 | C5:4 B4 A4 | B4:8 D5 G4:4 F#4 | B3+D4+G4:2. |""",
            "left": """
                G3+B3+D4:2 A3:4 | B3:2. | C4 | B3 | A3 | G3 | D4:4 B3 G3 | D4 D3:8 C4 B3 A3 |
                B3:2 A3:4 | G3 B3 G3 | C4:2. | B3:4 C4:8 B3 A3 G3 | A3:2 F#3:4 | G3:2 B3:4 | C4 D4 D3 | G3:2 G2:4 |
                G3:2. | F#3 | E3:4 G3 E3 | A3:2 A2:4 | A3:2. | B3:4 D4 C#4 | D4 F#3 A3 | D4 D3 C4 |
                B3 B3+D4:2 | C4:4 C4+E4:2 | B3:4 A3 G3 | D4:2 R:4 | D3:2 F#3:4 | E3 G3 F#3 | G3 B2 D3 | G3 D3 G2 |""",
        },
    )


def _fuer_elise() -> Piece:
    right_theme = """
        E5:16 D#5 E5 B4 D5 C5 | A4:8 R:16 C4 E4 A4 | B4:8 R:16 E4 G#4 B4 | C5:8 R:16 E4 E5 D#5 |
        E5 D#5 E5 B4 D5 C5 | A4:8 R:16 C4 E4 A4 | B4:8 R:16 E4 C5 B4 |"""
    left_theme = """
        R:4. | A2:16 E3 A3 R R:8 | E2:16 E3 G#3 R R:8 | A2:16 E3 A3 R R:8 |
        R:4. | A2:16 E3 A3 R R:8 | E2:16 E3 G#3 R R:8 |"""
    return Piece(
        title="L. van Beethoven: Für Elise, WoO 59 (first part)",
        quarters_per_minute=72,
        meter=(3, 8),
        upbeat=Fraction(1, 8),
        voices={
            "right": f"""
                E5:16 D#5 | {right_theme} A4:8 R E5:16 D#5 | {right_theme} A4:8 R:16 B4 C5 D5 |
                E5:8. G4:16 F5 E5 | D5:8. F4:16 E5 D5 | C5:8. E4:16 D5 C5 | B4:8 R:16 E4 E5 R |
                R E5 E6 R R D#5 | E5 R R D#5 E5 D#5 | {right_theme} A4:4. |""",
            "left": f"""
                R:8 | {left_theme} A2:16 E3 A3 R R:8 | {left_theme} A2:16 E3 A3 R R:8 |
                C3:16 G3 C4 R R:8 | G2:16 G3 B3 R R:8 | A2:16 E3 A3 R R:8 | E2:16 E3 E4 R R E4 |
                E5 R R D#5 E5 R | R D#5 E5 R R:8 | {left_theme} A2:16 E3 A3:4 |""",
        },
    )


def _ode_to_joy() -> Piece:
    right_half = "F#5:4 F#5 G5 A5 | A5 G5 F#5 E5 | D5 D5 E5 F#5 |"
    left_half = "D3:4 A3 F#3 A3 | C#3 A3 E3 A3 |"
    right_close, left_close = "E5:4. D5:8 D5:2 |", "B2:4 F#3 D3 F#3 | A2 E3 D3:2 |"
    return Piece(
        title="L. van Beethoven: Ode to Joy, with a simple left hand",
        quarters_per_minute=120,
        meter=(4, 4),
        voices={
            "right": f"""
                {right_half} F#5:4. E5:8 E5:2 | {right_half} {right_close}
                E5:4 E5 F#5 D5 | E5 F#5:8 G5 F#5:4 D5 | E5 F#5:8 G5 F#5:4 E5 | D5 E5 A4:2 |
                {right_half} {right_close}""",
            "left": f"""
                {left_half} D3 A3 F#3 A3 | A2 E3 A3:2 | {left_half} {left_close}
                A2:4 E3 D3 A3 | A2 E3 D3 A3 | A2 E3 A#2 F#3 | B2 E3 A2:2 |
                {left_half} {left_close}""",
        },
    )


def _twinkle() -> Piece:
    right_theme = "C5:4 C5 | G5 G5 | A5 A5 | G5:2 | F5:4 F5 | E5 E5 | D5 D5 | C5:2 |"
    left_theme = "C3:4 C4 | E4 C4 | F4 C4 | E4 C4 | D4 B3 | C4 A3 | F3 G3 | C3:2 |"
    right_middle = "G5:4 G5 | F5 F5 | E5 E5 | D5:2 |"
    left_middle = "E4:4 C4 | D4 B3 | C4 A3 | B3 G3 |"
    return Piece(
        title="W. A. Mozart: Ah vous dirai-je, maman (theme of K. 265, simplified)",
        quarters_per_minute=120,
        meter=(2, 4),
        voices={
            "right": f"{right_theme} {right_middle} {right_middle} {right_theme}",
            "left": f"{left_theme} {left_middle} {left_middle} {left_theme}",
        },
    )


PIECES = {
    "prelude_in_c": _prelude_in_c(),
    "minuet_in_g": _minuet_in_g(),
    "fuer_elise": _fuer_elise(),
    "ode_to_joy": _ode_to_joy(),
    "twinkle": _twinkle(),
}
