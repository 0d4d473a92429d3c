"""Heads against distributions whose best predictors are known in closed form."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from training.paper.heads import Bins, Diffusion, Flow, Head, Regression
from training.paper.networks import TIME_SPAN, MlpSize

SIZE = MlpSize(width=64, layers=2)
MEAN, DEVIATION = 0.5, 0.2


class BestVelocity(nn.Module):
    """The velocity to be expected in noisy draws from N(MEAN, DEVIATION^2), on the squared-cosine schedule."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        time = np.arange(steps + 1) / steps
        shares = np.cos((time + 0.008) / 1.008 * np.pi / 2) ** 2
        self.kept = torch.tensor(np.cumprod(1 - np.minimum(1 - shares[1:] / shares[:-1], 0.999)), dtype=torch.float32)

    def forward(self, sample: Tensor, timestep: Tensor, condition: Tensor) -> Tensor:
        kept = self.kept[(timestep / TIME_SPAN * len(self.kept)).round().long()][:, None, None]
        strayed = (sample - kept.sqrt() * MEAN) / (kept * DEVIATION**2 + 1 - kept)
        noise, action = (1 - kept).sqrt() * strayed, MEAN + kept.sqrt() * DEVIATION**2 * strayed
        return kept.sqrt() * noise - (1 - kept).sqrt() * action


class BestFlow(nn.Module):
    """The difference action - noise to be expected on the line between noise and draws from N(MEAN, DEVIATION^2)."""

    def forward(self, sample: Tensor, timestep: Tensor, condition: Tensor) -> Tensor:
        share = (timestep / TIME_SPAN)[:, None, None]
        variance = (1 - share) ** 2 * DEVIATION**2 + share**2
        strayed = (sample - (1 - share) * MEAN) / variance
        return MEAN + ((1 - share) * DEVIATION**2 - share) * strayed


@pytest.mark.parametrize(
    ("head", "best", "shrinks"),
    [
        (Diffusion(SIZE, steps=1000, sampling_steps=1000), BestVelocity(1000), 0.03),
        (Diffusion(SIZE, steps=1000, sampling_steps=500), BestVelocity(1000), 0.03),
        (Flow(SIZE, sampling_steps=500), BestFlow(), 0.03),
        # Coarse steps draw closer to the mean, but around it.
        (Diffusion(SIZE, steps=100, sampling_steps=100), BestVelocity(100), 0.1),
        (Diffusion(SIZE, steps=100, sampling_steps=8), BestVelocity(100), 0.4),
        (Flow(SIZE, sampling_steps=8), BestFlow(), 0.4),
    ],
)
def test_the_best_network_gives_draws_of_the_right_distribution(head: Head, best: nn.Module, shrinks: float) -> None:
    drawn = head.sample(best, torch.zeros(4000, 1), (1, 2), np.random.default_rng(0))
    assert drawn.shape == (4000, 1, 2)
    assert drawn.mean().item() == pytest.approx(MEAN, abs=0.01)
    assert (1 - shrinks) * DEVIATION < drawn.std().item() < 1.03 * DEVIATION


@pytest.mark.parametrize(
    ("head", "best"),
    [
        (Diffusion(SIZE, steps=100, sampling_steps=100), BestVelocity(100)),
        (Diffusion(SIZE, steps=100, sampling_steps=8), BestVelocity(100)),
        (Diffusion(SIZE, steps=50, sampling_steps=8), BestVelocity(50)),
        (Flow(SIZE), BestFlow()),
    ],
)
def test_a_small_error_of_the_network_is_a_small_one_of_the_action(head: Head, best: nn.Module) -> None:
    def erring(sample: Tensor, timestep: Tensor, condition: Tensor) -> Tensor:
        return best(sample, timestep, condition) + 0.02

    found, expected = (
        head.sample(network, torch.zeros(100, 1), (1, 2), np.random.default_rng(0))  # type: ignore[arg-type]
        for network in (erring, best)
    )
    assert (found - expected).abs().max().item() < 0.06


@pytest.mark.parametrize(("head", "best"), [(Diffusion(SIZE, steps=100), BestVelocity(100)), (Flow(SIZE), BestFlow())])
def test_the_best_network_has_a_smaller_loss_than_one_that_errs(head: Head, best: nn.Module) -> None:
    action = MEAN + DEVIATION * torch.randn(5000, 1, 2, generator=torch.Generator().manual_seed(0))
    losses = []
    for error in (0.0, -0.2, 0.2):

        def erring(sample: Tensor, timestep: Tensor, condition: Tensor, error: float = error) -> Tensor:
            return best(sample, timestep, condition) + error

        losses.append(head.loss(erring, torch.zeros(5000, 1), action, np.random.default_rng(1)).item())  # type: ignore[arg-type]
    # An error of 0.2 that nothing can make up for costs 0.04.
    assert losses[1] == pytest.approx(losses[0] + 0.04, abs=0.01)
    assert losses[2] == pytest.approx(losses[0] + 0.04, abs=0.01)


def trained(head: Head, condition: Tensor, action: Tensor, updates: int = 300) -> nn.Module:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    network = head.network(condition.shape[1], *action.shape[1:])
    head.prepare(network, action.numpy(), rng)
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    for _ in range(updates):
        rows = torch.from_numpy(rng.integers(len(action), size=128))
        loss = head.loss(network, condition[rows], action[rows], rng)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network.eval()


@pytest.mark.slow
@pytest.mark.parametrize("head", [Diffusion(SIZE, 50, 10), Flow(SIZE), Bins(SIZE, bins=8)])
def test_of_two_ways_to_act_a_generative_head_draws_both_and_nothing_between(head: Head) -> None:
    rng = np.random.default_rng(0)
    side = torch.from_numpy(rng.choice([-1.0, 1.0], 2000).astype(np.float32))
    condition = torch.from_numpy(rng.choice([1.0, 2.0], (2000, 1)).astype(np.float32))
    action = (side[:, None] * condition)[:, None] + 0.02 * torch.from_numpy(rng.normal(size=(2000, 1, 1))).float()
    network = trained(head, condition, action)
    with torch.no_grad():
        drawn = head.sample(network, torch.full((200, 1), 2.0), (1, 1), rng)[:, 0, 0]
    assert np.isclose(drawn.abs(), 2.0, atol=0.6).mean() > 0.85
    assert 0.3 < (drawn > 0).float().mean() < 0.7


def test_regression_answers_with_the_mean_of_two_ways_to_act() -> None:
    rng = np.random.default_rng(0)
    action = torch.from_numpy(rng.choice([-1.0, 1.0], (2000, 2, 1)).astype(np.float32))
    head = Regression(SIZE)
    found = head.sample(trained(head, torch.ones(2000, 1), action), torch.ones(3, 1), (2, 1), rng)
    assert found.shape == (3, 2, 1)
    assert found.abs().max().item() < 0.2


def test_the_same_generator_draws_the_same() -> None:
    for head in (Diffusion(SIZE, 20, 20), Diffusion(SIZE, 20, 5), Flow(SIZE), Bins(SIZE, bins=4)):
        torch.manual_seed(0)
        network = head.network(3, 2, 5)
        draws = [head.sample(network, torch.ones(2, 3), (2, 5), np.random.default_rng(7)) for _ in range(2)]
        other = head.sample(network, torch.ones(2, 3), (2, 5), np.random.default_rng(8))
        torch.testing.assert_close(draws[0], draws[1], rtol=0, atol=0)
        assert isinstance(head, Bins) or not torch.equal(draws[0], other)
