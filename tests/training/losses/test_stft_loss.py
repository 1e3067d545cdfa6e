"""The loss against auraloss and our own evaluation, its gradient against autograd in float64, and its edges."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch", reason="torch is not installed")
import torch
from loss_music import EQUALIZED, SQUASHED, music, processed
from torch import Tensor
from torch.autograd import gradcheck
from torch.autograd.graph import saved_tensors_hooks

from tonewright import threads
from tonewright.errors import AudioError, SettingsError
from tonewright.evaluation import mrstft
from tonewright.training.losses.stft import RESOLUTIONS, StftLoss

ONLY: dict[str, dict[str, Any]] = {
    "both": {},
    "convergence": {"log_magnitude": 0.0},
    "log_magnitude": {"convergence": 0.0},
    "linear_magnitude": {"convergence": 0.0, "log_magnitude": 0.0, "linear_magnitude": 1.0},
    "transients": {"convergence": 0.0, "log_magnitude": 0.0, "transients": 1.0},
    "everything": {"convergence": 0.7, "log_magnitude": 1.3, "linear_magnitude": 0.4, "transients": 0.6},
}


def pair(rows: int = 2, frames: int = 20_000) -> tuple[Tensor, Tensor]:
    """An equalised output and a compressed target."""
    x = music(rows, frames)
    return processed(x, EQUALIZED), processed(x, SQUASHED)


def gradient(loss: StftLoss, output: Tensor, target: Tensor) -> Tensor:
    leaf = output.clone().requires_grad_()
    loss(leaf, target).sum().backward()  # type: ignore[no-untyped-call]
    assert leaf.grad is not None
    return leaf.grad


@pytest.mark.parametrize("terms", ["both", "convergence", "log_magnitude", "linear_magnitude"])
def test_equals_auraloss(terms: str) -> None:
    auraloss = pytest.importorskip("auraloss", reason="auraloss is not installed")
    loss, sizes = StftLoss(**ONLY[terms]), list(RESOLUTIONS)
    peer = auraloss.freq.MultiResolutionSTFTLoss(
        fft_sizes=sizes,
        win_lengths=sizes,
        hop_sizes=[size // 2 for size in sizes],
        w_sc=loss.convergence,
        w_log_mag=loss.log_magnitude,
        w_lin_mag=loss.linear_magnitude,
    )
    output, target = pair(2, 44_100)
    values = loss(output, target)
    for row in range(2):
        expected = float(peer(output[None, row : row + 1], target[None, row : row + 1]))
        assert float(values[row]) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("resolutions", [RESOLUTIONS, (512, 2048, 8192), (130,)])
def test_equals_the_evaluation(resolutions: tuple[int, ...]) -> None:
    assert RESOLUTIONS == mrstft.RESOLUTIONS
    output, target = pair(2, 44_101)
    values = StftLoss(resolutions=resolutions)(output, target)
    for row in range(2):
        expected = mrstft.mrstft(output[row].numpy(), target[row].numpy(), resolutions)
        assert float(values[row]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("terms", ONLY)
@pytest.mark.parametrize("frames", [8_193, 20_000])
def test_gradient_equals_autograd_in_float64(terms: str, frames: int) -> None:
    loss = StftLoss(**ONLY[terms])
    output, target = pair(2, frames)
    # A lossy file has nothing in its highest bins but rounding, which the log term's 1 / X turns into gradients; with
    # some noise the bins are numbers again. The next test goes without.
    output += 3e-3 * torch.randn(2, frames, generator=torch.Generator().manual_seed(3))
    values, exact = loss(output, target), loss(output.double(), target.double())
    assert exact.dtype == torch.float64
    torch.testing.assert_close(values.double(), exact, rtol=1e-5, atol=0)
    ours, expected = gradient(loss, output, target).double(), gradient(loss, output.double(), target.double())
    for row in range(2):
        assert float(torch.cosine_similarity(ours[row], expected[row], dim=0)) > 0.9999
        assert float((ours[row] - expected[row]).norm() / expected[row].norm()) < 5e-3


def test_gradient_is_as_exact_as_single_precision_allows() -> None:
    output, target = pair()
    loss, torchs = StftLoss(), StftLoss(portable=True)
    exact = gradient(loss, output.double(), target.double())
    ours, theirs = ((gradient(each, output, target) - exact).norm(dim=1) for each in (loss, torchs))
    assert (ours < 2.0 * theirs).all()


def test_portable_path_has_the_right_gradient() -> None:
    generator = torch.Generator().manual_seed(1)
    output, target = torch.randn(2, 1, 520, generator=generator, dtype=torch.float64)
    loss = StftLoss(resolutions=(16, 64), **ONLY["everything"])
    assert gradcheck(lambda x: loss(x, target), output.requires_grad_(), fast_mode=True)


def test_portable_path_in_float32_is_the_same() -> None:
    output, target = pair()
    loss, portable = (StftLoss(**ONLY["everything"], portable=choice) for choice in (False, True))
    torch.testing.assert_close(loss(output, target), portable(output, target), rtol=1e-5, atol=0)


def test_a_row_does_not_depend_on_the_batch() -> None:
    loss = StftLoss(**ONLY["everything"])
    output, target = pair(3)
    values, slopes = loss(output, target), gradient(loss, output, target)
    for row in range(3):
        alone = slice(row, row + 1)
        assert torch.equal(values[alone], loss(output[alone], target[alone]))
        assert torch.equal(slopes[alone], gradient(loss, output[alone], target[alone]))


def test_same_bytes_for_any_number_of_threads() -> None:
    loss = StftLoss(**ONLY["everything"])
    output, target = pair(3)
    try:
        threads.set_threads(1)
        values, slopes = loss(output, target), gradient(loss, output, target)
        threads.set_threads(3)
        assert torch.equal(values, loss(output, target))
        assert torch.equal(slopes, gradient(loss, output, target))
    finally:
        threads.set_threads(0)


@pytest.mark.parametrize("portable", [False, True])
@pytest.mark.parametrize("case", ["equal", "both silent", "silent output", "silent target"])
def test_finite_at_the_edges(case: str, portable: bool) -> None:
    loss = StftLoss(**ONLY["everything"], portable=portable)
    output, target = pair(1)
    if case == "equal":
        output = target
    if case in ("both silent", "silent output"):
        output = torch.zeros_like(output)
    if case in ("both silent", "silent target"):
        target = torch.zeros_like(target)
    value, slope = loss(output, target), gradient(loss, output, target)
    assert torch.isfinite(value).all()
    assert torch.isfinite(slope).all()
    if case in ("equal", "both silent"):
        assert float(value) == 0.0
        assert not slope.any()


def test_a_broken_row_says_so_and_spoils_no_other() -> None:
    loss = StftLoss(**ONLY["everything"])
    output, target = pair(3)
    whole, slopes = loss(output, target), gradient(loss, output, target)
    output[1, 77] = torch.nan
    values, broken = loss(output, target), gradient(loss, output, target)
    assert torch.isnan(values[1])
    assert torch.isnan(broken[1]).all()
    for row in (0, 2):
        assert torch.equal(values[row], whole[row])
        assert torch.equal(broken[row], slopes[row])
    target[2, 5] = torch.inf
    assert torch.isnan(loss(output, target)).tolist() == [False, True, True]


def test_as_a_part_of_a_larger_function() -> None:
    loss = StftLoss(resolutions=(256, 1024))
    output, target = pair(2)
    weights = torch.tensor([2.0, -0.5])
    leaf, constant = output.clone().requires_grad_(), target.clone().requires_grad_()
    (weights * loss(3.0 * leaf, constant)).sum().backward()  # type: ignore[no-untyped-call]
    assert constant.grad is None
    torch.testing.assert_close(leaf.grad, 3.0 * weights[:, None] * gradient(loss, 3.0 * output, target))


def test_keeps_the_gradient_and_nothing_else() -> None:
    loss = StftLoss()
    output, target = pair(2)
    sizes: list[int] = []

    def keep(tensor: Tensor) -> Tensor:
        sizes.append(tensor.nbytes)
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        value = loss(output.requires_grad_(), target)
    assert sizes == [output.nbytes]
    with torch.no_grad():
        assert torch.equal(value, loss(output, target))
    assert not loss(output.detach(), target).requires_grad


@pytest.mark.parametrize("resolutions", [RESOLUTIONS, (64,), (16,)])
@pytest.mark.parametrize("transients", [0.0, 1.0])
def test_as_short_as_can_be(resolutions: tuple[int, ...], transients: float) -> None:
    loss = StftLoss(resolutions=resolutions, transients=transients)
    output, target = pair(1, 12_000)
    output, target = output[:, : loss.shortest_audio].contiguous(), target[:, : loss.shortest_audio]
    assert torch.isfinite(loss(output, target)).all()
    torch.testing.assert_close(loss(output, target).double(), loss(output.double(), target), rtol=1e-5, atol=0)
    assert torch.isfinite(gradient(loss, output, target)).all()


def test_any_layout_of_memory_and_precision() -> None:
    loss = StftLoss(resolutions=(256,))
    output, target = pair(2)
    stereo = torch.stack([output, target], dim=2)
    torch.testing.assert_close(loss(stereo[:, :, 0], stereo[:, :, 1]), loss(output, target))
    half = gradient(loss, output.half(), target.half())
    assert half.dtype == torch.float16
    assert loss(output.half(), target.half()).dtype == torch.float32


def test_equal_settings_are_equal() -> None:
    assert StftLoss(resolutions=[128, 512]) == StftLoss(resolutions=(128, 512))  # type: ignore[arg-type]
    assert hash(StftLoss()) == hash(StftLoss())


def test_refuses_in_one_sentence() -> None:
    loss = StftLoss()
    with pytest.raises(AudioError, match=r"\(rows, frames\), got \(2, 9000\) and \(2, 9001\)"):
        loss(torch.zeros(2, 9000), torch.zeros(2, 9001))
    with pytest.raises(AudioError, match=r"\(rows, frames\)"):
        loss(torch.zeros(9000), torch.zeros(9000))
    with pytest.raises(AudioError, match="at least 4097 samples, got 4096"):
        loss(torch.zeros(1, 4096), torch.zeros(1, 4096))
    with pytest.raises(AudioError, match="at least 512 samples"):
        StftLoss(resolutions=(64,), transients=1.0)(torch.zeros(1, 511), torch.zeros(1, 511))
    with pytest.raises(AudioError, match="floating point"):
        loss(torch.zeros(1, 9000, dtype=torch.int16), torch.zeros(1, 9000))


@pytest.mark.parametrize(
    "wrong",
    [
        {"resolutions": ()},
        {"resolutions": (512, 513)},
        {"resolutions": (8,)},
        {"convergence": -1.0},
        {"transients": float("nan")},
        {"convergence": 0.0, "log_magnitude": 0.0},
    ],
)
def test_refuses_settings(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        StftLoss(**wrong)
