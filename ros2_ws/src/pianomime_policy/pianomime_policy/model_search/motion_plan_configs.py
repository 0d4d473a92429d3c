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

"""Different motion plans for the same score: none is best everywhere, so a search can choose among them."""

from dataclasses import replace

from pianomime_policy.controllers.planner.planner import PlannerConfig


def motion_plan_configs(config: PlannerConfig) -> list[PlannerConfig]:
    """The planner's own config first, then variations: later and earlier releases, longer approaches, deeper presses,
    and fingerings that stretch more, reuse fingers less, keep thumbs off black keys or keep the hands apart."""
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
