"""Forces in physics steps, against the simulator's own moments."""

import numpy as np

from pianomime.episodes.contact_record import ContactRecord
from pianomime_description.variant import SceneConfig
from pianomime_physics.observed_simulator import ObservedSimulator


def test_every_physics_step_has_the_forces_of_its_moment() -> None:
    seen: list[dict] = []
    simulator = ObservedSimulator(
        lambda state: seen.append(simulator.hand_contacts_n()), SceneConfig(hand_collisions=True)
    )
    record = ContactRecord(simulator)
    q = np.zeros(len(simulator.joint_names))
    q[simulator.joint_names.index("rh_FFJ4")] = 0.1
    q[simulator.joint_names.index("rh_MFJ4")] = -0.1
    simulator.reset(q)
    targets = np.clip(np.zeros(len(simulator.target_names)), *simulator.target_range.T)
    for _ in range(3):
        simulator.step(targets, 5)
        simulator.step(targets, 5)
    forces = record.forces_n(3)
    assert forces
    for pair, force in forces.items():
        assert force.shape == (3, 10)
        np.testing.assert_array_equal(force.ravel(), [moment.get(pair, 0.0) for moment in seen])
