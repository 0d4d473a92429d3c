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

NAME = "pianomime_policy"

setup(
    name=NAME,
    version="0.1.0",
    packages=find_packages(),
    package_data={NAME: ["py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
    ],
    install_requires=["pianomime_core", "pianomime_description", "pianomime_physics", "numba", "onnxruntime", "scipy"],
    extras_require={"test": ["pytest"]},
    zip_safe=False,
    maintainer="PianoMime maintainers",
    maintainer_email="maintainers@example.org",
    description="Notes to fingers, motion, joints and actuator targets; controllers; policy node.",
    entry_points={
        "console_scripts": [
            "policy_node = pianomime_policy.nodes.policy_node:main",
            "follow_node = pianomime_policy.nodes.follow_node:main",
        ]
    },
    license="Apache-2.0",
)
