"""Shapes, and the published size of the U-Net."""

import pytest
import torch
from training.paper.networks import MlpSize, TimeEmbedding, UnetSize, denoiser, plain_mlp
from training.paper.paper_size import STEPS, paper_sized_networks

SMALL = (MlpSize(width=16, layers=2), UnetSize((8, 16, 32), kernel=3, groups=4, time=8))


@pytest.mark.parametrize("size", SMALL)
def test_a_denoiser_answers_each_row_for_itself(size: MlpSize | UnetSize) -> None:
    torch.manual_seed(0)
    network = denoiser(4, 6, 5, size).eval()
    sample, timestep, condition = torch.randn(3, 4, 6), torch.tensor([0.0, 50.0, 99.0]), torch.randn(3, 5)
    together = network(sample, timestep, condition)
    assert together.shape == sample.shape
    for row in range(3):
        alone = network(sample[row : row + 1], timestep[row : row + 1], condition[row : row + 1])
        torch.testing.assert_close(alone[0], together[row])


@pytest.mark.parametrize("size", SMALL)
def test_a_denoiser_heeds_all_of_its_inputs(size: MlpSize | UnetSize) -> None:
    torch.manual_seed(0)
    network = denoiser(4, 6, 5, size)
    inputs = [torch.randn(2, 4, 6), torch.full((2,), 30.0), torch.randn(2, 5)]
    for tensor in inputs:
        tensor.requires_grad_()
    network(*inputs).square().sum().backward()
    for tensor in inputs:
        assert tensor.grad is not None
        assert torch.all(tensor.grad != 0)


def test_a_unet_cannot_halve_an_odd_number_of_steps() -> None:
    with pytest.raises(ValueError, match="3 steps cannot be halved 2 times"):
        denoiser(3, 6, 5, SMALL[1])


def test_a_plain_mlp_of_the_paper_has_three_hidden_layers_of_1024() -> None:
    network = plain_mlp(10, 7, MlpSize(width=1024, layers=3))
    shapes = [tuple(layer.weight.shape) for layer in network if isinstance(layer, torch.nn.Linear)]
    assert shapes == [(1024, 10), (1024, 1024), (1024, 1024), (7, 1024)]


def test_time_is_embedded_as_sines_and_cosines() -> None:
    # Frequencies from 1 to 1/10000.
    expected = torch.tensor([[2.0, 0.0002]])
    torch.testing.assert_close(
        TimeEmbedding(4)(torch.tensor([2.0])), torch.cat([expected.sin(), expected.cos()], dim=1)
    )


def test_the_published_networks_take_150_calls_of_about_70_million_weights() -> None:
    with torch.device("meta"):  # counted, not made
        networks = paper_sized_networks()
    sizes = {name: sum(p.numel() for p in network.parameters()) for name, network in networks.items()}
    assert sum(STEPS.values()) == 150
    assert sizes.keys() == STEPS.keys()
    # Diffusion Policy's repository counts 65 to 75 million for these channels and conditions of this size.
    assert all(60e6 < size < 80e6 for size in sizes.values())
