from setuptools import find_packages, setup

NAME = "pianomime_core"

setup(
    name=NAME,
    version="0.1.0",
    packages=find_packages(),
    package_data={NAME: ["py.typed", "dds_loopback.xml"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
    ],
    install_requires=["numpy", "mido"],
    extras_require={"ports": ["python-rtmidi"], "test": ["pytest"]},  # MIDI ports: a live keyboard, or one to play on
    zip_safe=False,
    maintainer="PianoMime maintainers",
    maintainer_email="maintainers@example.org",
    description="Notes, piano roll, goal window, keyboard and hand tables, metrics, rollout files.",
    license="Apache-2.0",
)
