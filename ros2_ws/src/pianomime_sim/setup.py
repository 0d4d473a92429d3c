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

from setuptools import find_packages, setup

NAME = "pianomime_sim"

setup(
    name=NAME,
    version="0.1.0",
    packages=find_packages(),
    package_data={NAME: ["py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
    ],
    install_requires=["pianomime_core", "pianomime_midi", "pianomime_description", "pianomime_physics"],
    extras_require={"record": ["rosbags"], "test": ["pytest"]},  # play --record
    zip_safe=False,
    maintainer="PianoMime maintainers",
    maintainer_email="maintainers@example.org",
    description="MuJoCo simulator, viewers and simulator node.",
    entry_points={
        "console_scripts": [
            "record_node = pianomime_sim.record_node:main",
            "sim_node = pianomime_sim.sim_node:main",
            "viewer_node = pianomime_sim.viewer_node:main",
            "sound_node = pianomime_sim.sound_node:main",
        ]
    },
    license="Apache-2.0",
)
