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
