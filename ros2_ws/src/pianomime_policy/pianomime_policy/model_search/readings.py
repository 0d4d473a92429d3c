"""Different readings of the same score: none is best everywhere, so a search may choose among them."""

from dataclasses import replace

from pianomime_policy.controllers.planner.planner import PlannerConfig


def reading_configs(config: PlannerConfig) -> list[PlannerConfig]:
    """The planner's own reading first, then others: releases later and earlier, longer ways, deeper presses, fingerings
    that stretch more, that re-use fingers less, that spare thumbs the black keys, that keep the hands apart."""
    release, tips, fingering = config.release, config.fingertips, config.fingering
    return [
        config,
        replace(config, release=replace(release, finger_steps=2)),
        replace(config, release=replace(release, finger_steps=4, hand_m_per_step=0.035)),
        replace(config, fingertips=replace(tips, lead_steps=7)),
        replace(config, fingertips=replace(tips, press=replace(tips.press, depth_m=0.009))),
        replace(config, fingering=replace(fingering, deviation_price=0.5, travel_price_per_m=6.0)),
        replace(config, fingering=replace(fingering, reuse_price=2.5, travel_price_per_m=20.0)),
        replace(config, fingering=replace(fingering, stretch_price=1.0, black_price=(1.5, 0.0, 0.0, 0.0, 0.5))),
        replace(config, fingering=replace(fingering, hand_gap_m=0.16, hand_gap_price=4.0)),
    ]
