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

NAME = "pianomime_midi"

setup(
    name=NAME,
    version="0.1.0",
    packages=find_packages(),
    package_data={NAME: ["py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
    ],
    install_requires=["pianomime_core", "mido", "numpy"],
    extras_require={"ports": ["python-rtmidi"], "test": ["pytest"]},  # a live keyboard, or an instrument to play on
    zip_safe=False,
    maintainer="PianoMime maintainers",
    maintainer_email="maintainers@example.org",
    description="MIDI: a song or a live keyboard as goals; ports, JACK, what a keyboard sends.",
    entry_points={
        "console_scripts": [
            "midi_node = pianomime_midi.midi_node:main",
            "live_node = pianomime_midi.live_node:main",
        ]
    },
    license="Apache-2.0",
)
