"""The plot of a demonstration: an image that contains its notes."""

from dataclasses import replace

from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image
from seen_demonstration import C_KEY, E_KEY, demonstration

from pianomime.reports.demonstration_plot import HAND_COLOURS, NOBODY_COLOUR, plot_demonstration


def test_notes_have_the_colour_of_their_hand_and_the_number_of_their_finger(tmp_path, monkeypatch):
    drawn = {}
    save = Figure.savefig

    def keep(figure, file, **options):
        drawn["roll"] = figure.axes[0]
        save(figure, file, **options)

    monkeypatch.setattr(Figure, "savefig", keep)
    plot_demonstration(demonstration(), tmp_path / "plot.png")
    bars = {round(bar.get_y() + bar.get_height() / 2): bar for bar in drawn["roll"].patches}
    assert set(bars) == {C_KEY, E_KEY}
    assert bars[C_KEY].get_facecolor()[:3] == to_rgb(HAND_COLOURS["rh"])
    assert bars[E_KEY].get_facecolor()[:3] == to_rgb(NOBODY_COLOUR)
    assert [text.get_text().strip() for text in drawn["roll"].texts] == ["1"]
    thumb = drawn["roll"].lines[0]
    assert set(thumb.get_ydata().round(6)) == {float(C_KEY)}
    with Image.open(tmp_path / "plot.png") as picture:
        assert picture.format == "PNG"
        assert picture.width > 500


def test_a_title_is_no_math_text(tmp_path):
    plot_demonstration(replace(demonstration(), metadata={"title": "$\\frac{$ \x1b[31m"}), tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 0
