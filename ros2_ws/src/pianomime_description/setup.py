from setuptools import find_packages, setup

NAME = "pianomime_description"

setup(
    name=NAME,
    version="0.1.0",
    packages=find_packages(),
    package_data={NAME: ["py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
    ],
    install_requires=["pianomime_core", "mujoco==3.17.0"],
    extras_require={"test": ["pytest"]},
    entry_points={"console_scripts": ["hand_frames = pianomime_description.hand_frames:main"]},
    zip_safe=False,
    maintainer="PianoMime maintainers",
    maintainer_email="maintainers@example.org",
    description="MuJoCo models of the piano and the two Shadow Hands.",
    license="Apache-2.0",
)
