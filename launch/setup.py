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

from glob import glob

from setuptools import find_packages, setup

NAME = "pianomime"

setup(
    name=NAME,
    version="0.1.0",
    packages=find_packages(),
    package_data={NAME: ["py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
        (f"share/{NAME}/launch", glob("launch/*.launch.py")),
        (f"share/{NAME}/config", glob("config/*.yaml")),
        (f"share/{NAME}/rviz", glob("rviz/*.rviz")),
        (f"share/{NAME}/foxglove", glob("foxglove/*.json")),
        (f"share/{NAME}/songs", glob("songs/*.mid")),
        (f"share/{NAME}/models/generalist", glob("models/generalist/*.onnx")),
    ],
    install_requires=[
        "pianomime_core",
        "pianomime_midi",
        "pianomime_description",
        "pianomime_physics",
        "pianomime_sim",
        "pianomime_policy",
        "pianomime_perception",
        "argcomplete",
        "mir_eval",
        "packaging",
        "rich",
    ],
    # refine over several machines; the environment pianomime/Piano-v0
    extras_require={"ray": ["ray"], "gym": ["gymnasium"], "test": ["pytest"]},
    entry_points={"console_scripts": ["pianomime = pianomime.commands.cli:main"]},
    zip_safe=False,
    maintainer="PianoMime maintainers",
    maintainer_email="maintainers@example.org",
    description="Launch files, configuration, songs, trained networks and the pianomime command.",
    license="Apache-2.0",
)
