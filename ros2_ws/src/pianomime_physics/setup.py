from setuptools import find_packages, setup

NAME = "pianomime_physics"

setup(
    name=NAME,
    version="0.1.0",
    packages=find_packages(),
    package_data={NAME: ["py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
    ],
    install_requires=["pianomime_core", "pianomime_description", "mujoco==3.17.0"],
    extras_require={"test": ["pytest"]},
    zip_safe=False,
    maintainer="PianoMime maintainers",
    maintainer_email="maintainers@example.org",
    description="The piano and the hands in motion: actuator targets in, joints and keys out.",
    license="Apache-2.0",
)
